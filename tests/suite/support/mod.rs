//! What tests stand on: a site with a database of its own, people, pages, and the real program.

pub mod database;
pub mod kannel;
pub mod look;
pub mod page;
pub mod people;
pub mod program;
pub mod site;
pub mod smtp;
pub mod tables;
pub mod twilio;

pub use page::Page;
pub use people::Person;
pub use program::{Client, Installation, Program};
pub use site::TestSite;

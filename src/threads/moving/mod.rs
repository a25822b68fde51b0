//! Moving threads between boards, and posts between threads. A number is given once: what leaves a place leaves a
//! stub there, and every address goes on leading to its post.

pub mod actions;
pub mod pages;
pub mod rules;
pub mod store;

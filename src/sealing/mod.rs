//! Sealing: what a copy of the database must not reveal. Everything sealed here opens with a key that is kept
//! outside the database: in a file, or by a command that prints one.

mod addresses;
mod inspect;
mod keys;
mod masters;
pub mod store;

pub use addresses::SealedAddress;
pub use inspect::{Inspected, inspect};
pub use keys::{DataKey, Keys, SEALED_TEXT, SealFailure, Wrapped, is_signed};
pub use masters::{Masters, Rotation};

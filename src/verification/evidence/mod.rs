//! Evidence: sealed images, who looked at them, and their end.

pub mod actions;
pub mod store;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

/// Where images are kept. Stand-in: in memory.
#[derive(Clone, Default)]
pub struct Vault(pub(crate) Arc<Mutex<HashMap<i64, Vec<u8>>>>);

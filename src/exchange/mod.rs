//! Moving in and out: the bundle, one JSON object a line, that `import` reads and `export` writes.

pub mod actions;
pub mod bundle;
pub mod export;
pub mod numbers;
pub mod report;
pub mod store;

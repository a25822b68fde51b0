//! The outbox: what happened and still has to be told. It is written in the transaction that made it happen;
//! workers take it from there, so that nothing slow happens in a request and nothing is lost with a process.

pub mod rules;
pub mod store;

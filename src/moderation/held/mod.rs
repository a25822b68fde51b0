//! Letting through what was held, or not.

pub mod pages;

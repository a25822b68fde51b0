//! Evidence: sealed images, who looked at them, and their end.

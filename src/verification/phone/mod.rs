//! The phone: a number, and a code that proves one can read what is sent to it.

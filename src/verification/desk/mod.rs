//! The agents' desk: the next case, never a chosen one.

//! Gates: steps that a board, or a test among newcomers, asks for before one writes. They never touch the badge.

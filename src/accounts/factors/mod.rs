//! Second factors: passkeys and codes of an app, asked of those who work with evidence.

//! Touchstone: a community forum whose members can prove who they are.
//!
//! The rooms, in reading order. `ARCHITECTURE.md` says what each holds and who may know whom.

pub mod clock;
pub mod colours;
pub mod error;
pub mod paths;
pub mod policies;
pub mod rollouts;
pub mod settings;
pub mod tokens;

pub mod db;
pub mod sealing;
pub mod text;
pub mod web;

pub mod outside;

pub mod events;

pub mod members;

pub mod badges;

pub mod boards;

pub mod gates;

pub mod accounts;

pub mod credentials;

pub mod acts;

pub mod uploads;

pub mod threads;

pub mod verification;

pub mod moderation;

pub mod announcements;
pub mod notifications;

pub mod exchange;

pub mod jobs;

pub mod commands;

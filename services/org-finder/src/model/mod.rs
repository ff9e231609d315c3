//! Pure types and decisions of the service: no database, no wire, no clock.

pub mod access;
pub mod access_request;
pub mod activity;
pub mod address;
pub mod challenge;
pub mod disposable_mail;
pub mod domain;
pub mod domain_search;
pub mod explanation;
pub mod held_domain;
pub mod import;
pub mod keys;
pub mod likeness;
pub mod lines;
pub mod lookalike;
pub mod matching;
pub mod merge;
pub mod name;
pub mod organization;
pub mod person;
pub mod public_mail;
pub mod region;
pub mod search;
pub mod spelling;
pub mod standing;
pub mod words;

//! The world outside the suite.

pub mod mail;

pub use mail::{MailFault, Mailer};

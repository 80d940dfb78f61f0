//! E-mail.

pub mod identity;

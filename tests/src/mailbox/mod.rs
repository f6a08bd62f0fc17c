//! A mail server for trying out: it takes whatever is sent to it, keeps it, and shows it on the
//! development pages, as if identity-svc had kept it.
//!
//! | file | what it does |
//! |---|---|
//! | [`sink`] | SMTP: goes on encrypted, then takes every mail |
//! | [`taken`] | the mails that it took, in a folder and to be read |

pub mod sink;
pub mod taken;

pub use sink::Sink;
pub use taken::Taken;

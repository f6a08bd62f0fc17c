//! The testing service.

//! The service, tested.

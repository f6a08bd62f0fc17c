//! The contract of the suite, compiled.
//!
//! | module | whose | what |
//! |---|---|---|
//! | [`wire::v1`] | everybody | languages, texts, the refusals that every service can give |
//! | [`identity::v1`] | identity-svc | registration, sessions, accounts, persons, inbox, mails |
//! | [`questionnaire::v1`] | questionnaire-svc | campaigns, forms, applications, sections, documents |
//! | [`review::v1`] | review-svc | review tasks, reasons, working days |
//! | [`testing::v1`] | testing-svc | promo codes, results, centres, sessions, bookings, attempts |
//! | [`partner::v1`] | testing-svc | what test systems call, on a port of its own |
//! | [`events::v1`] | the bus | what services tell each other |
//! | [`google`] | vendored | `HttpBody`, `Date` |
//!
//! Each gRPC service `Bookings` gives two modules: `bookings_client` and `bookings_server`.
//! Messages with a field marked `debug_redact` print `***` in its place, so that personal data and
//! secrets do not reach a log by accident.

/// The whole contract as an encoded `google.protobuf.FileDescriptorSet`, with comments and with the
/// `google.api.http` annotations: what the gateway, reflection and the style test read.
pub const DESCRIPTOR: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/irikteu.binpb"));

/// One RPC of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rpc {
    /// The full name of the gRPC service: `irikteu.testing.v1.Bookings`.
    pub service: &'static str,
    /// The name of the RPC: `CancelBooking`.
    pub method: &'static str,
    /// The path on the wire: `/irikteu.testing.v1.Bookings/CancelBooking`.
    pub path: &'static str,
    /// Whether the contract gives it a place in HTTP; the others are for services and partners.
    pub over_http: bool,
}

include!(concat!(env!("OUT_DIR"), "/rpcs.rs"));

pub use irikteu::{events, identity, partner, questionnaire, review, testing, wire};

/// Includes one generated package with its masked `Debug`.
macro_rules! package {
    ($name:literal) => {
        include!(concat!(env!("OUT_DIR"), "/", $name, ".rs"));
        include!(concat!(env!("OUT_DIR"), "/", $name, ".debug.rs"));
    };
}

// Generated code finds other packages by this tree, `irikteu` beside `google`.
#[allow(
    clippy::all,
    clippy::pedantic,
    clippy::restriction,
    rust_2018_idioms,
    missing_docs,
    reason = "generated"
)]
mod irikteu {
    pub mod wire {
        pub mod v1 {
            package!("irikteu.wire.v1");
        }
    }
    pub mod identity {
        pub mod v1 {
            package!("irikteu.identity.v1");
        }
    }
    pub mod questionnaire {
        pub mod v1 {
            package!("irikteu.questionnaire.v1");
        }
    }
    pub mod review {
        pub mod v1 {
            package!("irikteu.review.v1");
        }
    }
    pub mod testing {
        pub mod v1 {
            package!("irikteu.testing.v1");
        }
    }
    pub mod partner {
        pub mod v1 {
            package!("irikteu.partner.v1");
        }
    }
    pub mod events {
        pub mod v1 {
            package!("irikteu.events.v1");
        }
    }
}

/// The vendored messages of Google's that the contract uses.
#[allow(
    clippy::all,
    clippy::pedantic,
    clippy::restriction,
    rust_2018_idioms,
    missing_docs,
    reason = "generated"
)]
pub mod google {
    /// `HttpBody`: raw bytes in and out.
    pub mod api {
        include!(concat!(env!("OUT_DIR"), "/google.api.rs"));
    }
    /// `Date`: a day of the calendar.
    pub mod r#type {
        include!(concat!(env!("OUT_DIR"), "/google.r#type.rs"));
    }
}

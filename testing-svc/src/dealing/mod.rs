//! Who gets a seat: what calls, events and jobs all do with seats, so that it is done in one way.
//!
//! | file | what |
//! |---|---|
//! | [`take`] | a person takes a seat; those who wait come first |
//! | [`free`] | seats that became free, by time or by hand, and who is offered them |
//! | [`offer`] | an offer of the waiting list, made and ended |
//! | [`displace`] | a closed session takes its seats away |

mod displace;
mod free;
mod offer;
mod take;

use chassis::caller::Caller;

pub use displace::displace;
pub use free::{deal, sweep};
pub use offer::{end_offer, leave};
pub use take::take;

/// Who does it, for the audit, when nobody called.
fn this_service() -> Caller {
    Caller::Service(crate::NAME.into())
}

//! What we ask of other services: always before a transaction, never inside one.

mod questionnaire;
mod seat_offers;

pub use questionnaire::Questionnaire;
pub use seat_offers::SeatOffers;

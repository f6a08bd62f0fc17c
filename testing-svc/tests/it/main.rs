//! The real service on a real database, spoken to as people, services and partners do.

mod bookings;
mod candidates;
mod contract;
mod crowds;
mod eligibility;
mod neighbours;
mod partners;
mod planning;
mod promo_codes;
mod rehearsal;
mod starts;
mod world;

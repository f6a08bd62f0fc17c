//! The real service on a real database, spoken to as people, services and partners do.

mod appeals;
mod bookings;
mod candidates;
mod contract;
mod crowds;
mod cuts;
mod eligibility;
mod imports;
mod memberships;
mod neighbours;
mod outcome;
mod partners;
mod planning;
mod promo_codes;
mod publications;
mod rehearsal;
mod season_2025;
mod selection;
mod sittings;
mod starts;
mod world;

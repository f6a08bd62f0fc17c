//! The real service on a real database, spoken to as people, services and partners do.

mod bookings;
mod candidates;
mod closures;
mod contract;
mod crowds;
mod desk;
mod eligibility;
mod neighbours;
mod partners;
mod planning;
mod promo_codes;
mod quotas;
mod rehearsal;
mod reminders;
mod rooms;
mod rosters;
mod seat_crowds;
mod seat_search;
mod seats;
mod starts;
mod waitlist;
mod waitlist_model;
mod watching;
mod world;

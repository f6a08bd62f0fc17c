//! The gateway in front of small stand-ins for the services: one test binary.

mod access;
mod binding;
mod body;
mod contract;
mod document;
mod edges;
mod events;
mod far_events;
mod fuzz;
mod limits;
mod pages;
mod sessions;
mod stage;
mod streams;
mod together;
mod weather;
mod words;

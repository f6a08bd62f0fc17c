//! The gateway in front of small stand-ins for the services: one test binary.

mod binding;
mod body;
mod contract;
mod document;
mod edges;
mod fuzz;
mod limits;
mod sessions;
mod stage;
mod streams;
mod words;

//! Services on other machines: who may connect, which instance a call goes to, when it is sent again.

mod certificates;
mod instance;

mod balancing;
mod deadlines;
mod draining;
mod handshakes;
mod life;
mod names;
mod pieces;
mod reload;
mod repeating;
mod shedding;
mod silence;

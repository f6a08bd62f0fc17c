//! What every service stands on, and nothing of any service.
//!
//! | room | what it gives |
//! |---|---|
//! | [`error`], [`violation`], [`text`] | every "no": one enum, one conversion to the wire, in three languages |
//! | [`caller`], [`token`], [`policy`] | who calls, how that is proven, what they may call |
//! | [`server`], [`watch`], [`client`], [`tls`], [`deadline`] | the layers before a handler; calls that stay open; one client for local and remote services, over mutual TLS and never past its deadline |
//! | [`database`], [`once`], [`many`], [`outbox`], [`bus`], [`audit`] | writing exactly once, alone or in crowds, and telling others at least once |
//! | [`page`], [`name`], [`csv`] | keyset lists and resource names; tables that no spreadsheet reckons |
//! | [`canonical`], [`chain`], [`signed_act`] | JSON whose bytes are the same wherever they are made; logs whose rows are bound to each other, and the row of a signed act |
//! | [`bounded`] | memory that stays small |
//! | [`clock`], [`agreement`], [`ids`], [`mask`], [`identifier`] | injected time, and whether the machine's is right; ids and randomness; personal data that cannot be printed |
//! | [`stream`], [`dead`] | events between processes, over Redis; those that nobody took |
//! | [`lanes`] | threads that each carry their own connections |
//! | [`link`] | what processes share through Redis, and that nobody waits for it |
//! | [`blob`], [`telemetry`], [`jobs`] | documents, logs and metrics, clock-driven work |
//! | [`config`], [`program`] | settings; a service as a program of its own |
//! | `testing` | fixed clocks, counted ids and throw-away databases (a feature) |

pub mod agreement;
pub mod audit;
pub mod blob;
pub mod bounded;
pub mod bus;
pub mod caller;
pub mod canonical;
pub mod chain;
pub mod client;
pub mod clock;
pub mod config;
pub mod csv;
pub mod database;
pub mod dead;
pub mod deadline;
pub mod error;
pub mod identifier;
pub mod ids;
pub mod jobs;
pub mod lanes;
mod levels;
pub mod link;
pub mod many;
pub mod mask;
pub mod name;
pub mod once;
pub mod outbox;
pub mod page;
pub mod policy;
pub mod program;
pub mod server;
pub mod signed_act;
pub mod stream;
pub mod telemetry;
#[cfg(feature = "testing")]
pub mod testing;
pub mod text;
pub mod tls;
pub mod token;
pub mod under_way;
mod unread;
pub mod violation;
pub mod watch;

pub use error::{Error, Result};

/// The memory of every program that stands on this.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

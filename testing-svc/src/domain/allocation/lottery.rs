//! The last resort between equal claims: a number drawn for each applicant from the run's seed. Whoever
//! has the seed, which is drawn in public and kept in the record, draws the same.

use ring::digest::{Context, SHA256};
use serde::{Deserialize, Serialize};

pub type Seed = [u8; 32];

/// For what a number is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Lottery {
    /// One for each applicant, the same everywhere: it makes more people get an early choice.
    One,
    /// One for each applicant and specialty: bad luck in one place is not bad luck in all.
    PerSpecialty,
}

/// The lower number comes first.
pub fn draw(seed: &Seed, lottery: Lottery, specialty: &str, number: &str) -> u64 {
    let specialty = match lottery {
        Lottery::One => "",
        Lottery::PerSpecialty => specialty,
    };
    let mut context = Context::new(&SHA256);
    context.update(b"irikteu allocation lottery 1\n");
    context.update(seed);
    // Codes hold no line feeds.
    for part in [specialty, "\n", number] {
        context.update(part.as_bytes());
    }
    let mut first = [0; 8];
    first.copy_from_slice(&context.finish().as_ref()[..8]);
    u64::from_be_bytes(first)
}

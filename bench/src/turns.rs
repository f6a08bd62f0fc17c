//! Two sides in turn, A B A B …, and what each component spent on one call of each.

use std::collections::BTreeMap;

use anyhow::Result;

use crate::load::{self, Done};
use crate::machine;
use crate::postgres::Postgres;

/// Whose CPU is counted beside throughput.
pub enum Probe<'a> {
    /// This process: the callers.
    Callers,
    Process(u32),
    Database(&'a Postgres),
}

impl Probe<'_> {
    fn seconds(&self) -> Result<f64> {
        match self {
            Self::Callers => machine::cpu_seconds(std::process::id()),
            Self::Process(pid) => machine::cpu_seconds(*pid),
            Self::Database(postgres) => postgres.cpu_seconds(),
        }
    }
}

pub type Probes<'a> = Vec<(&'static str, Probe<'a>)>;

/// What one side reached, turn by turn.
#[derive(Default)]
pub struct Side {
    pub rates: Vec<f64>,
    /// Microseconds of CPU a call, by component.
    cpu: BTreeMap<&'static str, Vec<f64>>,
}

impl Side {
    pub fn rate(&self) -> f64 {
        load::median(self.rates.clone())
    }

    /// `client 12, service 40, database 55`, without who did nothing.
    pub fn spent(&self) -> String {
        let shown = self.cpu.iter().filter_map(|(name, values)| {
            let value = load::median(values.clone());
            (value >= 0.5).then(|| format!("{name} {value:.0}"))
        });
        shown.collect::<Vec<_>>().join(", ")
    }

    async fn turn(
        &mut self,
        probes: &Probes<'_>,
        counts: bool,
        work: impl Future<Output = Result<Done>>,
    ) -> Result<()> {
        let mut before = Vec::new();
        for (_, probe) in probes {
            before.push(probe.seconds()?);
        }
        let done = work.await?;
        if !counts {
            return Ok(());
        }
        self.rates.push(done.rate());
        for ((name, probe), before) in probes.iter().zip(before) {
            let each = (probe.seconds()? - before) * 1e6 / done.calls.max(1) as f64;
            self.cpu.entry(name).or_default().push(each);
        }
        Ok(())
    }
}

/// Both sides in turn. The first turn of each warms up and is not counted.
pub async fn in_turn(
    repeats: usize,
    probes: &Probes<'_>,
    mut ours: impl AsyncFnMut() -> Result<Done>,
    mut other: impl AsyncFnMut() -> Result<Done>,
) -> Result<(Side, Side)> {
    let (mut a, mut b) = (Side::default(), Side::default());
    for turn in 0..=repeats {
        b.turn(probes, turn > 0, other()).await?;
        a.turn(probes, turn > 0, ours()).await?;
    }
    Ok((a, b))
}

/// The middle of the ratios of neighbouring turns.
pub fn ratio(ours: &Side, other: &Side) -> f64 {
    let ratios = ours.rates.iter().zip(&other.rates).map(|(a, b)| a / b);
    load::median(ratios.collect())
}

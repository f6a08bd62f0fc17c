//! Places people from two tables, or replays a record of that: files in, files out, nothing else. What it
//! takes and gives is described in docs/allocation.md.
#![expect(
    clippy::print_stdout,
    reason = "a command-line tool talks to a terminal"
)]

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use clap::{Parser, ValueEnum};
use testing_svc::domain::allocation::canonical;
use testing_svc::domain::allocation::compare::compare;
use testing_svc::domain::allocation::in_turn::Acceptance;
use testing_svc::domain::allocation::lottery::{Lottery, Seed};
use testing_svc::domain::allocation::market::Market;
use testing_svc::domain::allocation::record;
use testing_svc::domain::allocation::run::{Mode, Run, Terms, allocate};
use testing_svc::tables::{Fault, input, result};

/// Gives places to people who wish for several specialties each, or replays a record of it.
#[derive(Parser)]
#[command(name = "allocate")]
struct Arguments {
    /// Specialties, their places and their quotas, as CSV.
    #[arg(long, required_unless_present = "input", requires = "wishes")]
    places: Option<PathBuf>,
    /// What people wish for, and how they rank there, as CSV.
    #[arg(long, required_unless_present = "input", requires = "places")]
    wishes: Option<PathBuf>,
    /// Instead of the two tables: the input of a run as the service gives it out, for a replay of its record.
    #[arg(long, conflicts_with_all = ["places", "wishes", "right"])]
    input: Option<PathBuf>,
    /// A right that people have and no quota asks for; any number of times. Others that no quota asks
    /// for are taken for slips of the pen.
    #[arg(long)]
    right: Vec<String>,
    /// How people are placed.
    #[arg(long, value_enum, default_value_t = Way::DeferredAcceptance)]
    mode: Way,
    /// Rounds of offers in turn; it ends before that when no place is free to be offered again.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=1000))]
    rounds: u32,
    /// Whether an acceptance of offers in turn is final, or holds until something better comes.
    #[arg(long, value_enum, default_value_t = Accept::Final)]
    acceptance: Accept,
    /// Whether one number is drawn for each person, or one for each person and specialty.
    #[arg(long, value_enum, default_value_t = Draw::One)]
    lottery: Draw,
    /// 32 bytes in hexadecimal, drawn in public: what decides between equal claims, if nothing else does.
    /// A replay takes it from the record.
    #[arg(long, required_unless_present = "replay")]
    seed: Option<String>,
    /// A new folder for `record.txt` and `result.csv`.
    #[arg(long, required_unless_present = "replay")]
    out: Option<PathBuf>,
    /// Shows what the other mode would have made of it, too.
    #[arg(long)]
    compare: bool,
    /// A record to replay from the same tables; nothing is written.
    #[arg(long, conflicts_with_all = ["seed", "out", "compare"])]
    replay: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Way {
    DeferredAcceptance,
    InTurn,
}

#[derive(Clone, Copy, ValueEnum)]
enum Accept {
    Final,
    UntilBetter,
}

#[derive(Clone, Copy, ValueEnum)]
enum Draw {
    One,
    PerSpecialty,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let market = market(&arguments)?;
    match (&arguments.replay, &arguments.seed, &arguments.out) {
        (Some(file), _, _) => replay(&market, file),
        (None, Some(seed), Some(out)) => {
            let seed = record::read_seed(seed).context("--seed is 64 hexadecimal digits")?;
            place(&arguments, &market, seed, out)
        }
        _ => bail!("--seed and --out, or --replay"),
    }
}

fn market(arguments: &Arguments) -> Result<Market> {
    if let Some(file) = &arguments.input {
        let text = read(file)?;
        return canonical::read(&text).context("--input is not the input of a run, or was changed");
    }
    let (Some(places), Some(wishes)) = (&arguments.places, &arguments.wishes) else {
        bail!("--places and --wishes, or --input");
    };
    let (places, wishes) = (read(places)?, read(wishes)?);
    input::market(&places, &wishes, &arguments.right).map_err(|faults| told(&faults))
}

fn told(faults: &[Fault]) -> anyhow::Error {
    let lines = faults
        .iter()
        .map(|(field, why)| format!("\n  {field}: {why}"));
    anyhow!("the tables are not taken:{}", lines.collect::<String>())
}

fn replay(market: &Market, file: &Path) -> Result<()> {
    let found = record::replay(market, &read(file)?);
    found.map_err(|why| anyhow!("the record does not follow from this input: {why:?}"))?;
    println!("the record follows from this input, byte by byte");
    Ok(())
}

fn place(arguments: &Arguments, market: &Market, seed: Seed, out: &Path) -> Result<()> {
    let run = run(arguments, market, arguments.mode, seed)?;
    // A record is never written over.
    fs::create_dir(out).with_context(|| format!("cannot create {}", out.display()))?;
    fs::write(out.join("record.txt"), record::write(&run))?;
    fs::write(out.join("result.csv"), result::table(&run))?;
    let placed = run.placed.iter().flatten().count();
    println!("{placed} of {} have a place", market.applicants().len());
    if arguments.compare {
        let (other, names) = match arguments.mode {
            Way::DeferredAcceptance => (Way::InTurn, ["deferred", "in turn"]),
            Way::InTurn => (Way::DeferredAcceptance, ["in turn", "deferred"]),
        };
        let other = self::run(arguments, market, other, seed)?;
        let found = compare(&run, &other).context("results of two inputs")?;
        println!("{}", result::comparison(names[0], names[1], &found));
    }
    Ok(())
}

fn run<'a>(arguments: &Arguments, market: &'a Market, way: Way, seed: Seed) -> Result<Run<'a>> {
    let acceptance = match arguments.acceptance {
        Accept::Final => Acceptance::Final,
        Accept::UntilBetter => Acceptance::UntilBetter,
    };
    let rounds = arguments.rounds;
    let mode = match way {
        Way::DeferredAcceptance => Mode::DeferredAcceptance,
        Way::InTurn => Mode::InTurn { rounds, acceptance },
    };
    let lottery = match arguments.lottery {
        Draw::One => Lottery::One,
        Draw::PerSpecialty => Lottery::PerSpecialty,
    };
    let run = allocate(market, Terms { mode, lottery }, seed);
    run.map_err(|withheld| anyhow!("withheld, the result fails its check: {:?}", withheld.0))
}

fn read(file: &Path) -> Result<String> {
    fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))
}

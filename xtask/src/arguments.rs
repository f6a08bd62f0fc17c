//! The command line: few commands, few options, so no parser crate.

use anyhow::{Result, bail};

pub const HELP: &str = "\
cargo xtask: what the project does with itself beside building

cargo xtask test [FILTER…] [-p CRATE]… [--engine sqlite|postgres|both]
    Starts a private PostgreSQL and a private Redis in temporary folders, runs the
    tests, stops both again. FILTER keeps the tests whose name contains it.
    On sqlite the whole workspace runs; on postgres the crates that keep data run
    once more. Both engines are the default.
    IRIKTEU_TEST_POSTGRES_URL, IRIKTEU_TEST_REDIS_URL: a server to use instead of
    starting one. The tests may create and drop databases there.

cargo xtask check
    Formatting, lints, dependency bans and licences, the contract's style and its
    compatibility with the contract that was there before, the manifests.
    IRIKTEU_CONTRACT_BASE: the commit to compare the contract with.

cargo xtask k8s
    Renders the manifests of every overlay, and holds them against strict schemas of two
    versions of Kubernetes, checkov, and the programs: their settings, ports, metrics and
    ways to each other. Part of check.

cargo xtask images [--profile release]
    An image of each program in target/images, without a daemon or a registry: not
    root, nothing to write to, the same bytes twice, with a list of what it is made of.
    Debian only; wants buildah and mmdebstrap, and starts each where podman and runc are.

cargo xtask season [--programme reserve] [--people N] [--seed S] [--url URL]
    Plays a whole season through public interfaces, against a running suite or one
    of its own; season --help tells more.

cargo xtask up [--folder DIR] [--address IP]
    Starts the suite as it runs on many machines: PostgreSQL, Redis, two of each
    service, the gateway, with certificates and a demonstration. Says where to look.
    They run until they are told to end, in .irikteu-up unless said otherwise.

cargo xtask down [--folder DIR]
    Ends what up has started, and nothing else. The data stay for the next up.

cargo xtask faults [--seed S] [--faults N] [--planted BUG] [--engine postgres|sqlite]
    Hurts a suite of real processes while people use it, and holds it against what it
    acknowledged; faults --help tells more.

cargo xtask conformance [--address URL --authority PEM --cert PEM --key PEM …]
    Tries every rule of the partners' contract, a line for each, against a running suite or
    one of its own. With --serve-us it is a suite on which a partner's program is tried;
    conformance --help tells more.

cargo xtask rest-fuzz [--examples N] [--seed S] [--caller NAME]
    Starts a suite and makes up requests from its OpenAPI document with schemathesis,
    as a stranger, an applicant, an expert, a campaign manager and the exam desk.

cargo xtask allocate --places FILE --wishes FILE (--seed HEX --out FOLDER | --replay RECORD)
    Places people from two tables, by deferred acceptance or by offers in turn, and writes
    a record and a table with reasons; allocate --help tells more.

cargo xtask verify-log FILE [--head SEQUENCE:HASH] [--authorities PEM]
    Follows an exported log, a row of JSON in each line, without the services that wrote
    it, and names the first row that was changed, dropped, moved or put in; signatures in
    it are checked for the time when they were taken. verify-log --help tells more.

cargo xtask bench [--rows 1,2,…] [--repeats 5] [--seconds 3] [--many N] [--smoke]
    Measures what the suite costs, as ratios in one run, and writes
    docs/performance.md. Builds with optimisation first; wants a quiet machine.
    --rows measures some rows of the table (1, 2, 4 to 9, 11, 12, listeners, memory)
    and only shows them; --many is how many bookings row 11 begins with, a million
    unless said otherwise; --smoke tries everything once, for as short as it goes.

Programs that are missing are installed where that needs no question: cargo-deny,
buf, schemathesis and checkov into a cache (IRIKTEU_CACHE_DIR, else ~/.cache/irikteu), and, as root on
Debian, PostgreSQL, Redis and npm by apt-get. Anywhere else it says what to install.
";

#[derive(Debug, PartialEq)]
pub enum Command {
    Help,
    Test(Selection),
    Check,
    K8s,
    /// The profile that programs are built with.
    Images(String),
    /// The arguments are passed on as they are.
    Season(Vec<String>),
    /// The same.
    Conformance(Vec<String>),
    /// The same.
    Faults(Vec<String>),
    /// `up` or `down`, with the arguments of the program that does it.
    Standing(Vec<String>),
    /// These too.
    Allocate(Vec<String>),
    /// These too.
    VerifyLog(Vec<String>),
    /// These too.
    RestFuzz(Vec<String>),
    Bench(Vec<String>),
}

/// Which tests to run, and on what.
#[derive(Debug, Default, PartialEq)]
pub struct Selection {
    pub filters: Vec<String>,
    pub packages: Vec<String>,
    pub engines: Engines,
}

#[derive(Debug, Default, Clone, Copy, PartialEq)]
pub enum Engines {
    Sqlite,
    Postgres,
    #[default]
    Both,
}

pub fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Command> {
    let mut arguments = arguments.into_iter();
    let word = arguments.next();
    match word.as_deref() {
        None | Some("help" | "-h" | "--help") => Ok(Command::Help),
        Some("test") => parse_test(arguments),
        Some("images") => match (arguments.next().as_deref(), arguments.next()) {
            (None, _) => Ok(Command::Images("release".into())),
            (Some("-h" | "--help"), _) => Ok(Command::Help),
            (Some("--profile"), Some(profile)) => Ok(Command::Images(profile)),
            (Some(other), _) => bail!("images has no argument {other:?}"),
        },
        Some("season") => Ok(Command::Season(arguments.collect())),
        Some(word @ ("up" | "down")) => {
            let word = std::iter::once(word.to_owned());
            Ok(Command::Standing(word.chain(arguments).collect()))
        }
        Some("allocate") => Ok(Command::Allocate(arguments.collect())),
        Some("verify-log") => Ok(Command::VerifyLog(arguments.collect())),
        Some("rest-fuzz") => Ok(Command::RestFuzz(arguments.collect())),
        Some("conformance") => Ok(Command::Conformance(arguments.collect())),
        Some("faults") => Ok(Command::Faults(arguments.collect())),
        Some("bench") => parse_bench(arguments.collect()),
        Some(word @ ("check" | "k8s")) => match arguments.next().as_deref() {
            None if word == "check" => Ok(Command::Check),
            None => Ok(Command::K8s),
            Some("-h" | "--help") => Ok(Command::Help),
            Some(other) => bail!("{word} takes no argument, got {other:?}"),
        },
        Some(other) => bail!("no command {other:?}; cargo xtask --help lists them"),
    }
}

/// The program that measures knows its own options; what is none at all is found here.
fn parse_bench(arguments: Vec<String>) -> Result<Command> {
    if let Some(first) = arguments.first() {
        if matches!(first.as_str(), "-h" | "--help") {
            return Ok(Command::Help);
        }
        if !first.starts_with("--") {
            bail!("bench has no argument {first:?}; cargo xtask --help lists its options");
        }
    }
    Ok(Command::Bench(arguments))
}

fn parse_test(mut arguments: impl Iterator<Item = String>) -> Result<Command> {
    let mut selection = Selection::default();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "-h" | "--help" => return Ok(Command::Help),
            "-p" | "--package" => match arguments.next() {
                Some(package) => selection.packages.push(package),
                None => bail!("{argument} needs the name of a crate"),
            },
            "--engine" => {
                selection.engines = match arguments.next().as_deref() {
                    Some("sqlite") => Engines::Sqlite,
                    Some("postgres") => Engines::Postgres,
                    Some("both") => Engines::Both,
                    _ => bail!("--engine is sqlite, postgres or both"),
                }
            }
            option if option.starts_with('-') => {
                bail!("test has no option {option:?}; cargo xtask --help lists them")
            }
            _ => selection.filters.push(argument),
        }
    }
    Ok(Command::Test(selection))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Command> {
        parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn both_engines_and_every_test_are_the_default() {
        let everything = Selection {
            filters: vec![],
            packages: vec![],
            engines: Engines::Both,
        };
        assert_eq!(parsed("test").unwrap(), Command::Test(everything));
    }

    #[test]
    fn filters_crates_and_the_engine_come_in_any_order() {
        let narrow = Selection {
            filters: vec!["seat".into(), "code".into()],
            packages: vec!["testing-svc".into()],
            engines: Engines::Postgres,
        };
        let line = "test seat --engine postgres code -p testing-svc";
        assert_eq!(parsed(line).unwrap(), Command::Test(narrow));
    }

    #[test]
    fn images_are_of_a_release_unless_said_otherwise() {
        assert_eq!(parsed("images").unwrap(), Command::Images("release".into()));
        let dev = Command::Images("dev".into());
        assert_eq!(parsed("images --profile dev").unwrap(), dev);
    }

    #[test]
    fn a_season_takes_its_own_arguments() {
        let arguments = ["--people", "20", "--help"].map(str::to_owned).to_vec();
        let line = "season --people 20 --help";
        assert_eq!(parsed(line).unwrap(), Command::Season(arguments));
    }

    #[test]
    fn up_and_down_go_to_one_program() {
        for line in ["up", "down --folder x"] {
            let words = line.split(' ').map(str::to_owned).collect();
            assert_eq!(parsed(line).unwrap(), Command::Standing(words), "{line}");
        }
    }

    #[test]
    fn faults_take_their_own_arguments() {
        let arguments = ["--seed", "7", "--engine", "sqlite"].map(str::to_owned);
        let line = "faults --seed 7 --engine sqlite";
        assert_eq!(parsed(line).unwrap(), Command::Faults(arguments.to_vec()));
    }

    #[test]
    fn an_allocation_takes_its_own_arguments() {
        let arguments = ["--places", "p.csv", "--help"].map(str::to_owned);
        let line = "allocate --places p.csv --help";
        assert_eq!(parsed(line).unwrap(), Command::Allocate(arguments.to_vec()));
    }

    #[test]
    fn a_measurement_takes_its_own_options() {
        let options = ["--rows", "1,2"].map(str::to_owned).to_vec();
        assert_eq!(parsed("bench --rows 1,2").unwrap(), Command::Bench(options));
        assert_eq!(parsed("bench").unwrap(), Command::Bench(vec![]));
        assert_eq!(parsed("bench --help").unwrap(), Command::Help);
    }

    #[test]
    fn what_is_not_known_is_refused_rather_than_ignored() {
        for line in [
            "benchmark",
            "bench twice",
            "test --fast",
            "test --engine oracle",
            "test --engine",
            "test -p",
            "check twice",
            "k8s prod",
            "images twice",
        ] {
            assert!(parsed(line).is_err(), "{line}");
        }
    }
}

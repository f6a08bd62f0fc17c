//! Which fault comes when: a function of the seed.

use std::fmt;
use std::time::Duration;

use crate::season::dice::Dice;

/// The services that have instances, in the order of the fleet.
pub const SERVICES: [&str; 4] = [
    "identity-svc",
    "questionnaire-svc",
    "review-svc",
    "testing-svc",
];
/// How a fault that moves a clock begins.
pub const CLOCK: &str = "clock of";

/// One instance of a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Instance {
    pub service: &'static str,
    pub number: usize,
}

impl fmt::Display for Instance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.service, self.number)
    }
}

/// What is done to the suite. What lasts is undone afterwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// kill -9, and a start afterwards.
    Kill(Instance),
    /// SIGTERM, and a start after it has drained.
    Terminate(Instance),
    /// SIGSTOP, then SIGCONT.
    Freeze(Instance),
    /// Restarted with another clock, and again with the right one.
    Clock(Instance, i32),
    /// Every instance of a service in turn, each after the one before is ready.
    Roll(&'static str),
    /// An immediate restart: no checkpoint, the log is replayed.
    PostgresRestart,
    PostgresParted,
    PostgresDeaf,
    PostgresSlow,
    PostgresReset,
    /// Every backend is told to end.
    PostgresBackends,
    PostgresFrozen,
    RedisKill,
    RedisFlush,
    RedisFrozen,
    RedisParted,
    /// Nothing passes between this service and those that call it.
    ServiceParted(&'static str),
    ServiceReset(&'static str),
    ServiceDeaf(&'static str),
    /// Answers to people get lost.
    PeopleReset,
    PartnersParted,
    PartnersReset,
    /// The partners' line is slow.
    PartnersStall,
    /// `migrate` of every service while it serves.
    Migrate,
    /// An event that nobody can read, in an outbox.
    Poison(&'static str),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kill(it) => write!(f, "kill -9 of {it}"),
            Self::Terminate(it) => write!(f, "SIGTERM to {it}"),
            Self::Freeze(it) => write!(f, "SIGSTOP to {it}"),
            Self::Clock(it, minutes) => write!(f, "{CLOCK} {it} {minutes:+} min"),
            Self::Roll(service) => write!(f, "rolling restart of {service}"),
            Self::ServiceParted(service) => write!(f, "{service} parted from its callers"),
            Self::ServiceReset(service) => write!(f, "connections to {service} reset"),
            Self::ServiceDeaf(service) => write!(f, "answers of {service} lost"),
            Self::Poison(service) => write!(f, "an unreadable event of {service}"),
            Self::PostgresRestart => f.write_str("PostgreSQL restarted at once"),
            Self::PostgresParted => f.write_str("PostgreSQL parted"),
            Self::PostgresDeaf => f.write_str("answers of PostgreSQL lost"),
            Self::PostgresSlow => f.write_str("PostgreSQL slow"),
            Self::PostgresReset => f.write_str("connections to PostgreSQL reset"),
            Self::PostgresBackends => f.write_str("backends of PostgreSQL terminated"),
            Self::PostgresFrozen => f.write_str("PostgreSQL frozen"),
            Self::RedisKill => f.write_str("kill -9 of Redis"),
            Self::RedisFlush => f.write_str("Redis flushed"),
            Self::RedisFrozen => f.write_str("Redis frozen"),
            Self::RedisParted => f.write_str("Redis parted"),
            Self::PeopleReset => f.write_str("connections of people reset"),
            Self::PartnersParted => f.write_str("partners parted"),
            Self::PartnersReset => f.write_str("connections of partners reset"),
            Self::PartnersStall => f.write_str("partners' line slow"),
            Self::Migrate => f.write_str("migrate while serving"),
        }
    }
}

/// One fault of a schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// From the end of the one before.
    pub after: Duration,
    pub lasts: Duration,
    pub fault: Fault,
}

/// The faults of a run on many processes.
pub fn of_many(seed: u64, faults: usize) -> Vec<Step> {
    let mut dice = Dice::about(seed, "faults");
    (0..faults)
        .map(|_| Step {
            after: millis(&mut dice, 20, 160),
            lasts: millis(&mut dice, 60, 400),
            fault: fault(&mut dice),
        })
        .collect()
}

/// The moments of kill -9 in a run on one process, counted from when it is ready.
pub fn of_one(seed: u64, kills: usize) -> Vec<Duration> {
    let mut dice = Dice::about(seed, "kills");
    (0..kills).map(|_| millis(&mut dice, 30, 900)).collect()
}

fn millis(dice: &mut Dice, least: usize, most: usize) -> Duration {
    Duration::from_millis(dice.between(least, most) as u64)
}

fn fault(dice: &mut Dice) -> Fault {
    let service = dice.pick(&SERVICES);
    let instance = Instance {
        service,
        number: dice.below(2),
    };
    // The busiest service is hurt most.
    let busiest = Instance {
        service: "testing-svc",
        number: dice.below(2),
    };
    match dice.below(100) {
        0..9 => Fault::Kill(busiest),
        9..18 => Fault::Kill(instance),
        18..24 => Fault::Terminate(instance),
        24..32 => Fault::Freeze(instance),
        32..34 => Fault::Clock(instance, if dice.below(2) == 0 { 10 } else { -10 }),
        34..36 => Fault::Roll(service),
        36..43 => Fault::PostgresRestart,
        43..47 => Fault::PostgresParted,
        47..51 => Fault::PostgresDeaf,
        51..54 => Fault::PostgresSlow,
        54..60 => Fault::PostgresReset,
        60..64 => Fault::PostgresBackends,
        64..67 => Fault::PostgresFrozen,
        67..71 => Fault::RedisKill,
        71..75 => Fault::RedisFlush,
        75..78 => Fault::RedisFrozen,
        78..80 => Fault::RedisParted,
        80..84 => Fault::ServiceParted(service),
        84..88 => Fault::ServiceReset(service),
        88..92 => Fault::ServiceDeaf(service),
        92..94 => Fault::PartnersParted,
        94..95 => Fault::PartnersReset,
        95..96 => Fault::PeopleReset,
        96..97 => Fault::PartnersStall,
        97..98 => Fault::Migrate,
        _ => Fault::Poison(service),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::mem::discriminant;

    use super::*;

    #[test]
    fn the_same_seed_is_the_same_schedule() {
        assert_eq!(of_many(7, 100), of_many(7, 100));
        assert_ne!(of_many(7, 100), of_many(8, 100));
        assert_eq!(of_one(7, 50), of_one(7, 50));
        // A longer run begins like a shorter one.
        assert_eq!(of_many(7, 100)[..30], of_many(7, 30));
    }

    #[test]
    fn the_three_seeds_of_a_landing_have_every_kind_of_fault() {
        let all: Vec<Step> = (1..=3).flat_map(|seed| of_many(seed, 100)).collect();
        let mut kinds = Vec::new();
        for step in &all {
            if !kinds.contains(&discriminant(&step.fault)) {
                kinds.push(discriminant(&step.fault));
            }
        }
        let told: BTreeSet<String> = all.iter().map(|step| step.fault.to_string()).collect();
        assert_eq!(kinds.len(), 25, "{told:#?}");
    }
}

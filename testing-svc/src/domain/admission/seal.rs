//! What a department of education signs to publish a run, and what is kept of its signature. The bytes follow
//! from the run and the two times alone: whoever has these makes the same bytes.

use chassis::canonical::{self, NotCanonical};
use chassis::clock::{from_us, to_us};
use chassis::identifier::Bin;
use jiff::Timestamp;
use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};

use super::run::{Agreed, Made, Run};
use crate::domain::allocation::run::Mode;

/// What stands at the head of everything that is signed, so that a signature given here is none elsewhere.
const SUITE: &str = "irikteu.testing";
const ACTION: &str = "PUBLISH_ALLOCATION_RUN";

/// When results are seen and until when offers are answered, as the database keeps times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Times {
    pub results: Timestamp,
    pub reply_until: Timestamp,
}

impl Times {
    pub fn new(results: Timestamp, reply_until: Timestamp) -> Self {
        let whole = |time| from_us(to_us(time));
        Self {
            results: whole(results),
            reply_until: whole(reply_until),
        }
    }
}

/// Everything that is signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Content {
    pub suite: String,
    pub format: u8,
    pub action: String,
    /// The BIN of the department that signs.
    pub organisation: String,
    pub campaign: String,
    pub allocation_run: String,
    pub round: i32,
    /// `DEFERRED_ACCEPTANCE` or `IN_TURN`.
    pub mode: String,
    pub agreed: Agreed,
    pub rules_version: u32,
    pub seed: String,
    pub input_sha256: String,
    pub record_sha256: String,
    pub specialties: u32,
    pub applicants: u32,
    /// How many are offered a place.
    pub placed: u32,
    pub results_time: Timestamp,
    pub reply_expire_time: Timestamp,
}

impl Content {
    pub fn new(run: &Run, made: &Made, organisation: Bin, times: Times) -> Self {
        let mode = match run.agreed.terms.mode {
            Mode::DeferredAcceptance => "DEFERRED_ACCEPTANCE",
            Mode::InTurn { .. } => "IN_TURN",
        };
        Self {
            suite: SUITE.into(),
            format: 1,
            action: ACTION.into(),
            organisation: organisation.to_string(),
            campaign: format!("campaigns/{}", run.campaign),
            allocation_run: run.name(),
            round: run.round,
            mode: mode.into(),
            agreed: run.agreed,
            rules_version: made.rules,
            seed: hex::encode(run.seed),
            input_sha256: made.input_hash.clone(),
            record_sha256: made.record_hash.clone(),
            specialties: made.specialties,
            applicants: made.applicants,
            placed: made.placed,
            results_time: times.results,
            reply_expire_time: times.reply_until,
        }
    }

    /// The bytes that are signed.
    ///
    /// # Errors
    /// Never: texts, times and whole numbers have a canonical form.
    pub fn bytes(&self) -> Result<Vec<u8>, NotCanonical> {
        canonical::to_bytes(self)
    }
}

/// By what a run was published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seal {
    /// What was signed.
    pub content: Vec<u8>,
    pub cms_sha256: String,
    /// `signatures/{signature}`.
    pub signature: String,
    /// The department that signed.
    pub organisation: Bin,
    /// When the signature reached the suite: the time for which it was checked.
    pub signed: Timestamp,
}

pub fn sha256(bytes: &[u8]) -> String {
    hex::encode(digest(&SHA256, bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::admission::run::State;
    use crate::domain::allocation::check::Findings;
    use crate::domain::allocation::lottery::Lottery;
    use crate::domain::allocation::plan::{Kind, Order};
    use crate::domain::allocation::run::Terms;
    use uuid::Uuid;

    fn run() -> Run {
        Run {
            id: Uuid::from_u128(7),
            campaign: "college-2026".into(),
            round: 1,
            agreed: Agreed {
                terms: Terms {
                    mode: Mode::DeferredAcceptance,
                    lottery: Lottery::One,
                },
                quotas: Kind::Minimum,
                order: Order::ReservedFirst,
            },
            seed: [0xab; 32],
            created: Timestamp::UNIX_EPOCH,
            made: Some(Made {
                state: State::Checked,
                rules: 1,
                known: 3,
                input_hash: "1".repeat(64),
                record_hash: "2".repeat(64),
                findings: Findings::default(),
                faults: Vec::new(),
                specialties: 2,
                applicants: 3,
                placed: 2,
                unranked: 0,
                finished: Timestamp::UNIX_EPOCH,
            }),
            published: None,
        }
    }

    fn bytes(run: &Run, change: impl FnOnce(&mut Content)) -> Vec<u8> {
        let made = run.made.as_ref().expect("made");
        let at = |text: &str| text.parse::<Timestamp>().expect("an instant");
        let times = Times::new(
            at("2026-08-25T05:00:00.1234567Z"),
            at("2026-08-27T05:00:00Z"),
        );
        let bin = Bin::parse("991240000033").expect("a BIN");
        let mut content = Content::new(run, made, bin, times);
        change(&mut content);
        content.bytes().expect("canonical")
    }

    #[test]
    fn what_is_signed_names_all_that_a_replay_needs_in_one_way_of_writing() {
        let written = String::from_utf8(bytes(&run(), |_| {})).expect("a text");
        let expected = format!(
            r#"{{"action":"PUBLISH_ALLOCATION_RUN","agreed":{{"order":"ReservedFirst","quotas":"Minimum","terms":{{"lottery":"One","mode":"DeferredAcceptance"}}}},"allocation_run":"campaigns/college-2026/allocationRuns/00000000-0000-0000-0000-000000000007","applicants":3,"campaign":"campaigns/college-2026","format":1,"input_sha256":"{}","mode":"DEFERRED_ACCEPTANCE","organisation":"991240000033","placed":2,"record_sha256":"{}","reply_expire_time":"2026-08-27T05:00:00Z","results_time":"2026-08-25T05:00:00.123456Z","round":1,"rules_version":1,"seed":"{}","specialties":2,"suite":"irikteu.testing"}}"#,
            "1".repeat(64),
            "2".repeat(64),
            "ab".repeat(32),
        );
        assert_eq!(written, expected);
    }

    #[test]
    fn another_run_time_or_department_has_other_bytes() {
        let own = bytes(&run(), |_| {});
        type Change = fn(&mut Content);
        let changes: [Change; 6] = [
            |it| it.organisation = "991240000043".into(),
            |it| it.record_sha256 = "3".repeat(64),
            |it| it.seed = "cd".repeat(32),
            |it| it.round = 2,
            |it| it.mode = "IN_TURN".into(),
            |it| it.results_time = Timestamp::UNIX_EPOCH,
        ];
        for change in changes {
            assert_ne!(bytes(&run(), change), own);
        }
    }
}

//! The decision log: a row per decision, each bound to the one before by its hash (`chassis::chain`).

pub use chassis::chain::{Entry, Fault, FaultKind, Hash, Head, Successor, verify};
use chassis::clock::to_us;
use jiff::Timestamp;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::decision::{CorrectionItem, Decision};
use super::task::Decided;

/// What a decision is about.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    pub review_task: &'a str,
    pub application: &'a str,
    pub submission: &'a str,
}

/// Fields in the order of the alphabet: the bytes are the same wherever they are made.
#[derive(Serialize)]
struct Content<'a> {
    application: &'a str,
    correction_due_time: Option<String>,
    decide_time: String,
    expert: &'a str,
    format: u8,
    items: Vec<Item<'a>>,
    outcome: &'a str,
    reasons: Vec<Reason<'a>>,
    review_task: &'a str,
    submission: &'a str,
}

#[derive(Serialize)]
struct Item<'a> {
    kind: &'a str,
    note_sha256: String,
    section: &'a str,
}

#[derive(Serialize)]
struct Reason<'a> {
    code: &'a str,
    note_sha256: String,
}

/// The canonical bytes of a decision. What an expert wrote about a person is in them as a hash only.
///
/// # Panics
/// Never: texts and numbers can always be written as JSON.
#[expect(clippy::expect_used, reason = "texts and numbers are always JSON")]
pub fn content(subject: Subject<'_>, decided: &Decided) -> Vec<u8> {
    let mut content = Content {
        application: subject.application,
        correction_due_time: None,
        decide_time: instant(decided.decide_time),
        expert: &decided.expert,
        format: 1,
        items: Vec::new(),
        outcome: decided.decision.outcome(),
        reasons: Vec::new(),
        review_task: subject.review_task,
        submission: subject.submission,
    };
    match &decided.decision {
        Decision::Accept => {}
        Decision::Reject { reasons } => {
            let reasons = reasons.iter().map(|reason| Reason {
                code: &reason.code,
                note_sha256: hashed_note(&reason.note),
            });
            content.reasons = reasons.collect();
        }
        Decision::RequestCorrection {
            items,
            correction_due_time,
        } => {
            content.items = items.iter().map(item).collect();
            content.correction_due_time = Some(instant(*correction_due_time));
        }
    }
    serde_json::to_vec(&content).expect("a decision is JSON")
}

fn item(item: &CorrectionItem) -> Item<'_> {
    Item {
        kind: item.kind.code(),
        note_sha256: hashed_note(&item.note),
        section: &item.section,
    }
}

/// Empty where nothing was written.
fn hashed_note(note: &str) -> String {
    match note.is_empty() {
        true => String::new(),
        false => hex::encode(Sha256::digest(note.as_bytes())),
    }
}

/// In whole microseconds, as the databases keep it.
fn instant(time: Timestamp) -> String {
    chassis::clock::from_us(to_us(time)).to_string()
}

#[cfg(test)]
mod tests {
    use super::super::decision::{CorrectionKind, Reason};
    use super::*;

    const SUBJECT: Subject<'static> = Subject {
        review_task: "reviewTasks/t1",
        application: "campaigns/c/applications/a1",
        submission: "campaigns/c/applications/a1/submissions/1",
    };

    fn time() -> Timestamp {
        "2026-06-01T05:00:00.000001Z".parse().expect("an instant")
    }

    fn decided(decision: Decision) -> Decided {
        Decided {
            decision,
            expert: "accounts/e".into(),
            decide_time: time(),
        }
    }

    #[test]
    fn the_canonical_bytes_of_each_outcome_are_these() {
        let accepted = content(SUBJECT, &decided(Decision::Accept));
        assert_eq!(
            String::from_utf8_lossy(&accepted),
            r#"{"application":"campaigns/c/applications/a1","correction_due_time":null,"decide_time":"2026-06-01T05:00:00.000001Z","expert":"accounts/e","format":1,"items":[],"outcome":"ACCEPTED","reasons":[],"review_task":"reviewTasks/t1","submission":"campaigns/c/applications/a1/submissions/1"}"#
        );
        let reasons = vec![Reason {
            code: "OTHER".into(),
            note: "abc".into(),
        }];
        let rejected = content(SUBJECT, &decided(Decision::Reject { reasons }));
        let text = String::from_utf8_lossy(&rejected).into_owned();
        assert!(text.contains(
            r#""reasons":[{"code":"OTHER","note_sha256":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}]"#
        ));
        assert!(!text.contains("abc"));
        let items = vec![CorrectionItem {
            section: "education".into(),
            kind: CorrectionKind::Outdated,
            note: String::new(),
        }];
        let asked = content(
            SUBJECT,
            &decided(Decision::RequestCorrection {
                items,
                correction_due_time: time(),
            }),
        );
        let text = String::from_utf8_lossy(&asked).into_owned();
        assert!(text.contains(
            r#""items":[{"kind":"OUTDATED","note_sha256":"","section":"education"}],"outcome":"CORRECTION_REQUESTED""#
        ));
    }

    /// Hashes that logs of today hold: `printf` of the sequence, the hash before and the content, into
    /// `sha256sum`. Another format would make every log that is kept look tampered with.
    const KEPT: [&str; 2] = [
        "bd730629f871eee5b06b2fbda3be41cb455b57531f8f81f1e2d7d6033a921fd4",
        "957ebc3d81b57c322bfbd72aa25b292bc58e090c8b08daca620a185f50b35d8b",
    ];

    #[test]
    fn a_log_that_is_kept_stays_whole() {
        let decisions = [
            Decision::Accept,
            Decision::Reject {
                reasons: vec![Reason {
                    code: "OTHER".into(),
                    note: "abc".into(),
                }],
            },
        ];
        let mut head = Head::default();
        for (decision, kept) in decisions.into_iter().zip(KEPT) {
            head = Entry::after(head, content(SUBJECT, &decided(decision))).head();
            assert_eq!(hex::encode(head.hash), kept);
        }
    }
}

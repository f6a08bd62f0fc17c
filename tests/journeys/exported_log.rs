//! The log of signed acts, taken over HTTP by who may have it, and verified by somebody who has nothing but the
//! file and the certificates of the authority: what `cargo xtask verify-log` does.

use std::io::{self, Cursor};

use chassis::chain::Head;
use identity_svc::exported_log::{Verified, verify};
use identity_svc::signature::Auditor;
use serde_json::Value;
use standalone::signing::COLLEGES;
use tests::college::Board;
use tests::person::Someone;
use tests::town::Town;

const LOG: &str = "/v1/boardLogEntries/content";

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_given_the_log_of_signed_acts_can_tell_that_nobody_touched_it() {
    let town = Town::at_ten_on_the_first_of_june().await;
    anybody_verifies_the_log(&town).await;
    let manager = town.staff("manager@demo.irikteu.kz").await;
    manager.get(LOG).await.refused("NOT_ALLOWED");
    town.someone().get(LOG).await.refused("NOT_SIGNED_IN");
    let wrong = Board::signs_in(&town, &COLLEGES[0]).await.someone;
    let wrong = wrong.get(&format!("{LOG}?afterSequence=-1")).await;
    let expected = [("afterSequence".to_owned(), "OUT_OF_RANGE".to_owned())];
    assert_eq!(wrong.violations(), expected);
    town.close().await;
}

/// The log as an administrator and as each college gets it; then with something done to it.
pub async fn anybody_verifies_the_log(town: &Town) {
    let authority = town.data_dir().join("signatures/authority.pem");
    let auditor = Auditor::new(&std::fs::read(authority).unwrap()).unwrap();
    let administrator = town.staff("admin@demo.irikteu.kz").await;
    let rows = exported(&administrator).await;
    assert!(rows.len() >= 4, "{} acts", rows.len());
    let whole = told(&rows, None, &auditor).unwrap();
    let count = u64::try_from(rows.len()).unwrap();
    assert_eq!((whole.acts, whole.signatures), (count, count));

    let mut own = 0;
    for college in &COLLEGES {
        let board = Board::signs_in(town, college).await;
        let seen = exported(&board.someone).await;
        let found = told(&seen, Some(whole.head), &auditor).unwrap();
        assert_eq!(found.acts, count);
        for row in seen.iter().filter(|row| row.get("cms").is_some()) {
            assert!(rows.contains(row));
        }
        own += found.signatures;
    }
    assert_eq!(own, count, "each act is one college's");
    every_touch_is_told(&rows, whole.head, &auditor);
}

fn every_touch_is_told(rows: &[Value], head: Head, auditor: &Auditor) {
    type Touch = (&'static str, fn(&mut Vec<Value>));
    let touches: [Touch; 6] = [
        ("row 3 was changed", |rows| {
            rows[2]["content"] = rows[1]["content"].clone();
        }),
        ("row 2 is gone", |rows| drop(rows.remove(1))),
        ("row 2 stands elsewhere", |rows| rows.swap(1, 2)),
        (
            "row 2 was made for another signature than the one beside it",
            |rows| {
                let cms = rows[1]["cms"].take();
                rows[1]["cms"] = rows[2]["cms"].take();
                rows[2]["cms"] = cms;
            },
        ),
        (
            "row 4 was made for other content than what is beside it",
            |rows| rows[3]["signedContent"] = rows[0]["signedContent"].clone(),
        ),
        ("line 1 is no row of a log", |rows| {
            rows[0]["hash"] = Value::Null;
        }),
    ];
    for (sentence, touch) in touches {
        let mut rows = rows.to_vec();
        touch(&mut rows);
        assert_eq!(told(&rows, None, auditor), Err(sentence.to_owned()));
    }
    // What is missing at the end is seen by who knows the head.
    let (last, others) = rows.split_last().unwrap();
    let gone = format!("row {} is gone", last["sequence"].as_str().unwrap());
    assert_eq!(told(others, Some(head), auditor), Err(gone));
}

async fn exported(someone: &Someone) -> Vec<Value> {
    let file = String::from_utf8(someone.download(LOG).await).unwrap();
    let rows = file.lines().map(serde_json::from_str);
    rows.collect::<Result<_, _>>().unwrap()
}

/// What `verify-log` says.
fn told(rows: &[Value], known: Option<Head>, auditor: &Auditor) -> Result<Verified, String> {
    let file: String = rows.iter().map(|row| format!("{row}\n")).collect();
    let open = || io::Result::Ok(Cursor::new(file.as_bytes()));
    let verified = verify(open, known, Some(auditor)).unwrap();
    verified.map_err(|fault| fault.to_string())
}

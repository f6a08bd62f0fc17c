//! The decision log: it grows with every decision, and tells the first row that somebody touched.

use std::sync::Arc;

use chassis::caller::Role;
use chassis::client::Connection;
use chassis::database::execute;
use chassis::testing;
use proto::review::v1::decision_log_entries_client::DecisionLogEntriesClient;
use proto::review::v1::decision_log_fault::Kind;
use proto::review::v1::{
    DecisionLogEntry, ListDecisionLogEntriesRequest, VerifyDecisionLogRequest,
    VerifyDecisionLogResponse,
};
use review_svc::domain::decision_log::{self, Entry, Head};
use review_svc::migrations::Migrator;
use sea_orm::{ConnectionTrait, DbBackend};
use sea_orm_migration::{MigrationTrait, MigratorTrait};

use crate::house::{House, reason};

fn log(house: &House) -> DecisionLogEntriesClient<Connection> {
    let administrator = testing::person(901, &[Role::Administrator]);
    DecisionLogEntriesClient::new(house.connection(administrator))
}

async fn listed(house: &House) -> Vec<DecisionLogEntry> {
    let mut all = Vec::new();
    let mut request = ListDecisionLogEntriesRequest {
        page_size: 2,
        ..Default::default()
    };
    loop {
        let page = log(house).list_decision_log_entries(request.clone()).await;
        let page = page.expect("a page").into_inner();
        all.extend(page.decision_log_entries);
        if page.next_page_token.is_empty() {
            return all;
        }
        request.page_token = page.next_page_token;
    }
}

async fn verified(house: &House) -> VerifyDecisionLogResponse {
    let answer = log(house)
        .verify_decision_log(VerifyDecisionLogRequest {})
        .await;
    answer.expect("an answer").into_inner()
}

async fn fault(house: &House) -> Option<(i64, Kind)> {
    let fault = verified(house).await.fault;
    fault.map(|fault| (fault.sequence, fault.kind()))
}

/// An exported row, as anybody reads it.
fn exported(entry: &DecisionLogEntry) -> Entry {
    let hash = |bytes: &[u8]| bytes.try_into().expect("32 bytes");
    Entry {
        sequence: entry.sequence,
        previous_hash: hash(&entry.previous_hash),
        content: entry.content.to_vec(),
        hash: hash(&entry.hash),
    }
}

async fn decided(house: &House, applicants: std::ops::RangeInclusive<u128>) {
    for applicant in applicants {
        let task = house.submitted(applicant).await;
        house.claims(50, &task.name).await.expect("a claim");
        house.accepts(50, &task.name).await.expect("a decision");
    }
}

/// What only somebody with the keys of the database can do.
async fn tampered(house: &House, sql: &[&str]) {
    let tx = house.test.db.begin().await.expect("a transaction");
    let unlocked: &[&str] = match tx.get_database_backend() {
        DbBackend::Postgres => &[
            "ALTER TABLE decision_log_entry DISABLE TRIGGER USER",
            "ALTER TABLE decision_log_head DISABLE TRIGGER USER",
            "ALTER TABLE decision DISABLE TRIGGER USER",
        ],
        _ => &[
            "DROP TRIGGER decision_log_entry_is_not_updated",
            "DROP TRIGGER decision_log_entry_is_not_deleted",
            "DROP TRIGGER decision_log_head_moves_by_one",
            "DROP TRIGGER decision_is_not_updated",
        ],
    };
    for sql in unlocked.iter().chain(sql) {
        execute(&tx, sql, []).await.expect(sql);
    }
    house.test.db.commit(tx).await.expect("committed");
}

#[tokio::test]
async fn every_decision_is_a_row_and_the_export_verifies_without_the_service() {
    let house = House::new().await;
    decided(&house, 1..=5).await;
    let rows = listed(&house).await;
    let sequences: Vec<_> = rows.iter().map(|row| row.sequence).collect();
    assert_eq!(sequences, [1, 2, 3, 4, 5]);
    let first = String::from_utf8(rows[0].content.to_vec()).unwrap();
    assert!(first.contains(r#""outcome":"ACCEPTED""#), "{first}");
    assert!(first.contains(&rows[0].review_task), "{first}");

    let export: Vec<_> = rows.iter().map(exported).collect();
    let told = verified(&house).await;
    let head = Head {
        sequence: told.intact_count,
        hash: told.intact_hash.as_ref().try_into().expect("32 bytes"),
    };
    assert_eq!((told.fault, told.intact_count), (None, 5));
    assert_eq!(decision_log::verify(&export, Some(head)), Ok(head));
}

#[tokio::test]
async fn an_empty_log_is_whole() {
    let house = House::new().await;
    let told = verified(&house).await;
    assert_eq!((told.fault, told.intact_count), (None, 0));
    assert!(listed(&house).await.is_empty());
}

#[tokio::test]
async fn a_decision_that_is_not_made_leaves_no_row() {
    let house = House::new().await;
    let task = house.submitted(1).await;
    house.accepts(50, &task.name).await.expect_err("no claim");
    assert!(listed(&house).await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn decisions_at_the_same_time_never_fork_the_log() {
    let house = Arc::new(House::new().await);
    let mut names = Vec::new();
    for applicant in 1..=24 {
        let task = house.submitted(applicant).await;
        house.claims(50 + applicant, &task.name).await.unwrap();
        names.push((50 + applicant, task.name));
    }
    let calls = names.into_iter().map(|(expert, name)| {
        let house = house.clone();
        tokio::spawn(async move { house.accepts(expert, &name).await })
    });
    for call in calls.collect::<Vec<_>>() {
        call.await.unwrap().expect("a decision");
    }
    let told = verified(&house).await;
    assert_eq!((told.fault, told.intact_count), (None, 24));
}

#[tokio::test]
async fn the_database_itself_refuses_to_change_delete_or_skip_a_row() {
    let house = House::new().await;
    decided(&house, 1..=2).await;
    for sql in [
        "UPDATE decision_log_entry SET sequence = 7 WHERE sequence = 2",
        "DELETE FROM decision_log_entry WHERE sequence = 2",
        "UPDATE decision_log_head SET sequence = 1",
        "UPDATE decision_log_head SET sequence = 4",
        "DELETE FROM decision_log_head",
    ] {
        let tx = house.test.db.begin().await.unwrap();
        assert!(execute(&tx, sql, []).await.is_err(), "{sql}");
    }
    assert_eq!(fault(&house).await, None);
}

#[tokio::test]
async fn a_changed_row_is_named() {
    let house = House::new().await;
    decided(&house, 1..=4).await;
    let change = "UPDATE decision_log_entry SET content = previous_hash WHERE sequence = 3";
    tampered(&house, &[change]).await;
    assert_eq!(fault(&house).await, Some((3, Kind::Changed)));
    assert_eq!(verified(&house).await.intact_count, 2);
}

#[tokio::test]
async fn a_dropped_row_is_named() {
    let house = House::new().await;
    decided(&house, 1..=4).await;
    let drop = "DELETE FROM decision_log_entry WHERE sequence = 2";
    tampered(&house, &[drop]).await;
    assert_eq!(fault(&house).await, Some((2, Kind::Dropped)));
}

#[tokio::test]
async fn a_log_cut_off_with_its_head_is_missed_by_its_decisions() {
    let house = House::new().await;
    decided(&house, 1..=4).await;
    let cut = "DELETE FROM decision_log_entry WHERE sequence = 4";
    tampered(&house, &[cut]).await;
    assert_eq!(fault(&house).await, Some((4, Kind::Dropped)));
    let head = "UPDATE decision_log_head SET sequence = 3,
                hash = (SELECT hash FROM decision_log_entry WHERE sequence = 3)";
    let tx = house.test.db.begin().await.unwrap();
    execute(&tx, head, []).await.unwrap();
    house.test.db.commit(tx).await.unwrap();
    assert_eq!(fault(&house).await, Some((4, Kind::Dropped)));
}

#[tokio::test]
async fn reordered_rows_are_named() {
    let house = House::new().await;
    decided(&house, 1..=4).await;
    let swap = [
        "UPDATE decision_log_entry SET sequence = 99 WHERE sequence = 2",
        "UPDATE decision_log_entry SET sequence = 2 WHERE sequence = 3",
        "UPDATE decision_log_entry SET sequence = 3 WHERE sequence = 99",
    ];
    tampered(&house, &swap).await;
    assert_eq!(fault(&house).await, Some((2, Kind::Reordered)));
}

#[tokio::test]
async fn a_row_replaced_by_one_that_is_whole_in_itself_is_found_by_the_next() {
    let house = House::new().await;
    decided(&house, 1..=4).await;
    let rows = listed(&house).await;
    // The content stays true to the decision: only the chain can tell.
    let other = Head {
        sequence: 2,
        hash: [7; 32],
    };
    let forged = Entry::after(other, rows[2].content.to_vec());
    let replaced = format!(
        "UPDATE decision_log_entry SET previous_hash = {}, hash = {} WHERE sequence = 3",
        literal(&house, &forged.previous_hash),
        literal(&house, &forged.hash)
    );
    tampered(&house, &[&replaced]).await;
    assert_eq!(fault(&house).await, Some((3, Kind::Forked)));
}

#[tokio::test]
async fn a_decision_changed_behind_the_log_is_named() {
    let house = House::new().await;
    decided(&house, 1..=3).await;
    let rows = listed(&house).await;
    let id = rows[1].review_task.trim_start_matches("reviewTasks/");
    let change = format!("UPDATE decision SET expert = 'accounts/other' WHERE task = '{id}'");
    tampered(&house, &[&change]).await;
    assert_eq!(fault(&house).await, Some((2, Kind::DecisionChanged)));
}

#[tokio::test]
async fn the_log_is_for_managers_and_administrators() {
    let house = House::new().await;
    for role in Role::ALL {
        let caller = testing::person(1, &[role]);
        let mut log = DecisionLogEntriesClient::new(house.connection(caller));
        let lets_in = matches!(role, Role::CampaignManager | Role::Administrator);
        let verify = log.verify_decision_log(VerifyDecisionLogRequest {}).await;
        let list = log
            .list_decision_log_entries(ListDecisionLogEntriesRequest::default())
            .await;
        for refused in [verify.err(), list.err()] {
            assert_eq!(refused.is_none(), lets_in, "{role:?}");
            assert!(refused.is_none_or(|status| reason(&status) == "NOT_ALLOWED"));
        }
    }
}

fn literal(house: &House, hash: &[u8; 32]) -> String {
    let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    match house.test.db.read().get_database_backend() {
        DbBackend::Postgres => format!("'\\x{hex}'::bytea"),
        _ => format!("x'{hex}'"),
    }
}

/// The tables as they were before there was a log.
struct Before;

impl MigratorTrait for Before {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        Migrator::migrations().into_iter().take(3).collect()
    }
}

#[tokio::test]
async fn decisions_made_before_the_log_are_its_first_rows_in_their_order() {
    let test = testing::database::<Before>().await;
    let tx = test.db.begin().await.unwrap();
    for (number, decide_us) in [(1, 20), (2, 10)] {
        let task = format!("01970000-0000-7000-8000-00000000000{number}");
        for sql in [
            format!(
                "INSERT INTO review_task (id, application, submission, campaign, applicant,
                    submission_number, state, open_us, rank_us, working_days, close_us, version)
                 VALUES ('{task}', 'a{number}', 's', 'c', 'p', 1, 'DECIDED', 1, 0, 3, {decide_us}, 3)"
            ),
            format!(
                "INSERT INTO decision (task, outcome, expert, decide_us, reasons, items)
                 VALUES ('{task}', 'ACCEPTED', 'e', {decide_us}, '[]', '[]')"
            ),
        ] {
            execute(&tx, &sql, []).await.unwrap();
        }
    }
    test.db.commit(tx).await.unwrap();

    test.db.migrate::<Migrator>().await.unwrap();
    let house = House::with_database(test).await;
    let rows = listed(&house).await;
    let tasks: Vec<_> = rows.iter().map(|row| row.review_task.as_str()).collect();
    assert_eq!(
        tasks,
        [
            "reviewTasks/01970000-0000-7000-8000-000000000002",
            "reviewTasks/01970000-0000-7000-8000-000000000001"
        ]
    );
    let told = verified(&house).await;
    assert_eq!((told.fault, told.intact_count), (None, 2));
}

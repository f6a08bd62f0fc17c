//! The database crashes while experts claim: nobody is told a lie, nobody waits for ever, and whoever
//! repeats the same request learns what became of it. On PostgreSQL, with a server of its own.

use std::sync::Arc;
use std::time::Duration;

use chassis::clock::Stopwatch;
use chassis::database::{Database, Limits};
use chassis::testing::postgres::Postgres;
use chassis::testing::{self, TestDatabase};
use proto::review::v1::{ClaimReviewTaskRequest, ReviewTask};
use review_svc::migrations::Migrator;
use tokio::task::JoinSet;
use tonic::{Code, Status};
use tonic_types::StatusExt;

use crate::house::{House, account, reason};

const TASKS: u128 = 30;
/// What a call may take, with the margin of a busy machine.
const DEADLINE: Duration = Duration::from_secs(10);

/// Repeats the same request until there is an answer; tells it, and how often it took.
async fn claims_at_last(
    house: &House,
    expert: u128,
    name: &str,
) -> (Result<ReviewTask, Status>, u32) {
    let request = ClaimReviewTaskRequest {
        name: name.to_owned(),
        request_id: house.request_id(),
    };
    for tries in 1.. {
        let mut tasks = house.expert(expert);
        let claim = tasks.claim_review_task(request.clone());
        let answer = tokio::time::timeout(DEADLINE, claim).await;
        match answer.expect("no call hangs") {
            Ok(task) => return (Ok(task.into_inner()), tries),
            Err(status) if status.code() == Code::Unavailable => {
                let details = status.get_error_details();
                assert!(details.retry_info().is_some(), "{status:?}");
                assert!(details.localized_message().is_some(), "{status:?}");
            }
            // Another try of ours is still under way.
            Err(status) if reason(&status) == "REQUEST_IN_FLIGHT" => {}
            Err(status) => return (Err(status), tries),
        }
    }
    unreachable!("the loop has no end of its own")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn experts_claim_through_crashes_of_the_database_and_each_task_has_the_holder_that_was_told()
{
    if !testing::is_on_postgres() {
        return;
    }
    let mut server = Postgres::start();
    let limits = Limits {
        wait: Duration::from_millis(500),
        ..Limits::default()
    };
    let db = Database::open(&server.url(), &limits).await.unwrap();
    db.migrate::<Migrator>().await.unwrap();
    let house = House::with_database(TestDatabase {
        db,
        url: server.url(),
        folder: tempfile::tempdir().unwrap(),
    });
    let house = Arc::new(house.await);
    let mut names = Vec::new();
    for number in 0..TASKS {
        names.push(house.submitted(number).await.name);
    }

    let mut claims = JoinSet::new();
    for (number, name) in (0_u128..).zip(names.clone()) {
        for expert in [100 + number, 200 + number] {
            let (house, name) = (house.clone(), name.clone());
            claims.spawn(async move {
                let (answer, tries) = claims_at_last(&house, expert, &name).await;
                (name, expert, answer, tries)
            });
        }
    }
    let mut answers = Vec::new();
    for crash in 1..=3 {
        answers.push(claims.join_next().await.unwrap().unwrap());
        server.stop_at_once();
        server.start_again();
        // The first answer after it, from whoever was waiting.
        let since = Stopwatch::start();
        answers.push(claims.join_next().await.unwrap().unwrap());
        let took = since.elapsed();
        assert!(took < Duration::from_secs(5), "crash {crash}: {took:?}");
    }
    answers.extend(claims.join_all().await);

    assert!(
        answers.iter().any(|(.., tries)| *tries > 1),
        "no crash was felt"
    );
    for name in names {
        let told = answers.iter().filter(|(of, ..)| *of == name);
        let (won, lost): (Vec<_>, Vec<_>) = told.partition(|(_, _, answer, _)| answer.is_ok());
        assert_eq!((won.len(), lost.len()), (1, 1), "{name}");
        let refusal = lost[0].2.as_ref().unwrap_err();
        assert_eq!(reason(refusal), "TASK_ALREADY_CLAIMED", "{refusal:?}");
        let holder = house.task(&name).await.claim.expect("a claim").expert;
        assert_eq!(holder, account(won[0].1));
    }
}

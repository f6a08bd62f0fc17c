//! What the jobs do as time goes by.

use chassis::database::query_all;
use jiff::SignedDuration;
use pb::prove_registration_email_request::Proof;
use proto::identity::v1 as pb;

use crate::world::*;

impl World {
    pub async fn run_jobs(&self) {
        for job in &self.jobs {
            job.run()
                .await
                .unwrap_or_else(|error| panic!("{}: {error:?}", job.name));
        }
    }

    /// Attempts that know nothing of a person any more.
    async fn attempts_of_nobody(&self) -> usize {
        let nobody = "registration_attempt WHERE iin = '' AND email = '' AND password_hash = ''
            AND personal IS NULL AND data_key IS NULL AND master_key IS NULL";
        self.rows(nobody).await
    }

    pub async fn rows(&self, table: &str) -> usize {
        let sql = format!("SELECT 1 AS one FROM {table}");
        query_all(self.wiring.db.read(), &sql, [])
            .await
            .expect("rows")
            .len()
    }
}

#[tokio::test]
async fn an_attempt_that_ran_out_forgets_the_person_and_is_forgotten_a_day_later() {
    let world = world().await;
    let name = world
        .start(attempt(IIN, EMAIL))
        .await
        .expect("an attempt")
        .name;
    let mail = world.mail_of(EMAIL, &name).await;
    world.clock.advance(SignedDuration::from_hours(1));
    world.run_jobs().await;
    assert_eq!(world.attempts_of_nobody().await, 1);
    assert_eq!(
        refused(world.prove(&name, Proof::Token(token_of(&mail))).await),
        "REGISTRATION_EXPIRED"
    );
    world.clock.advance(SignedDuration::from_hours(25));
    world.run_jobs().await;
    assert_eq!(
        refused(world.prove(&name, Proof::Token(token_of(&mail))).await),
        "NOT_FOUND"
    );
}

#[tokio::test]
async fn a_completed_attempt_keeps_nothing_of_the_person() {
    let world = world().await;
    let name = world.proven(attempt(IIN, EMAIL)).await;
    world.complete(&name).await.expect("an account");
    assert_eq!(world.attempts_of_nobody().await, 1);
}

#[tokio::test]
async fn answers_sessions_failures_and_mails_are_kept_as_long_as_they_are_of_use() {
    let world = world().await;
    world.seed(IIN, EMAIL, &[]).await;
    let session = world.sign_in(IIN, PASSWORD).await.expect("a session");
    let second = world.refresh(&session.refresh_token).await.expect("a pair");
    world.exchange(&second.access_token).await.expect("used");
    world
        .sign_in("nobody@example.kz", PASSWORD)
        .await
        .expect_err("nobody");
    world.relay().await;
    world.clock.advance(SignedDuration::from_mins(16));
    world.run_jobs().await;
    let kept = [
        "once",
        "session",
        "session_token",
        "sign_in_failure",
        "mail",
    ];
    let mut left = Vec::new();
    for table in kept {
        left.push(world.rows(table).await);
    }
    assert_eq!(left, [1, 1, 2, 0, 1]);
    assert_eq!(
        refused(world.refresh(&session.refresh_token).await),
        "REFRESH_TOKEN_REUSED"
    );
    world.clock.advance(SignedDuration::from_hours(8 * 24));
    world.run_jobs().await;
    assert_eq!(
        (world.rows("once").await, world.rows("session_token").await),
        (0, 0)
    );
    assert_eq!(
        (world.rows("session").await, world.rows("mail").await),
        (1, 1)
    );
    world.clock.advance(SignedDuration::from_hours(31 * 24));
    world.run_jobs().await;
    assert_eq!(
        (world.rows("session").await, world.rows("mail").await),
        (0, 0)
    );
    let request = pb::CreateSessionRequest {
        login: IIN.into(),
        password: PASSWORD.into(),
        request_id: world.request_id(),
    };
    world
        .sessions()
        .create_session(request)
        .await
        .expect("the account is there for good");
}

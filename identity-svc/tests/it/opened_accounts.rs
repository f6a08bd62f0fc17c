//! Accounts that the board of a college opens for who stands before it.

use chassis::caller::{Caller, OrganisationKind, Signatory};
use chassis::identifier::Bin;
use futures_util::future::join_all;
use identity_svc::domain::account_opening::Rules;
use jiff::SignedDuration;
use pb::accounts_client::AccountsClient;
use pb::audit_records_client::AuditRecordsClient;
use pb::prove_recovery_request::Proof;
use pb::recoveries_client::RecoveriesClient;
use pb::signing_organisation::Kind;
use proto::identity::v1 as pb;
use proto::wire::v1::Language;
use tonic::Status;

use crate::signing::{COLLEGE, college, signing_with};
use crate::world::*;

const OTHER_COLLEGE: &str = "040440000030";
const SCHOOL: &str = "010140000014";
const NEW: &str = "ақ боз ат көктем алдында";
const WRONG_ADDRESS: &str = "alikhan@example.com";
/// Whom the registry knows, and has no account in these worlds.
const SOMEBODY: &str = "010101100008";
/// Another of them.
const ANOTHER: &str = "010101200004";
/// Whom the registry does not know.
const NOBODY: &str = "950615900009";

/// Two colleges and a school are registered; the administrator has the account of [`IIN`].
async fn world_of_colleges() -> (World, Caller) {
    world_where(Rules::default()).await
}

async fn world_where(rules: Rules) -> (World, Caller) {
    let (world, administrator) = signing_with(|config| config.account_opening = rules).await;
    for (bin, kind) in [
        (COLLEGE, Kind::College),
        (OTHER_COLLEGE, Kind::College),
        (SCHOOL, Kind::Other),
    ] {
        let organisation = pb::SigningOrganisation {
            bin: bin.into(),
            kind: kind.into(),
            ..college()
        };
        let made = world.register(&administrator, organisation).await;
        made.expect("registered");
    }
    (world, administrator)
}

fn person(iin: &str, email: &str) -> pb::OpenAccountRequest {
    pb::OpenAccountRequest {
        iin: iin.into(),
        email: email.into(),
        ..Default::default()
    }
}

impl World {
    fn board(&self, bin: &str) -> Caller {
        Caller::Signatory(Signatory {
            id: self.wiring.ids.uuid(),
            session: self.wiring.ids.uuid(),
            organisation: Bin::parse(bin).expect("a BIN"),
            kind: OrganisationKind::College,
        })
    }

    async fn opens(
        &self,
        board: &Caller,
        request: pb::OpenAccountRequest,
    ) -> Result<pb::OpenAccountResponse, Status> {
        let request = pb::OpenAccountRequest {
            request_id: match request.request_id.as_str() {
                "" => self.request_id(),
                given => given.to_owned(),
            },
            ..request
        };
        let mut accounts = AccountsClient::new(self.speaking_for(board.clone()));
        let answer = accounts.open_account(request).await?;
        self.relay().await;
        Ok(answer.into_inner())
    }

    async fn opens_mail(&self, mail: &pb::Mail, iin: &str) -> Result<pb::Recovery, Status> {
        let name = mail.text.split("#name=").nth(1).expect("a link");
        let name = name.split('&').next().expect("a name");
        let request = pb::ProveRecoveryRequest {
            name: name.into(),
            proof: Some(Proof::Token(token_of(mail))),
            request_id: self.request_id(),
            iin: iin.into(),
        };
        let mut recoveries = RecoveriesClient::new(self.stranger());
        Ok(recoveries.prove_recovery(request).await?.into_inner())
    }

    async fn chooses_a_password(&self, proven: &pb::Recovery) -> Result<pb::Recovery, Status> {
        let request = pb::CompleteRecoveryRequest {
            name: proven.name.clone(),
            completion_token: proven.completion_token.clone(),
            new_password: NEW.into(),
            request_id: self.request_id(),
        };
        let mut recoveries = RecoveriesClient::new(self.stranger());
        Ok(recoveries.complete_recovery(request).await?.into_inner())
    }
}

fn owned(violations: &[(&str, &str)]) -> Vec<(String, String)> {
    let both = |(field, reason): &(&str, &str)| ((*field).to_owned(), (*reason).to_owned());
    violations.iter().map(both).collect()
}

const TO: &str = "dauren@example.kz";

#[tokio::test]
async fn who_has_no_account_gets_one_and_chooses_the_password() {
    let (world, administrator) = world_of_colleges().await;
    let board = world.board(COLLEGE);
    let request = pb::OpenAccountRequest {
        language: Language::Ru.into(),
        ..person(SOMEBODY, " Dauren@Example.kz")
    };
    world.opens(&board, request).await.expect("opened");
    let mails = world.mails_to(TO).await;
    assert_eq!(mails.len(), 1, "the link and no welcome beside it");
    assert_eq!(mails[0].subject, "Для Вас открыт аккаунт");
    assert!(mails[0].text.contains("Пробный колледж"));
    assert!(!mails[0].text.contains(SOMEBODY));
    // Nobody can come in before.
    assert_eq!(refused(world.sign_in(TO, NEW).await), "SIGN_IN_FAILED");

    let proven = world.opens_mail(&mails[0], SOMEBODY).await.expect("proven");
    world.chooses_a_password(&proven).await.expect("chosen");
    let session = world.sign_in(SOMEBODY, NEW).await.expect("a session");
    let me = world.exchange(&session.access_token).await.expect("me");
    let request = pb::GetAccountRequest {
        name: "accounts/me".into(),
    };
    let account = world.accounts_of(&me).get_account(request).await;
    let account = account.expect("the account").into_inner();
    assert_eq!(account.family_name, "ТӨЛЕГЕНОВ");
    assert_eq!(account.birth_date_source(), pb::BirthDateSource::Registry);

    let request = pb::ListAuditRecordsRequest {
        resource: session.account,
        action: "OpenAccount".into(),
        ..Default::default()
    };
    let mut records = AuditRecordsClient::new(world.speaking_for(administrator));
    let audit = records.list_audit_records(request).await.expect("records");
    let audit = audit.into_inner().audit_records;
    assert_eq!(audit.len(), 1);
    assert_eq!(
        (audit[0].caller.as_str(), audit[0].detail.as_str()),
        (board.key().as_str(), "opened")
    );
}

#[tokio::test]
async fn whoever_gets_the_mail_by_mistake_does_not_get_the_account() {
    let (world, _) = world_of_colleges().await;
    let (board, other) = (world.board(COLLEGE), world.board(OTHER_COLLEGE));
    world
        .opens(&board, person(ANOTHER, WRONG_ADDRESS))
        .await
        .expect("opened");
    let strays = world.mails_to(WRONG_ADDRESS).await;
    let asked = world.opens_mail(&strays[0], "").await.expect_err("whose?");
    assert_eq!(asked.violations(), owned(&[("iin", "REQUIRED")]));
    // Who tries it out has five tries.
    for _ in 0..5 {
        let guessed = world
            .opens_mail(&strays[0], SOMEBODY)
            .await
            .expect_err("not theirs");
        assert_eq!(
            guessed.violations(),
            owned(&[("iin", "IIN_NOT_OF_ACCOUNT")])
        );
    }
    let spent = world.opens_mail(&strays[0], SOMEBODY).await;
    assert_eq!(refused(spent), "RECOVERY_TRIES_SPENT");

    // Another college mends nothing; the one that opened it does, and the link of before is over.
    world
        .opens(&other, person(ANOTHER, "third@example.kz"))
        .await
        .expect("alike");
    assert!(world.mails_to("third@example.kz").await.is_empty());
    world
        .opens(&board, person(ANOTHER, TO))
        .await
        .expect("mended");
    let late = world.opens_mail(&strays[0], ANOTHER).await;
    assert_eq!(refused(late), "RECOVERY_EXPIRED");
    let mails = world.mails_to(TO).await;
    let proven = world.opens_mail(&mails[0], ANOTHER).await.expect("proven");
    world.chooses_a_password(&proven).await.expect("chosen");
    world.sign_in(TO, NEW).await.expect("a session");
    // From then on it is the person's alone.
    world
        .opens(&board, person(ANOTHER, "fourth@example.kz"))
        .await
        .expect("alike");
    assert!(world.mails_to("fourth@example.kz").await.is_empty());
    world.sign_in(TO, NEW).await.expect("the address as it was");
}

#[tokio::test]
async fn after_a_week_a_recovery_does_what_the_link_did() {
    let (world, _) = world_of_colleges().await;
    let board = world.board(COLLEGE);
    world
        .opens(&board, person(SOMEBODY, TO))
        .await
        .expect("opened");
    let mail = world.mails_to(TO).await.remove(0);
    world.clock.advance(SignedDuration::from_hours(7 * 24));
    let late = world.opens_mail(&mail, SOMEBODY).await;
    assert_eq!(refused(late), "RECOVERY_EXPIRED");
    let request = pb::CreateRecoveryRequest {
        recovery: Some(pb::Recovery {
            login: SOMEBODY.into(),
            ..Default::default()
        }),
        request_id: world.request_id(),
    };
    let mut recoveries = RecoveriesClient::new(world.stranger());
    let name = recoveries.create_recovery(request).await.expect("begun");
    world.relay().await;
    let mail = world.mail_of(TO, &name.into_inner().name).await;
    let asked = world.opens_mail(&mail, "").await.expect_err("whose?");
    assert_eq!(asked.violations(), owned(&[("iin", "REQUIRED")]));
    let proven = world.opens_mail(&mail, SOMEBODY).await.expect("proven");
    world.chooses_a_password(&proven).await.expect("chosen");
    world.sign_in(SOMEBODY, NEW).await.expect("a session");
}

#[tokio::test]
async fn who_has_an_account_keeps_it_and_the_answer_is_the_same() {
    let (world, _) = world_of_colleges().await;
    let board = world.board(COLLEGE);
    let known = world.opens(&board, person(IIN, "other@example.kz")).await;
    let unknown = world.opens(&board, person(SOMEBODY, TO)).await;
    assert_eq!(known.expect("an answer"), unknown.expect("an answer"));
    assert!(world.mails_to("other@example.kz").await.is_empty());
    world.sign_in(EMAIL, PASSWORD).await.expect("as before");
    // An address is one account's.
    let taken = world.opens(&board, person(ANOTHER, EMAIL)).await;
    let taken = taken.expect_err("somebody else's").violations();
    assert_eq!(taken, owned(&[("email", "EMAIL_OF_ANOTHER")]));
    world
        .opens(&board, person(ANOTHER, "a@example.kz"))
        .await
        .expect("opened");
    let taken = world.opens(&board, person(ANOTHER, EMAIL)).await;
    let taken = taken.expect_err("somebody else's").violations();
    assert_eq!(taken, owned(&[("email", "EMAIL_OF_ANOTHER")]));
}

#[tokio::test]
async fn who_is_unknown_to_the_registry_is_named_by_the_board() {
    let (world, _) = world_of_colleges().await;
    let board = world.board(COLLEGE);
    let missing = world
        .opens(&board, person(NOBODY, TO))
        .await
        .expect_err("who?");
    let missing = missing.violations();
    for field in ["family_name", "given_name"] {
        assert!(
            missing.contains(&(field.into(), "REQUIRED".into())),
            "{missing:?}"
        );
    }
    let named = pb::OpenAccountRequest {
        family_name: "ҮЛГІ".into(),
        given_name: "ТАЛАПКЕР".into(),
        birth_date: Some(proto::google::r#type::Date {
            year: 2010,
            month: 5,
            day: 4,
        }),
        ..person(NOBODY, TO)
    };
    world.opens(&board, named).await.expect("opened");
    assert_eq!(world.mails_to(TO).await.len(), 1);
}

#[tokio::test]
async fn only_boards_of_colleges_open_accounts_and_are_told_everything_at_once() {
    let (world, administrator) = world_of_colleges().await;
    for caller in [world.board(SCHOOL), administrator] {
        let denied = world.opens(&caller, person(SOMEBODY, TO)).await;
        assert_eq!(refused(denied), "NOT_ALLOWED");
    }
    let stranger = world.opens(&Caller::Stranger, person(SOMEBODY, TO)).await;
    assert_eq!(refused(stranger), "NOT_SIGNED_IN");
    let wrong = pb::OpenAccountRequest {
        iin: "01010110000O".into(),
        email: "dauren@".into(),
        language: 7,
        family_name: "Ү".repeat(101),
        request_id: "1".into(),
        ..Default::default()
    };
    let wrong = world.opens(&world.board(COLLEGE), wrong).await;
    let expected = [
        ("request_id", "INVALID_REQUEST_ID"),
        ("iin", "IIN_NOT_DIGITS"),
        ("email", "EMAIL_INVALID"),
        ("language", "UNKNOWN_VALUE"),
        ("family_name", "TOO_LONG"),
    ];
    assert_eq!(wrong.expect_err("all of it").violations(), owned(&expected));
}

#[tokio::test]
async fn a_repeat_opens_and_mails_once() {
    let (world, _) = world_of_colleges().await;
    let board = world.board(COLLEGE);
    let request = pb::OpenAccountRequest {
        request_id: world.request_id(),
        ..person(SOMEBODY, TO)
    };
    for _ in 0..3 {
        world.opens(&board, request.clone()).await.expect("opened");
    }
    assert_eq!(world.mails_to(TO).await.len(), 1);
    // Another request id is another call: a mail that was lost is sent anew, five in an hour.
    for _ in 0..4 {
        world
            .opens(&board, person(SOMEBODY, TO))
            .await
            .expect("sent");
    }
    assert_eq!(world.mails_to(TO).await.len(), 5);
    let much = world.opens(&board, person(SOMEBODY, TO)).await;
    assert_eq!(refused(much), "RATE_LIMITED");
    world.clock.advance(SignedDuration::from_hours(1));
    world
        .opens(&board, person(SOMEBODY, TO))
        .await
        .expect("sent");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn boards_that_come_at_once_open_one_account() {
    let (world, _) = world_of_colleges().await;
    let boards = [world.board(COLLEGE), world.board(OTHER_COLLEGE)];
    let calls = (0..12).map(|number| {
        let email = format!("p{number}@example.kz");
        let board = &boards[number % 2];
        let world = &world;
        async move { world.opens(board, person(SOMEBODY, &email)).await }
    });
    for answer in join_all(calls).await {
        answer.expect("alike");
    }
    let accounts = world.rows("account").await;
    assert_eq!(accounts, 2, "with the administrator's");
    assert_eq!(world.rows("account_opening").await, 1);
    // One link is good: that of the last mail.
    let good = world.rows("recovery WHERE state = 'PENDING'").await;
    assert_eq!(good, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_college_asks_so_often_a_day_whatever_comes_of_it() {
    let (world, _) = world_where(Rules {
        most_a_day: 6,
        ..Rules::default()
    })
    .await;
    let board = world.board(COLLEGE);
    let taken = world.opens(&board, person(ANOTHER, EMAIL)).await;
    assert!(!taken.expect_err("somebody else's").violations().is_empty());
    let calls = (0..10).map(|number| {
        let (world, board) = (&world, &board);
        let email = format!("p{number}@example.kz");
        async move { world.opens(board, person(SOMEBODY, &email)).await }
    });
    let answers = join_all(calls).await;
    let limited: Vec<_> = answers.into_iter().filter_map(Result::err).collect();
    assert_eq!(limited.len(), 5);
    for no in limited {
        assert_eq!(no.reason(), "RATE_LIMITED");
        // Midnight in Astana.
        assert_eq!(no.fact("retry_time"), "2026-06-01T19:00:00Z");
    }
    // Others are counted apart, and so is the next day.
    let other = world.board(OTHER_COLLEGE);
    world.opens(&other, person(IIN, TO)).await.expect("theirs");
    world.clock.advance(SignedDuration::from_hours(24));
    world
        .opens(&board, person(IIN, TO))
        .await
        .expect("the next day");
}

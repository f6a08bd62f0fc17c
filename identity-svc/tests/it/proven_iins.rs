//! An IIN that somebody has without proof is theirs who proves it by a signature.

use chassis::caller::Role;
use futures_util::future::join_all;
use pb::registration_attempts_client::RegistrationAttemptsClient;
use proto::events::v1::AccountReleased;
use proto::identity::v1 as pb;
use tonic::Status;

use crate::signer::{EMPLOYEE, OTHER_PERSON, PERSON, TestSigner};
use crate::signing::signing;
use crate::world::*;

/// Of [`PERSON`].
const OWN: &str = "010101200004";
const SQUATTER: &str = "bosqan@example.kz";
const OWNER: &str = "iesi@example.kz";

impl World {
    /// Completes an attempt with a signature of what it says is to be signed.
    async fn proves(&self, attempt: &str, signer: &TestSigner) -> Result<pb::Account, Status> {
        let mut attempts = RegistrationAttemptsClient::new(self.stranger());
        let request = pb::GetRegistrationAttemptRequest {
            name: attempt.into(),
        };
        let shown = attempts.get_registration_attempt(request).await?;
        let content = shown.into_inner().proof_content;
        self.completes(attempt, signer.sign(&content)).await
    }

    async fn completes(&self, attempt: &str, iin_proof: Vec<u8>) -> Result<pb::Account, Status> {
        let request = pb::CompleteRegistrationAttemptRequest {
            name: attempt.into(),
            family_name: "Қасымова".into(),
            given_name: "Дана".into(),
            iin_proof: iin_proof.into(),
            request_id: self.request_id(),
            ..Default::default()
        };
        let mut attempts = RegistrationAttemptsClient::new(self.stranger());
        let answer = attempts.complete_registration_attempt(request).await?;
        Ok(answer.into_inner())
    }

    async fn released(&self) -> Vec<String> {
        let rows = chassis::database::query_all(
            self.wiring.db.read(),
            "SELECT resource FROM audit WHERE action = 'ReleaseAccount' ORDER BY seq",
            [],
        );
        let rows = rows.await.expect("rows").into_iter();
        rows.map(|row| row.try_get("", "resource").expect("text"))
            .collect()
    }
}

#[tokio::test]
async fn who_proves_the_iin_gets_it_and_who_had_it_without_proof_is_told() {
    let (world, _) = signing().await;
    let squat = world.proven(attempt(OWN, SQUATTER)).await;
    let squatter = world
        .completes(&squat, Vec::new())
        .await
        .expect("an account");
    let session = world.sign_in(SQUATTER, PASSWORD).await.expect("signed in");

    let own = world.proven(attempt(OWN, OWNER)).await;
    let without = world.completes(&own, Vec::new()).await;
    assert_eq!(refused(without), "ACCOUNT_EXISTS");
    let owner = world.proves(&own, &PERSON).await.expect("an account");
    assert_ne!(owner.name, squatter.name);
    assert_eq!(owner.iin, OWN);

    let out = world.exchange(&session.access_token).await;
    assert_eq!(refused(out), "SESSION_ENDED");
    assert_eq!(
        refused(world.sign_in(SQUATTER, PASSWORD).await),
        "SIGN_IN_FAILED"
    );
    let signed_in = world.sign_in(OWN, PASSWORD).await.expect("by the IIN");
    assert!(world.exchange(&signed_in.access_token).await.is_ok());
    assert_eq!(world.released().await, std::slice::from_ref(&squatter.name));
    let mails = world.mails_to(SQUATTER).await;
    let told = mails.iter().find(|mail| mail.subject.contains("ЖСН"));
    assert!(told.is_some_and(|mail| mail.text.contains("техникалық қолдау")));
    let mails = world.mails_to(OWNER).await;
    assert!(!mails.iter().any(|mail| mail.subject.contains("ЖСН")));

    // What one address lost it can have again, with another number.
    let other = world.proven(attempt("010101100008", SQUATTER)).await;
    assert!(world.completes(&other, Vec::new()).await.is_ok());
    // And what is proven gives way to nobody.
    let again = world.proven(attempt(OWN, "taghy@example.kz")).await;
    assert_eq!(
        refused(world.proves(&again, &PERSON).await),
        "ACCOUNT_EXISTS"
    );
    assert_eq!(world.released().await.len(), 1);
}

#[tokio::test]
async fn a_signature_proves_nothing_but_its_own_persons_iin_for_this_attempt() {
    let (world, _) = signing().await;
    let squat = world.proven(attempt(OWN, SQUATTER)).await;
    world
        .completes(&squat, Vec::new())
        .await
        .expect("an account");
    let own = world.proven(attempt(OWN, OWNER)).await;
    let other = world.proven(attempt(OWN, "taghy@example.kz")).await;
    for (signer, reason) in [
        (&EMPLOYEE, "CERTIFICATE_OF_ORGANISATION"),
        (&OTHER_PERSON, "PROOF_OF_ANOTHER_PERSON"),
    ] {
        assert_eq!(refused(world.proves(&own, signer).await), reason);
    }
    let mut attempts = RegistrationAttemptsClient::new(world.stranger());
    let request = pb::GetRegistrationAttemptRequest { name: other };
    let shown = attempts.get_registration_attempt(request).await;
    let of_other = PERSON.sign(&shown.expect("shown").into_inner().proof_content);
    let replayed = world.completes(&own, of_other).await;
    assert_eq!(refused(replayed), "SIGNATURE_CONTENT_DIFFERS");
    let words = world.completes(&own, b"words".to_vec()).await;
    assert_eq!(refused(words), "SIGNATURE_NOT_CMS");
    let long = world.completes(&own, vec![0; 64 * 1024 + 1]).await;
    let long = long.expect_err("long").violations();
    assert_eq!(long, [("iin_proof".to_owned(), "TOO_LONG".to_owned())]);
    assert!(world.released().await.is_empty());
    assert!(world.sign_in(SQUATTER, PASSWORD).await.is_ok());
}

#[tokio::test]
async fn staff_and_the_same_address_do_not_give_way() {
    let (world, _) = signing().await;
    // Whoever has an address has its account.
    let first = world.proven(attempt(OWN, OWNER)).await;
    let second = world.proven(attempt(OWN, OWNER)).await;
    world
        .completes(&first, Vec::new())
        .await
        .expect("an account");
    assert_eq!(
        refused(world.proves(&second, &PERSON).await),
        "ACCOUNT_EXISTS"
    );
    // The administrator of this world has the number of the other person.
    let staff = world.proven(attempt(IIN, "basqa@example.kz")).await;
    assert_eq!(
        refused(world.proves(&staff, &OTHER_PERSON).await),
        "ACCOUNT_EXISTS"
    );
    // An address that is somebody's makes all of it undone.
    world.seed("010101100008", "tanys@example.kz", &[]).await;
    let taken = world.proven(attempt(OWN, "tanys@example.kz")).await;
    assert_eq!(
        refused(world.proves(&taken, &PERSON).await),
        "ACCOUNT_EXISTS"
    );
    assert!(world.released().await.is_empty());
    assert!(world.sign_in(OWNER, PASSWORD).await.is_ok());
    let admin = world.sign_in(EMAIL, PASSWORD).await;
    assert!(admin.is_ok(), "{:?}", Role::Administrator);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_prove_one_iin_at_once_one_gets_it() {
    let (world, _) = signing().await;
    let squat = world.proven(attempt(OWN, SQUATTER)).await;
    let squatter = world
        .completes(&squat, Vec::new())
        .await
        .expect("an account");
    let mut attempts = Vec::new();
    for number in 0..8 {
        let email = format!("p{number}@example.kz");
        attempts.push(world.proven(attempt(OWN, &email)).await);
    }
    let outcomes = join_all(attempts.iter().map(|name| world.proves(name, &PERSON))).await;
    let (made, others): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
    assert_eq!(made.len(), 1);
    for other in others {
        assert_eq!(refused(other), "ACCOUNT_EXISTS");
    }
    assert_eq!(world.released().await, std::slice::from_ref(&squatter.name));
    let sql = "SELECT COUNT(*) AS n FROM outbox WHERE kind = $1";
    let kind = <AccountReleased as prost::Name>::full_name();
    let row = chassis::database::query_one(world.wiring.db.read(), sql, [kind.into()]).await;
    let row = row.expect("rows").expect("a row");
    assert_eq!(row.try_get::<i64>("", "n").expect("a number"), 1);
}

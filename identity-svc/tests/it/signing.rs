//! Organisations that sign, and how their people sign in.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use chassis::caller::{Caller, Role};
use chassis::identifier::Bin;
use chassis::policy::Allow;
use chassis::testing;
use identity_svc::config::Config;
use identity_svc::policy::ROWS;
use identity_svc::signature::Settings;
use identity_svc::signature::built_in::BuiltInSettings;
use jiff::SignedDuration;
use pb::sign_in_challenges_client::SignInChallengesClient;
use pb::signing_organisations_client::SigningOrganisationsClient;
use proto::identity::v1 as pb;
use proto::wire::v1::LocalizedText;
use tonic::Status;
use tonic::codegen::{Service, http};

use crate::signer::{EMPLOYEE, OTHER_HEAD};
use crate::world::*;

pub const COLLEGE: &str = "991240000003";

/// A world that believes the test authority and has its lists, an administrator, and who that is.
pub async fn signing() -> (World, Caller) {
    signing_with(|_| {}).await
}

/// The same with other settings.
pub async fn signing_with(settings: impl FnOnce(&mut Config)) -> (World, Caller) {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/signature");
    let world = World::with(testing::clock(), |config| {
        config.signatures = Settings::BuiltIn(BuiltInSettings {
            authorities: Some(include_bytes!("../signature/root.pem").to_vec()),
            lists: vec![folder.join("issuing.crl"), folder.join("root.crl")],
            ..BuiltInSettings::default()
        });
        settings(config);
    })
    .await;
    world.seed(IIN, EMAIL, &[Role::Administrator]).await;
    let administrator = world.caller(EMAIL).await;
    (world, administrator)
}

pub fn college() -> pb::SigningOrganisation {
    pb::SigningOrganisation {
        bin: COLLEGE.into(),
        title: Some(LocalizedText {
            kk: "Сынақ колледжі".into(),
            ru: "Пробный колледж".into(),
            en: String::new(),
        }),
        kind: pb::signing_organisation::Kind::College.into(),
        ..Default::default()
    }
}

impl World {
    fn organisations(
        &self,
        caller: &Caller,
    ) -> SigningOrganisationsClient<chassis::client::Connection> {
        SigningOrganisationsClient::new(self.speaking_for(caller.clone()))
    }

    fn challenges(&self) -> SignInChallengesClient<chassis::client::Connection> {
        SignInChallengesClient::new(self.stranger())
    }

    pub async fn register(
        &self,
        caller: &Caller,
        organisation: pb::SigningOrganisation,
    ) -> Result<pb::SigningOrganisation, Status> {
        let request = pb::CreateSigningOrganisationRequest {
            signing_organisation: Some(organisation),
            request_id: self.request_id(),
        };
        let mut organisations = self.organisations(caller);
        let answer = organisations.create_signing_organisation(request).await?;
        Ok(answer.into_inner())
    }

    pub async fn update(
        &self,
        caller: &Caller,
        organisation: pb::SigningOrganisation,
        paths: &[&str],
    ) -> Result<pb::SigningOrganisation, Status> {
        let request = pb::UpdateSigningOrganisationRequest {
            signing_organisation: Some(organisation),
            update_mask: Some(prost_types::FieldMask {
                paths: paths.iter().map(|path| (*path).to_owned()).collect(),
            }),
            request_id: self.request_id(),
        };
        let mut organisations = self.organisations(caller);
        let answer = organisations.update_signing_organisation(request).await?;
        Ok(answer.into_inner())
    }

    async fn challenge(&self) -> pb::SignInChallenge {
        let request = pb::CreateSignInChallengeRequest {
            request_id: self.request_id(),
        };
        let answer = self.challenges().create_sign_in_challenge(request).await;
        answer.expect("a challenge").into_inner()
    }

    async fn bring(&self, name: &str, cms: Vec<u8>) -> Result<pb::Session, Status> {
        let request = pb::SignInWithSignatureRequest {
            name: name.into(),
            cms: cms.into(),
            content: Default::default(),
            request_id: self.request_id(),
        };
        let answer = self.challenges().sign_in_with_signature(request).await?;
        Ok(answer.into_inner())
    }

    pub async fn come_in(&self) -> Result<pb::Session, Status> {
        let challenge = self.challenge().await;
        let cms = EMPLOYEE.sign(&challenge.content);
        self.bring(&challenge.name, cms).await
    }
}

#[tokio::test]
async fn an_administrator_registers_an_organisation_once_and_changes_it_by_its_etag() {
    let (world, administrator) = signing().await;
    let made = world
        .register(&administrator, college())
        .await
        .expect("registered");
    assert_eq!(made.name, format!("signingOrganisations/{COLLEGE}"));
    assert_eq!(made.allowed_roles.len(), 4, "all where none is said");
    let again = world.register(&administrator, college()).await;
    assert_eq!(refused(again), "SIGNING_ORGANISATION_EXISTS");

    let wanted = pb::SigningOrganisation {
        allowed_roles: vec![pb::SignerRole::Hr.into(), pb::SignerRole::Ceo.into()],
        ..made.clone()
    };
    let changed = world
        .update(&administrator, wanted, &["allowed_roles"])
        .await;
    let changed = changed.expect("changed");
    let roles: [i32; 2] = [pb::SignerRole::Ceo.into(), pb::SignerRole::Hr.into()];
    assert_eq!(changed.allowed_roles, roles);
    let stale = world.update(&administrator, made.clone(), &["kind"]).await;
    assert_eq!(refused(stale), "STALE_ETAG");
    let without = pb::SigningOrganisation {
        etag: String::new(),
        allowed_roles: Vec::new(),
        ..changed.clone()
    };
    let wrong = world
        .update(&administrator, without, &["allowed_roles"])
        .await;
    let wrong = wrong.expect_err("wrong").violations();
    let field =
        |name: &str, reason: &str| (format!("signing_organisation.{name}"), reason.to_owned());
    let expected = [
        field("etag", "REQUIRED"),
        field("allowed_roles", "REQUIRED"),
    ];
    assert_eq!(wrong, expected);

    let request = pb::GetSigningOrganisationRequest { name: made.name };
    let shown = world
        .organisations(&administrator)
        .get_signing_organisation(request)
        .await;
    assert_eq!(shown.expect("shown").into_inner(), changed);
    let unknown = pb::GetSigningOrganisationRequest {
        name: "signingOrganisations/991241000009".into(),
    };
    let unknown = world
        .organisations(&administrator)
        .get_signing_organisation(unknown)
        .await;
    assert_eq!(refused(unknown), "NOT_FOUND");
    let listed = world
        .organisations(&administrator)
        .list_signing_organisations(pb::ListSigningOrganisationsRequest::default())
        .await;
    let listed = listed.expect("a list").into_inner();
    assert_eq!(listed.signing_organisations, [changed]);
}

fn rule(act: &str, roles: &[i32]) -> pb::SigningRule {
    pb::SigningRule {
        act: act.into(),
        roles: roles.to_vec(),
    }
}

#[tokio::test]
async fn what_is_wrong_with_an_organisation_is_told_at_once() {
    let (world, administrator) = signing().await;
    let wrong = pb::SigningOrganisation {
        bin: "991240000004".into(),
        allowed_roles: vec![99],
        signing_rules: vec![
            rule("START_RANKING", &[pb::SignerRole::Ceo.into()]),
            rule("START_RANKING", &[98]),
            rule("START RANKING", &[]),
        ],
        ..Default::default()
    };
    let wrong = world
        .register(&administrator, wrong)
        .await
        .expect_err("wrong");
    let field =
        |name: &str, reason: &str| (format!("signing_organisation.{name}"), reason.to_owned());
    let expected = [
        field("bin", "BIN_CHECK_DIGIT"),
        field("title.kk", "REQUIRED"),
        field("title.ru", "REQUIRED"),
        field("kind", "REQUIRED"),
        field("allowed_roles[0]", "UNKNOWN_VALUE"),
        field("signing_rules[1].act", "ACT_TWICE"),
        field("signing_rules[1].roles[0]", "UNKNOWN_VALUE"),
        field("signing_rules[2].act", "INVALID_FORMAT"),
        field("signing_rules[2].roles", "REQUIRED"),
    ];
    assert_eq!(wrong.violations(), expected);
    let many = pb::SigningOrganisation {
        signing_rules: vec![rule("START_RANKING", &[pb::SignerRole::Ceo.into()]); 51],
        ..college()
    };
    let many = world.register(&administrator, many).await;
    let many = many.expect_err("many").violations();
    assert_eq!(many, [field("signing_rules", "TOO_MANY")]);
    let manager = testing::person(7, &[Role::CampaignManager]);
    assert_eq!(
        refused(world.register(&manager, college()).await),
        "NOT_ALLOWED"
    );
}

#[tokio::test]
async fn who_signs_a_challenge_acts_for_the_organisation_of_the_key_and_for_nobody_else() {
    let (world, administrator) = signing().await;
    world
        .register(&administrator, college())
        .await
        .expect("registered");
    let session = world.come_in().await.expect("a session");
    assert!(session.account.is_empty(), "a signatory has no account");
    assert!(session.signatory.starts_with("signatories/"));
    assert_eq!(
        session.organisation,
        format!("signingOrganisations/{COLLEGE}")
    );
    let caller = world
        .exchange(&session.access_token)
        .await
        .expect("a caller");
    assert_eq!(caller.acts_for(), Bin::parse(COLLEGE).ok());
    assert_eq!(caller.key(), session.signatory);

    // The session is used, refreshed and ended like any other.
    let current = pb::GetSessionRequest {
        name: "sessions/current".into(),
    };
    let shown = world.sessions_of(&caller).get_session(current).await;
    let shown = shown.expect("shown").into_inner();
    assert!(shown.current && shown.name == session.name);
    let next = world
        .refresh(&session.refresh_token)
        .await
        .expect("the next pair");
    assert!(world.exchange(&next.access_token).await.is_ok());
    let end = pb::EndSessionRequest {
        name: "sessions/current".into(),
        request_id: world.request_id(),
    };
    world
        .sessions_of(&caller)
        .end_session(end)
        .await
        .expect("ended");
    assert_eq!(
        refused(world.exchange(&next.access_token).await),
        "SESSION_ENDED"
    );

    // The same person is the same signatory; of another organisation's nothing is told.
    let again = world.come_in().await.expect("a session");
    assert_eq!(again.signatory, session.signatory);
    let own = pb::GetSigningOrganisationRequest {
        name: session.organisation,
    };
    let shown = world
        .organisations(&caller)
        .get_signing_organisation(own)
        .await;
    assert!(shown.is_ok());
    let other = pb::GetSigningOrganisationRequest {
        name: "signingOrganisations/991241000009".into(),
    };
    let other = world
        .organisations(&caller)
        .get_signing_organisation(other)
        .await;
    assert_eq!(refused(other), "NOT_FOUND");
}

#[tokio::test]
async fn a_signatory_reaches_nothing_that_is_not_for_signatories_by_name() {
    let (world, administrator) = signing().await;
    world
        .register(&administrator, college())
        .await
        .expect("registered");
    let session = world.come_in().await.expect("a session");
    let caller = world
        .exchange(&session.access_token)
        .await
        .expect("a caller");
    for (rpc, allowed) in ROWS {
        let request = http::Request::post(format!("http://identity-svc{rpc}"))
            .header("content-type", "application/grpc")
            .header("te", "trailers")
            .body(tonic::body::Body::empty())
            .expect("a request");
        let response = world.speaking_for(caller.clone()).call(request).await;
        let response = response.expect("an answer");
        let status = response.headers().get("grpc-status");
        let status = status.map(|it| it.to_str().expect("digits"));
        let is_open = allowed.contains(&Allow::Anyone) || allowed.contains(&Allow::Signatory);
        // 7 is PERMISSION_DENIED; an empty body is refused for another reason.
        assert_eq!(status == Some("7"), !is_open, "{rpc}: {status:?}");
    }
}

#[tokio::test]
async fn a_challenge_is_signed_in_with_once_and_a_repeat_opens_no_second_session() {
    let (world, administrator) = signing().await;
    world
        .register(&administrator, college())
        .await
        .expect("registered");
    let challenge = world.challenge().await;
    let request = pb::SignInWithSignatureRequest {
        name: challenge.name.clone(),
        cms: EMPLOYEE.sign(&challenge.content).into(),
        content: Default::default(),
        request_id: world.request_id(),
    };
    let sign_in = async || {
        world
            .challenges()
            .sign_in_with_signature(request.clone())
            .await
    };
    let first = sign_in().await.expect("a session").into_inner();
    let repeat = sign_in().await.expect("the same session").into_inner();
    assert_eq!(repeat.name, first.name);
    assert_ne!(repeat.access_token, first.access_token);
    // A signature is no secret: the recorded call opens nothing once the challenge is over.
    world.clock.advance(SignedDuration::from_mins(5));
    assert_eq!(refused(sign_in().await), "CHALLENGE_USED");
    // The same signature in another call is a replay.
    let replay = world.bring(&challenge.name, request.cms.to_vec()).await;
    assert_eq!(refused(replay), "CHALLENGE_USED");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_bring_one_signature_one_gets_in() {
    let (world, administrator) = signing().await;
    world
        .register(&administrator, college())
        .await
        .expect("registered");
    let challenge = world.challenge().await;
    let cms = EMPLOYEE.sign(&challenge.content);
    let all = (0..10).map(|_| world.bring(&challenge.name, cms.clone()));
    let all = futures_util::future::join_all(all).await;
    let (sessions, others): (Vec<_>, Vec<_>) = all.into_iter().partition(Result::is_ok);
    assert_eq!(sessions.len(), 1);
    for other in others {
        assert_eq!(refused(other), "CHALLENGE_USED");
    }
}

#[tokio::test]
async fn late_altered_foreign_and_unknown_signatures_have_their_reasons() {
    let (world, administrator) = signing().await;
    let challenge = world.challenge().await;
    let cms = EMPLOYEE.sign(&challenge.content);
    let unregistered = world.bring(&challenge.name, cms.clone()).await;
    assert_eq!(refused(unregistered), "SIGNING_ORGANISATION_UNKNOWN");
    let made = world
        .register(&administrator, college())
        .await
        .expect("registered");
    let other = world
        .bring(&challenge.name, OTHER_HEAD.sign(&challenge.content))
        .await;
    assert_eq!(refused(other), "SIGNING_ORGANISATION_UNKNOWN");

    let mut altered = challenge.content.to_vec();
    *altered.last_mut().expect("a byte") ^= 1;
    let altered = world.bring(&challenge.name, EMPLOYEE.sign(&altered)).await;
    assert_eq!(refused(altered), "SIGNATURE_CONTENT_DIFFERS");
    let of_another = world.challenge().await;
    let crossed = world.bring(&of_another.name, cms.clone()).await;
    assert_eq!(refused(crossed), "SIGNATURE_CONTENT_DIFFERS");
    let mut wrong = cms.clone();
    *wrong.last_mut().expect("a byte") ^= 1;
    assert_eq!(
        refused(world.bring(&challenge.name, wrong).await),
        "SIGNATURE_WRONG"
    );
    let words = world.bring(&challenge.name, b"words".to_vec()).await;
    assert_eq!(refused(words), "SIGNATURE_NOT_CMS");
    let unknown = "signInChallenges/01970000-0000-7000-8000-000000000000";
    assert_eq!(
        refused(world.bring(unknown, cms.clone()).await),
        "NOT_FOUND"
    );

    // Signatures that were made for something else are of no use here.
    let recorded = include_bytes!("../signature/rsa.cms").to_vec();
    let recorded = world.bring(&challenge.name, recorded).await;
    assert_eq!(refused(recorded), "SIGNATURE_CONTENT_DIFFERS");

    let only_heads = pb::SigningOrganisation {
        allowed_roles: vec![pb::SignerRole::Ceo.into()],
        ..made
    };
    world
        .update(&administrator, only_heads, &["allowed_roles"])
        .await
        .expect("changed");
    let employee = world.bring(&challenge.name, cms.clone()).await;
    assert_eq!(refused(employee), "SIGNER_ROLE_NOT_ALLOWED");

    world.clock.advance(SignedDuration::from_mins(5));
    assert_eq!(
        refused(world.bring(&challenge.name, cms).await),
        "CHALLENGE_EXPIRED"
    );
}

#[tokio::test]
async fn refusals_are_told_in_the_language_of_the_caller() {
    let (world, _) = signing().await;
    let challenge = world.challenge().await;
    let cms = EMPLOYEE.sign(&challenge.content);
    for (language, words) in [
        ("kk", "тіркелмеген"),
        ("ru", "не зарегистрирована"),
        ("en", "not registered"),
    ] {
        let request = pb::SignInWithSignatureRequest {
            name: challenge.name.clone(),
            cms: cms.clone().into(),
            content: Default::default(),
            request_id: world.request_id(),
        };
        let request = in_language(language, request);
        let status = world.challenges().sign_in_with_signature(request).await;
        let status = status.expect_err("refused");
        assert!(status.message().contains(words), "{}", status.message());
    }
}

#[tokio::test]
async fn a_detached_signature_comes_with_what_was_signed() {
    let (world, administrator) = signing().await;
    world
        .register(&administrator, college())
        .await
        .expect("registered");
    let challenge = world.challenge().await;
    let cms = EMPLOYEE.sign_detached(&challenge.content);
    let without = world.bring(&challenge.name, cms.clone()).await;
    assert_eq!(refused(without), "SIGNATURE_CONTENT_DIFFERS");
    let request = pb::SignInWithSignatureRequest {
        name: challenge.name,
        cms: cms.into(),
        content: challenge.content,
        request_id: world.request_id(),
    };
    let session = world.challenges().sign_in_with_signature(request).await;
    assert!(session.is_ok());
}

#[tokio::test]
async fn a_role_that_is_let_no_more_is_felt_at_the_next_exchange() {
    let (world, administrator) = signing().await;
    let made = world
        .register(&administrator, college())
        .await
        .expect("registered");
    let session = world.come_in().await.expect("a session");
    assert!(world.exchange(&session.access_token).await.is_ok());
    let only_heads = pb::SigningOrganisation {
        allowed_roles: vec![pb::SignerRole::Ceo.into()],
        ..made
    };
    world
        .update(&administrator, only_heads, &["allowed_roles"])
        .await
        .expect("changed");
    assert_eq!(
        refused(world.exchange(&session.access_token).await),
        "SESSION_ENDED"
    );
}

#[tokio::test]
async fn the_signature_is_kept_whole_and_sealed_and_the_audit_names_nobody() {
    let (world, administrator) = signing().await;
    world
        .register(&administrator, college())
        .await
        .expect("registered");
    let challenge = world.challenge().await;
    let cms = EMPLOYEE.sign(&challenge.content);
    world
        .bring(&challenge.name, cms.clone())
        .await
        .expect("a session");
    let rows = chassis::database::query_all(
        world.wiring.db.read(),
        "SELECT s.person_index, s.personal AS person, t.personal AS signature, t.about, t.role, t.bin
         FROM taken_signature t JOIN signatory s ON s.id = t.signatory_id",
        [],
    );
    let rows = rows.await.expect("rows");
    let [row] = rows.as_slice() else {
        panic!("one signature, not {}", rows.len());
    };
    let text = |column: &str| row.try_get::<String>("", column).expect("text");
    assert_eq!(
        (text("about"), text("role"), text("bin")),
        (challenge.name, "EMPLOYEE".into(), COLLEGE.into())
    );
    let kept = [text("person_index"), text("person"), text("signature")].concat();
    assert!(!kept.contains(IIN) && !kept.contains(&BASE64.encode(&cms)[..64]));

    let audit = chassis::database::query_all(
        world.wiring.db.read(),
        "SELECT detail FROM audit WHERE action = 'SignInWithSignature'",
        [],
    );
    let audit = audit.await.expect("rows");
    assert_eq!(audit.len(), 1);
    let detail: String = audit[0].try_get("", "detail").expect("text");
    assert!(
        detail.ends_with("as EMPLOYEE") && !detail.contains(IIN),
        "{detail}"
    );
}

#[tokio::test]
async fn challenges_that_are_over_are_forgotten() {
    let (world, _) = signing().await;
    let challenge = world.challenge().await;
    let forget = async || {
        world
            .job("identity.forget_challenges")
            .run()
            .await
            .expect("run")
    };
    forget().await;
    let words = world.bring(&challenge.name, b"words".to_vec()).await;
    assert_eq!(refused(words), "SIGNATURE_NOT_CMS", "still there");
    world.clock.advance(SignedDuration::from_hours(25));
    forget().await;
    let gone = world.bring(&challenge.name, b"words".to_vec()).await;
    assert_eq!(refused(gone), "NOT_FOUND");
}

//! Signatures of acts of organisations, taken for the services that ask for them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use chassis::caller::{Caller, Role};
use chassis::testing;
use identity_svc::secrets::hash;
use pb::signatories_client::SignatoriesClient;
use pb::signatures_client::SignaturesClient;
use proto::identity::v1 as pb;
use tonic::Status;

use crate::signer::{EMPLOYEE, OTHER_HEAD};
use crate::signing::{COLLEGE, college, signing};
use crate::world::*;

const CONTENT: &[u8] = br#"{"action":"publish","suite":"https://reserve.example/"}"#;
const PURPOSE: &str = "board-action";

/// A world in which the college is registered, and an administrator.
async fn world_of_a_college() -> (World, Caller, pb::SigningOrganisation) {
    let (world, administrator) = signing().await;
    let made = world.register(&administrator, college()).await;
    (world, administrator, made.expect("registered"))
}

impl World {
    fn of_service(&self) -> SignaturesClient<chassis::client::Connection> {
        SignaturesClient::new(self.service("questionnaire-svc"))
    }

    /// What a service sends of this signature.
    fn act(&self, cms: Vec<u8>) -> pb::CreateSignatureRequest {
        pb::CreateSignatureRequest {
            content: CONTENT.into(),
            cms: cms.into(),
            bin: COLLEGE.into(),
            purpose: PURPOSE.into(),
            request_id: self.request_id(),
            ..Default::default()
        }
    }

    async fn take(&self, request: pb::CreateSignatureRequest) -> Result<pb::Signature, Status> {
        let answer = self.of_service().create_signature(request).await?;
        Ok(answer.into_inner())
    }

    async fn signature(&self, caller: Caller, name: &str) -> Result<pb::Signature, Status> {
        let request = pb::GetSignatureRequest { name: name.into() };
        let mut signatures = SignaturesClient::new(self.speaking_for(caller));
        Ok(signatures.get_signature(request).await?.into_inner())
    }

    fn of_signatories(&self, caller: &Caller) -> SignatoriesClient<chassis::client::Connection> {
        SignatoriesClient::new(self.speaking_for(caller.clone()))
    }

    async fn list_signatories(
        &self,
        caller: &Caller,
        organisation: &str,
        page_token: &str,
    ) -> Result<pb::ListSignatoriesResponse, Status> {
        let request = pb::ListSignatoriesRequest {
            parent: organisation.into(),
            page_size: 0,
            page_token: page_token.into(),
        };
        let answer = self
            .of_signatories(caller)
            .list_signatories(request)
            .await?;
        Ok(answer.into_inner())
    }

    async fn signatories(
        &self,
        caller: &Caller,
        organisation: &str,
        page_token: &str,
    ) -> (Vec<pb::Signatory>, String) {
        let listed = self
            .list_signatories(caller, organisation, page_token)
            .await;
        let listed = listed.expect("a list");
        (listed.signatories, listed.next_page_token)
    }

    async fn block(&self, caller: &Caller, name: &str) -> Result<pb::Signatory, Status> {
        let request = pb::BlockSignatoryRequest {
            name: name.into(),
            request_id: self.request_id(),
        };
        let answer = self.of_signatories(caller).block_signatory(request).await?;
        Ok(answer.into_inner())
    }

    async fn unblock(&self, caller: &Caller, name: &str) -> Result<pb::Signatory, Status> {
        let request = pb::UnblockSignatoryRequest {
            name: name.into(),
            request_id: self.request_id(),
        };
        let answer = self
            .of_signatories(caller)
            .unblock_signatory(request)
            .await?;
        Ok(answer.into_inner())
    }

    async fn how_many(&self) -> i64 {
        let sql = "SELECT COUNT(*) AS n FROM signature";
        let row = chassis::database::query_one(self.wiring.db.read(), sql, []).await;
        let row = row.expect("rows").expect("a row");
        row.try_get("", "n").expect("a number")
    }
}

#[tokio::test]
async fn a_signature_is_answered_by_facts_that_name_nobody_and_kept_whole() {
    let (world, administrator, organisation) = world_of_a_college().await;
    let cms = EMPLOYEE.sign(CONTENT);
    let taken = world.take(world.act(cms.clone())).await.expect("taken");
    assert!(taken.name.starts_with("signatures/"));
    assert_eq!(taken.organisation, organisation.name);
    assert!(taken.signatory.starts_with("signatories/"));
    assert_eq!(taken.purpose, PURPOSE);
    assert_eq!(taken.role(), pb::SignerRole::Employee);
    assert_eq!(taken.content_sha256, hash(CONTENT));
    assert_eq!(taken.cms_sha256, hash(&cms));
    assert_eq!(
        taken.certificate_issuer,
        "C=KZ, O=Synthetic, CN=Synthetic issuing"
    );
    assert!(!taken.certificate_serial.is_empty());
    let received = chassis::clock::to_pb(world.clock.now());
    assert_eq!(taken.receive_time, Some(received));
    assert_eq!(taken.stated_sign_time, None, "this signer tells no time");
    assert!(taken.cms.is_empty(), "the signature names a person");

    let service = Caller::Service("testing-svc".into());
    let facts = world.signature(service, &taken.name).await;
    assert_eq!(facts.expect("shown"), taken);
    let whole = world.signature(administrator, &taken.name).await;
    let whole = whole.expect("shown");
    assert_eq!(whole.cms, cms);
    assert!(!format!("{whole:?}").contains("cms: b"));
    let facts = pb::Signature {
        cms: Default::default(),
        ..whole
    };
    assert_eq!(facts, taken);
}

#[tokio::test]
async fn what_openssl_signed_is_taken_attached_or_not_with_the_time_that_its_signer_states() {
    let (world, ..) = world_of_a_college().await;
    let signed = include_bytes!("../signature/content.bin");
    for cms in [
        include_bytes!("../signature/rsa.cms").as_slice(),
        include_bytes!("../signature/detached.cms").as_slice(),
        include_bytes!("../signature/streamed.cms").as_slice(),
    ] {
        let request = pb::CreateSignatureRequest {
            content: signed.as_slice().into(),
            ..world.act(cms.to_vec())
        };
        let taken = world.take(request).await.expect("taken");
        assert_eq!(taken.role(), pb::SignerRole::Ceo);
        assert!(taken.stated_sign_time.is_some());
    }
    assert_eq!(world.how_many().await, 3);
}

#[tokio::test]
async fn who_brings_a_signature_again_gets_the_first_answer_whatever_happened_since() {
    let (world, administrator, organisation) = world_of_a_college().await;
    let request = world.act(EMPLOYEE.sign(CONTENT));
    let first = world.take(request.clone()).await.expect("taken");
    let only_heads = pb::SigningOrganisation {
        allowed_roles: vec![pb::SignerRole::Ceo.into()],
        ..organisation
    };
    let changed = world.update(&administrator, only_heads, &["allowed_roles"]);
    changed.await.expect("changed");

    assert_eq!(world.take(request.clone()).await.expect("again"), first);
    let anew = pb::CreateSignatureRequest {
        request_id: world.request_id(),
        ..request.clone()
    };
    assert_eq!(world.take(anew).await.expect("again"), first);
    assert_eq!(world.how_many().await, 1);

    // For another purpose, or made anew, it is another signature, and today's rule counts.
    let for_more = pb::CreateSignatureRequest {
        purpose: "another".into(),
        request_id: world.request_id(),
        ..request.clone()
    };
    assert_eq!(
        refused(world.take(for_more).await),
        "SIGNER_ROLE_NOT_ALLOWED"
    );
    let other = world.take(world.act(EMPLOYEE.sign(CONTENT))).await;
    assert_eq!(refused(other), "SIGNER_ROLE_NOT_ALLOWED");
    let reused = pb::CreateSignatureRequest {
        content: b"{}".as_slice().into(),
        ..request
    };
    let reused = world.take(reused).await.expect_err("reused").violations();
    assert_eq!(
        reused,
        [("request_id".to_owned(), "REQUEST_ID_REUSED".to_owned())]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_bring_one_signature_at_once_all_get_one_answer() {
    let (world, ..) = world_of_a_college().await;
    let cms = EMPLOYEE.sign(CONTENT);
    let all = (0..12).map(|_| world.take(world.act(cms.clone())));
    let all = futures_util::future::join_all(all).await;
    let names: std::collections::BTreeSet<_> = all
        .into_iter()
        .map(|taken| taken.expect("taken").name)
        .collect();
    assert_eq!(names.len(), 1, "{names:?}");
    assert_eq!(world.how_many().await, 1);
}

#[tokio::test]
async fn a_signature_that_may_not_count_is_refused_with_its_reason_and_not_kept() {
    let (world, administrator, organisation) = world_of_a_college().await;
    let unknown = world.take(world.act(OTHER_HEAD.sign(CONTENT))).await;
    assert_eq!(refused(unknown), "SIGNING_ORGANISATION_UNKNOWN");
    let other = pb::SigningOrganisation {
        bin: "991241000009".into(),
        ..college()
    };
    world
        .register(&administrator, other)
        .await
        .expect("registered");
    let other = world.take(world.act(OTHER_HEAD.sign(CONTENT))).await;
    assert_eq!(refused(other), "SIGNATURE_OF_ANOTHER_ORGANISATION");

    // What is attached and what is signed are both held against what was asked for.
    let altered = [CONTENT, b" "].concat();
    for cms in [EMPLOYEE.sign(&altered), EMPLOYEE.sign_detached(&altered)] {
        let altered = world.take(world.act(cms)).await;
        assert_eq!(refused(altered), "SIGNATURE_CONTENT_DIFFERS");
    }
    let mut wrong = EMPLOYEE.sign(CONTENT);
    *wrong.last_mut().expect("a byte") ^= 1;
    assert_eq!(
        refused(world.take(world.act(wrong)).await),
        "SIGNATURE_WRONG"
    );
    for (cms, reason) in [
        (b"words".as_slice(), "SIGNATURE_NOT_CMS"),
        (
            include_bytes!("../signature/revoked.cms"),
            "CERTIFICATE_REVOKED",
        ),
        (
            include_bytes!("../signature/expired.cms"),
            "CERTIFICATE_EXPIRED",
        ),
        (
            include_bytes!("../signature/unknown.cms"),
            "CERTIFICATE_CHAIN_UNKNOWN",
        ),
        (
            include_bytes!("../signature/personal.cms"),
            "CERTIFICATE_PERSONAL",
        ),
        (
            include_bytes!("../signature/enters.cms"),
            "CERTIFICATE_FOR_AUTHENTICATION",
        ),
    ] {
        let request = pb::CreateSignatureRequest {
            content: include_bytes!("../signature/content.bin").as_slice().into(),
            ..world.act(cms.to_vec())
        };
        assert_eq!(refused(world.take(request).await), reason);
    }
    assert_eq!(world.how_many().await, 0);

    // A good one that is there is its own organisation's alone.
    let cms = EMPLOYEE.sign(CONTENT);
    world.take(world.act(cms.clone())).await.expect("taken");
    let stolen = pb::CreateSignatureRequest {
        bin: "991241000009".into(),
        ..world.act(cms)
    };
    assert_eq!(
        refused(world.take(stolen).await),
        "SIGNATURE_OF_ANOTHER_ORGANISATION"
    );
    assert_eq!(organisation.bin, COLLEGE);
}

#[tokio::test]
async fn everything_wrong_with_a_request_is_told_at_once() {
    let (world, administrator, _) = world_of_a_college().await;
    let wrong = pb::CreateSignatureRequest {
        content: Default::default(),
        cms: vec![0; 512 * 1024 + 1].into(),
        bin: "991240000004".into(),
        purpose: "Board action".into(),
        request_id: "1".into(),
        act: "START RANKING".into(),
        binding: true,
    };
    let wrong = world.take(wrong).await.expect_err("wrong").violations();
    let expected = [
        ("request_id", "INVALID_REQUEST_ID"),
        ("content", "REQUIRED"),
        ("cms", "TOO_LONG"),
        ("bin", "BIN_CHECK_DIGIT"),
        ("purpose", "INVALID_FORMAT"),
        ("act", "INVALID_FORMAT"),
    ];
    assert_eq!(
        wrong,
        expected.map(|(field, reason)| (field.to_owned(), reason.to_owned()))
    );
    let name = "signatures/01970000-0000-7000-8000-000000000000";
    for (caller, name, reason) in [
        (administrator.clone(), name, "NOT_FOUND"),
        (
            testing::person(7, &[Role::CampaignManager]),
            name,
            "NOT_ALLOWED",
        ),
        (Caller::Service("review-svc".into()), name, "NOT_ALLOWED"),
        // Who holds a token of an administrator and is none any more.
        (
            testing::person(8, &[Role::Administrator]),
            name,
            "NOT_ALLOWED",
        ),
    ] {
        assert_eq!(refused(world.signature(caller, name).await), reason);
    }
}

#[tokio::test]
async fn in_the_tables_nothing_of_the_signature_names_a_person() {
    let (world, ..) = world_of_a_college().await;
    let cms = EMPLOYEE.sign(CONTENT);
    let taken = world.take(world.act(cms.clone())).await.expect("taken");
    let read = async |sql: &str| {
        let rows = chassis::database::query_all(world.wiring.db.read(), sql, []).await;
        let rows = rows.expect("rows");
        let [row] = rows.as_slice() else {
            panic!("one row, not {}", rows.len());
        };
        row.try_get::<String>("", "words").expect("text")
    };
    let kept = read(
        "SELECT purpose || ' ' || content_hash || ' ' || cms_hash || ' ' || issuer || ' ' || personal AS words
         FROM signature",
    )
    .await;
    assert!(!kept.contains(IIN) && !kept.contains(&BASE64.encode(&cms)[..64]));
    let detail = read("SELECT detail AS words FROM audit WHERE action = 'CreateSignature'").await;
    let expected = format!(
        "{PURPOSE} by {} for {} as EMPLOYEE",
        taken.signatory, taken.organisation
    );
    assert_eq!(detail, expected);
}

#[tokio::test]
async fn the_service_that_exports_a_log_gets_signatures_whole_and_nobody_else_does() {
    let (world, administrator, _) = world_of_a_college().await;
    let cms = EMPLOYEE.sign(CONTENT);
    let taken = world.take(world.act(cms.clone())).await.expect("taken");
    let gone = format!("signatures/{}", world.request_id());
    let names = vec![taken.name.clone(), gone];
    let request = pb::LookUpSignaturesRequest { names };
    let found = world.of_service().look_up_signatures(request.clone()).await;
    let found = found.expect("an answer").into_inner().signatures;
    let found: Vec<_> = found.iter().map(|it| (&it.name, &it.cms[..])).collect();
    assert_eq!(found, [(&taken.name, &cms[..])]);

    let other = Caller::Service("testing-svc".into());
    for caller in [administrator, other, testing::person(7, &Role::ALL)] {
        let mut signatures = SignaturesClient::new(world.speaking_for(caller));
        let answer = signatures.look_up_signatures(request.clone()).await;
        assert_eq!(refused(answer), "NOT_ALLOWED");
    }
}

#[tokio::test]
async fn what_is_wrong_with_names_that_are_looked_up_is_told_at_once() {
    let (world, ..) = world_of_a_college().await;
    let look_up = async |names: Vec<String>| {
        let request = pb::LookUpSignaturesRequest { names };
        let answer = world.of_service().look_up_signatures(request).await;
        let told = answer.expect_err("wrong").violations().into_iter();
        let told = told.map(|(field, reason)| format!("{field} {reason}"));
        told.collect::<Vec<_>>()
    };
    assert_eq!(look_up(Vec::new()).await, ["names REQUIRED"]);
    let wrong = vec!["signatures/1".to_owned(), String::new()];
    assert_eq!(
        look_up(wrong).await,
        ["names[0] INVALID_NAME", "names[1] REQUIRED"]
    );
    let many = vec![format!("signatures/{}", world.request_id()); 51];
    assert_eq!(look_up(many).await, ["names TOO_MANY"]);
}

/// An act by its name.
fn named(
    request: pb::CreateSignatureRequest,
    act: &str,
    binding: bool,
) -> pb::CreateSignatureRequest {
    pb::CreateSignatureRequest {
        act: act.into(),
        binding,
        ..request
    }
}

fn rule(act: &str, roles: &[pb::SignerRole]) -> pb::SigningRule {
    pb::SigningRule {
        act: act.into(),
        roles: roles.iter().map(|role| (*role).into()).collect(),
    }
}

#[tokio::test]
async fn what_binds_for_good_an_employee_signs_only_where_the_organisation_says_so() {
    use pb::SignerRole::{CanSign, Ceo, Employee};
    let (world, administrator, organisation) = world_of_a_college().await;
    let sign = |act: &'static str, binding: bool| {
        let request = named(world.act(EMPLOYEE.sign(CONTENT)), act, binding);
        world.take(request)
    };
    assert!(sign("APPOINT_EXAM", false).await.is_ok());
    let refused_for_act = sign("START_RANKING", true).await.expect_err("refused");
    assert_eq!(refused_for_act.reason(), "SIGNER_ROLE_NOT_ALLOWED_FOR_ACT");
    assert_eq!(refused_for_act.fact("act"), "START_RANKING");
    assert_eq!(refused_for_act.fact("roles"), "CEO CAN_SIGN");
    // The head does, with no rule at all.
    let head = pb::CreateSignatureRequest {
        content: include_bytes!("../signature/content.bin").as_slice().into(),
        ..world.act(include_bytes!("../signature/rsa.cms").to_vec())
    };
    let head = world.take(named(head, "START_RANKING", true)).await;
    assert_eq!(head.expect("taken").role(), pb::SignerRole::Ceo);

    let ruled = pb::SigningOrganisation {
        signing_rules: vec![
            rule("START_RANKING", &[Employee, Ceo]),
            rule("APPOINT_EXAM", &[CanSign]),
            rule(PURPOSE, &[Ceo]),
        ],
        ..organisation
    };
    let ruled = world
        .update(&administrator, ruled, &["signing_rules"])
        .await;
    let ruled = ruled.expect("changed").signing_rules;
    assert_eq!(ruled[0], rule("START_RANKING", &[Ceo, Employee]));
    let taken = sign("START_RANKING", true).await.expect("taken");
    assert_eq!(taken.role(), Employee);
    for act in ["APPOINT_EXAM", ""] {
        let refused_for_act = refused(sign(act, false).await);
        assert_eq!(refused_for_act, "SIGNER_ROLE_NOT_ALLOWED_FOR_ACT", "{act}");
    }
}

#[tokio::test]
async fn a_signatory_who_is_blocked_signs_no_more_until_they_are_let_again() {
    let (world, administrator, organisation) = world_of_a_college().await;
    let session = world.come_in().await.expect("a session");
    let before = world.act(EMPLOYEE.sign(CONTENT));
    let taken = world.take(before.clone()).await.expect("taken");
    let (list, _) = world
        .signatories(&administrator, &organisation.name, "")
        .await;
    let [signatory] = list.as_slice() else {
        panic!("one signatory, not {}", list.len());
    };
    assert_eq!(signatory.name, taken.signatory);
    assert_eq!(signatory.signing_organisation, organisation.name);
    assert_eq!(signatory.role(), pb::SignerRole::Employee);
    assert_eq!((signatory.iin.as_str(), signatory.block_time), (IIN, None));
    assert!(!format!("{signatory:?}").contains(IIN));

    let blocked = world.block(&administrator, &signatory.name).await;
    let blocked = blocked.expect("blocked");
    assert_eq!(
        blocked.block_time,
        Some(chassis::clock::to_pb(world.clock.now()))
    );
    assert_eq!(
        refused(world.exchange(&session.access_token).await),
        "SESSION_ENDED"
    );
    assert_eq!(refused(world.come_in().await), "SIGNATORY_BLOCKED");
    // Another certificate of the same person is no way around.
    let head = pb::CreateSignatureRequest {
        content: include_bytes!("../signature/content.bin").as_slice().into(),
        ..world.act(include_bytes!("../signature/rsa.cms").to_vec())
    };
    assert_eq!(refused(world.take(head).await), "SIGNATORY_BLOCKED");
    let anew = world.take(world.act(EMPLOYEE.sign(CONTENT))).await;
    assert_eq!(refused(anew), "SIGNATORY_BLOCKED");
    assert_eq!(world.take(before).await.expect("as it was"), taken);
    let again = world.block(&administrator, &signatory.name).await;
    assert_eq!(again.expect("as they are"), blocked);

    let free = world.unblock(&administrator, &signatory.name).await;
    assert_eq!(free.expect("let again").block_time, None);
    let old = world.exchange(&session.access_token).await;
    assert_eq!(refused(old), "SESSION_ENDED", "what ended stays ended");
    assert!(world.come_in().await.is_ok());
    assert!(world.take(world.act(EMPLOYEE.sign(CONTENT))).await.is_ok());

    let sql = "SELECT action || ' ' || detail AS words FROM audit WHERE resource = $1 ORDER BY seq";
    let of = [signatory.name.as_str().into()];
    let rows = chassis::database::query_all(world.wiring.db.read(), sql, of).await;
    let rows = rows.expect("rows").into_iter();
    let told: Vec<String> = rows
        .map(|row| row.try_get("", "words").expect("text"))
        .collect();
    let line = |verb: &str, ended: u8| {
        let of = &organisation.name;
        format!("{verb} for {of}; sessions ended: {ended}")
    };
    assert_eq!(
        told,
        [line("BlockSignatory", 1), line("UnblockSignatory", 0)]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_is_blocked_while_they_sign_has_signed_before_it_or_not_at_all() {
    let (world, administrator, organisation) = world_of_a_college().await;
    world.come_in().await.expect("a session");
    let (list, _) = world
        .signatories(&administrator, &organisation.name, "")
        .await;
    let name = list[0].name.clone();
    for round in 0..4 {
        let signs = (0..6).map(|_| world.take(world.act(EMPLOYEE.sign(CONTENT))));
        let enters = (0..3).map(|_| world.come_in());
        let (signed, entered, blocked) = tokio::join!(
            futures_util::future::join_all(signs),
            futures_util::future::join_all(enters),
            world.block(&administrator, &name),
        );
        blocked.expect("blocked");
        for refusal in signed.into_iter().filter_map(Result::err) {
            assert_eq!(refusal.reason(), "SIGNATORY_BLOCKED", "round {round}");
        }
        // Who came in before it is out, too.
        for session in entered {
            match session {
                Ok(session) => {
                    let out = refused(world.exchange(&session.access_token).await);
                    assert_eq!(out, "SESSION_ENDED");
                }
                Err(refusal) => assert_eq!(refusal.reason(), "SIGNATORY_BLOCKED"),
            }
        }
        let late = world.take(world.act(EMPLOYEE.sign(CONTENT))).await;
        assert_eq!(refused(late), "SIGNATORY_BLOCKED");
        world
            .unblock(&administrator, &name)
            .await
            .expect("let again");
    }
}

#[tokio::test]
async fn signatories_are_listed_and_blocked_by_administrators_alone() {
    let (world, administrator, organisation) = world_of_a_college().await;
    let taken = world.take(world.act(EMPLOYEE.sign(CONTENT))).await;
    let name = taken.expect("taken").signatory;
    let other = pb::SigningOrganisation {
        bin: "991241000009".into(),
        ..college()
    };
    let other = world
        .register(&administrator, other)
        .await
        .expect("registered");
    let (none, next) = world.signatories(&administrator, &other.name, "").await;
    assert!(none.is_empty() && next.is_empty(), "each has its own");

    for caller in [
        testing::person(7, &[Role::CampaignManager]),
        // Who holds a token of an administrator and is none any more.
        testing::person(8, &[Role::Administrator]),
        Caller::Service("questionnaire-svc".into()),
    ] {
        let listed = world
            .list_signatories(&caller, &organisation.name, "")
            .await;
        assert_eq!(refused(listed), "NOT_ALLOWED");
        assert_eq!(refused(world.block(&caller, &name).await), "NOT_ALLOWED");
        assert_eq!(refused(world.unblock(&caller, &name).await), "NOT_ALLOWED");
    }
    let nobody = "signatories/01970000-0000-7000-8000-000000000000";
    assert_eq!(
        refused(world.block(&administrator, nobody).await),
        "NOT_FOUND"
    );
    let unknown = "signingOrganisations/991240000013";
    let unknown = world.list_signatories(&administrator, unknown, "").await;
    assert_eq!(refused(unknown), "NOT_FOUND");
    let wrong = world.block(&administrator, "signatories/1").await;
    let wrong = wrong.expect_err("wrong").violations();
    assert_eq!(wrong, [("name".to_owned(), "INVALID_NAME".to_owned())]);
}

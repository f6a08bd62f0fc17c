//! Certificates: issued once to who passed, replaced after an appeal, revoked by staff, and checked by
//! anybody who has the paper.

use std::sync::Arc;

use chassis::client::Connection;
use futures_util::future::join_all;
use prost::Message as _;
use proto::events::v1::{CertificateIssued, CertificateRevoked};
use proto::testing::v1 as pb;
use proto::testing::v1::certificate::{RevokeReason, State};
use proto::testing::v1::certificates_client::CertificatesClient;
use proto::testing::v1::import_stage_results_request::Source;
use proto::testing::v1::verify_certificate_request::Proof;
use proto::wire::v1::LocalizedText;
use testing_svc::domain::certificate::seal::{Keys, Sealed};
use tonic::Response;

use crate::neighbours::{NAMELESS, NAMES_UNREACHABLE};
use crate::outcome::scored;
use crate::world::{Answer, CAMPAIGN, World, person_name, refused, told_with, wrong};

const JOB: &str = "due_certificates";

fn text(text: &str) -> Option<LocalizedText> {
    Some(LocalizedText {
        kk: text.into(),
        ru: text.into(),
        en: text.into(),
    })
}

fn mark(category: &str, percent: i32, direction: &str) -> pb::PassMark {
    pb::PassMark {
        category: category.into(),
        title: text(category),
        share: Some(pb::Share {
            numerator: percent,
            denominator: 100,
        }),
        direction: direction.into(),
    }
}

fn subject(code: &str, highest: &str) -> pb::Subject {
    pb::Subject {
        subject: code.into(),
        title: text(code),
        highest: highest.into(),
    }
}

/// The ladder of teachers, and the one step of heads.
fn terms() -> pb::CertificateTerms {
    pb::CertificateTerms {
        programme: "NQT".into(),
        title: text("Ұлттық біліктілік тестілеу"),
        subjects: vec![subject("CONTENT", "70"), subject("PEDAGOGY", "30")],
        pass_marks: vec![
            mark("TEACHER", 50, ""),
            mark("MODERATOR", 60, ""),
            mark("EXPERT", 70, ""),
            mark("RESEARCHER", 80, ""),
            mark("MASTER", 90, ""),
            mark("HEAD", 70, "HEADS"),
        ],
    }
}

pub fn qualifying() -> pb::Stage {
    pb::Stage {
        certificate_terms: Some(terms()),
        ..scored(1)
    }
}

/// What a person reached in both subjects.
type Reached<'a> = (u128, &'a str, &'a str, &'a str);

impl World {
    fn certificates(&self, caller: Connection) -> CertificatesClient<Connection> {
        CertificatesClient::new(caller)
    }

    pub async fn import_subjects(
        &self,
        stage: &str,
        reached: &[Reached<'_>],
    ) -> Answer<pb::ImportStageResultsResponse> {
        let marks: Vec<_> = reached.iter().map(|it| (it.0, it.3)).collect();
        let mut request = self.import_request(stage, &marks).await;
        let rows = match &mut request.source {
            Some(Source::ScoreRows(rows)) => Some(rows),
            _ => None,
        };
        let rows = rows.expect("a request with rows");
        for (row, (_, content, pedagogy, _)) in rows.rows.iter_mut().zip(reached) {
            row.subject_scores = by_subject(&[("CONTENT", content), ("PEDAGOGY", pedagogy)]);
        }
        self.send(request).await
    }

    async fn certificates_of(&self, person: u128) -> Vec<pb::Certificate> {
        let mut own = self.certificates(self.as_person(person));
        let request = pb::ListCertificatesRequest::default();
        let found = own.list_certificates(request).await.expect("a list");
        found.into_inner().certificates
    }

    async fn certificate(&self, person: u128) -> pb::Certificate {
        let mut own = self.certificates_of(person).await;
        assert_eq!(own.len(), 1);
        own.pop().expect("a certificate")
    }

    async fn verify(&self, proof: Option<Proof>) -> Answer<pb::VerifyCertificateResponse> {
        // Nobody is signed in.
        let mut anybody = self.certificates(self.net.connect(testing_svc::NAME));
        let request = pb::VerifyCertificateRequest { proof };
        let answer = anybody.verify_certificate(request).await;
        answer.map(Response::into_inner)
    }

    async fn state_by_text(&self, qr_text: &str) -> State {
        let proof = Proof::QrText(qr_text.into());
        self.verify(Some(proof)).await.expect("an answer").state()
    }

    async fn state_by_code(&self, number: &str, code: &str) -> State {
        let answer = self.verify(Some(number_and_code(number, code))).await;
        answer.expect("an answer").state()
    }

    async fn download(&self, caller: Connection, name: &str) -> Answer<Vec<u8>> {
        let request = pb::DownloadCertificateRequest {
            name: name.into(),
            language: proto::wire::v1::Language::Ru.into(),
        };
        let answer = self
            .certificates(caller)
            .download_certificate(request)
            .await;
        let mut stream = answer?.into_inner();
        let mut bytes = Vec::new();
        while let Some(part) = stream.message().await? {
            assert_eq!(part.content_type, "application/pdf");
            bytes.extend(part.data);
        }
        Ok(bytes)
    }

    async fn revoke(&self, request: pb::RevokeCertificateRequest) -> Answer<pb::Certificate> {
        let mut manager = self.certificates(self.as_manager());
        let answer = manager.revoke_certificate(request).await;
        answer.map(Response::into_inner)
    }

    fn revocation(&self, name: &str) -> pb::RevokeCertificateRequest {
        pb::RevokeCertificateRequest {
            name: name.into(),
            reason: RevokeReason::ResultAnnulled.into(),
            note: "Minutes 12 of the commission.".into(),
            etag: String::new(),
            request_id: self.request(),
        }
    }
}

pub fn by_subject(scores: &[(&str, &str)]) -> Vec<pb::SubjectScore> {
    let score = |(subject, score): &(&str, &str)| pb::SubjectScore {
        subject: (*subject).into(),
        score: (*score).into(),
    };
    scores.iter().map(score).collect()
}

fn number_and_code(number: &str, code: &str) -> Proof {
    Proof::NumberAndCode(pb::NumberAndCode {
        certificate_number: number.into(),
        individual_code: code.into(),
    })
}

fn paper(of: &pb::Certificate) -> pb::CertificatePaper {
    of.paper.clone().expect("a paper")
}

/// Five sat it: the first and the third passed as teachers, the second did not, nor did the head, whose
/// mark is higher; the last one's person can't be asked for.
async fn published() -> (World, String) {
    let world = World::new().await;
    let stage = world.make(qualifying()).await.name;
    world.admit(&[1, 2, 3], "SCHOOLS").await;
    world.admit(&[4], "HEADS").await;
    world.admit(&[NAMELESS], "SCHOOLS").await;
    world.sit(&stage, &[1, 2, 3, 4, NAMELESS]).await;
    let reached = [
        (1, "67", "14", "81"),
        (2, "40", "9.9", "49.9"),
        (3, "50", "9", "59"),
        (4, "40", "29", "69"),
        (NAMELESS, "70", "30", "100"),
    ];
    let imported = world.import_subjects(&stage, &reached).await;
    assert_eq!(imported.expect("imported").added_count, 5);
    world.publish(&stage).await.expect("published");
    (world, stage)
}

#[tokio::test]
async fn who_passed_gets_a_certificate_that_says_so_and_nobody_else_does() {
    let (world, stage) = published().await;
    assert!(world.certificates_of(1).await.is_empty());
    world.run(JOB).await;
    world.run(JOB).await;
    assert_eq!(world.count("certificates").await, 2);
    assert!(world.certificates_of(2).await.is_empty());
    assert!(world.certificates_of(4).await.is_empty());
    let first = world.certificate(1).await;
    assert_eq!((first.state(), first.edition), (State::Valid, 1));
    let result = world.result(1, &stage).await.expect("a result");
    assert_eq!(first.stage_result, result.name);
    assert_eq!(result.category, "RESEARCHER");
    let paper = paper(&first);
    assert_eq!(paper.subjects, result.subjects);
    assert_eq!(paper.full_name, "Үлгібаев Ғани1 Һәкімұлы");
    let lines: Vec<_> = paper.subjects.iter().map(|it| it.total.as_str()).collect();
    assert_eq!((lines, paper.total.as_str()), (vec!["67", "14"], "81"));
    assert_eq!(
        (paper.category.as_str(), paper.highest_total.as_str()),
        ("RESEARCHER", "100")
    );
    assert_eq!(paper.programme_title, text("Ұлттық біліктілік тестілеу"));
    assert_eq!(
        world.result(2, &stage).await.expect("a result").category,
        ""
    );
    // It is nobody else's.
    let request = pb::GetCertificateRequest { name: first.name };
    let mut other = world.certificates(world.as_person(3));
    refused(other.get_certificate(request.clone()).await, "NOT_FOUND");
    let mut desk = world.certificates(world.as_desk());
    desk.get_certificate(request).await.expect("shown to staff");
}

#[tokio::test(flavor = "multi_thread")]
async fn however_many_issue_at_once_each_gets_one() {
    let (world, _) = published().await;
    let world = Arc::new(world);
    let (net, another) = world.another_instance().await;
    let job = |service: &chassis::server::Service| {
        let job = service.jobs.iter().find(|it| it.name == JOB);
        job.expect("a job").clone()
    };
    let jobs = (0..12).map(|at| {
        job(if at % 2 == 0 {
            &world.service
        } else {
            &another
        })
    });
    let runs = jobs.map(|job| tokio::spawn(async move { job.run().await.is_ok() }));
    let done = join_all(runs).await;
    assert!(done.into_iter().any(|it| it.expect("no panic")));
    world.run(JOB).await;
    drop(net);
    assert_eq!(world.count("certificates").await, 2);
    assert_eq!(world.count("certificates WHERE state = 'VALID'").await, 2);
    assert_eq!(
        world.count("audit WHERE action = 'IssueCertificate'").await,
        2
    );
}

#[tokio::test]
async fn who_has_the_paper_can_check_it_with_us_and_without() {
    let (world, _) = published().await;
    world.run(JOB).await;
    let one = world.certificate(1).await;
    let shown = paper(&one);
    let by_text = world.verify(Some(Proof::QrText(one.qr_text.clone()))).await;
    let by_text = by_text.expect("an answer");
    let proof = number_and_code(
        &shown.certificate_number.to_lowercase(),
        &one.individual_code,
    );
    assert_eq!(world.verify(Some(proof)).await.expect("an answer"), by_text);
    assert_eq!(
        (by_text.state(), by_text.paper),
        (State::Valid, Some(shown.clone()))
    );
    // Only with the published keys.
    let mut anybody = world.certificates(world.net.connect(testing_svc::NAME));
    let keys = anybody
        .get_certificate_keys(pb::GetCertificateKeysRequest {})
        .await;
    let keys = keys.expect("keys").into_inner().keys;
    assert!(matches!(keys.as_slice(), [key] if key.signing && key.key_id == shown.key_id));
    let public = public_key(&keys[0].public_key);
    let alone = Keys::new(None, &[public]).expect("keys");
    let read = alone
        .open(&Sealed::read(&one.qr_text).expect("a text"))
        .expect("ours");
    assert_eq!(read.name.reveal(), &shown.full_name);
    assert_eq!(read.total().written(), shown.total);
    assert_eq!(read.code.grouped(), one.individual_code);
}

fn public_key(text: &str) -> [u8; 32] {
    use base64::Engine;
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text);
    bytes.expect("base64url").try_into().expect("32 bytes")
}

#[tokio::test]
async fn what_is_not_ours_is_unknown_and_what_is_mistyped_is_told() {
    let (world, _) = published().await;
    world.run(JOB).await;
    let (one, other) = (world.certificate(1).await, world.certificate(3).await);
    let number = paper(&one).certificate_number;
    // Another's code is no key to the name.
    let proof = number_and_code(&number, &other.individual_code);
    let unknown = world.verify(Some(proof)).await.expect("an answer");
    assert_eq!((unknown.state(), unknown.paper), (State::Unspecified, None));
    assert!(!unknown.explanation.is_empty());
    let changed = one
        .qr_text
        .replace(one.qr_text.get(40..43).expect("a text"), "AAA");
    for text in [changed.as_str(), "IRK1:", "https://example.kz", "Ә"] {
        assert_eq!(
            world.state_by_text(text).await,
            State::Unspecified,
            "{text}"
        );
    }
    // A key of ours, and no such certificate in our books.
    world
        .sql("DELETE FROM certificates WHERE edition = 1")
        .await;
    assert_eq!(world.state_by_text(&one.qr_text).await, State::Unspecified);
    let code = &one.individual_code;
    assert_eq!(world.state_by_code(&number, code).await, State::Unspecified);
    let last = if number.ends_with('A') { 'B' } else { 'A' };
    let mistyped = format!("{}{last}", &number[..number.len() - 1]);
    assert_eq!(
        wrong(world.verify(Some(number_and_code(&mistyped, ""))).await),
        [
            "number_and_code.certificate_number CERTIFICATE_NUMBER",
            "number_and_code.individual_code REQUIRED"
        ]
    );
    assert_eq!(wrong(world.verify(None).await), ["proof REQUIRED"]);
    let long = Proof::QrText("A".repeat(4_001));
    assert_eq!(wrong(world.verify(Some(long)).await), ["qr_text TOO_LONG"]);
}

#[tokio::test]
async fn an_appeal_that_changes_the_total_has_another_certificate_take_its_place() {
    let (world, stage) = published().await;
    world.run(JOB).await;
    let before = world.certificate(3).await;
    let untouched = world.certificate(1).await;
    for person in [1, 2, 3] {
        let result = world.result(person, &stage).await.expect("a result").name;
        let appeal = world.appeal(person, &result).await.expect("an appeal");
        let delta = if person == 1 { "" } else { "1.5" };
        let mut decision = world.decision(&appeal.name, delta);
        if person != 1 {
            decision.subject_deltas = by_subject(&[("CONTENT", "1"), ("PEDAGOGY", "0.5")]);
        }
        let decided = world.decide(decision).await.expect("decided");
        assert_eq!(
            decided.subject_deltas.len(),
            if person == 1 { 0 } else { 2 }
        );
    }
    world.run(JOB).await;
    assert_eq!(world.certificate(3).await, before);
    // Of one instant no id is the newer.
    world.pass(1);
    world.publish_decisions(&stage).await.expect("published");
    world.run(JOB).await;
    world.run(JOB).await;
    let both = world.certificates_of(3).await;
    let [after, first] = both.as_slice() else {
        panic!("two certificates, not {}", both.len());
    };
    assert_eq!(
        (first.state(), after.state()),
        (State::Superseded, State::Valid)
    );
    assert_eq!(
        (&first.name, first.edition, after.edition),
        (&before.name, 1, 2)
    );
    let paper = paper(after);
    let line = &paper.subjects[0];
    assert_eq!(
        (&*line.score, &*line.appeal_delta, &*line.total),
        ("50", "1", "51")
    );
    assert_eq!((&*paper.total, &*paper.category), ("60.5", "MODERATOR"));
    assert_eq!(
        world.state_by_text(&before.qr_text).await,
        State::Superseded
    );
    assert_eq!(world.state_by_text(&after.qr_text).await, State::Valid);
    let told = told_of(&world, 3).await;
    assert_eq!(told, ["OCCASION_PUBLICATION", "OCCASION_APPEAL"]);
    assert_eq!(told_of(&world, 2).await, ["OCCASION_PUBLICATION"]);
    // Who passes only now gets the first; who was rejected keeps it.
    assert_eq!(self::paper(&world.certificate(2).await).category, "TEACHER");
    assert_eq!(world.certificate(1).await, untouched);
}

/// What people are told of certificates, in order: why one was issued, or why it was revoked.
async fn told_of(world: &World, person: u128) -> Vec<String> {
    let account = person_name(person);
    let all = world.told().await;
    let lines = all
        .iter()
        .filter_map(|(kind, payload)| match kind.as_str() {
            "CertificateIssued" => {
                let event = CertificateIssued::decode(payload.as_slice()).expect("an event");
                let title = event.title.as_ref().expect("a title");
                assert!(title.kk.contains("біліктілік"), "{title:?}");
                (event.account == account).then(|| event.occasion().as_str_name().to_owned())
            }
            "CertificateRevoked" => {
                let event = CertificateRevoked::decode(payload.as_slice()).expect("an event");
                assert!(event.title.is_some());
                (event.account == account).then(|| event.reason().as_str_name().to_owned())
            }
            _ => None,
        });
    lines.collect()
}

#[tokio::test]
async fn what_is_revoked_is_so_for_good_and_by_a_decision_that_is_named() {
    let (world, stage) = published().await;
    world.run(JOB).await;
    let one = world.certificate(3).await;
    let mut person = world.certificates(world.as_person(3));
    let own = world.revocation(&one.name);
    refused(person.revoke_certificate(own).await, "NOT_ALLOWED");
    let mut nothing = world.revocation(&one.name);
    (nothing.reason, nothing.note) = (0, " ".into());
    let missing = ["note REQUIRED", "reason REQUIRED"];
    let mut told = wrong(world.revoke(nothing).await);
    told.sort();
    assert_eq!(told, missing);
    let mut stale = world.revocation(&one.name);
    stale.etag = "v7".into();
    refused(world.revoke(stale).await, "STALE_ETAG");
    let request = world.revocation(&one.name);
    let revoked = world.revoke(request.clone()).await.expect("revoked");
    assert_eq!(revoked.state(), State::Revoked);
    assert_eq!(revoked.revoke_reason(), RevokeReason::ResultAnnulled);
    assert_eq!(
        world.revoke(request).await.expect("the same answer"),
        revoked
    );
    let again = refused(
        world.revoke(world.revocation(&one.name)).await,
        "CERTIFICATE_OVER",
    );
    assert_eq!(told_with(&again, "state"), "REVOKED");
    assert_eq!(world.state_by_text(&one.qr_text).await, State::Revoked);
    // An appeal brings none back.
    let result = world.result(3, &stage).await.expect("a result").name;
    let appeal = world.appeal(3, &result).await.expect("an appeal");
    let mut decision = world.decision(&appeal.name, "2");
    decision.subject_deltas = by_subject(&[("CONTENT", "2")]);
    world.decide(decision).await.expect("decided");
    world.publish_decisions(&stage).await.expect("published");
    world.run(JOB).await;
    assert_eq!(world.certificate(3).await.state(), State::Revoked);
}

#[tokio::test]
async fn whose_name_is_not_told_waits_and_holds_nobody_up() {
    let (world, _) = published().await;
    world.run(JOB).await;
    let waits = "stage_results WHERE certificate_due_us IS NOT NULL";
    assert_eq!(
        (world.count(waits).await, world.count("certificates").await),
        (1, 2)
    );
    // It is not asked for at every turn.
    let due = format!("{waits} AND certificate_due_us > published");
    let now = chassis::clock::to_us(world.now());
    let due = due.replace("published", &now.to_string());
    assert_eq!(world.count(&due).await, 1);
    world.pass(10);
    world.run(JOB).await;
    assert_eq!(
        (world.count(waits).await, world.count("certificates").await),
        (1, 2)
    );
}

#[tokio::test]
async fn while_identity_svc_is_away_nothing_is_lost() {
    let world = World::new().await;
    let stage = world.make(qualifying()).await.name;
    world.admit(&[NAMES_UNREACHABLE], "SCHOOLS").await;
    world.sit(&stage, &[NAMES_UNREACHABLE]).await;
    let reached = [(NAMES_UNREACHABLE, "70", "30", "100")];
    world
        .import_subjects(&stage, &reached)
        .await
        .expect("imported");
    world.publish(&stage).await.expect("published");
    let job = world.service.jobs.iter().find(|it| it.name == JOB);
    assert!(job.expect("a job").run().await.is_err());
    let now = chassis::clock::to_us(world.now());
    let due = format!("stage_results WHERE certificate_due_us <= {now}");
    assert_eq!(world.count(&due).await, 1);
}

#[tokio::test]
async fn subjects_of_an_import_and_of_an_appeal_have_to_agree_with_the_whole() {
    let world = World::new().await;
    let stage = world.make(qualifying()).await.name;
    world.admit(&[1, 2], "SCHOOLS").await;
    world.sit(&stage, &[1, 2]).await;
    let row = "score_rows.rows[0].subject_scores";
    for (content, pedagogy, whole, expected) in [
        ("60", "20", "81", "SUBJECT_SUM_MISMATCH"),
        ("71", "9", "80", "SCORE_OFF_SCALE"),
    ] {
        let told = wrong(
            world
                .import_subjects(&stage, &[(1, content, pedagogy, whole)])
                .await,
        );
        assert_eq!(told, [format!("{row} {expected}")]);
    }
    let plain = world.import(&stage, &[(1, "80")]).await;
    assert_eq!(wrong(plain), [format!("{row} SUBJECTS_INCOMPLETE")]);
    let number = world.number(1).await;
    let csv = format!("candidate_number;score;subject.CONTENT;subject.LATIN\n{number};80;60;20\n");
    let mut file = world.import_request(&stage, &[(1, "80")]).await;
    file.source = Some(Source::Csv(csv.clone().into()));
    let told = wrong(world.send(file.clone()).await);
    assert_eq!(told, ["csv.line[2].subject_scores SUBJECT_UNKNOWN"]);
    let good = csv
        .replace("LATIN", "PEDAGOGY")
        .replace(";20", ";19,5")
        .replace(";80", ";79,5");
    file.source = Some(Source::Csv(good.into()));
    (file.score_sum, file.request_id) = ("79.5".into(), world.request());
    world.send(file).await.expect("imported");
    world
        .import_subjects(&stage, &[(2, "1", "2", "3")])
        .await
        .expect("imported");
    // The same again is no change; the same whole of other parts is one.
    let same = world
        .import_subjects(&stage, &[(2, "1", "2", "3")])
        .await
        .expect("imported");
    assert_eq!((same.unchanged_count, same.replaced_count), (1, 0));
    let other = world
        .import_subjects(&stage, &[(2, "2", "1", "3")])
        .await
        .expect("imported");
    assert_eq!((other.unchanged_count, other.replaced_count), (0, 1));
    world.publish(&stage).await.expect("published");
    let result = world.result(1, &stage).await.expect("a result");
    assert_eq!(result.subjects[1].score, "19.5");
    let appeal = world.appeal(1, &result.name).await.expect("an appeal");
    for (deltas, expected) in [
        (&[][..], "SUBJECT_SUM_MISMATCH"),
        (&[("CONTENT", "1"), ("LATIN", "1")], "SUBJECT_UNKNOWN"),
        (&[("CONTENT", "11"), ("PEDAGOGY", "-9")], "OUT_OF_RANGE"),
    ] {
        let mut decision = world.decision(&appeal.name, "2");
        decision.subject_deltas = by_subject(deltas);
        let told = wrong(world.decide(decision).await);
        assert_eq!(told, [format!("subject_deltas {expected}")]);
    }
}

#[tokio::test]
async fn terms_that_contradict_themselves_are_refused_and_those_in_use_stay() {
    let world = World::new().await;
    let made = world.make(qualifying()).await;
    assert_eq!(made.certificate_terms, Some(terms()));
    let change = |change: fn(&mut pb::CertificateTerms)| {
        let mut stage = made.clone();
        let mut terms = terms();
        change(&mut terms);
        stage.certificate_terms = Some(terms);
        world.update(stage, &["certificate_terms"])
    };
    let field = |name: &str| format!("stage.certificate_terms.{name}");
    let told = wrong(change(|it| it.subjects[0].highest = "60".into()).await);
    assert_eq!(told, [field("subjects SUBJECT_SUM_MISMATCH")]);
    let told = wrong(change(|it| it.subjects[1].subject = "CONTENT".into()).await);
    assert_eq!(told, [field("subjects[1].subject NAMED_TWICE")]);
    let told = wrong(change(|it| it.pass_marks[1].category = "TEACHER".into()).await);
    assert_eq!(told, [field("pass_marks[1].category NAMED_TWICE")]);
    let told = wrong(change(|it| it.pass_marks[0] = mark("TEACHER", 101, "")).await);
    assert_eq!(told, [field("pass_marks[0].share SHARE_IMPOSSIBLE")]);
    let told = wrong(change(|it| it.programme = "НКТ".into()).await);
    assert_eq!(told, [field("programme INVALID_FORMAT")]);
    let told = wrong(change(|it| it.pass_marks.clear()).await);
    assert_eq!(told, [field("pass_marks REQUIRED")]);
    world.admit(&[1], "SCHOOLS").await;
    world.sit(&made.name, &[1]).await;
    let reached = [(1, "40", "20", "60")];
    world
        .import_subjects(&made.name, &reached)
        .await
        .expect("imported");
    let other = change(|it| {
        it.subjects[0].highest = "60".into();
        it.subjects[1].highest = "40".into();
    });
    refused(other.await, "SCALE_IN_USE");
    // A mark may still move: nobody was told of one yet.
    let moved = change(|it| it.pass_marks.truncate(1)).await.expect("moved");
    assert_eq!(
        moved.certificate_terms.map(|it| it.pass_marks.len()),
        Some(1)
    );
    world.publish(&made.name).await.expect("published");
    refused(
        change(|it| it.pass_marks.truncate(2)).await,
        "STAGE_PUBLISHED",
    );
    assert!(made.name.starts_with(CAMPAIGN));
}

#[tokio::test]
async fn a_sheet_of_paper_is_its_persons_while_it_is_good() {
    let (world, _) = published().await;
    world.run(JOB).await;
    let one = world.certificate(3).await;
    let sheet = world.download(world.as_person(3), &one.name).await;
    let sheet = sheet.expect("a sheet");
    assert!(sheet.starts_with(b"%PDF-1.7") && sheet.len() <= 60_000);
    let staff = world.download(world.as_desk(), &one.name).await;
    assert_eq!(staff.expect("a sheet"), sheet);
    let other = world.download(world.as_person(1), &one.name).await;
    refused(other, "NOT_FOUND");
    let revoked = world.revoke(world.revocation(&one.name)).await;
    revoked.expect("revoked");
    let late = world.download(world.as_person(3), &one.name).await;
    refused(late, "CERTIFICATE_OVER");
}

#[tokio::test]
async fn a_page_is_shown_to_its_person_while_it_is_good() {
    let (world, _) = published().await;
    world.run(JOB).await;
    let one = world.certificate(3).await;
    let show = async |caller: Connection| -> Answer<String> {
        let request = pb::ShowCertificateRequest {
            name: one.name.clone(),
            language: proto::wire::v1::Language::En.into(),
        };
        let answer = world.certificates(caller).show_certificate(request).await;
        let mut stream = answer?.into_inner();
        let first = stream.message().await?.expect("a page");
        assert_eq!(first.content_type, "text/html; charset=utf-8");
        assert_eq!(stream.message().await?, None);
        Ok(String::from_utf8(first.data.into()).expect("text"))
    };
    let page = show(world.as_person(3)).await.expect("a page");
    assert!(page.starts_with("<!DOCTYPE html>\n<html lang=\"en\">"));
    assert!(page.contains(&paper(&one).full_name) && page.contains(&one.individual_code));
    assert_eq!(show(world.as_desk()).await.expect("a page"), page);
    refused(show(world.as_person(1)).await, "NOT_FOUND");
    let revoked = world.revoke(world.revocation(&one.name)).await;
    revoked.expect("revoked");
    refused(show(world.as_person(3)).await, "CERTIFICATE_OVER");
}

#[tokio::test]
async fn in_place_of_one_that_was_revoked_for_a_mistake_another_is_issued_once() {
    let (world, _) = published().await;
    world.run(JOB).await;
    let one = world.certificate(3).await;
    let reissue = async |name: &str| -> Answer<pb::Certificate> {
        let request = pb::ReissueCertificateRequest {
            name: name.into(),
            etag: String::new(),
            request_id: world.request(),
        };
        let mut manager = world.certificates(world.as_manager());
        let answer = manager.reissue_certificate(request).await;
        answer.map(Response::into_inner)
    };
    let good = refused(reissue(&one.name).await, "REISSUE_IMPOSSIBLE");
    assert_eq!(told_with(&good, "state"), "VALID");
    let mistake = pb::RevokeCertificateRequest {
        reason: RevokeReason::Mistake.into(),
        ..world.revocation(&one.name)
    };
    world.revoke(mistake).await.expect("revoked");
    world.run(JOB).await;
    assert_eq!(world.certificates_of(3).await.len(), 1);
    let asked = reissue(&one.name).await.expect("asked for");
    assert_eq!(asked.state(), State::Revoked);
    assert!(asked.reissue_time.is_some());
    reissue(&one.name).await.expect("asked for again");
    world.run(JOB).await;
    reissue(&one.name).await.expect("asked for after it was");
    world.run(JOB).await;
    let mut all = world.certificates_of(3).await;
    all.sort_by_key(|it| it.edition);
    let states: Vec<_> = all.iter().map(|it| (it.edition, it.state())).collect();
    assert_eq!(states, [(1, State::Revoked), (2, State::Valid)]);
    assert_eq!(paper(&all[1]).subjects, paper(&one).subjects);
    assert_ne!(
        paper(&all[1]).certificate_number,
        paper(&one).certificate_number
    );
    assert_eq!(world.state_by_text(&one.qr_text).await, State::Revoked);
    assert_eq!(world.state_by_text(&all[1].qr_text).await, State::Valid);
    // Of a result that was annulled there is nothing to say.
    let annulled = world.revocation(&all[1].name);
    world.revoke(annulled).await.expect("revoked");
    refused(reissue(&all[1].name).await, "REISSUE_IMPOSSIBLE");
    assert_eq!(
        told_of(&world, 3).await,
        [
            "OCCASION_PUBLICATION",
            "REVOKE_REASON_MISTAKE",
            "OCCASION_REISSUE",
            "REVOKE_REASON_RESULT_ANNULLED",
        ]
    );
}

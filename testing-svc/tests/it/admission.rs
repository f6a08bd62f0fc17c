//! College admission, from the events of questionnaire-svc to accepted places: words to tell and ask it
//! with, for the tests beside this file.

use chassis::caller::{Caller, OrganisationKind, Role, Signatory};
use chassis::clock::to_pb;
use chassis::identifier::Bin;
use chassis::testing::person;
use futures_util::StreamExt;
use jiff::{SignedDuration, Timestamp};
use proto::events::v1 as events;
use proto::questionnaire::v1 as asked;
use proto::testing::v1 as pb;
use proto::testing::v1::admission_offers_client::AdmissionOffersClient;
use proto::testing::v1::admission_results_client::AdmissionResultsClient;
use proto::testing::v1::allocation_runs_client::AllocationRunsClient;
use proto::testing::v1::allocation_terms::{Acceptance, Mode};
use proto::testing::v1::ratings_client::RatingsClient;
use tonic::Response;
use uuid::Uuid;

use crate::neighbours::signed;
use crate::world::{Answer, World, person_name, text};

pub const ADMISSION: &str = "campaigns/college-2026";
pub const COLLEGE: &str = "991240000003";
pub const OTHER_COLLEGE: &str = "991241000009";
/// The department of education that publishes.
pub const DEPARTMENT: &str = "991240000033";
pub const MANAGER: u128 = 9_100;
pub const NURSE: u128 = 801;
pub const WELDER: u128 = 802;

pub fn specialty(id: u128) -> String {
    format!("specialties/{}", Uuid::from_u128(id))
}

pub fn rated(id: u128) -> String {
    format!("admissionSpecialties/{}", Uuid::from_u128(id))
}

pub fn application(person: u128) -> String {
    format!("{ADMISSION}/applications/{}", Uuid::from_u128(person))
}

pub fn result_name(person: u128) -> String {
    format!("{ADMISSION}/admissionResults/{}", Uuid::from_u128(person))
}

pub fn choice(person: u128, preference: i32) -> String {
    let id = Uuid::from_u128(person * 100 + u128::from(preference.unsigned_abs()));
    format!("{}/choices/{id}", application(person))
}

pub fn number(person: u128) -> String {
    format!("2026-{person:07}-3")
}

/// Somebody's wish, with a mark in algebra and one in biology.
pub fn accepted(
    person: u128,
    preference: i32,
    of: u128,
    marks: [&str; 2],
) -> events::ApplicationChoiceAccepted {
    let mark = |(subject, mark): (&str, &str)| asked::CertificateMark {
        subject: subject.into(),
        mark: mark.into(),
    };
    let marks = ["ALGEBRA", "BIOLOGY"].into_iter().zip(marks);
    events::ApplicationChoiceAccepted {
        choice: choice(person, preference),
        application: application(person),
        campaign: ADMISSION.into(),
        account: person_name(person),
        application_number: number(person),
        specialty: specialty(of),
        college: format!("colleges/{COLLEGE}"),
        preference,
        marks: marks.filter(|(_, it)| !it.is_empty()).map(mark).collect(),
        merits: Vec::new(),
        quota_categories: Vec::new(),
        correction_number: 0,
    }
}

pub fn left(person: u128, preference: i32, of: u128) -> events::ApplicationChoiceLeft {
    events::ApplicationChoiceLeft {
        choice: choice(person, preference),
        campaign: ADMISSION.into(),
        account: person_name(person),
        specialty: specialty(of),
    }
}

pub fn graded(person: u128, preference: i32, of: u128, points: &str) -> events::EntranceExamGraded {
    events::EntranceExamGraded {
        choice: choice(person, preference),
        campaign: ADMISSION.into(),
        account: person_name(person),
        specialty: specialty(of),
        exam: "SPECIAL".into(),
        points: points.into(),
        absent: false,
    }
}

/// Somebody did not come.
pub fn missed(person: u128, preference: i32, of: u128) -> events::EntranceExamGraded {
    events::EntranceExamGraded {
        points: String::new(),
        absent: true,
        ..graded(person, preference, of, "")
    }
}

/// The mean of both marks; algebra decides between equals.
pub fn started(of: u128, places: i32, competing: i32) -> events::SpecialtyRankingStarted {
    let mark = |code: &str| asked::CountedMark {
        any_of: vec![code.into()],
        weight: 1,
    };
    let exact = asked::ScoreRounding {
        kind: asked::score_rounding::Kind::Exact.into(),
        decimals: 0,
    };
    events::SpecialtyRankingStarted {
        specialty: Some(asked::Specialty {
            name: specialty(of),
            campaign: ADMISSION.into(),
            college: format!("colleges/{COLLEGE}"),
            places,
            ..Default::default()
        }),
        specialty_title: text(&format!("Specialty {of}")),
        college_title: text("College"),
        score_formula: Some(asked::ScoreFormula {
            version: 2,
            marks: vec![mark("ALGEBRA"), mark("BIOLOGY")],
            rounding: Some(exact),
            ties: vec![asked::TieBreak {
                by: Some(asked::tie_break::By::Mark("ALGEBRA".into())),
            }],
            ..Default::default()
        }),
        board_action: format!("boardActions/{}", Uuid::from_u128(1)),
        start_time: Some(to_pb(Timestamp::UNIX_EPOCH)),
        competing_choices: competing,
        corrections: 0,
        graded_exams: 0,
    }
}

/// The same with an exam whose points, a tenth of them, are added.
pub fn started_with_exam(of: u128, places: i32) -> events::SpecialtyRankingStarted {
    let mut event = started(of, places, 0);
    if let Some(formula) = &mut event.score_formula {
        formula.added.push(asked::AddedExam {
            exam: "SPECIAL".into(),
            numerator: 1,
            denominator: 10,
        });
    }
    event
}

/// Somebody of a college.
pub fn signatory(bin: &str) -> Caller {
    of_kind(77, bin, OrganisationKind::College)
}

pub fn department(bin: &str) -> Caller {
    of_kind(79, bin, OrganisationKind::EducationDepartment)
}

fn of_kind(id: u128, bin: &str, kind: OrganisationKind) -> Caller {
    Caller::Signatory(Signatory {
        id: Uuid::from_u128(id),
        session: Uuid::from_u128(id + 1),
        organisation: Bin::parse(bin).expect("a BIN"),
        kind,
    })
}

pub fn deferred() -> pb::AllocationTerms {
    pb::AllocationTerms {
        mode: Mode::DeferredAcceptance.into(),
        ..Default::default()
    }
}

pub fn in_turn() -> pb::AllocationTerms {
    pb::AllocationTerms {
        mode: Mode::InTurn.into(),
        offer_rounds: 1,
        acceptance: Acceptance::Final.into(),
        ..Default::default()
    }
}

impl World {
    pub fn manager(&self) -> Caller {
        person(MANAGER, &[Role::CampaignManager])
    }

    pub async fn told_accepted(&self, event: events::ApplicationChoiceAccepted) {
        self.hear(&event.choice.clone(), &event).await;
    }

    pub async fn told_left(&self, event: events::ApplicationChoiceLeft) {
        self.hear(&event.choice.clone(), &event).await;
    }

    pub async fn told_graded(&self, event: events::EntranceExamGraded) {
        self.hear(&event.choice.clone(), &event).await;
    }

    pub async fn told_started(&self, event: events::SpecialtyRankingStarted) {
        let about = event.specialty.clone().expect("a specialty").name;
        self.hear(&about, &event).await;
    }

    /// Three people, a nurse's place and a welder's: the first two wish for both, the third to weld.
    pub async fn small_market(&self) {
        for (person, nurse, welder) in [(1, ["5", "5"], ["5", "4"]), (2, ["5", "4"], ["5", "5"])] {
            self.told_accepted(accepted(person, 1, NURSE, nurse)).await;
            self.told_accepted(accepted(person, 2, WELDER, welder))
                .await;
        }
        self.told_accepted(accepted(3, 1, WELDER, ["4", "4"])).await;
        self.told_started(started(NURSE, 1, 2)).await;
        self.told_started(started(WELDER, 1, 3)).await;
    }

    pub fn ratings(&self, caller: Caller) -> RatingsClient<chassis::client::Connection> {
        RatingsClient::new(self.speak(caller))
    }

    pub async fn lines(&self, caller: Caller, of: u128) -> Answer<Vec<pb::RatingLine>> {
        let request = pb::ListRatingLinesRequest {
            parent: rated(of),
            page_size: 100,
            ..Default::default()
        };
        let found = self.ratings(caller).list_rating_lines(request).await;
        found.map(|found| found.into_inner().rating_lines)
    }

    pub fn runs(&self) -> AllocationRunsClient<chassis::client::Connection> {
        self.runs_as(self.manager())
    }

    pub fn runs_as(&self, caller: Caller) -> AllocationRunsClient<chassis::client::Connection> {
        AllocationRunsClient::new(self.speak(caller))
    }

    pub fn run_request(&self, terms: pb::AllocationTerms) -> pb::CreateAllocationRunRequest {
        pb::CreateAllocationRunRequest {
            parent: ADMISSION.into(),
            allocation_run: Some(pb::AllocationRun {
                terms: Some(terms),
                ..Default::default()
            }),
            leave_out_open_rankings: false,
            request_id: self.request(),
        }
    }

    pub async fn ask_run(&self, terms: pb::AllocationTerms) -> Answer<pb::AllocationRun> {
        let request = self.run_request(terms);
        let answer = self.runs().create_allocation_run(request).await;
        answer.map(Response::into_inner)
    }

    pub async fn get_run(&self, name: &str) -> pb::AllocationRun {
        let request = pb::GetAllocationRunRequest { name: name.into() };
        let found = self.runs().get_allocation_run(request).await;
        found.expect("a run").into_inner()
    }

    /// A run that is made.
    pub async fn made_run(&self, terms: pb::AllocationTerms) -> pb::AllocationRun {
        let asked = self.ask_run(terms).await.expect("a run");
        self.run("due_allocations").await;
        self.get_run(&asked.name).await
    }

    pub fn round_request(&self, run: &str) -> pb::PublishAllocationRunRequest {
        let results = self.now() + SignedDuration::from_mins(10);
        pb::PublishAllocationRunRequest {
            name: run.into(),
            results_time: Some(to_pb(results)),
            reply_expire_time: Some(to_pb(results + SignedDuration::from_hours(24))),
            request_id: self.request(),
            cms: "not signed".into(),
        }
    }

    /// What a department signs for this publication.
    pub async fn publication_content(
        &self,
        bin: &str,
        of: &pb::PublishAllocationRunRequest,
    ) -> Answer<pb::PublicationContent> {
        let request = pb::GetPublicationContentRequest {
            name: of.name.clone(),
            results_time: of.results_time,
            reply_expire_time: of.reply_expire_time,
        };
        let mut runs = self.runs_as(department(bin));
        let content = runs.get_publication_content(request).await;
        content.map(Response::into_inner)
    }

    pub async fn publish_run_as(
        &self,
        caller: Caller,
        request: pb::PublishAllocationRunRequest,
    ) -> Answer<pb::AllocationRun> {
        let answer = self.runs_as(caller).publish_allocation_run(request).await;
        answer.map(Response::into_inner)
    }

    /// Signed by the department, where there is something to sign.
    pub async fn signed_round(&self, run: &str) -> pb::PublishAllocationRunRequest {
        let mut request = self.round_request(run);
        if let Ok(shown) = self.publication_content(DEPARTMENT, &request).await {
            request.cms = signed(DEPARTMENT, &shown.content).into();
        }
        request
    }

    pub async fn publish_run(&self, run: &str) -> Answer<pb::AllocationRun> {
        let request = self.signed_round(run).await;
        self.publish_run_as(department(DEPARTMENT), request).await
    }

    /// A round whose results are out and whose offers are made.
    pub async fn round(&self, terms: pb::AllocationTerms) -> pb::AllocationRun {
        let run = self.made_run(terms).await;
        let run = self.publish_run(&run.name).await.expect("a publication");
        self.pass(10);
        self.run("due_offers").await;
        run
    }

    pub async fn verify_run(&self, run: &str) -> pb::AllocationVerification {
        let request = pb::VerifyAllocationRunRequest { name: run.into() };
        let found = self.runs().verify_allocation_run(request).await;
        found.expect("a verification").into_inner()
    }

    pub async fn run_file(
        &self,
        run: &str,
        part: pb::download_allocation_run_request::Part,
    ) -> String {
        let request = pb::DownloadAllocationRunRequest {
            name: run.into(),
            part: part.into(),
        };
        let stream = self.runs().download_allocation_run(request).await;
        all_of(stream.expect("a file")).await
    }

    pub async fn result_of(&self, reader: Caller, person: u128) -> Answer<pb::AdmissionResult> {
        let request = pb::GetAdmissionResultRequest {
            name: result_name(person),
        };
        let mut results = AdmissionResultsClient::new(self.speak(reader));
        let found = results.get_admission_result(request).await;
        found.map(Response::into_inner)
    }

    pub fn offers(&self, person: u128) -> AdmissionOffersClient<chassis::client::Connection> {
        AdmissionOffersClient::new(self.as_person(person))
    }

    pub async fn offers_of(&self, person: u128) -> Vec<pb::AdmissionOffer> {
        let request = pb::ListAdmissionOffersRequest {
            parent: ADMISSION.into(),
            ..Default::default()
        };
        let found = self.offers(person).list_admission_offers(request).await;
        found.expect("offers").into_inner().admission_offers
    }

    pub async fn accept_offer(&self, person: u128, name: &str) -> Answer<pb::AdmissionOffer> {
        let request = pb::AcceptAdmissionOfferRequest {
            name: name.into(),
            etag: String::new(),
            request_id: self.request(),
        };
        let answer = self.offers(person).accept_admission_offer(request).await;
        answer.map(Response::into_inner)
    }

    pub async fn decline_offer(&self, person: u128, name: &str) -> Answer<pb::AdmissionOffer> {
        let request = pb::DeclineAdmissionOfferRequest {
            name: name.into(),
            etag: String::new(),
            request_id: self.request(),
        };
        let answer = self.offers(person).decline_admission_offer(request).await;
        answer.map(Response::into_inner)
    }
}

/// A stream of bytes as one text.
pub async fn all_of(stream: Response<tonic::Streaming<proto::google::api::HttpBody>>) -> String {
    let mut stream = stream.into_inner();
    let mut bytes = Vec::new();
    while let Some(piece) = stream.next().await {
        bytes.extend_from_slice(&piece.expect("a piece").data);
    }
    String::from_utf8(bytes).expect("a text")
}

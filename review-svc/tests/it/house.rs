//! The house of the tests: the service, its neighbour, a clock that stands still, and the words
//! in which the other files tell what happens.

use std::sync::atomic::{AtomicU32, Ordering};

use chassis::bus::{Bus, Event};
use chassis::caller::{Caller, Role};
use chassis::client::{Connection, LocalNet};
use chassis::clock::{Clock, to_pb};
use chassis::database::query_all;
use chassis::ids::Ids;
use chassis::jobs::Job;
use chassis::testing::{self, TestDatabase};
use jiff::Timestamp;
use prost::{Message, Name};
use proto::events::v1::{
    ApplicationDisqualified, ApplicationMarkedErroneous, ApplicationSubmitted, ApplicationWithdrawn,
};
use proto::questionnaire::v1::DecisionReason;
use proto::review::v1::review_policies_client::ReviewPoliciesClient;
use proto::review::v1::review_queues_client::ReviewQueuesClient;
use proto::review::v1::review_tasks_client::ReviewTasksClient;
use proto::review::v1::section_verdict::Verdict;
use proto::review::v1::section_verdicts_client::SectionVerdictsClient;
use proto::review::v1::{
    AcceptApplicationRequest, ClaimNextTaskRequest, ClaimReviewTaskRequest, GetReviewPolicyRequest,
    GetReviewTaskRequest, ListReviewTasksRequest, RejectApplicationRequest, ReviewPolicy,
    ReviewTask, SaveSectionVerdictsRequest, SectionReview, SectionVerdict,
    UpdateReviewPolicyRequest,
};
use review_svc::config::Config;
use review_svc::migrations::Migrator;
use tonic::Status;
use tonic_types::StatusExt;

use crate::questionnaire::Questionnaire;

pub const CAMPAIGN: &str = "campaigns/reserve-2026";

pub type Tasks = ReviewTasksClient<Connection>;

pub struct House {
    pub test: TestDatabase,
    pub clock: Clock,
    pub ids: Ids,
    pub net: LocalNet,
    pub questionnaire: Questionnaire,
    bus: Bus,
    jobs: Vec<Job>,
    requests: AtomicU32,
}

impl House {
    pub async fn new() -> Self {
        Self::with(Config::default()).await
    }

    pub async fn with(config: Config) -> Self {
        let clock = testing::clock();
        let ids = testing::ids(&clock);
        Self::on(testing::database::<Migrator>().await, clock, ids, config).await
    }

    /// On a database that has its past already.
    pub async fn with_database(test: TestDatabase) -> Self {
        let clock = testing::clock();
        let ids = testing::ids(&clock);
        Self::on(test, clock, ids, Config::default()).await
    }

    /// The service started anew on the same database.
    pub async fn restarted_with(self, config: Config) -> Self {
        Self::on(self.test, self.clock, self.ids, config).await
    }

    async fn on(test: TestDatabase, clock: Clock, ids: Ids, config: Config) -> Self {
        let net = LocalNet::default();
        let questionnaire = Questionnaire::default();
        net.add("questionnaire-svc", questionnaire.routes());
        let wiring = review_svc::Wiring {
            db: test.db.clone(),
            clock: clock.clone(),
            ids: ids.clone(),
            verifier: testing::verifier("review-svc"),
            identity: testing::keys("review-svc").identity(&clock),
            config,
            questionnaire: net.connect("questionnaire-svc"),
        };
        let mut service = review_svc::build(wiring).await.expect("review-svc");
        net.add("review-svc", service.routes.clone());
        let bus = Bus::default();
        bus.subscribe(std::mem::take(&mut service.subscribers));
        let jobs = service.jobs;
        Self {
            test,
            clock,
            ids,
            net,
            questionnaire,
            bus,
            jobs,
            requests: AtomicU32::new(0),
        }
    }

    pub fn at(&self, time: &str) {
        self.clock.set(instant(time));
    }

    pub fn connection(&self, caller: Caller) -> Connection {
        self.net.connect("review-svc").speaking_for(caller)
    }

    pub fn speaking_for(&self, caller: Caller) -> Tasks {
        ReviewTasksClient::new(self.connection(caller))
    }

    pub fn expert(&self, number: u128) -> Tasks {
        self.speaking_for(expert(number))
    }

    pub fn manager(&self) -> Tasks {
        self.speaking_for(manager())
    }

    /// A request id that no other call of this test has.
    pub fn request_id(&self) -> String {
        testing::request_id(self.requests.fetch_add(1, Ordering::Relaxed).into())
    }

    pub async fn runs_job(&self, name: &str) {
        let job = self
            .jobs
            .iter()
            .find(|job| job.name == name)
            .expect("a job of this name");
        job.run().await.expect("the job runs");
    }

    /// Brings an event as the bus would.
    pub async fn hears(&self, event: &Event) -> chassis::Result<()> {
        self.bus.publish(event).await
    }

    pub fn event<M: Message + Name>(&self, about: &str, payload: &M) -> Event {
        Event {
            id: self.ids.uuid(),
            kind: M::full_name(),
            about: about.to_owned(),
            time: self.clock.now(),
            payload: payload.encode_to_vec(),
            trace: None,
        }
    }

    /// The first submission of the applicant with this number, now.
    pub async fn submitted(&self, number: u128) -> ReviewTask {
        self.submitted_again(number, 1).await
    }

    /// The same without looking at the task.
    pub async fn submitted_quietly(&self, number: u128) {
        let payload = submission_of(number, 1, self.clock.now());
        self.hears(&self.event(&payload.application, &payload))
            .await
            .expect("the event is taken");
    }

    pub async fn submitted_again(&self, number: u128, submission: i32) -> ReviewTask {
        let payload = submission_of(number, submission, self.clock.now());
        self.hears(&self.event(&payload.application, &payload))
            .await
            .expect("the event is taken");
        self.task_of(&payload.submission).await
    }

    pub async fn withdrawn(&self, number: u128) {
        let payload = ApplicationWithdrawn {
            application: application(number),
            campaign: CAMPAIGN.into(),
            account: account(number),
            submission_number: 1,
        };
        self.hears(&self.event(&payload.application, &payload))
            .await
            .expect("the event is taken");
    }

    pub async fn task_of(&self, submission: &str) -> ReviewTask {
        let all = self.all_tasks().await;
        all.into_iter()
            .find(|task| task.submission == submission)
            .expect("a task")
    }

    /// Through all pages.
    pub async fn all_tasks(&self) -> Vec<ReviewTask> {
        let mut all = Vec::new();
        let mut request = ListReviewTasksRequest {
            page_size: 100,
            ..Default::default()
        };
        loop {
            let page = self.manager().list_review_tasks(request.clone()).await;
            let page = page.expect("a list").into_inner();
            all.extend(page.review_tasks);
            if page.next_page_token.is_empty() {
                return all;
            }
            request.page_token = page.next_page_token;
        }
    }

    pub async fn task(&self, name: &str) -> ReviewTask {
        let request = GetReviewTaskRequest { name: name.into() };
        self.manager()
            .get_review_task(request)
            .await
            .expect("a task")
            .into_inner()
    }

    pub async fn claims(&self, number: u128, name: &str) -> Result<ReviewTask, Status> {
        let request = ClaimReviewTaskRequest {
            name: name.into(),
            request_id: self.request_id(),
        };
        self.expert(number)
            .claim_review_task(request)
            .await
            .map(tonic::Response::into_inner)
    }

    /// Accepts a task whose sections the expert has marked OK, as far as they hold it.
    pub async fn accepts(&self, number: u128, name: &str) -> Result<ReviewTask, Status> {
        self.marks_ok(number, name).await.ok();
        self.accepts_as_it_is(number, name).await
    }

    pub async fn accepts_as_it_is(&self, number: u128, name: &str) -> Result<ReviewTask, Status> {
        let request = AcceptApplicationRequest {
            name: name.into(),
            request_id: self.request_id(),
            ..Default::default()
        };
        self.expert(number)
            .accept_application(request)
            .await
            .map(tonic::Response::into_inner)
    }

    pub async fn marks_ok(&self, number: u128, name: &str) -> Result<SectionReview, Status> {
        let all = ["personal", "education"].map(|id| verdict(id, Verdict::Ok, ""));
        self.marks(number, name, "", all.into()).await
    }

    pub async fn marks(
        &self,
        number: u128,
        name: &str,
        etag: &str,
        verdicts: Vec<SectionVerdict>,
    ) -> Result<SectionReview, Status> {
        let request = SaveSectionVerdictsRequest {
            name: format!("{name}/sectionReview"),
            etag: etag.to_owned(),
            verdicts,
            request_id: self.request_id(),
        };
        SectionVerdictsClient::new(self.connection(expert(number)))
            .save_section_verdicts(request)
            .await
            .map(tonic::Response::into_inner)
    }

    /// Puts a policy in force that differs from that of the settings as told.
    pub async fn reviewed_by(&self, change: impl FnOnce(&mut ReviewPolicy)) -> ReviewPolicy {
        let mut policies = ReviewPoliciesClient::new(self.connection(manager()));
        let name = format!("{CAMPAIGN}/reviewPolicy");
        let request = GetReviewPolicyRequest { name };
        let mut policy = policies
            .get_review_policy(request)
            .await
            .expect("a policy")
            .into_inner();
        change(&mut policy);
        let request = UpdateReviewPolicyRequest {
            review_policy: Some(policy),
            update_mask: None,
            request_id: self.request_id(),
        };
        let updated = policies.update_review_policy(request).await;
        updated.expect("the next version").into_inner()
    }

    /// Takes the next task of the campaign.
    pub async fn claims_next(&self, number: u128) -> Result<ReviewTask, Status> {
        let request = ClaimNextTaskRequest {
            campaign: CAMPAIGN.into(),
            direction: String::new(),
            request_id: self.request_id(),
        };
        self.queue(expert(number))
            .claim_next_task(request)
            .await
            .map(tonic::Response::into_inner)
    }

    pub async fn rejects(&self, number: u128, name: &str) -> Result<ReviewTask, Status> {
        let reason = DecisionReason {
            code: "NOT_A_CITIZEN".into(),
            note: String::new(),
        };
        let request = RejectApplicationRequest {
            name: name.into(),
            reasons: vec![reason],
            request_id: self.request_id(),
            ..Default::default()
        };
        self.expert(number)
            .reject_application(request)
            .await
            .map(tonic::Response::into_inner)
    }

    pub async fn disqualified(&self, number: u128) {
        let payload = ApplicationDisqualified {
            application: application(number),
            campaign: CAMPAIGN.into(),
            account: account(number),
            reason_code: "FALSE_DATA".into(),
            submission_number: 1,
            reason_title: None,
        };
        self.hears(&self.event(&payload.application, &payload))
            .await
            .expect("the event is taken");
    }

    pub async fn marked_erroneous(&self, number: u128) -> Event {
        let payload = ApplicationMarkedErroneous {
            application: application(number),
            campaign: CAMPAIGN.into(),
            account: account(number),
            reason_code: "TEST_ENTRY".into(),
            submission_number: 1,
            reason_title: None,
        };
        let event = self.event(&payload.application, &payload);
        self.hears(&event).await.expect("the event is taken");
        event
    }

    pub fn queue(&self, caller: Caller) -> ReviewQueuesClient<Connection> {
        ReviewQueuesClient::new(self.connection(caller))
    }

    /// The events of this kind that wait in the outbox, in order.
    pub async fn published<M: Message + Name + Default>(&self) -> Vec<M> {
        let sql = "SELECT payload FROM outbox WHERE kind = $1 ORDER BY seq";
        let rows = query_all(self.test.db.read(), sql, [M::full_name().into()]).await;
        let rows = rows.expect("the outbox");
        let payloads = rows.iter().map(|row| row.try_get::<Vec<u8>>("", "payload"));
        payloads
            .map(|payload| M::decode(&*payload.expect("bytes")).expect("an event"))
            .collect()
    }

    /// The audit rows of a resource: who did what.
    pub async fn audited(&self, resource: &str) -> Vec<(String, String)> {
        let sql = "SELECT caller, action FROM audit WHERE resource = $1 ORDER BY seq";
        let rows = query_all(self.test.db.read(), sql, [resource.into()]).await;
        let rows = rows.expect("audit rows");
        let columns = |row: &sea_orm::QueryResult| {
            Ok::<_, sea_orm::DbErr>((row.try_get("", "caller")?, row.try_get("", "action")?))
        };
        rows.iter().map(|row| columns(row).expect("text")).collect()
    }
}

pub fn submission_of(number: u128, submission: i32, time: Timestamp) -> ApplicationSubmitted {
    ApplicationSubmitted {
        application: application(number),
        submission: submission_name(number, submission),
        campaign: CAMPAIGN.into(),
        account: account(number),
        submission_number: submission,
        submit_time: Some(to_pb(time)),
        correction_working_days: 5,
        direction: "DIGITALIZATION".into(),
        ..Default::default()
    }
}

pub fn expert(number: u128) -> Caller {
    testing::person(number, &[Role::Expert])
}

pub fn manager() -> Caller {
    testing::person(900, &[Role::CampaignManager])
}

pub fn verdict(section: &str, verdict: Verdict, note: &str) -> SectionVerdict {
    SectionVerdict {
        section: section.into(),
        verdict: verdict.into(),
        note: note.into(),
        ..Default::default()
    }
}

/// The account of a person, as a name.
pub fn account(number: u128) -> String {
    testing::person(number, &[]).key()
}

pub fn application(number: u128) -> String {
    format!("{CAMPAIGN}/applications/a{number}")
}

pub fn submission_name(number: u128, submission: i32) -> String {
    format!("{}/submissions/{submission}", application(number))
}

pub fn instant(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

pub fn reason(status: &Status) -> String {
    status
        .get_details_error_info()
        .map(|info| info.reason)
        .unwrap_or_default()
}

pub fn metadata(status: &Status, key: &str) -> String {
    let info = status.get_details_error_info().expect("details");
    info.metadata.get(key).cloned().unwrap_or_default()
}

/// The fields that are wrong, each with its reason.
pub fn violations(status: &Status) -> Vec<(String, String)> {
    let bad = status.get_details_bad_request().expect("violations");
    bad.field_violations
        .into_iter()
        .map(|one| (one.field, one.reason))
        .collect()
}

//! A service of one's own: a new database and folder, a held clock, a campaign from 1 to 30 June 2026.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use chassis::blob::Blobs;
use chassis::bus::{Bus, Event};
use chassis::caller::{Caller, Role};
use chassis::client::{Connection, LocalNet};
use chassis::clock::{Clock, to_pb};
use chassis::database::{execute, query_all};
use chassis::ids::Ids;
use chassis::jobs::Job;
use chassis::server::Service;
use chassis::testing::{self, TestDatabase};
use jiff::Timestamp;
use prost::{Message, Name};
use proto::questionnaire::v1::campaigns_client::CampaignsClient;
use proto::questionnaire::v1::{self as pb};
use proto::testing::v1::LanguageLevel;
use proto::wire::v1::LocalizedText;
use questionnaire_svc::config::Config;
use questionnaire_svc::migrations::Migrator;
use questionnaire_svc::{NAME, Wiring};
use tonic::Status;
use tonic_types::StatusExt;

use crate::candidate::Candidate;
use crate::neighbours::Neighbours;

pub const CAMPAIGN: &str = "campaigns/reserve-2026";
/// The first instant of the window and the first after it, in Astana's midnights.
pub const OPEN: &str = "2026-05-31T19:00:00Z";
pub const CLOSE: &str = "2026-06-30T19:00:00Z";

pub struct World {
    pub clock: Clock,
    pub net: LocalNet,
    pub bus: Bus,
    pub neighbours: Neighbours,
    pub ids: Ids,
    pub database: TestDatabase,
    config: Config,
    stored: Blobs,
    jobs: Vec<Job>,
    requests: AtomicU64,
}

impl World {
    pub async fn new() -> Self {
        Self::with(Config::default()).await
    }

    pub async fn with(config: Config) -> Self {
        let folder = |folder: &Path| Blobs::local(folder).unwrap();
        Self::storing(config, folder).await
    }

    /// With a store of its own for documents; the test's folder for them is handed over.
    pub async fn storing(config: Config, store: impl FnOnce(&Path) -> Blobs) -> Self {
        let database = testing::database::<Migrator>().await;
        let stored = store(&database.folder.path().join("documents"));
        let clock = testing::clock();
        let ids = testing::ids(&clock);
        let net = LocalNet::default();
        let neighbours = Neighbours::new(&net, &clock);
        let mut world = Self {
            clock,
            net,
            neighbours,
            ids,
            database,
            config,
            stored,
            jobs: Vec::new(),
            requests: AtomicU64::new(1),
            bus: Bus::default(),
        };
        let service = world.build().await;
        world.net.add(NAME, service.routes);
        world.bus.subscribe(service.subscribers);
        world.jobs = service.jobs;
        world
            .create_campaign("reserve-2026", campaign())
            .await
            .unwrap();
        world
    }

    async fn build(&self) -> Service {
        questionnaire_svc::build(Wiring {
            db: self.database.db.clone(),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
            verifier: testing::verifier(NAME),
            identity: testing::keys(NAME).identity(&self.clock),
            config: self.config.clone(),
            blobs: self.stored.clone(),
            identity_svc: self.net.connect("identity-svc"),
            testing_svc: self.net.connect("testing-svc"),
            review_svc: self.net.connect("review-svc"),
        })
        .await
        .unwrap()
    }

    /// The jobs of another process on the same database and store.
    pub async fn another_process(&self) -> Vec<Job> {
        self.build().await.jobs
    }

    /// A connection on which every call is made by this caller.
    pub fn speaking_for(&self, caller: Caller) -> Connection {
        self.net.connect(NAME).speaking_for(caller)
    }

    pub fn expert(&self) -> Connection {
        self.speaking_for(testing::person(901, &[Role::Expert]))
    }

    pub fn manager(&self) -> Connection {
        self.speaking_for(testing::person(902, &[Role::CampaignManager]))
    }

    pub fn service(&self, name: &str) -> Connection {
        self.speaking_for(Caller::Service(name.into()))
    }

    pub fn candidate(&self, number: u128) -> Candidate<'_> {
        Candidate::new(self, number)
    }

    pub fn request_id(&self) -> String {
        testing::request_id(self.requests.fetch_add(1, Ordering::Relaxed).into())
    }

    pub async fn create_campaign(
        &self,
        id: &str,
        campaign: pb::Campaign,
    ) -> Result<pb::Campaign, Status> {
        let request = pb::CreateCampaignRequest {
            campaign: Some(campaign),
            campaign_id: id.into(),
            request_id: self.request_id(),
        };
        let answer = CampaignsClient::new(self.manager())
            .create_campaign(request)
            .await?;
        Ok(answer.into_inner())
    }

    pub fn at(&self, instant: &str) {
        self.clock.set(instant.parse().unwrap());
    }

    /// Hands over an event as the bus would.
    pub async fn hear<M: Message + Name>(&self, about: &str, payload: &M) -> chassis::Result<()> {
        self.hear_again(&self.event(about, payload)).await
    }

    pub fn event<M: Message + Name>(&self, about: &str, payload: &M) -> Event {
        Event {
            id: self.ids.uuid(),
            kind: M::full_name(),
            about: about.into(),
            time: self.clock.now(),
            payload: payload.encode_to_vec(),
            trace: None,
        }
    }

    pub async fn hear_again(&self, event: &Event) -> chassis::Result<()> {
        self.bus.publish(event).await
    }

    /// The kinds of events told so far, oldest first, without their package.
    pub async fn told(&self) -> Vec<String> {
        let sql = "SELECT kind FROM outbox ORDER BY seq";
        let rows = query_all(self.database.db.read(), sql, []).await.unwrap();
        let kind = |kind: String| kind.rsplit('.').next().unwrap().to_owned();
        rows.iter()
            .map(|row| kind(row.try_get("", "kind").unwrap()))
            .collect()
    }

    /// What was told of one kind so far, oldest first.
    pub async fn told_of<M: Message + Name + Default>(&self) -> Vec<M> {
        let sql = "SELECT payload FROM outbox WHERE kind = $1 ORDER BY seq";
        let rows = query_all(self.database.db.read(), sql, [M::full_name().into()]);
        let payload = |row: &sea_orm::QueryResult| row.try_get::<Vec<u8>>("", "payload");
        let rows = rows.await.unwrap();
        rows.iter()
            .map(|row| M::decode(payload(row).unwrap().as_slice()).unwrap())
            .collect()
    }

    pub async fn run_job(&self, name: &str) {
        let job = self.jobs.iter().find(|job| job.name == name).unwrap();
        job.run().await.unwrap();
    }

    pub async fn count(&self, sql: &str) -> i64 {
        let rows = query_all(self.database.db.read(), sql, []).await.unwrap();
        rows[0].try_get("", "n").unwrap()
    }

    pub async fn sql(&self, sql: &str) -> Result<(), String> {
        let tx = self.database.db.begin().await.unwrap();
        execute(&tx, sql, [])
            .await
            .map_err(|error| error.to_string())?;
        tx.commit().await.map_err(|error| error.to_string())
    }

    /// Blobs that no document names, as far as they are noted.
    pub async fn loose(&self) -> i64 {
        self.count("SELECT COUNT(*) AS n FROM loose_blob").await
    }

    /// The files in the folder of documents.
    pub fn blobs(&self) -> usize {
        fn files(folder: &std::path::Path) -> usize {
            let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
            entries
                .map(|entry| {
                    if entry.path().is_dir() {
                        files(&entry.path())
                    } else {
                        1
                    }
                })
                .sum()
        }
        files(&self.database.folder.path().join("documents"))
    }
}

/// The Reserve of 2026.
pub fn campaign() -> pb::Campaign {
    let instant = |text: &str| Some(to_pb(text.parse::<Timestamp>().unwrap()));
    pb::Campaign {
        programme: "reserve".into(),
        title: Some(text("Резерв 2026")),
        open_time: instant(OPEN),
        close_time: instant(CLOSE),
        time_zone: "Asia/Almaty".into(),
        rules: Some(pb::CampaignRules {
            max_age_years: 35,
            age_reference: pb::AgeReference::Registration.into(),
            age_reference_date: None,
            min_experience_days: 1826,
            min_language_level: LanguageLevel::B1.into(),
            citizenship_required: true,
            higher_education_required: true,
            correction_working_days: 3,
            certificate_reference: pb::CertificateReference::Submission.into(),
            ..Default::default()
        }),
        places: 50,
        form_revision: "forms/reserve-questionnaire/revisions/1".into(),
        ..Default::default()
    }
}

pub fn text(text: &str) -> LocalizedText {
    LocalizedText {
        kk: text.into(),
        ru: text.into(),
        en: text.into(),
    }
}

/// The reason that a call was refused with.
pub fn reason(status: &Status) -> String {
    let info = status.get_details_error_info();
    info.map(|info| info.reason).unwrap_or_default()
}

/// What the reason was told with.
pub fn metadata(status: &Status, key: &str) -> String {
    let info = status.get_details_error_info().unwrap();
    info.metadata.get(key).cloned().unwrap_or_default()
}

/// Field and reason of every violation.
pub fn violations(status: &Status) -> Vec<(String, String)> {
    let bad = status.get_details_bad_request();
    let pair = |violation: tonic_types::FieldViolation| (violation.field, violation.reason);
    bad.map(|bad| bad.field_violations.into_iter().map(pair).collect())
        .unwrap_or_default()
}

pub fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected
        .iter()
        .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()))
        .collect()
}

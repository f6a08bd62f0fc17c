//! questionnaire-svc before a database, with one campaign and one application in it, every section filled.

use anyhow::{Context, Result};
use chassis::blob::Blobs;
use chassis::clock::to_pb;
use jiff::SignedDuration;
use proto::google::r#type::Date;
use proto::identity::v1::persons_server::{Persons, PersonsServer};
use proto::identity::v1::{BirthDateSource, GetPersonRequest, LookUpPersonRequest, Person};
use proto::questionnaire::v1::applications_client::ApplicationsClient;
use proto::questionnaire::v1::campaigns_client::CampaignsClient;
use proto::questionnaire::v1::sections_client::SectionsClient;
use proto::questionnaire::v1::{
    Campaign, CreateApplicationRequest, CreateCampaignRequest, Section, UpdateSectionRequest,
};
use questionnaire_svc::config::Config;
use questionnaire_svc::migrations::Migrator;
use questionnaire_svc::rpc::wire;
use questionnaire_svc::{NAME, Wiring};
use serde_json::{Value, json};
use standalone::demo;
use tonic::service::Routes;
use tonic::{Request, Response, Status};

use crate::backed::{Ground, Told};
use crate::backed_testing::CAMPAIGN;

pub async fn serve(told: &Told) -> Result<()> {
    let ground = Ground::of::<Migrator>(told, NAME).await?;
    let net = &ground.net;
    net.add("identity-svc", Routes::new(PersonsServer::new(Somebody)));
    let service = questionnaire_svc::build(Wiring {
        db: ground.db.clone(),
        clock: ground.clock.clone(),
        ids: ground.ids.clone(),
        verifier: ground.verifier.clone(),
        identity: ground.identity.clone(),
        config: Config::default(),
        blobs: Blobs::local(&told.folder.join("documents"))?,
        identity_svc: net.connect("identity-svc"),
        testing_svc: net.connect("testing-svc"),
        review_svc: net.connect("review-svc"),
    })
    .await?;
    net.add(NAME, service.routes.clone());
    let application = seed(&ground).await?;
    let mut said = ground.open(service, told).await?;
    said["application"] = application.into();
    println!("{said}");
    Ok(())
}

/// Whoever is asked for.
struct Somebody;

#[async_trait::async_trait]
impl Persons for Somebody {
    async fn get_person(
        &self,
        request: Request<GetPersonRequest>,
    ) -> Result<Response<Person>, Status> {
        let name = request.into_inner().name;
        Ok(Response::new(Person {
            account: name.trim_end_matches("/person").into(),
            name,
            iin: "950615300000".into(),
            family_name: "ҮЛГІ".into(),
            given_name: "ҮМІТКЕР".into(),
            birth_date: Some(Date {
                year: 1995,
                month: 6,
                day: 15,
            }),
            birth_date_source: BirthDateSource::Registry.into(),
            birth_place: "Шымкент".into(),
            email: "umitker@example.kz".into(),
            language: proto::wire::v1::Language::Kk.into(),
            registration_time: Some(to_pb(chassis::clock::Clock::machine().now())),
            ..Default::default()
        }))
    }

    async fn look_up_person(
        &self,
        _: Request<LookUpPersonRequest>,
    ) -> Result<Response<Person>, Status> {
        Err(Status::unimplemented("nobody is looked up here"))
    }
}

/// A campaign that is open, and the application of the first person; gives its name.
async fn seed(ground: &Ground) -> Result<String> {
    let request_id = || ground.ids.uuid().to_string();
    let now = ground.clock.now();
    let campaign = CreateCampaignRequest {
        campaign: Some(Campaign {
            programme: "reserve".into(),
            title: Some(demo::text("Науқан", "Кампания", "Campaign")),
            open_time: Some(to_pb(now - SignedDuration::from_hours(24))),
            close_time: Some(to_pb(now + SignedDuration::from_hours(30 * 24))),
            time_zone: "Asia/Almaty".into(),
            rules: Some(demo::reserve_rules()),
            places: 50,
            form_revision: "forms/reserve-questionnaire/revisions/1".into(),
            ..Default::default()
        }),
        campaign_id: CAMPAIGN.trim_start_matches("campaigns/").into(),
        request_id: request_id(),
    };
    let mut campaigns = CampaignsClient::new(ground.staff(NAME));
    let made = campaigns.create_campaign(campaign).await;
    made.context("a campaign")?;
    let person = ground.known(NAME, 1, Vec::new());
    let application = CreateApplicationRequest {
        parent: CAMPAIGN.into(),
        application: None,
        request_id: request_id(),
    };
    let mut applications = ApplicationsClient::new(person.clone());
    let application = applications.create_application(application).await;
    let application = application.context("an application")?.into_inner().name;
    let mut sections = SectionsClient::new(person);
    for (section, answers) in filled() {
        let saved = sections.update_section(UpdateSectionRequest {
            section: Some(Section {
                name: format!("{application}/sections/{section}"),
                answers: Some(wire::to_struct(&answers)),
                ..Default::default()
            }),
            update_mask: None,
            request_id: request_id(),
        });
        saved.await.context(section)?;
    }
    Ok(application)
}

/// Answers to the section that is saved again and again: about a kilobyte.
pub fn additional(letter: &str) -> Value {
    json!({ "public_activity": letter.repeat(1000) })
}

/// Every section; documents are still missing, as they are while somebody writes.
fn filled() -> [(&'static str, Value); 5] {
    let education = json!({
        "level": "BACHELOR", "institution": "Үлгі университеті", "specialty": "Халықаралық құқық",
        "graduation_year": 2017, "bolashak": false, "studied_abroad": false,
        "academy_graduate": false,
    });
    let job = |from: &str, until: &str| {
        json!({
            "position_and_organisation": "Маман, «Үлгі» ЖШС", "activity_kind": "PRIVATE",
            "position_kind": "SPECIALIST", "start_date": from, "end_date": until,
            "organisation_location": "Астана",
        })
    };
    [
        (
            "personal",
            json!({
                "sex": "MALE", "nationality": "KAZAKH", "email": "umitker@example.kz",
                "phone": "+77010000000", "address": "Астана, Мәңгілік Ел 1",
                "direction": "DIGITALIZATION",
            }),
        ),
        ("education", json!({ "rows": [education] })),
        (
            "employment",
            json!({ "rows": [
                job("2017-01-09", "2019-06-28"),
                job("2019-07-01", "2023-12-29"),
                job("2024-01-08", "2026-01-30"),
            ] }),
        ),
        (
            "certificate",
            json!({"certificate_type": "KAZTEST", "level": "B2", "number": "K-1",
                "valid_until": "2027-01-01"}),
        ),
        ("additional", additional("x")),
    ]
}

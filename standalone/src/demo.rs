//! What a newcomer finds at the first start: campaigns that are open today, sessions with seats,
//! and one account for each role. All people are invented; their numbers belong to nobody.
//!
//! Everything goes through the same calls that a manager would make, with request ids that are
//! the same at every start: a start that was cut short is completed by the next.

use anyhow::Context;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chassis::caller::{Caller, Person, Role};
use chassis::client::{Connection, LocalNet};
use chassis::clock::{astana, astana_date, to_pb};
use identity_svc::domain::signing_organisation::{Kind, Title};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use proto::questionnaire::v1::campaigns_client::CampaignsClient;
use proto::questionnaire::v1::{
    AgeReference, Campaign, CampaignRules, CreateCampaignRequest, ListCampaignsRequest, campaign,
};
use proto::testing::v1::stages_client::StagesClient;
use proto::testing::v1::test_centers_client::TestCentersClient;
use proto::testing::v1::test_sessions_client::TestSessionsClient;
use proto::testing::v1::{
    CreateStageRequest, CreateTestCenterRequest, CreateTestSessionRequest, LanguageLevel,
    ListStagesRequest, ListTestSessionsRequest, Stage, TestCenter, TestSession, test_center,
};
use proto::wire::v1::{Language, LocalizedText};
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde_json::json;
use testing_svc::domain::partner::Partners;
use tonic::{Code, Status};
use tonic_types::StatusExt;
use uuid::Uuid;

use crate::signing::{self, Files};

/// The password of every demonstration account.
pub const PASSWORD: &str = "irikteu-demo-2026";

/// An account of the demonstration.
pub struct DemoAccount {
    pub iin: &'static str,
    pub email: &'static str,
    pub roles: &'static [Role],
    pub what: &'static str,
}

/// Who applied to the colleges of the demonstration.
pub const APPLICANT_TO_COLLEGES: DemoAccount = DemoAccount {
    iin: "040229500005",
    email: "abiturient@demo.irikteu.kz",
    roles: &[],
    what: "an applicant whom two colleges find in their folders",
};

pub const ACCOUNTS: [DemoAccount; 8] = [
    DemoAccount {
        iin: "950615300000",
        email: "applicant@demo.irikteu.kz",
        roles: &[],
        what: "an applicant",
    },
    APPLICANT_TO_COLLEGES,
    DemoAccount {
        iin: "010101100008",
        email: "expert@demo.irikteu.kz",
        roles: &[Role::Expert],
        what: "an expert who checks documents",
    },
    DemoAccount {
        iin: "301231101806",
        email: "expert2@demo.irikteu.kz",
        roles: &[Role::Expert],
        what: "another, for a second opinion",
    },
    DemoAccount {
        iin: "301231200602",
        email: "expert3@demo.irikteu.kz",
        roles: &[Role::Expert],
        what: "and a third, to share the queue with",
    },
    DemoAccount {
        iin: "010101200004",
        email: "manager@demo.irikteu.kz",
        roles: &[Role::CampaignManager],
        what: "a campaign manager",
    },
    DemoAccount {
        iin: "010101100903",
        email: "examdesk@demo.irikteu.kz",
        roles: &[Role::ExamDesk],
        what: "the exam desk",
    },
    DemoAccount {
        iin: "010101200508",
        email: "admin@demo.irikteu.kz",
        roles: &[Role::Administrator],
        what: "an administrator",
    },
];

/// The partner that holds the examinations of the demonstration, beside its own test.
pub const TEST_CENTER: &str = "kaztest";

/// The partners of the demonstration, one of which signs its files with the key of this seed.
pub fn partners(seed: &[u8; 32]) -> anyhow::Result<Partners> {
    let pair = Ed25519KeyPair::from_seed_unchecked(seed).context("a seed of Ed25519")?;
    let list = json!([
        {"partner": TEST_CENTER, "test_systems": ["KAZTEST"],
            // Campaigns are named after the day they are made on.
            "examinations": {"campaigns": ["campaigns/-"]},
            "file_keys": [URL_SAFE_NO_PAD.encode(pair.public_key())]},
        {"partner": "qrt", "test_systems": ["QRT"]},
    ]);
    Partners::parse(&list.to_string())
}

/// The campaigns that are open now.
pub struct Open {
    pub reserve: String,
    /// That of the teachers' test.
    pub teachers: String,
    /// That of admission to colleges.
    pub colleges: String,
}

/// The campaigns that are open now with their first stages, made where there are none.
pub async fn seed(net: &LocalNet, keys: &Files, now: Timestamp) -> anyhow::Result<Open> {
    let desk = Desk::of(net);
    let campaign = match open_campaign(&desk.questionnaire, "reserve").await? {
        Some(name) => name,
        None => desk.create_campaign(astana_date(now)).await?,
    };
    desk.create_centers().await?;
    let stage = desk.first_stage(&campaign).await?;
    desk.create_sessions(stage, now).await?;
    let teachers = super::demo_nqt::seed(&desk.questionnaire, &desk.testing, now).await?;
    let colleges = super::demo_college::seed(net, &desk.questionnaire, keys, now).await?;
    Ok(Open {
        reserve: campaign,
        teachers,
        colleges,
    })
}

/// The campaign of a programme that is open now.
pub async fn open_campaign(
    questionnaire: &Connection,
    programme: &str,
) -> anyhow::Result<Option<String>> {
    let request = ListCampaignsRequest {
        programme: programme.into(),
        state: campaign::State::Open.into(),
        ..Default::default()
    };
    let mut campaigns = CampaignsClient::new(questionnaire.clone());
    let found = campaigns.list_campaigns(request).await?.into_inner();
    Ok(found.campaigns.into_iter().next().map(|open| open.name))
}

/// One account for each role, and organisations whose keys are in the data folder.
pub async fn accounts(wiring: &identity_svc::Wiring) -> anyhow::Result<()> {
    for account in &ACCOUNTS {
        let seed = identity_svc::seed::SeedAccount {
            iin: account.iin,
            email: account.email,
            password: chassis::mask::Masked::new(PASSWORD.to_owned()),
            language: chassis::text::Language::Kk,
            roles: account.roles,
        };
        identity_svc::seed::account(wiring, seed).await?;
    }
    let colleges = signing::COLLEGES.iter().map(|it| (it, Kind::College));
    let department = [(&signing::DEPARTMENT, Kind::EducationDepartment)];
    for (organisation, kind) in colleges.chain(department) {
        let [kk, ru, en] = organisation.title.map(str::to_owned);
        let title = Title { kk, ru, en };
        identity_svc::seed::organisation(wiring, organisation.bin, title, kind).await?;
    }
    Ok(())
}

/// The calls of a manager and an exam desk.
struct Desk {
    questionnaire: Connection,
    testing: Connection,
}

impl Desk {
    fn of(net: &LocalNet) -> Self {
        let account = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001);
        let staff = Caller::Person(Person {
            account,
            session: account,
            roles: vec![Role::CampaignManager, Role::ExamDesk],
        });
        Self {
            questionnaire: net.connect("questionnaire-svc").speaking_for(staff.clone()),
            testing: net.connect("testing-svc").speaking_for(staff),
        }
    }

    async fn create_campaign(&self, today: Date) -> anyhow::Result<String> {
        let id = format!("reserve-{today}");
        let close = today.saturating_add(jiff::Span::new().days(30));
        let request = CreateCampaignRequest {
            campaign: Some(Campaign {
                programme: "reserve".into(),
                title: Some(text(
                    "Президенттік жастар кадр резерві",
                    "Президентский молодёжный кадровый резерв",
                    "Presidential Youth Personnel Reserve",
                )),
                open_time: Some(to_pb(midnight(today)?)),
                close_time: Some(to_pb(midnight(close)?)),
                time_zone: "Asia/Almaty".into(),
                rules: Some(reserve_rules()),
                places: 50,
                form_revision: "forms/reserve-questionnaire/revisions/1".into(),
                ..Default::default()
            }),
            campaign_id: id.clone(),
            request_id: request_id(&id),
        };
        let name = format!("campaigns/{id}");
        done(
            CampaignsClient::new(self.questionnaire.clone())
                .create_campaign(request)
                .await
                .map(drop),
        )?;
        Ok(name)
    }

    /// The name of the campaign's first stage, made where there is none.
    async fn first_stage(&self, campaign: &str) -> anyhow::Result<String> {
        let mut stages = StagesClient::new(self.testing.clone());
        let request = ListStagesRequest {
            parent: campaign.to_owned(),
            ..Default::default()
        };
        let found = stages.list_stages(request).await?.into_inner().stages;
        if let Some(stage) = found.into_iter().find(|stage| stage.number == 1) {
            return Ok(stage.name);
        }
        let request = CreateStageRequest {
            parent: campaign.to_owned(),
            stage: Some(Stage {
                number: 1,
                title: Some(text(
                    "Мәтіндік және сандық ақпаратпен жұмыс істеу қабілетін бағалау",
                    "Оценка способности работать с текстовой и числовой информацией",
                    "Assessment of the ability to work with textual and numerical information",
                )),
                launch_url: "https://test.example/start".into(),
                ..Default::default()
            }),
            request_id: request_id(&format!("{campaign}/stage-1")),
        };
        Ok(stages.create_stage(request).await?.into_inner().name)
    }

    async fn create_centers(&self) -> anyhow::Result<()> {
        let center = |title: LocalizedText, mode: test_center::Mode| TestCenter {
            title: Some(title),
            mode: mode.into(),
            time_zone: "Asia/Almaty".into(),
            ..Default::default()
        };
        let online = center(
            text("Онлайн", "Онлайн", "Online"),
            test_center::Mode::Online,
        );
        let request = CreateTestCenterRequest {
            test_center: Some(online),
            request_id: request_id("center-online"),
        };
        done(
            TestCentersClient::new(self.testing.clone())
                .create_test_center(request)
                .await
                .map(drop),
        )
    }

    /// Sessions from the next quarter of an hour on, if none is to come.
    async fn create_sessions(&self, stage: String, now: Timestamp) -> anyhow::Result<()> {
        let mut sessions = TestSessionsClient::new(self.testing.clone());
        let coming = ListTestSessionsRequest {
            parent: stage.clone(),
            earliest_start_time: Some(to_pb(now)),
            page_size: 1,
            ..Default::default()
        };
        if !sessions
            .list_test_sessions(coming)
            .await?
            .into_inner()
            .sessions
            .is_empty()
        {
            return Ok(());
        }
        let mut centers = TestCentersClient::new(self.testing.clone());
        let centers = centers
            .list_test_centers(proto::testing::v1::ListTestCentersRequest::default())
            .await?;
        let Some(center) = centers.into_inner().test_centers.into_iter().next() else {
            return Ok(());
        };
        let quarter = now.as_second() / 900 * 900 + 1800;
        for (number, hours) in [0, 1, 2, 24, 26, 48, 72, 96, 120].into_iter().enumerate() {
            let start = Timestamp::from_second(quarter)? + SignedDuration::from_hours(hours);
            let request = CreateTestSessionRequest {
                parent: stage.clone(),
                session: Some(TestSession {
                    start_time: Some(to_pb(start)),
                    end_time: Some(to_pb(start + SignedDuration::from_mins(90))),
                    center: center.name.clone(),
                    capacity: if number == 1 { 1 } else { 100 },
                    language: if number % 2 == 0 {
                        Language::Kk
                    } else {
                        Language::Ru
                    }
                    .into(),
                    ..Default::default()
                }),
                request_id: request_id(&format!("{stage}/{start}")),
            };
            done(sessions.create_test_session(request).await.map(drop))?;
        }
        Ok(())
    }
}

/// The conditions of the Reserve.
pub fn reserve_rules() -> CampaignRules {
    CampaignRules {
        max_age_years: 35,
        age_reference: AgeReference::Registration.into(),
        age_reference_date: None,
        min_experience_days: 1826,
        min_language_level: LanguageLevel::B1.into(),
        citizenship_required: true,
        higher_education_required: true,
        correction_working_days: 3,
        ..Default::default()
    }
}

pub fn text(kk: &str, ru: &str, en: &str) -> LocalizedText {
    LocalizedText {
        kk: kk.into(),
        ru: ru.into(),
        en: en.into(),
    }
}

pub(super) fn midnight(date: Date) -> anyhow::Result<Timestamp> {
    Ok(date.to_zoned(astana())?.timestamp())
}

/// What is there already was made by an earlier start.
pub(super) fn done(answer: Result<(), Status>) -> anyhow::Result<()> {
    match answer {
        Err(status) if status.code() != Code::AlreadyExists => {
            let wrong = status
                .get_details_bad_request()
                .map(|bad| bad.field_violations)
                .unwrap_or_default();
            let wrong: Vec<_> = wrong
                .iter()
                .map(|it| format!("{} {}", it.field, it.reason))
                .collect();
            Err(anyhow::Error::new(status).context(wrong.join(", ")))
        }
        _ => Ok(()),
    }
}

/// The same id for the same thing at every start.
pub(super) fn request_id(what: &str) -> String {
    // FNV-1a over 128 bits: stable, and no secret is meant to hide in it.
    let mut hash: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    for byte in what.bytes() {
        hash = (hash ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b);
    }
    uuid::Builder::from_custom_bytes(hash.to_be_bytes())
        .into_uuid()
        .to_string()
}

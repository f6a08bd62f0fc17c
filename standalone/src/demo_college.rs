//! Admission to colleges in the demonstration: a campaign that is open now, two colleges with profiles,
//! specialties and score formulas, all signed with the keys of the data folder. The colleges are invented;
//! their numbers belong to nobody.

use chassis::caller::{Caller, OrganisationKind, Signatory};
use chassis::client::{Connection, LocalNet};
use chassis::clock::{astana_date, to_pb};
use chassis::identifier::Bin;
use jiff::Timestamp;
use proto::questionnaire::v1::board_actions_client::BoardActionsClient;
use proto::questionnaire::v1::campaigns_client::CampaignsClient;
use proto::questionnaire::v1::colleges_client::CollegesClient;
use proto::questionnaire::v1::organisations_client::OrganisationsClient;
use proto::questionnaire::v1::prepare_board_action_request::Action;
use proto::questionnaire::v1::score_rounding::Kind;
use proto::questionnaire::v1::specialties_client::SpecialtiesClient;
use proto::questionnaire::v1::tie_break::By;
use proto::questionnaire::v1::{
    AddedExam, ApplicationKind, ApproveScoreFormula, Campaign, CampaignRules, College as Profile,
    CountedMark, CreateCampaignRequest, CreateSpecialty, ExamNeed, GetCollegeRequest,
    GetSpecialtyRequest, ImportOrganisationsRequest, ListSpecialtiesRequest,
    PrepareBoardActionRequest, PutCollege, ScoreFormula, ScoreRounding, SignBoardActionRequest,
    Specialty, SpecialtyQuota, TieBreak,
};
use questionnaire_svc::domain::form::{FormRevision, published};
use uuid::Uuid;

use super::demo::{self, done, midnight, request_id, text};
use crate::signing::{COLLEGES, Files, Organisation};

const PROGRAMME: &str = "college";

/// Code, level, need of an exam, the exam, places: of each college.
type Offer = (&'static str, &'static str, Option<&'static str>, i32);

const OFFERS: [Offer; 3] = [
    ("NURSING", "MIDDLE_SPECIALIST", Some("PSYCHOMETRIC"), 25),
    ("SOFTWARE", "MIDDLE_SPECIALIST", None, 25),
    ("WELDING", "SKILLED_WORKER", Some("INTERVIEW"), 20),
];

/// Made by the calls of a manager and of boards, with ids that are the same at every start.
///
/// # Errors
/// Where a service says no.
pub async fn seed(
    net: &LocalNet,
    manager: &Connection,
    keys: &Files,
    now: Timestamp,
) -> anyhow::Result<String> {
    let mut organisations = OrganisationsClient::new(manager.clone());
    let request = ImportOrganisationsRequest {
        csv: directory().into_bytes().into(),
        dry_run: false,
        request_id: request_id("college-organisations"),
    };
    done(organisations.import_organisations(request).await.map(drop))?;
    let campaign = open_campaign(manager, now).await?;
    for (at, (college, place)) in COLLEGES.iter().zip(&PLACES).enumerate() {
        let bin = Bin::parse(college.bin).map_err(anyhow::Error::msg)?;
        let signatory = Signatory {
            id: Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0001_0000 | at as u128),
            session: Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0002_0000 | at as u128),
            organisation: bin,
            kind: OrganisationKind::College,
        };
        let board = Board {
            connection: net
                .connect("questionnaire-svc")
                .speaking_for(Caller::Signatory(signatory)),
            keys,
            college,
            place,
            now,
        };
        board.offers(&campaign).await?;
    }
    Ok(campaign)
}

/// Where a college is.
struct Place {
    /// In the national classifier.
    kato: &'static str,
    region: &'static str,
}

/// Of the first two; the third has nothing yet, for who wants to begin.
const PLACES: [Place; 2] = [
    Place {
        kato: "711210000",
        region: "KZ-71",
    },
    Place {
        kato: "750000000",
        region: "KZ-75",
    },
];

/// Every college of the demonstration is in the directory, so that each may offer something.
fn directory() -> String {
    let places = PLACES.iter().chain(std::iter::repeat(&PLACES[0]));
    let row = |(college, place): (&Organisation, &Place)| {
        let [kk, ru, _] = college.title;
        format!("{},{kk},{ru},{},COLLEGE\n", college.bin, place.kato)
    };
    let rows: String = COLLEGES.iter().zip(places).map(row).collect();
    format!("bin,kk,ru,kato,kind\n{rows}")
}

/// The campaign that is open now, made where there is none.
async fn open_campaign(manager: &Connection, now: Timestamp) -> anyhow::Result<String> {
    if let Some(open) = demo::open_campaign(manager, PROGRAMME).await? {
        return Ok(open);
    }
    let mut campaigns = CampaignsClient::new(manager.clone());
    let today = astana_date(now);
    let close = today.saturating_add(jiff::Span::new().days(55));
    let id = format!("college-{today}");
    let request = CreateCampaignRequest {
        campaign: Some(Campaign {
            programme: PROGRAMME.into(),
            title: Some(text(
                "Колледжге қабылдау",
                "Приём в колледжи",
                "Admission to colleges",
            )),
            open_time: Some(to_pb(midnight(today)?)),
            close_time: Some(to_pb(midnight(close)?)),
            time_zone: "Asia/Almaty".into(),
            rules: Some(CampaignRules {
                decided_by_boards: true,
                ..Default::default()
            }),
            application_kinds: kinds(),
            ..Default::default()
        }),
        campaign_id: id.clone(),
        request_id: request_id(&id),
    };
    done(campaigns.create_campaign(request).await.map(drop))?;
    Ok(format!("campaigns/{id}"))
}

/// One for each form of the programme: `college-state-order` is the form of `STATE_ORDER`.
fn kinds() -> Vec<ApplicationKind> {
    let kind = |form: &FormRevision| {
        let code = form.form.trim_start_matches("college-").replace('-', "_");
        let title = &form.title;
        ApplicationKind {
            code: code.to_uppercase(),
            title: Some(text(&title.kk, &title.ru, &title.en)),
            form_revision: form.name(),
        }
    };
    let forms = published()
        .iter()
        .filter(|form| form.programme == PROGRAMME);
    forms.map(|form| kind(form)).collect()
}

/// The board of a college: what it does it signs.
struct Board<'a> {
    connection: Connection,
    keys: &'a Files,
    college: &'a Organisation,
    place: &'a Place,
    now: Timestamp,
}

impl Board<'_> {
    /// A profile and specialties with their formulas, where there are none.
    async fn offers(&self, campaign: &str) -> anyhow::Result<()> {
        let mut specialties = SpecialtiesClient::new(self.connection.clone());
        let request = ListSpecialtiesRequest {
            campaign: campaign.into(),
            college: format!("colleges/{}", self.college.bin),
            page_size: 1,
            ..Default::default()
        };
        let found = specialties.list_specialties(request).await?.into_inner();
        if !found.specialties.is_empty() {
            return Ok(());
        }
        // A profile outlives its campaign.
        let mut colleges = CollegesClient::new(self.connection.clone());
        let name = format!("colleges/{}", self.college.bin);
        if colleges
            .get_college(GetCollegeRequest { name })
            .await
            .is_err()
        {
            self.does(self.profile()).await?;
        }
        for offer in &OFFERS {
            let made = Action::CreateSpecialty(CreateSpecialty {
                specialty: Some(self.specialty(campaign, offer)),
                default_quotas: false,
            });
            let name = self.does(made).await?;
            let get = GetSpecialtyRequest { name };
            let made = specialties.get_specialty(get).await?.into_inner();
            let approved = Action::ApproveScoreFormula(ApproveScoreFormula {
                specialty: made.name,
                current_etag: made.etag,
                score_formula: Some(formula(offer)),
            });
            self.does(approved).await?;
        }
        Ok(())
    }

    /// Prepared and signed; the name of what it was done to.
    async fn does(&self, action: Action) -> anyhow::Result<String> {
        let mut actions = BoardActionsClient::new(self.connection.clone());
        // What an earlier start prepared and did not sign is prepared anew.
        let asked = request_id(&format!("{}/{}/{action:?}", self.college.bin, self.now));
        let prepared = actions
            .prepare_board_action(PrepareBoardActionRequest {
                action: Some(action),
                request_id: asked,
            })
            .await?
            .into_inner();
        let cms = self.keys.sign(self.college, &prepared.content)?;
        let signed = request_id(&prepared.name);
        let signed = actions
            .sign_board_action(SignBoardActionRequest {
                name: prepared.name,
                cms: cms.into(),
                request_id: signed,
            })
            .await?;
        Ok(signed.into_inner().object)
    }

    fn profile(&self) -> Action {
        let [kk, ru, en] = self.college.title;
        let title = || text(kk, ru, en);
        Action::PutCollege(PutCollege {
            college: Some(Profile {
                title: Some(title()),
                region: self.place.region.into(),
                address: Some(text("Сынақ көшесі, 1", "Пробная улица, 1", "Test street 1")),
                board_phone: "+77010000001".into(),
                board_email: "qabyldau@example.kz".into(),
                about: Some(title()),
                ..Default::default()
            }),
            current_etag: String::new(),
        })
    }

    fn specialty(&self, campaign: &str, (code, level, exam, places): &Offer) -> Specialty {
        let quota = |category: &str, places| SpecialtyQuota {
            category: category.into(),
            places,
        };
        Specialty {
            campaign: campaign.into(),
            code: (*code).into(),
            payment: "STATE_ORDER".into(),
            training_kind: "GENERAL".into(),
            education_base: "BASIC_SECONDARY".into(),
            study_form: "FULL_TIME".into(),
            language: "KK".into(),
            qualification_level: (*level).into(),
            region: self.place.region.into(),
            places: *places,
            quotas: vec![quota("DISABILITY", 2), quota("RURAL", 5)],
            exam: match exam {
                Some(_) => ExamNeed::Required,
                None => ExamNeed::None,
            }
            .into(),
            term_months: 34,
            ..Default::default()
        }
    }
}

/// The mean of the marks, with a tenth of the points of the exam where there is one.
fn formula((_, _, exam, _): &Offer) -> ScoreFormula {
    let mark = |subject: &str| CountedMark {
        any_of: vec![subject.into()],
        weight: 1,
    };
    let added = |exam: &&str| AddedExam {
        exam: (*exam).into(),
        numerator: 1,
        denominator: 100,
    };
    ScoreFormula {
        marks: vec![mark("KAZAKH"), mark("ALGEBRA"), mark("BIOLOGY")],
        added: exam.iter().map(added).collect(),
        rounding: Some(ScoreRounding {
            kind: Kind::HalfUp.into(),
            decimals: 4,
        }),
        ties: vec![TieBreak {
            by: Some(By::Merit("HONOURS_CERTIFICATE".into())),
        }],
        ..Default::default()
    }
}

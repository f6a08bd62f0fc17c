//! The test of teachers in the demonstration: a campaign with its twelve kinds of application, that
//! accepts on submission; organisations to work in; a test with subjects and certificates. The
//! organisations are invented; their numbers belong to nobody.

use chassis::client::Connection;
use chassis::clock::{astana_date, to_pb};
use jiff::Timestamp;
use proto::questionnaire::v1::campaigns_client::CampaignsClient;
use proto::questionnaire::v1::organisations_client::OrganisationsClient;
use proto::questionnaire::v1::{
    ApplicationKind, Campaign, CampaignRules, CreateCampaignRequest, ImportOrganisationsRequest,
};
use proto::testing::v1::advance_rule::{Places, Scope, TiePolicy};
use proto::testing::v1::stages_client::StagesClient;
use proto::testing::v1::{
    AdvanceRule, CertificateTerms, CreateStageRequest, ListStagesRequest, PassMark, ScoreScale,
    Share, Stage, Subject,
};
use questionnaire_svc::domain::form::{FormRevision, published};

use super::demo::{self, done, midnight, request_id, text};
use super::demo_nqt_seats;

const PROGRAMME: &str = "nqt";

const ORGANISATIONS: &str = "bin,kk,ru,kato,kind,en\n\
    010140000014,«№ 1 үлгі мектеп-гимназиясы» КММ,КГУ «Образцовая школа-гимназия № 1»,750000000,SCHOOL,\n\
    020240000016,«Өңір» балабақшасы,Детский сад «Онир»,710000000,PRESCHOOL,\n\
    030340000025,«Ғылым ордасы» колледжі,Колледж «Гылым ордасы»,710000000,COLLEGE,\n\
    040440000030,«Әдістеме» орталығы,Центр «Адистеме»,350000000,METHOD_CABINET,\n\
    101040000092,«Һәм» лицей-интернаты,Лицей-интернат «Хам»,790000000,BOARDING,\n";

/// Made by the calls of a manager and an exam desk, with ids that are the same at every start.
///
/// # Errors
/// Where a service says no.
pub async fn seed(
    questionnaire: &Connection,
    testing: &Connection,
    now: Timestamp,
) -> anyhow::Result<String> {
    let request = ImportOrganisationsRequest {
        csv: ORGANISATIONS.as_bytes().into(),
        dry_run: false,
        request_id: request_id("nqt-organisations"),
    };
    let mut organisations = OrganisationsClient::new(questionnaire.clone());
    done(organisations.import_organisations(request).await.map(drop))?;
    let campaign = open_campaign(questionnaire, now).await?;
    let stage = only_stage(testing, &campaign).await?;
    demo_nqt_seats::seed(testing, &stage, now).await?;
    Ok(campaign)
}

/// The campaign that is open now, made where there is none.
async fn open_campaign(questionnaire: &Connection, now: Timestamp) -> anyhow::Result<String> {
    if let Some(open) = demo::open_campaign(questionnaire, PROGRAMME).await? {
        return Ok(open);
    }
    let mut campaigns = CampaignsClient::new(questionnaire.clone());
    let today = astana_date(now);
    let close = today.saturating_add(jiff::Span::new().days(30));
    let id = format!("nqt-{today}");
    let request = CreateCampaignRequest {
        campaign: Some(Campaign {
            programme: PROGRAMME.into(),
            title: Some(title()),
            open_time: Some(to_pb(midnight(today)?)),
            close_time: Some(to_pb(midnight(close)?)),
            time_zone: "Asia/Almaty".into(),
            rules: Some(rules()),
            application_kinds: kinds(),
            ..Default::default()
        }),
        campaign_id: id.clone(),
        request_id: request_id(&id),
    };
    done(campaigns.create_campaign(request).await.map(drop))?;
    Ok(format!("campaigns/{id}"))
}

/// Nobody reviews and nobody competes. What was sent is changed until a day before the close; of a
/// year one attempt is free and one is paid.
fn rules() -> CampaignRules {
    CampaignRules {
        accepted_on_submission: true,
        edit_until_hours: 24,
        free_attempts_per_year: 1,
        paid_attempts_per_year: 1,
        ..Default::default()
    }
}

/// One for each form of the programme, in the order of the user manual: `nqt-hei-student` is the
/// form of `HEI_STUDENT`.
fn kinds() -> Vec<ApplicationKind> {
    let kind = |form: &FormRevision| {
        let code = form.form.trim_start_matches("nqt-").replace('-', "_");
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

/// The name of the campaign's stage, made where there is none.
async fn only_stage(testing: &Connection, campaign: &str) -> anyhow::Result<String> {
    let mut stages = StagesClient::new(testing.clone());
    let request = ListStagesRequest {
        parent: campaign.to_owned(),
        ..Default::default()
    };
    let found = stages.list_stages(request).await?.into_inner().stages;
    if let Some(stage) = found.into_iter().next() {
        return Ok(stage.name);
    }
    let request = CreateStageRequest {
        parent: campaign.to_owned(),
        stage: Some(Stage {
            number: 1,
            title: Some(title()),
            launch_url: "https://test.example/start".into(),
            score_scale: Some(ScoreScale {
                lowest: "0".into(),
                highest: "110".into(),
                decimals: 0,
            }),
            // There is no next stage: whoever sat it has a result, and the marks below say what it is worth.
            advance_rule: Some(AdvanceRule {
                places: Some(Places::Threshold("0".into())),
                scope: Scope::All.into(),
                tie_policy: TiePolicy::Include.into(),
                tie_break_stages: Vec::new(),
            }),
            certificate_terms: Some(certificate_terms()),
            ..Default::default()
        }),
        request_id: request_id(&format!("{campaign}/stage-1")),
    };
    Ok(stages.create_stage(request).await?.into_inner().name)
}

/// Two parts of the test, and the ladder of categories in percent of the best score; heads have a mark of
/// their own.
fn certificate_terms() -> CertificateTerms {
    let subject = |code: &str, title, highest: &str| Subject {
        subject: code.into(),
        title: Some(title),
        highest: highest.into(),
    };
    let mark_in = |direction: &str, category: &str, percent, title| PassMark {
        category: category.into(),
        title: Some(title),
        share: Some(Share {
            numerator: percent,
            denominator: 100,
        }),
        direction: direction.into(),
    };
    let mark = |category: &str, percent, title| mark_in("", category, percent, title);
    CertificateTerms {
        programme: "NQT".into(),
        title: Some(title()),
        subjects: vec![
            subject(
                "CONTENT",
                text(
                    "Оқу пәнінің мазмұны",
                    "Содержание учебного предмета",
                    "Content of the subject",
                ),
                "80",
            ),
            subject(
                "PEDAGOGY",
                text(
                    "Педагогика, оқыту әдістемесі",
                    "Педагогика, методика обучения",
                    "Pedagogy and methods of teaching",
                ),
                "30",
            ),
        ],
        pass_marks: vec![
            mark("TEACHER", 50, text("Педагог", "Педагог", "Teacher")),
            mark(
                "MODERATOR",
                60,
                text(
                    "Педагог-модератор",
                    "Педагог-модератор",
                    "Teacher-moderator",
                ),
            ),
            mark(
                "EXPERT",
                70,
                text("Педагог-сарапшы", "Педагог-эксперт", "Teacher-expert"),
            ),
            mark(
                "RESEARCHER",
                80,
                text(
                    "Педагог-зерттеуші",
                    "Педагог-исследователь",
                    "Teacher-researcher",
                ),
            ),
            mark(
                "MASTER",
                90,
                text("Педагог-шебер", "Педагог-мастер", "Teacher-master"),
            ),
            // For them there is one step, whatever was reached beyond it.
            mark_in("HEADS", "HEAD", 70, text("Басшы", "Руководитель", "Head")),
        ],
    }
}

fn title() -> proto::wire::v1::LocalizedText {
    text(
        "Педагогтердің білімін бағалау",
        "Оценка знаний педагогов",
        "Assessment of teachers' knowledge",
    )
}

//! The test of teachers in the demonstration: a campaign with its twelve kinds of application, and
//! organisations to work in. The organisations are invented; their numbers belong to nobody.

use chassis::client::Connection;
use jiff::civil::Date;
use proto::questionnaire::v1::campaigns_client::CampaignsClient;
use proto::questionnaire::v1::organisations_client::OrganisationsClient;
use proto::questionnaire::v1::{
    ApplicationKind, Campaign, CampaignRules, CreateCampaignRequest, ImportOrganisationsRequest,
    ListCampaignsRequest, campaign,
};
use questionnaire_svc::domain::form::{FormRevision, published};

use super::demo::{done, open_window, request_id, text};

const PROGRAMME: &str = "nqt";

const ORGANISATIONS: &str = "bin,kk,ru,kato,kind,en\n\
    010140000014,«№ 1 үлгі мектеп-гимназиясы» КММ,КГУ «Образцовая школа-гимназия № 1»,750000000,SCHOOL,\n\
    020240000016,«Өңір» балабақшасы,Детский сад «Онир»,710000000,PRESCHOOL,\n\
    030340000025,«Ғылым ордасы» колледжі,Колледж «Гылым ордасы»,710000000,COLLEGE,\n\
    040440000030,«Әдістеме» орталығы,Центр «Адистеме»,350000000,METHOD_CABINET,\n\
    101040000092,«Һәм» лицей-интернаты,Лицей-интернат «Хам»,790000000,BOARDING,\n";

/// Made by a manager's calls, with ids that are the same at every start.
pub async fn seed(manager: &Connection, today: Date) -> anyhow::Result<()> {
    let request = ImportOrganisationsRequest {
        csv: ORGANISATIONS.as_bytes().into(),
        dry_run: false,
        request_id: request_id("nqt-organisations"),
    };
    let mut organisations = OrganisationsClient::new(manager.clone());
    done(organisations.import_organisations(request).await.map(drop))?;

    let mut campaigns = CampaignsClient::new(manager.clone());
    let open = ListCampaignsRequest {
        programme: PROGRAMME.into(),
        state: campaign::State::Open.into(),
        ..Default::default()
    };
    let open = campaigns.list_campaigns(open).await?.into_inner();
    if !open.campaigns.is_empty() {
        return Ok(());
    }
    let id = format!("nqt-{today}");
    let (open_time, close_time) = open_window(today)?;
    let request = CreateCampaignRequest {
        campaign: Some(Campaign {
            programme: PROGRAMME.into(),
            title: Some(text(
                "Педагогтердің білімін бағалау",
                "Оценка знаний педагогов",
                "Assessment of teachers' knowledge",
            )),
            open_time: Some(open_time),
            close_time: Some(close_time),
            time_zone: "Asia/Almaty".into(),
            rules: Some(CampaignRules::default()),
            // Nobody competes for places here; the field asks for a number.
            places: 1_000_000,
            application_kinds: kinds(),
            ..Default::default()
        }),
        campaign_id: id.clone(),
        request_id: request_id(&id),
    };
    done(campaigns.create_campaign(request).await.map(drop))
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

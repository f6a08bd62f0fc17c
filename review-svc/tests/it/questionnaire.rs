//! The neighbour: a questionnaire-svc of a few lines that answers what a test gave it.

use std::sync::{Arc, Mutex, MutexGuard};

use proto::questionnaire::v1::campaigns_server::{Campaigns, CampaignsServer};
use proto::questionnaire::v1::submissions_server::{Submissions, SubmissionsServer};
use proto::questionnaire::v1::{
    Campaign, CampaignRules, CloseCampaignRequest, CreateCampaignRequest, Document,
    EligibilityCheck, EligibilityOutcome, EligibilityRule, GetCampaignRequest,
    GetSubmissionRequest, ListCampaignVersionsRequest, ListCampaignVersionsResponse,
    ListCampaignsRequest, ListCampaignsResponse, OpenCampaignRequest, Readiness, Section,
    Submission, UpdateCampaignRequest,
};
use tonic::service::Routes;
use tonic::{Request, Response, Status};

/// What it was asked, and whether it answers.
#[derive(Clone, Default)]
pub struct Questionnaire(Arc<Mutex<Inside>>);

#[derive(Default)]
struct Inside {
    down: bool,
    no_correction_term: bool,
    languages: Vec<String>,
    tokens: Vec<String>,
}

impl Questionnaire {
    pub fn routes(&self) -> Routes {
        Routes::new(SubmissionsServer::new(self.clone()))
            .add_service(CampaignsServer::new(self.clone()))
    }

    pub fn goes_down(&self) {
        self.inside().down = true;
    }

    pub fn comes_back(&self) {
        self.inside().down = false;
    }

    pub fn forgets_its_correction_term(&self) {
        self.inside().no_correction_term = true;
    }

    /// The languages that submissions were asked for in.
    pub fn languages(&self) -> Vec<String> {
        self.inside().languages.clone()
    }

    /// The caller tokens that came along.
    pub fn tokens(&self) -> Vec<String> {
        self.inside().tokens.clone()
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.0.lock().expect("no test panicked with it")
    }

    fn hear<T>(&self, request: &Request<T>) -> Result<(), Status> {
        let header = |name| {
            let value = request
                .metadata()
                .get(name)
                .and_then(|value| value.to_str().ok());
            value.unwrap_or_default().to_owned()
        };
        let mut inside = self.inside();
        inside.tokens.push(header("authorization"));
        inside.languages.push(header("accept-language"));
        if inside.down {
            Err(Status::unavailable("down"))
        } else {
            Ok(())
        }
    }
}

#[tonic::async_trait]
impl Submissions for Questionnaire {
    async fn get_submission(
        &self,
        request: Request<GetSubmissionRequest>,
    ) -> Result<Response<Submission>, Status> {
        self.hear(&request)?;
        Ok(Response::new(submission(&request.into_inner().name)))
    }
}

#[tonic::async_trait]
impl Campaigns for Questionnaire {
    async fn get_campaign(
        &self,
        request: Request<GetCampaignRequest>,
    ) -> Result<Response<Campaign>, Status> {
        self.hear(&request)?;
        let none = self.inside().no_correction_term;
        let rules = CampaignRules {
            correction_working_days: if none { 0 } else { 5 },
            ..Default::default()
        };
        let name = request.into_inner().name;
        if name.ends_with("/none") {
            return Err(Status::not_found("no such campaign"));
        }
        Ok(Response::new(Campaign {
            name,
            rules: Some(rules),
            ..Default::default()
        }))
    }

    async fn list_campaigns(
        &self,
        _: Request<ListCampaignsRequest>,
    ) -> Result<Response<ListCampaignsResponse>, Status> {
        Err(Status::unimplemented("not asked for"))
    }

    async fn create_campaign(
        &self,
        _: Request<CreateCampaignRequest>,
    ) -> Result<Response<Campaign>, Status> {
        Err(Status::unimplemented("not asked for"))
    }

    async fn update_campaign(
        &self,
        _: Request<UpdateCampaignRequest>,
    ) -> Result<Response<Campaign>, Status> {
        Err(Status::unimplemented("not asked for"))
    }

    async fn open_campaign(
        &self,
        _: Request<OpenCampaignRequest>,
    ) -> Result<Response<Campaign>, Status> {
        Err(Status::unimplemented("not asked for"))
    }

    async fn close_campaign(
        &self,
        _: Request<CloseCampaignRequest>,
    ) -> Result<Response<Campaign>, Status> {
        Err(Status::unimplemented("not asked for"))
    }

    async fn list_campaign_versions(
        &self,
        _: Request<ListCampaignVersionsRequest>,
    ) -> Result<Response<ListCampaignVersionsResponse>, Status> {
        Err(Status::unimplemented("not asked for"))
    }
}

/// Two sections; the diploma stands in a row of education, another paper only beside it.
fn submission(name: &str) -> Submission {
    let (application, number) = name
        .split_once("/submissions/")
        .expect("the name of a submission");
    let section = |id: &str, answers| Section {
        name: format!("{application}/sections/{id}"),
        answers: Some(answers),
        complete: true,
        ..Default::default()
    };
    let document = |id: &str, section: &str| Document {
        name: format!("{application}/documents/{id}"),
        section: section.to_owned(),
        ..Default::default()
    };
    let diploma = text(&format!("{application}/documents/diploma"));
    let rows = list([
        object([("level", text("BACHELOR"))]),
        object([("document", diploma)]),
    ]);
    Submission {
        name: name.to_owned(),
        application: application.to_owned(),
        number: number.parse().unwrap_or(1),
        sections: vec![
            section("personal", fields([("birth_place", text("Абай ауылы"))])),
            section("education", fields([("rows", rows)])),
        ],
        documents: vec![
            document("diploma", "education"),
            document("transcript", "education"),
        ],
        readiness: Some(Readiness {
            ready: true,
            checks: vec![EligibilityCheck {
                rule: EligibilityRule::Age.into(),
                outcome: EligibilityOutcome::Met.into(),
                ..Default::default()
            }],
            ..Default::default()
        }),
        ..Default::default()
    }
}

fn fields<const N: usize>(fields: [(&str, prost_types::Value); N]) -> prost_types::Struct {
    let fields = fields
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    prost_types::Struct { fields }
}

fn value(kind: prost_types::value::Kind) -> prost_types::Value {
    prost_types::Value { kind: Some(kind) }
}

fn text(text: &str) -> prost_types::Value {
    value(prost_types::value::Kind::StringValue(text.to_owned()))
}

fn list<const N: usize>(values: [prost_types::Value; N]) -> prost_types::Value {
    let values = values.into();
    value(prost_types::value::Kind::ListValue(
        prost_types::ListValue { values },
    ))
}

fn object<const N: usize>(of: [(&str, prost_types::Value); N]) -> prost_types::Value {
    value(prost_types::value::Kind::StructValue(fields(of)))
}

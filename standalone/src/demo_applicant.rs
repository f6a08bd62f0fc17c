//! An application to the colleges of the demonstration, filled in and sent by somebody invented: what their
//! boards find in their folders at once. It goes by the calls that a person would make, with request ids that
//! are the same at every start, so a start that was cut short is completed by the next.

use anyhow::Context;
use chassis::caller::{Caller, Person};
use chassis::client::{Connection, LocalNet};
use futures_util::stream;
use proto::google::api::HttpBody;
use proto::identity::v1::LookUpPersonRequest;
use proto::identity::v1::persons_client::PersonsClient;
use proto::questionnaire::v1::applications_client::ApplicationsClient;
use proto::questionnaire::v1::documents_client::DocumentsClient;
use proto::questionnaire::v1::sections_client::SectionsClient;
use proto::questionnaire::v1::specialties_client::SpecialtiesClient;
use proto::questionnaire::v1::{
    Application, CreateApplicationRequest, CreateDocumentRequest, Document,
    ListApplicationsRequest, ListSpecialtiesRequest, Section, Specialty, SubmitApplicationRequest,
    UpdateSectionRequest, UploadCommit, UploadDocumentRequest, application,
};
use questionnaire_svc::rpc::wire;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::compose::Suite;
use crate::demo::{APPLICANT_TO_COLLEGES, request_id};
use crate::paper::pdf;

/// What people become who are taught there, and the type of application for it.
const LEVEL: &str = "MIDDLE_SPECIALIST";
const KIND: &str = "STATE_ORDER";
/// One application names so many specialties at most.
const MOST_CHOICES: usize = 4;

/// Sends the application, where the demonstration is on and none was sent.
///
/// # Errors
/// Where a service says no.
pub async fn applies(suite: &Suite) -> anyhow::Result<()> {
    let Some(campaign) = suite.colleges.as_deref() else {
        return Ok(());
    };
    let connection = applicant(&suite.net).await?;
    let Some(name) = opened(&connection, campaign).await? else {
        return Ok(());
    };
    let applicant = Applicant { connection, name };
    let medical = applicant.hands_in("applicant", "MEDICAL_PAPERS").await?;
    let document = applicant
        .hands_in("education", "EDUCATION_DOCUMENT")
        .await?;
    let offered = offered(&applicant.connection, campaign).await?;
    let row = |it: &Specialty| json!({"study_form": it.study_form, "region": it.region, "specialty": it.name});
    let rows: Vec<_> = offered.iter().take(MOST_CHOICES).map(row).collect();
    let personal = json!({
        "civil_status": "CITIZEN", "nationality": "KAZAKH", "phone": "+77010000002",
        "email": APPLICANT_TO_COLLEGES.email, "address": "Сынақ көшесі, 2",
        "medical_papers": medical, "acquainted": true, "data_consent": true,
    });
    let education = json!({
        "education_base": "BASIC_SECONDARY", "institution": "№ 0 мектеп", "completion_year": 2021,
        "document_kind": "BASIC_CERTIFICATE", "document_number": "ЖБ 0000001", "document": document,
    });
    for (section, answers) in [
        ("diagnostics", json!({"results_seen": true})),
        ("applicant", personal),
        ("education", education),
        ("quota", json!({"none": true})),
        ("choices", json!({"rows": rows})),
    ] {
        applicant.answers(section, &answers).await?;
    }
    applicant.sends().await
}

/// Whoever has this account in the demonstration, signed in.
async fn applicant(net: &LocalNet) -> anyhow::Result<Connection> {
    let asking = Caller::Service("questionnaire-svc".into());
    let mut persons = PersonsClient::new(net.connect("identity-svc").speaking_for(asking));
    let iin = APPLICANT_TO_COLLEGES.iin.into();
    let found = persons.look_up_person(LookUpPersonRequest { iin }).await?;
    let account = chassis::name::uuid("accounts/*", &found.into_inner().account);
    let account = account.context("the applicant to colleges has no account")?;
    let person = Caller::Person(Person {
        account,
        session: Uuid::nil(),
        roles: Vec::new(),
    });
    Ok(net.connect("questionnaire-svc").speaking_for(person))
}

/// The draft in this campaign, opened where there is none; nothing where one was sent.
async fn opened(connection: &Connection, campaign: &str) -> anyhow::Result<Option<String>> {
    let mut applications = ApplicationsClient::new(connection.clone());
    let request = ListApplicationsRequest {
        parent: campaign.into(),
        ..Default::default()
    };
    let found = applications.list_applications(request).await?.into_inner();
    if let Some(first) = found.applications.into_iter().next() {
        let is_draft = first.state() == application::State::Draft;
        return Ok(is_draft.then_some(first.name));
    }
    let request = CreateApplicationRequest {
        parent: campaign.into(),
        application: Some(Application {
            kind: KIND.into(),
            ..Default::default()
        }),
        request_id: request_id(&format!("{campaign}/demonstration")),
    };
    let opened = applications.create_application(request).await?;
    Ok(Some(opened.into_inner().name))
}

/// What an application of this type may name.
async fn offered(connection: &Connection, campaign: &str) -> anyhow::Result<Vec<Specialty>> {
    let request = ListSpecialtiesRequest {
        campaign: campaign.into(),
        page_size: 100,
        ..Default::default()
    };
    let mut specialties = SpecialtiesClient::new(connection.clone());
    let found = specialties.list_specialties(request).await?.into_inner();
    let mut offered = found.specialties;
    offered.retain(|it| it.qualification_level == LEVEL);
    Ok(offered)
}

/// Somebody at the screens of their application.
struct Applicant {
    connection: Connection,
    /// Of the application.
    name: String,
}

impl Applicant {
    /// A paper that says what it is; its name.
    async fn hands_in(&self, section: &str, kind: &str) -> anyhow::Result<String> {
        let content = pdf(kind);
        let sha256 = hex::encode(ring::digest::digest(&ring::digest::SHA256, &content));
        let size_bytes = i64::try_from(content.len())?;
        let mut documents = DocumentsClient::new(self.connection.clone());
        let request = CreateDocumentRequest {
            parent: self.name.clone(),
            document: Some(Document {
                section: section.into(),
                kind: kind.into(),
                file_name: "paper.pdf".into(),
                media_type: "application/pdf".into(),
                size_bytes,
                sha256: sha256.clone(),
                ..Default::default()
            }),
            request_id: request_id(&format!("{}/{kind}", self.name)),
        };
        let name = documents.create_document(request).await?.into_inner().name;
        let parts = [
            UploadDocumentRequest {
                name: name.clone(),
                chunk: Some(HttpBody {
                    content_type: "application/pdf".into(),
                    data: content.into(),
                    extensions: Vec::new(),
                }),
                ..Default::default()
            },
            UploadDocumentRequest {
                commit: Some(UploadCommit { size_bytes, sha256 }),
                ..Default::default()
            },
        ];
        documents.upload_document(stream::iter(parts)).await?;
        Ok(name)
    }

    async fn answers(&self, section: &str, answers: &Value) -> anyhow::Result<()> {
        let name = format!("{}/sections/{section}", self.name);
        let mut sections = SectionsClient::new(self.connection.clone());
        let request = UpdateSectionRequest {
            request_id: request_id(&format!("{name}/{answers}")),
            section: Some(Section {
                name,
                answers: Some(wire::to_struct(answers)),
                ..Default::default()
            }),
            update_mask: None,
        };
        let saved = sections.update_section(request).await?.into_inner();
        anyhow::ensure!(saved.complete, "{section} is not complete");
        Ok(())
    }

    async fn sends(&self) -> anyhow::Result<()> {
        let mut applications = ApplicationsClient::new(self.connection.clone());
        let request = SubmitApplicationRequest {
            name: self.name.clone(),
            request_id: request_id(&format!("{}/send", self.name)),
            ..Default::default()
        };
        applications.submit_application(request).await?;
        Ok(())
    }
}

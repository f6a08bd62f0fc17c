//! Somebody who applies: opens an application, uploads papers, fills sections, submits.

use bytes::Bytes;
use chassis::caller::Caller;
use chassis::client::Connection;
use chassis::testing;
use futures_util::stream;
use proto::google::api::HttpBody;
use proto::questionnaire::v1 as pb;
use proto::questionnaire::v1::UploadDocumentRequest as Part;
use proto::questionnaire::v1::applications_client::ApplicationsClient;
use proto::questionnaire::v1::documents_client::DocumentsClient;
use proto::questionnaire::v1::sections_client::SectionsClient;
use questionnaire_svc::rpc::wire;
use serde_json::{Value, json};
use tonic::Status;

use crate::paper;
use crate::world::{CAMPAIGN, World};

type Answer<T> = Result<T, Status>;

/// What the campaign asks to accept.
pub const DECLARATIONS: [&str; 4] = [
    "CITIZENSHIP",
    "TRUE_DATA",
    "NOT_EXCLUDED",
    "DATA_PROCESSING",
];

#[derive(Clone)]
pub struct Candidate<'a> {
    world: &'a World,
    pub caller: Caller,
    pub account: String,
}

impl<'a> Candidate<'a> {
    pub fn new(world: &'a World, number: u128) -> Self {
        let caller = testing::person(number, &[]);
        let account = caller.person().unwrap().name();
        Self {
            world,
            caller,
            account,
        }
    }

    pub fn connection(&self) -> Connection {
        self.world.speaking_for(self.caller.clone())
    }

    pub fn applications(&self) -> ApplicationsClient<Connection> {
        ApplicationsClient::new(self.connection())
    }

    pub fn sections(&self) -> SectionsClient<Connection> {
        SectionsClient::new(self.connection())
    }

    pub fn documents(&self) -> DocumentsClient<Connection> {
        DocumentsClient::new(self.connection())
    }

    pub async fn opens(&self) -> Answer<pb::Application> {
        self.opens_as(&self.world.request_id()).await
    }

    pub async fn opens_as(&self, request_id: &str) -> Answer<pb::Application> {
        let request = pb::CreateApplicationRequest {
            parent: CAMPAIGN.into(),
            application: None,
            request_id: request_id.into(),
        };
        Ok(self
            .applications()
            .create_application(request)
            .await?
            .into_inner())
    }

    pub async fn opens_a(&self, campaign: &str, kind: &str) -> Answer<pb::Application> {
        let request = pb::CreateApplicationRequest {
            parent: campaign.into(),
            application: Some(pb::Application {
                kind: kind.into(),
                ..Default::default()
            }),
            request_id: self.world.request_id(),
        };
        let answer = self.applications().create_application(request).await?;
        Ok(answer.into_inner())
    }

    pub async fn application(&self, name: &str) -> Answer<pb::Application> {
        let request = pb::GetApplicationRequest { name: name.into() };
        Ok(self
            .applications()
            .get_application(request)
            .await?
            .into_inner())
    }

    pub async fn section(&self, application: &str, section: &str) -> Answer<pb::Section> {
        let name = format!("{application}/sections/{section}");
        Ok(self
            .sections()
            .get_section(pb::GetSectionRequest { name })
            .await?
            .into_inner())
    }

    pub async fn saves(
        &self,
        application: &str,
        section: &str,
        answers: &Value,
    ) -> Answer<pb::Section> {
        self.saves_over(application, section, answers, "").await
    }

    pub async fn saves_over(
        &self,
        application: &str,
        section: &str,
        answers: &Value,
        etag: &str,
    ) -> Answer<pb::Section> {
        let request = pb::UpdateSectionRequest {
            section: Some(pb::Section {
                name: format!("{application}/sections/{section}"),
                answers: Some(wire::to_struct(answers)),
                etag: etag.into(),
                ..Default::default()
            }),
            update_mask: None,
            request_id: self.world.request_id(),
        };
        Ok(self.sections().update_section(request).await?.into_inner())
    }

    pub async fn announces(
        &self,
        application: &str,
        section: &str,
        kind: &str,
        media_type: &str,
        bytes: &[u8],
    ) -> Answer<pb::Document> {
        let document = pb::Document {
            section: section.into(),
            kind: kind.into(),
            file_name: "Құжат.pdf".into(),
            media_type: media_type.into(),
            size_bytes: bytes.len() as i64,
            sha256: paper::sha256(bytes),
            ..Default::default()
        };
        self.announces_as(application, document).await
    }

    pub async fn announces_as(
        &self,
        application: &str,
        document: pb::Document,
    ) -> Answer<pb::Document> {
        let request = pb::CreateDocumentRequest {
            parent: application.into(),
            document: Some(document),
            request_id: self.world.request_id(),
        };
        Ok(self
            .documents()
            .create_document(request)
            .await?
            .into_inner())
    }

    /// Sends the bytes in pieces and commits to them.
    pub async fn sends(&self, document: &str, bytes: &[u8]) -> Answer<pb::Document> {
        let mut parts = parts(document, bytes);
        parts.push(commit(bytes.len() as i64, &paper::sha256(bytes)));
        self.sends_parts(parts).await
    }

    pub async fn sends_parts(&self, parts: Vec<Part>) -> Answer<pb::Document> {
        Ok(self
            .documents()
            .upload_document(stream::iter(parts))
            .await?
            .into_inner())
    }

    pub async fn uploads(
        &self,
        application: &str,
        section: &str,
        kind: &str,
        media_type: &str,
        bytes: &[u8],
    ) -> Answer<pb::Document> {
        let document = self
            .announces(application, section, kind, media_type, bytes)
            .await?;
        self.sends(&document.name, bytes).await
    }

    pub async fn uploads_pdf(&self, application: &str, section: &str, kind: &str) -> String {
        let bytes = paper::pdf(kind);
        let sent = self
            .uploads(application, section, kind, "application/pdf", &bytes)
            .await;
        sent.unwrap().name
    }

    pub async fn deletes(&self, document: &str) -> Answer<pb::Document> {
        let request = pb::DeleteDocumentRequest {
            name: document.into(),
            etag: String::new(),
            request_id: self.world.request_id(),
        };
        Ok(self
            .documents()
            .delete_document(request)
            .await?
            .into_inner())
    }

    /// The bytes and the media type.
    pub async fn downloads(&self, document: &str) -> Answer<(Vec<u8>, String)> {
        download(self.connection(), document).await
    }

    pub async fn fills_everything(&self, application: &str) {
        let photo = self
            .uploads(
                application,
                "personal",
                "PHOTO",
                "image/png",
                &paper::photo(),
            )
            .await;
        let photo = photo.unwrap().name;
        self.saves(application, "personal", &personal(&photo))
            .await
            .unwrap();
        let diploma = self.uploads_pdf(application, "education", "DIPLOMA").await;
        self.saves(application, "education", &education(&diploma))
            .await
            .unwrap();
        let evidence = self
            .uploads_pdf(application, "employment", "EMPLOYMENT_EVIDENCE")
            .await;
        self.saves(application, "employment", &employment(&evidence))
            .await
            .unwrap();
        self.fills_certificate(application).await;
    }

    pub async fn fills_certificate(&self, application: &str) {
        let document = self
            .uploads_pdf(application, "certificate", "LANGUAGE_CERTIFICATE")
            .await;
        self.saves(application, "certificate", &certificate(&document))
            .await
            .unwrap();
    }

    pub async fn readiness(&self, application: &str) -> pb::Readiness {
        let request = pb::GetReadinessRequest {
            name: application.into(),
        };
        self.applications()
            .get_readiness(request)
            .await
            .unwrap()
            .into_inner()
    }

    pub async fn submits(&self, application: &str) -> Answer<pb::Application> {
        self.submits_with(application, "", &DECLARATIONS).await
    }

    pub async fn submits_with(
        &self,
        application: &str,
        etag: &str,
        declarations: &[&str],
    ) -> Answer<pb::Application> {
        let request = pb::SubmitApplicationRequest {
            name: application.into(),
            etag: etag.into(),
            accepted_declarations: declarations.iter().map(|code| (*code).to_owned()).collect(),
            request_id: self.world.request_id(),
        };
        Ok(self
            .applications()
            .submit_application(request)
            .await?
            .into_inner())
    }

    pub async fn withdraws(&self, application: &str) -> Answer<pb::Application> {
        let request = pb::WithdrawApplicationRequest {
            name: application.into(),
            etag: String::new(),
            request_id: self.world.request_id(),
        };
        Ok(self
            .applications()
            .withdraw_application(request)
            .await?
            .into_inner())
    }

    /// From nothing to a submitted application.
    pub async fn has_submitted(&self) -> pb::Application {
        let application = self.opens().await.unwrap().name;
        self.fills_everything(&application).await;
        self.submits(&application).await.unwrap()
    }
}

pub async fn download(connection: Connection, document: &str) -> Answer<(Vec<u8>, String)> {
    let request = pb::DownloadDocumentRequest {
        name: document.into(),
    };
    let mut answer = DocumentsClient::new(connection)
        .download_document(request)
        .await?
        .into_inner();
    let (mut bytes, mut content_type) = (Vec::new(), String::new());
    while let Some(part) = answer.message().await? {
        bytes.extend_from_slice(&part.data);
        content_type = part.content_type;
    }
    Ok((bytes, content_type))
}

/// The name, then the bytes in pieces of at most 64 KiB; no commit.
pub fn parts(document: &str, bytes: &[u8]) -> Vec<Part> {
    let first = Part {
        name: document.into(),
        ..Default::default()
    };
    let chunk = |data: &[u8]| Part {
        chunk: Some(HttpBody {
            data: Bytes::copy_from_slice(data),
            ..Default::default()
        }),
        ..Default::default()
    };
    std::iter::once(first)
        .chain(bytes.chunks(64 * 1024).map(chunk))
        .collect()
}

pub fn commit(size_bytes: i64, sha256: &str) -> Part {
    Part {
        commit: Some(pb::UploadCommit {
            size_bytes,
            sha256: sha256.into(),
        }),
        ..Default::default()
    }
}

pub fn personal(photo: &str) -> Value {
    json!({
        "photo": photo, "sex": "MALE", "nationality": "KAZAKH", "email": "umitker@example.kz",
        "phone": "+77010000000", "address": "Астана, Мәңгілік Ел 1", "direction": "DIGITALIZATION"
    })
}

pub fn education(document: &str) -> Value {
    json!({"rows": [{
        "level": "BACHELOR", "institution": "Үлгі университеті", "specialty": "Халықаралық құқық",
        "graduation_year": 2017, "bolashak": false, "studied_abroad": false,
        "academy_graduate": false, "document": document
    }]})
}

pub fn employment(document: &str) -> Value {
    json!({"rows": [{
        "position_and_organisation": "Маман, «Үлгі» ЖШС", "activity_kind": "PRIVATE",
        "position_kind": "SPECIALIST", "start_date": "2019-01-01", "to_present": true,
        "organisation_location": "Астана", "document": document
    }]})
}

pub fn certificate(document: &str) -> Value {
    json!({
        "document": document, "certificate_type": "KAZTEST", "level": "B2", "number": "K-1",
        "valid_until": "2027-01-01"
    })
}

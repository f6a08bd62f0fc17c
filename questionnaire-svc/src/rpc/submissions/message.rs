//! A submission as a message; explanations come in the language of the reader.

use chassis::clock::to_pb;
use proto::questionnaire::v1 as pb;

use crate::domain::dictionary::Dictionaries;
use crate::domain::experience::Experience;
use crate::domain::frozen::{FrozenDocument, FrozenSection};
use crate::rpc::{etag, readiness, wire};
use crate::store::submission::Kept;

pub fn of(name: String, kept: &Kept, dictionaries: &Dictionaries) -> pb::Submission {
    let frozen = &kept.frozen;
    pb::Submission {
        name,
        application: frozen.application.clone(),
        applicant: frozen.applicant.clone(),
        number: i32::try_from(frozen.number).unwrap_or(i32::MAX),
        submit_time: Some(to_pb(frozen.submit_time)),
        form_revision: frozen.form_revision.clone(),
        sections: frozen
            .sections
            .iter()
            .map(|it| section(&frozen.application, it, &frozen.experience))
            .collect(),
        documents: frozen.documents.iter().map(document).collect(),
        readiness: Some(pb::Readiness {
            ready: true,
            missing: Vec::new(),
            checks: frozen
                .checks
                .iter()
                .map(|check| readiness::check(check, dictionaries))
                .collect(),
            experience: Some(readiness::experience(&frozen.experience)),
        }),
        accepted_declarations: frozen.accepted_declarations.clone(),
        content_sha256: kept.content_sha256.clone(),
        campaign_version: frozen.campaign_version,
    }
}

/// What was submitted was complete.
fn section(application: &str, section: &FrozenSection, experience: &Experience) -> pb::Section {
    pb::Section {
        name: format!("{application}/sections/{}", section.id),
        answers: Some(wire::to_struct(&section.answers)),
        complete: true,
        problems: Vec::new(),
        verified: section.verified,
        experience: (section.id == "employment").then(|| readiness::experience(experience)),
        update_time: section.update_time.map(to_pb),
        etag: etag::of(section.version),
    }
}

/// Only a clean document could be submitted.
fn document(document: &FrozenDocument) -> pb::Document {
    pb::Document {
        name: document.name.clone(),
        section: document.section.clone(),
        kind: document.kind.clone(),
        file_name: document.file_name.clone(),
        media_type: document.media_type.clone(),
        size_bytes: i64::try_from(document.size_bytes).unwrap_or(i64::MAX),
        sha256: document.sha256.clone(),
        state: pb::document::State::Clean.into(),
        create_time: Some(to_pb(document.create_time)),
        upload_time: document.upload_time.map(to_pb),
        etag: etag::of(document.version),
    }
}

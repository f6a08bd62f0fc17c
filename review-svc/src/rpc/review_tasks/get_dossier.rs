//! GetDossier: everything an expert decides by. Who read it is written down.

use std::collections::BTreeMap;

use chassis::audit;
use chassis::caller::{Caller, Role};
use chassis::error::Result;
use chassis::violation::Violations;
use prost_types::Value;
use prost_types::value::Kind;
use proto::questionnaire::v1::submissions_client::SubmissionsClient;
use proto::questionnaire::v1::{GetSubmissionRequest, Section, Submission};
use proto::review::v1 as pb;
use tonic::Request;

use super::{correction, expert, task_id, to_pb};
use crate::Context;
use crate::domain::task::{Actor, State};
use crate::store::task::{self, Kept};

pub async fn get(ctx: &Context, request: Request<pb::GetDossierRequest>) -> Result<pb::Dossier> {
    let caller = Caller::of(&request);
    let name = request.into_inner().name;
    let mut violations = Violations::new();
    let Some(named) = task_id(&mut violations, &name) else {
        return Err(violations.into());
    };
    let mut kept = named.find(ctx, &name).await?;
    let person = expert(&caller)?;
    let reader = match caller.has(Role::CampaignManager) {
        true => Actor::CampaignManager(&person),
        false => Actor::Expert(&person),
    };
    kept.task.may_read_dossier(reader, ctx.clock.now())?;

    let mut submissions = SubmissionsClient::new(ctx.questionnaire.clone());
    let request = GetSubmissionRequest {
        name: kept.submission.clone(),
    };
    let submission = submissions.get_submission(request).await?.into_inner();
    let earlier_decisions = earlier_decisions(ctx, &kept).await?;

    let tx = ctx.db.begin().await?;
    task::keep_sections(&tx, &mut kept, correction::sections_of(&submission)).await?;
    audit::record(&tx, &ctx.clock, &caller, "GetDossier", &name, "").await?;
    ctx.db.commit(tx).await?;
    Ok(pb::Dossier {
        name: format!("{name}/dossier"),
        sections: submission
            .sections
            .iter()
            .map(|it| beside(it, &submission))
            .collect(),
        submission: Some(submission),
        earlier_decisions,
    })
}

/// The newest first.
async fn earlier_decisions(ctx: &Context, kept: &Kept) -> Result<Vec<pb::Decision>> {
    let all = task::of_application(ctx.db.read(), &kept.application).await?;
    let before = all
        .iter()
        .filter(|other| other.submission_number < kept.submission_number);
    let decided = before.filter_map(|other| match &other.task.state {
        State::Decided(decided) => Some(to_pb::decision(decided)),
        _ => None,
    });
    let mut decisions: Vec<_> = decided.collect();
    decisions.reverse();
    Ok(decisions)
}

/// A section beside its documents: all of them, and those that the answers name.
fn beside(section: &Section, submission: &Submission) -> pb::DossierSection {
    let id = section.name.rsplit('/').next().unwrap_or_default();
    let documents = submission.documents.iter();
    let mut by_field = BTreeMap::new();
    if let Some(answers) = &section.answers {
        for (field, value) in &answers.fields {
            find_documents(field.clone(), value, submission, &mut by_field);
        }
    }
    pb::DossierSection {
        section: id.to_owned(),
        documents: documents
            .filter(|document| document.section == id)
            .map(|document| document.name.clone())
            .collect(),
        documents_by_field: by_field,
    }
}

/// Goes through the answers as they are nested; a submission's depth was limited when it was taken.
fn find_documents(
    path: String,
    value: &Value,
    submission: &Submission,
    found: &mut BTreeMap<String, String>,
) {
    match &value.kind {
        Some(Kind::StringValue(name)) if is_document(name, submission) => {
            found.insert(path, name.clone());
        }
        Some(Kind::ListValue(list)) => {
            for (at, value) in list.values.iter().enumerate() {
                find_documents(format!("{path}[{at}]"), value, submission, found);
            }
        }
        Some(Kind::StructValue(fields)) => {
            for (field, value) in &fields.fields {
                find_documents(format!("{path}.{field}"), value, submission, found);
            }
        }
        _ => {}
    }
}

fn is_document(name: &str, submission: &Submission) -> bool {
    submission
        .documents
        .iter()
        .any(|document| document.name == name)
}

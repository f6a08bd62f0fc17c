//! Shows a published revision of a form.

use chassis::violation::Violations;
use chassis::{Error, Result};
use proto::questionnaire::v1 as pb;
use tonic::Request;

use crate::domain::form::{self, DocumentRule, FormRevision, SectionForm};
use crate::rpc::wire;

pub fn get_revision(request: Request<pb::GetFormRevisionRequest>) -> Result<pb::FormRevision> {
    let name = request.into_inner().name;
    if chassis::name::capture::<2>("forms/*/revisions/*", &name).is_none() {
        return Err(Violations::one("name", "INVALID_NAME").into());
    }
    form::find(&name).map(message).ok_or(Error::NotFound(name))
}

fn message(form: &FormRevision) -> pb::FormRevision {
    pb::FormRevision {
        name: form.name(),
        sections: form.sections.iter().map(section).collect(),
        ..Default::default()
    }
}

fn section(section: &SectionForm) -> pb::FormSection {
    pb::FormSection {
        id: section.id.clone(),
        title: Some(wire::to_text(&section.title)),
        required: section.required,
        max_rows: i32::try_from(section.max_rows()).unwrap_or(i32::MAX),
        schema: Some(wire::to_struct(&section.schema)),
        document_rules: section.document_rules().iter().map(document_rule).collect(),
    }
}

fn document_rule(rule: &DocumentRule) -> pb::DocumentRule {
    pb::DocumentRule {
        kind: rule.kind.clone(),
        title: Some(wire::to_text(&rule.title)),
        media_types: rule.media_types.clone(),
        max_size_bytes: i64::try_from(rule.max_size_bytes).unwrap_or(i64::MAX),
    }
}

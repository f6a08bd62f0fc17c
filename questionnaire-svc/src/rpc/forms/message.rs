//! A revision of a form and its changes ⇄ their messages.

use chassis::clock::to_pb;
use chassis::violation::Violations;
use proto::questionnaire::v1 as pb;
use proto::questionnaire::v1::form_revision::State;

use crate::domain::form::{Content, DocumentRule, FormRevision, SectionContent, SectionForm};
use crate::domain::form_diff::{Change, ChangeKind};
use crate::rpc::wire;
use crate::store::form_revision::Kept;

/// One that came with the service.
pub fn of_shipped(form: &FormRevision) -> pb::FormRevision {
    pb::FormRevision {
        name: form.name(),
        sections: form.sections.iter().map(section).collect(),
        programme: form.programme.clone(),
        title: Some(wire::to_text(&form.title)),
        intro: Some(wire::to_text(&form.intro)),
        state: State::Published.into(),
        create_time: None,
        publish_time: None,
    }
}

/// One that was made here.
pub fn of(kept: &Kept, form: &FormRevision) -> pb::FormRevision {
    let state = match kept.number {
        Some(_) => State::Published,
        None => State::Draft,
    };
    pb::FormRevision {
        name: kept.name(),
        state: state.into(),
        create_time: Some(to_pb(kept.create_time)),
        publish_time: kept.publish_time.map(to_pb),
        ..of_shipped(form)
    }
}

/// The revision that was sent; what can't be read is a violation.
pub fn read(violations: &mut Violations, pb: &pb::FormRevision) -> Content {
    let programme = violations.text("form_revision.programme", &pb.programme, 40);
    let title = wire::labels(pb.title.as_ref());
    if !title.is_complete() {
        violations.add("form_revision.title", "REQUIRED");
    }
    let intro = wire::labels(pb.intro.as_ref());
    for text in [&intro.kk, &intro.ru, &intro.en] {
        violations.optional_text("form_revision.intro", text, 5000);
    }
    let mut sections = Vec::new();
    // One more than a form may have, for the check to see it.
    for (at, sent) in pb.sections.iter().enumerate().take(21) {
        if sent.schema.is_none() {
            violations.add(format!("form_revision.sections[{at}].schema"), "REQUIRED");
        }
        sections.push(SectionContent {
            id: sent.id.clone(),
            title: wire::labels(sent.title.as_ref()),
            required: sent.required,
            schema: wire::to_json(sent.schema.clone().unwrap_or_default()),
        });
    }
    Content {
        programme,
        title,
        intro,
        sections,
    }
}

pub fn change(change: &Change) -> pb::FormChange {
    use pb::form_change::Kind;
    let kind = match change.kind {
        ChangeKind::SectionAdded => Kind::SectionAdded,
        ChangeKind::SectionRemoved => Kind::SectionRemoved,
        ChangeKind::FieldAdded => Kind::FieldAdded,
        ChangeKind::FieldRemoved => Kind::FieldRemoved,
        ChangeKind::TypeChanged => Kind::TypeChanged,
        ChangeKind::MadeRequired => Kind::MadeRequired,
        ChangeKind::MadeOptional => Kind::MadeOptional,
        ChangeKind::OptionsChanged => Kind::OptionsChanged,
        ChangeKind::LimitsChanged => Kind::LimitsChanged,
        ChangeKind::TextChanged => Kind::TextChanged,
    };
    pb::FormChange {
        kind: kind.into(),
        section: change.section.clone(),
        field: change.field.clone(),
        title: Some(wire::to_text(&change.title)),
        before: change.before.clone(),
        after: change.after.clone(),
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

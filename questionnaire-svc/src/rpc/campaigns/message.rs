//! A campaign ⇄ its message.

use chassis::clock::{from_pb, to_pb};
use chassis::violation::Violations;
use jiff::Timestamp;
use proto::questionnaire::v1 as pb;
use proto::testing::v1::LanguageLevel as WireLevel;

use crate::domain::application_kind::{ApplicationKind, MAX_KINDS};
use crate::domain::attempt::Allowance;
use crate::domain::board_opening;
use crate::domain::campaign::{
    Acceptance, AfterRejection, AgeReference, Campaign, CertificateReference, Declaration, Demand,
    Direction, Rules, State, Window,
};
use crate::domain::language::LanguageLevel;
use crate::rpc::{etag, wire};
use crate::store::campaign::Kept;

pub fn of(kept: &Kept, now: Timestamp) -> pb::Campaign {
    let campaign = &kept.campaign;
    let state = match campaign.state(now) {
        State::Scheduled => pb::campaign::State::Scheduled,
        State::Open => pb::campaign::State::Open,
        State::Closed => pb::campaign::State::Closed,
    };
    let declaration = |declaration: &Declaration| pb::Declaration {
        code: declaration.code.clone(),
        text: Some(wire::to_text(&declaration.text)),
    };
    let direction = |direction: &Direction| pb::CampaignDirection {
        code: direction.code.clone(),
        places: direction.places,
    };
    pb::Campaign {
        name: campaign.name.clone(),
        programme: campaign.programme.clone(),
        title: Some(wire::to_text(&campaign.title)),
        open_time: Some(to_pb(campaign.window.open)),
        close_time: Some(to_pb(campaign.window.close)),
        time_zone: campaign.time_zone.clone(),
        rules: Some(rules(&campaign.rules)),
        places: campaign.places,
        form_revision: campaign.form_revision.clone(),
        declarations: campaign.declarations.iter().map(declaration).collect(),
        state: state.into(),
        etag: etag::of(kept.version),
        directions: campaign.directions.iter().map(direction).collect(),
        version: kept.version,
        update_time: Some(to_pb(kept.update_time)),
        application_kinds: campaign.kinds.iter().map(application_kind).collect(),
        edit_until_time: campaign.edit_until().map(to_pb),
    }
}

fn application_kind(kind: &ApplicationKind) -> pb::ApplicationKind {
    pb::ApplicationKind {
        code: kind.code.clone(),
        title: Some(wire::to_text(&kind.title)),
        form_revision: kind.form_revision.clone(),
    }
}

fn rules(rules: &Rules) -> pb::CampaignRules {
    let (reference, date) = match rules.age_reference {
        AgeReference::Registration => (pb::AgeReference::Registration, None),
        AgeReference::Submission => (pb::AgeReference::Submission, None),
        AgeReference::Date(date) => (pb::AgeReference::Date, Some(wire::to_date(date))),
    };
    let level = rules
        .min_language_level
        .map_or(WireLevel::Unspecified, |level| {
            WireLevel::from_str_name(&format!("LANGUAGE_LEVEL_{level}")).unwrap_or_default()
        });
    let edit_until_hours = match rules.acceptance {
        Acceptance::ByExpert | Acceptance::ByBoards { .. } => None,
        Acceptance::OnSubmission { edit_until_hours } => Some(edit_until_hours),
    };
    pb::CampaignRules {
        max_age_years: rules.max_age_years.unwrap_or_default(),
        age_reference: reference.into(),
        age_reference_date: date,
        min_experience_days: rules.min_experience_days.unwrap_or_default(),
        min_language_level: level.into(),
        citizenship_required: rules.citizenship == Demand::Asked,
        higher_education_required: rules.higher_education == Demand::Asked,
        correction_working_days: rules.correction_working_days,
        accepted_on_submission: edit_until_hours.is_some(),
        edit_until_hours: edit_until_hours.unwrap_or_default(),
        free_attempts_per_year: rules.attempts.map_or(0, |it| it.free),
        paid_attempts_per_year: rules.attempts.map_or(0, |it| it.paid),
        decided_by_boards: rules.board_openings().is_some(),
        board_openings_per_person: rules.board_openings().unwrap_or_default(),
        reapplication_after_rejection: rules.after_rejection == AfterRejection::Another,
        certificate_reference: match rules.certificate_reference {
            CertificateReference::Submission => pb::CertificateReference::Submission,
            CertificateReference::Close => pb::CertificateReference::Close,
        }
        .into(),
    }
}

/// The campaign that was sent; what can't be read is a violation and stands as something harmless.
pub fn read(violations: &mut Violations, id: &str, pb: &pb::Campaign) -> Campaign {
    let programme = violations.text("campaign.programme", &pb.programme, 40);
    let time_zone = violations.text("campaign.time_zone", &pb.time_zone, 64);
    let field = "campaign.form_revision";
    let form_revision = match pb.application_kinds.as_slice() {
        [] => violations.text(field, &pb.form_revision, 200),
        _ => violations.optional_text(field, &pb.form_revision, 200),
    };
    let open = instant(violations, "campaign.open_time", pb.open_time.as_ref());
    let close = instant(violations, "campaign.close_time", pb.close_time.as_ref());
    if let Some(title) = &pb.title {
        for text in [&title.kk, &title.ru, &title.en] {
            violations.optional_text("campaign.title", text, 300);
        }
    }
    let declarations = pb.declarations.iter().enumerate().take(21);
    Campaign {
        name: format!("campaigns/{id}"),
        programme,
        title: wire::labels(pb.title.as_ref()),
        window: Window {
            open: open.unwrap_or(Timestamp::MIN),
            close: close.unwrap_or(Timestamp::MAX),
        },
        time_zone,
        rules: read_rules(violations, pb.rules.as_ref()),
        places: pb.places,
        form_revision,
        kinds: read_kinds(violations, &pb.application_kinds),
        declarations: declarations
            .map(|(at, sent)| read_declaration(violations, at, sent))
            .collect(),
        directions: pb.directions.iter().take(101).map(read_direction).collect(),
    }
}

fn read_direction(pb: &pb::CampaignDirection) -> Direction {
    Direction {
        code: pb.code.trim().to_owned(),
        places: pb.places,
    }
}

/// One more than are taken, so that too many are seen as such.
fn read_kinds(violations: &mut Violations, sent: &[pb::ApplicationKind]) -> Vec<ApplicationKind> {
    let mut kind = |(at, pb): (usize, &pb::ApplicationKind)| {
        let path = format!("campaign.application_kinds[{at}]");
        let title = wire::labels(pb.title.as_ref());
        for text in [&title.kk, &title.ru, &title.en] {
            violations.optional_text(&format!("{path}.title"), text, 300);
        }
        let field = format!("{path}.form_revision");
        ApplicationKind {
            code: pb.code.trim().to_owned(),
            title,
            form_revision: violations.optional_text(&field, &pb.form_revision, 200),
        }
    };
    let sent = sent.iter().enumerate().take(MAX_KINDS + 1);
    sent.map(&mut kind).collect()
}

fn instant(
    violations: &mut Violations,
    field: &str,
    time: Option<&prost_types::Timestamp>,
) -> Option<Timestamp> {
    let reason = if time.is_some() {
        "OUT_OF_RANGE"
    } else {
        "REQUIRED"
    };
    violations.take(field, time.and_then(from_pb).ok_or(reason))
}

fn read_declaration(violations: &mut Violations, at: usize, pb: &pb::Declaration) -> Declaration {
    let text = wire::labels(pb.text.as_ref());
    for sentence in [&text.kk, &text.ru, &text.en] {
        violations.optional_text(&format!("campaign.declarations[{at}].text"), sentence, 2000);
    }
    let field = format!("campaign.declarations[{at}].code");
    Declaration {
        code: violations.optional_text(&field, &pb.code, 64),
        text,
    }
}

fn read_rules(violations: &mut Violations, pb: Option<&pb::CampaignRules>) -> Rules {
    if pb.is_none() {
        violations.add("campaign.rules", "REQUIRED");
    }
    let pb = pb.cloned().unwrap_or_default();
    let demand = |asked| {
        if asked {
            Demand::Asked
        } else {
            Demand::NotAsked
        }
    };
    let given = |number: i32| (number != 0).then_some(number);
    Rules {
        max_age_years: given(pb.max_age_years),
        age_reference: age_reference(violations, &pb),
        min_experience_days: given(pb.min_experience_days),
        min_language_level: language_level(violations, &pb),
        citizenship: demand(pb.citizenship_required),
        higher_education: demand(pb.higher_education_required),
        // Three working days, as experts have, where nothing else is said.
        correction_working_days: given(pb.correction_working_days).unwrap_or(3),
        acceptance: acceptance(violations, &pb),
        attempts: attempts(&pb),
        after_rejection: match pb.reapplication_after_rejection {
            true => AfterRejection::Another,
            false => AfterRejection::Final,
        },
        certificate_reference: certificate_reference(violations, &pb),
    }
}

fn certificate_reference(
    violations: &mut Violations,
    pb: &pb::CampaignRules,
) -> CertificateReference {
    use pb::CertificateReference as Wire;
    match Wire::try_from(pb.certificate_reference) {
        Ok(Wire::Close) => CertificateReference::Close,
        Ok(Wire::Submission | Wire::Unspecified) => CertificateReference::Submission,
        Err(_) => {
            violations.add("campaign.rules.certificate_reference", "UNKNOWN_VALUE");
            CertificateReference::Submission
        }
    }
}

/// Nobody who may not apply at all would be asked to: no attempts means that none are counted.
fn attempts(pb: &pb::CampaignRules) -> Option<Allowance> {
    let (free, paid) = (pb.free_attempts_per_year, pb.paid_attempts_per_year);
    (free != 0 || paid != 0).then_some(Allowance { free, paid })
}

fn acceptance(violations: &mut Violations, pb: &pb::CampaignRules) -> Acceptance {
    let (edit_until_hours, openings) = (pb.edit_until_hours, pb.board_openings_per_person);
    if openings != 0 && !pb.decided_by_boards {
        violations.add("campaign.rules.board_openings_per_person", "NOT_ASKED");
    }
    if pb.accepted_on_submission {
        if pb.decided_by_boards {
            violations.add("campaign.rules.decided_by_boards", "NOT_ASKED");
        }
        return Acceptance::OnSubmission { edit_until_hours };
    }
    if edit_until_hours != 0 {
        violations.add("campaign.rules.edit_until_hours", "NOT_ASKED");
    }
    match pb.decided_by_boards {
        true => Acceptance::ByBoards {
            openings: match openings {
                0 => board_opening::USUAL,
                openings => openings,
            },
        },
        false => Acceptance::ByExpert,
    }
}

fn age_reference(violations: &mut Violations, pb: &pb::CampaignRules) -> AgeReference {
    use pb::AgeReference as Wire;
    let field = "campaign.rules.age_reference_date";
    match (Wire::try_from(pb.age_reference), &pb.age_reference_date) {
        (Ok(Wire::Date), None) => {
            violations.add(field, "REQUIRED");
            AgeReference::Registration
        }
        (Ok(Wire::Date), Some(date)) => {
            let date = violations.take(field, wire::date(date).ok_or("DATE_IMPOSSIBLE"));
            date.map_or(AgeReference::Registration, AgeReference::Date)
        }
        (Ok(Wire::Submission), _) => AgeReference::Submission,
        (Ok(Wire::Registration | Wire::Unspecified), _) => AgeReference::Registration,
        (Err(_), _) => {
            violations.add("campaign.rules.age_reference", "UNKNOWN_VALUE");
            AgeReference::Registration
        }
    }
}

fn language_level(violations: &mut Violations, pb: &pb::CampaignRules) -> Option<LanguageLevel> {
    let Ok(level) = WireLevel::try_from(pb.min_language_level) else {
        violations.add("campaign.rules.min_language_level", "UNKNOWN_VALUE");
        return None;
    };
    LanguageLevel::from_code(level.as_str_name().trim_start_matches("LANGUAGE_LEVEL_"))
}

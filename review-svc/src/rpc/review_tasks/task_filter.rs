//! The conditions of a list, as they are asked for and as they are saved.

use chassis::name;
use chassis::violation::Violations;
use proto::review::v1 as pb;
use proto::review::v1::review_task::State;

use crate::store::queue::Filter;

/// What the conditions are called where they were given.
pub mod paths {
    pub struct Paths {
        pub state: &'static str,
        pub campaign: &'static str,
        pub direction: &'static str,
        pub application_query: &'static str,
    }

    pub const OF_A_LIST: Paths = Paths {
        state: "state",
        campaign: "campaign",
        direction: "direction",
        application_query: "application_query",
    };

    pub const OF_A_SAVED_FILTER: Paths = Paths {
        state: "saved_filter.filter.task_state",
        campaign: "saved_filter.filter.campaign",
        direction: "saved_filter.filter.direction",
        application_query: "saved_filter.filter.application_query",
    };
}

/// What a list is narrowed to for this person; what is wrong with it is noted.
pub fn filter(
    violations: &mut Violations,
    paths: &paths::Paths,
    pb: &pb::TaskFilter,
    person: &str,
) -> Filter {
    let filled = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
    let filter = Filter {
        state: violations.take(paths.state, state(pb.task_state)).flatten(),
        overdue: pb.overdue_only,
        near_due: pb.near_due_only,
        expert: pb.mine_only.then(|| person.to_owned()),
        campaign: filled(&pb.campaign),
        direction: filled(&pb.direction),
        correction_wanted: pb.correction_wanted_only,
        application: filled(&pb.application_query),
    };
    let is_campaign = |name: &String| name::capture::<1>("campaigns/*", name).is_some();
    if filter.campaign.as_ref().is_some_and(|it| !is_campaign(it)) {
        violations.add(paths.campaign, "INVALID_NAME");
    }
    if filter
        .direction
        .as_ref()
        .is_some_and(|it| !is_direction(it))
    {
        violations.add(paths.direction, "INVALID_FORMAT");
    }
    if let Some(part) = &filter.application {
        check_part(violations, paths.application_query, part);
    }
    filter
}

/// A code such as `DIGITALIZATION`.
pub fn is_direction(code: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    (1..=64).contains(&code.len()) && code.bytes().all(is_letter)
}

/// A piece of a name: what can't stand in one finds nothing.
fn check_part(violations: &mut Violations, field: &str, part: &str) {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"-_/".contains(&byte);
    match part.len() {
        0..3 => drop(violations.add_with(field, "TOO_SHORT", [("min", "3".to_owned())])),
        3..=128 if part.bytes().all(is_letter) => {}
        3..=128 => drop(violations.add(field, "INVALID_FORMAT")),
        _ => drop(violations.add_with(field, "TOO_LONG", [("max", "128".to_owned())])),
    }
}

fn state(state: i32) -> Result<Option<&'static str>, &'static str> {
    Ok(match State::try_from(state) {
        Ok(State::Unspecified) => None,
        Ok(State::Open) => Some("OPEN"),
        Ok(State::Claimed) => Some("CLAIMED"),
        Ok(State::Decided) => Some("DECIDED"),
        Ok(State::Withdrawn) => Some("WITHDRAWN"),
        Ok(State::Pending) => Some("PENDING"),
        Ok(State::Disputed) => Some("DISPUTED"),
        Ok(State::Paused) => Some("PAUSED"),
        Err(_) => return Err("UNKNOWN_VALUE"),
    })
}

//! Organisations and their imports as messages.

use chassis::clock::to_pb;
use proto::questionnaire::v1 as pb;

use crate::domain::organisation_import::Outcome;
use crate::domain::sheet::Problem;
use crate::rpc::{problems, wire};
use crate::store::organisation::Kept;

pub fn of(kept: &Kept) -> pb::Organisation {
    let organisation = &kept.organisation;
    pb::Organisation {
        name: organisation.name(),
        bin: organisation.bin.to_string(),
        title: Some(wire::to_text(&organisation.names)),
        kato: organisation.kato.clone(),
        region: organisation.region.clone(),
        kind: organisation.kind.clone(),
        retired: organisation.retired,
        update_time: Some(to_pb(kept.update_time)),
    }
}

pub fn import(dry_run: bool, outcome: &Outcome, wrong: &[Problem]) -> pb::OrganisationImport {
    pb::OrganisationImport {
        dry_run,
        added_count: count(outcome.added),
        changed_count: count(outcome.changed),
        retired_count: count(outcome.retired),
        unchanged_count: count(outcome.unchanged),
        problems: wrong.iter().map(problems::message).collect(),
    }
}

fn count(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

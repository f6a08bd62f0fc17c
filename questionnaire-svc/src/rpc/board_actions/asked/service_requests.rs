//! Acts on requests for services, and on the places of the dormitory, as they were sent.

use chassis::clock::astana_date;
use chassis::identifier::Bin;
use chassis::name::capture;
use chassis::violation::Violations;
use jiff::Timestamp;
use proto::questionnaire::v1 as pb;

use super::choices::{check_count, check_row};
use crate::domain::academic_year::AcademicYear;
use crate::domain::board_action::{Act, Of};
use crate::domain::choice_act::{MOST_CODES, MOST_SEEN};
use crate::domain::dormitory::MOST_PLACES;
use crate::domain::service_act::SeenServiceRequest;
use crate::rpc::etag;
use crate::store::dormitory;

pub fn acknowledged(violations: &mut Violations, asked: &pb::AcknowledgeServiceRequests) -> Act {
    let path = "acknowledge_service_requests";
    Act::AcknowledgeServiceRequests {
        service_requests: seen(violations, path, &asked.service_requests),
    }
}

pub fn granted(violations: &mut Violations, asked: &pb::GrantServiceRequests) -> Act {
    let path = "grant_service_requests";
    Act::GrantServiceRequests {
        service_requests: seen(violations, path, &asked.service_requests),
    }
}

pub fn refused(violations: &mut Violations, asked: &pb::RefuseServiceRequests) -> Act {
    let path = "refuse_service_requests";
    let field = format!("{path}.reason_codes");
    check_count(violations, &field, asked.reason_codes.len(), MOST_CODES);
    let reason_codes = asked.reason_codes.iter().take(MOST_CODES).cloned();
    Act::RefuseServiceRequests {
        service_requests: seen(violations, path, &asked.service_requests),
        reason_codes: reason_codes.collect(),
        comment: asked.comment.trim().to_owned(),
    }
}

pub fn ended(violations: &mut Violations, asked: &pb::EndServiceRequests) -> Act {
    let path = "end_service_requests";
    Act::EndServiceRequests {
        service_requests: seen(violations, path, &asked.service_requests),
    }
}

/// The places of an academic year. A year that can't be read stands for the one that runs: it is wrong in one
/// way.
pub fn places(
    violations: &mut Violations,
    organisation: Bin,
    asked: &pb::SetDormitoryPlaces,
    now: Timestamp,
) -> Of {
    let path = "set_dormitory_places";
    let field = format!("{path}.current_etag");
    etag::check(violations, &field, &asked.current_etag);
    let read = match asked.academic_year {
        0 => Err("REQUIRED"),
        year => AcademicYear::new(year).ok_or("OUT_OF_RANGE"),
    };
    let field = format!("{path}.academic_year");
    let academic_year = violations.take(&field, read);
    let academic_year = academic_year.unwrap_or_else(|| AcademicYear::on(astana_date(now)));
    if !(0..=MOST_PLACES).contains(&asked.places) {
        let max = [("max", MOST_PLACES.to_string())];
        violations.add_with(format!("{path}.places"), "OUT_OF_RANGE", max);
    }
    Of {
        object: dormitory::name(organisation, academic_year),
        object_etag: asked.current_etag.clone(),
        act: Act::SetDormitoryPlaces {
            academic_year,
            places: asked.places,
        },
    }
}

fn seen(
    violations: &mut Violations,
    path: &str,
    sent: &[pb::SeenServiceRequest],
) -> Vec<SeenServiceRequest> {
    let path = format!("{path}.service_requests");
    check_count(violations, &path, sent.len(), MOST_SEEN);
    let names: Vec<_> = sent.iter().map(|it| it.service_request.as_str()).collect();
    let is_one = |name: &str| capture::<2>("colleges/*/serviceRequests/*", name).is_some();
    let rows = sent.iter().take(MOST_SEEN).enumerate();
    let rows = rows.map(|(at, row)| {
        let path = format!("{path}[{at}]");
        let field = format!("{path}.service_request");
        check_row(violations, &field, &names, at, is_one);
        let field = format!("{path}.current_etag");
        etag::check_needed(violations, &field, &row.current_etag);
        SeenServiceRequest {
            service_request: row.service_request.clone(),
            current_etag: row.current_etag.clone(),
        }
    });
    rows.collect()
}

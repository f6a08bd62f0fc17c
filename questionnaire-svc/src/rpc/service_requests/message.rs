//! Requests for services, counts of them and places of dormitories as messages.

use chassis::clock::to_pb;
use proto::questionnaire::v1 as pb;

use crate::domain::service_request::{Kind, Service, State};
use crate::rpc::etag;
use crate::rpc::wire::to_date;
use crate::store::dormitory;
use crate::store::service_request::{Counted, Kept};

pub fn of(kept: &Kept) -> pb::ServiceRequest {
    let it = &kept.request;
    let blank = pb::ServiceRequest {
        name: kept.name(),
        kind: kind(it.service.kind()).into(),
        application: kept.application_name(),
        academic_year: it.academic_year.year(),
        note: it.note.clone(),
        application_number: kept.number.clone(),
        state: state(it.state).into(),
        reason_codes: it.reason_codes.clone(),
        comment: it.comment.clone(),
        create_time: Some(to_pb(kept.create_time)),
        state_time: Some(to_pb(kept.state_time)),
        etag: etag::of(kept.version),
        ..Default::default()
    };
    match &it.service {
        Service::PaidStudy { specialty } => pb::ServiceRequest {
            specialty: format!("specialties/{specialty}"),
            ..blank
        },
        Service::Dormitory(stay) => pb::ServiceRequest {
            from_date: Some(to_date(stay.from)),
            until_date: Some(to_date(stay.until)),
            ..blank
        },
        Service::Meals { quota_category } => pb::ServiceRequest {
            quota_category: quota_category.clone(),
            ..blank
        },
    }
}

pub fn count(counted: &Counted) -> pb::ServiceRequestCount {
    pb::ServiceRequestCount {
        academic_year: counted.academic_year.year(),
        kind: kind(counted.kind).into(),
        state: state(counted.state).into(),
        count: i32::try_from(counted.count).unwrap_or(i32::MAX),
    }
}

pub fn places(kept: &dormitory::Kept) -> pb::DormitoryPlaces {
    let it = &kept.dormitory;
    pb::DormitoryPlaces {
        name: kept.name(),
        academic_year: it.academic_year.year(),
        places: it.places,
        taken: it.taken,
        etag: etag::of(kept.version),
    }
}

pub fn kind(kind: Kind) -> pb::service_request::Kind {
    use pb::service_request::Kind as Pb;
    match kind {
        Kind::PaidStudy => Pb::PaidStudy,
        Kind::Dormitory => Pb::Dormitory,
        Kind::Meals => Pb::Meals,
    }
}

pub fn state(state: State) -> pb::service_request::State {
    use pb::service_request::State as Pb;
    match state {
        State::Requested => Pb::Requested,
        State::Acknowledged => Pb::Acknowledged,
        State::Granted => Pb::Granted,
        State::Refused => Pb::Refused,
        State::Withdrawn => Pb::Withdrawn,
        State::Ended => Pb::Ended,
    }
}

//! A college answered what somebody asked of it besides a place on the state order, or ended it.

use proto::events::v1::ServiceRequestMoved;
use proto::questionnaire::v1::service_request::State;

use super::{Told, titles};
use crate::domain::admission::{Admission, Service};
use crate::domain::notice::Notice;

/// Nothing for a state into which no college puts a request.
pub(super) fn told(event: ServiceRequestMoved) -> Option<Told> {
    let (kind, state) = (event.kind(), event.state());
    let service = Service {
        service: kind.as_str_name().trim_start_matches("KIND_").to_owned(),
        college: titles(event.college_title),
        academic_year: event.academic_year,
    };
    let reasons = event.reason_titles.into_iter();
    let reasons = reasons.map(|it| titles(Some(it))).collect();
    let notice = match state {
        State::Acknowledged => Admission::ServiceRequestAcknowledged(service),
        State::Granted => Admission::ServiceRequestGranted(service),
        State::Refused => Admission::ServiceRequestRefused { service, reasons },
        State::Ended => Admission::ServiceRequestEnded(service),
        State::Unspecified | State::Requested | State::Withdrawn => return None,
    };
    Some(Told {
        account: event.account,
        about: event.service_request,
        notice: Notice::Admission(notice),
    })
}

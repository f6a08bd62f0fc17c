//! Requests as lines of a table: codes and numbers as the contract has them, which everybody's program reads.
//! Who asks is there as the number of the application, as in lists.

use chassis::csv::{self, Cell};

use crate::domain::service_request::Service;
use crate::store::service_request::Kept;

/// The fields of the contract, and the code of the specialty, which says more than its name does.
const COLUMNS: [&str; 16] = [
    "application_number",
    "kind",
    "academic_year",
    "specialty_code",
    "specialty",
    "from_date",
    "until_date",
    "quota_category",
    "note",
    "state",
    "reason_codes",
    "comment",
    "create_time",
    "state_time",
    "application",
    "name",
];

/// What the file begins with.
pub fn head() -> String {
    let mut text = String::from(csv::BYTE_ORDER_MARK);
    csv::line(&mut text, &COLUMNS.map(Cell::text));
    text
}

pub fn cells(kept: &Kept) -> [Cell; COLUMNS.len()] {
    let it = &kept.request;
    let (specialty, stay, quota_category) = match &it.service {
        Service::PaidStudy { specialty } => (format!("specialties/{specialty}"), None, ""),
        Service::Dormitory(stay) => (String::new(), Some(stay), ""),
        Service::Meals { quota_category } => (String::new(), None, quota_category.as_str()),
    };
    let (from, until) = match stay {
        Some(stay) => (stay.from.to_string(), stay.until.to_string()),
        None => Default::default(),
    };
    [
        Cell::text(&kept.number),
        Cell::text(it.service.kind().code()),
        Cell::number(it.academic_year.year().to_string()),
        Cell::text(&kept.specialty_code),
        Cell::text(&specialty),
        Cell::text(&from),
        Cell::text(&until),
        Cell::text(quota_category),
        Cell::text(&it.note),
        Cell::text(it.state.code()),
        Cell::text(&it.reason_codes.join(" ")),
        Cell::text(&it.comment),
        Cell::text(&kept.create_time.to_string()),
        Cell::text(&kept.state_time.to_string()),
        Cell::text(&kept.application_name()),
        Cell::text(&kept.name()),
    ]
}

//! Which requests a list or a file is to have.

use chassis::identifier::Bin;
use chassis::violation::Violations;
use proto::questionnaire::v1::service_request as wire;

use crate::domain::academic_year::AcademicYear;
use crate::domain::service_request::{Kind, State};
use crate::rpc::name;
use crate::store::service_request::Filter;

/// The fields as they were sent.
pub struct Asked<'a> {
    pub kind: i32,
    pub state: i32,
    pub specialty: &'a str,
    pub academic_year: i32,
}

/// What could be read of them. What is wrong was noted.
pub fn read<'a>(wrong: &mut Violations, asked: &Asked<'a>) -> Filter<'a> {
    let kind = wire::Kind::try_from(asked.kind).map_err(|_| "UNKNOWN_VALUE");
    let kind = wrong.take("kind", kind).unwrap_or_default();
    let state = wire::State::try_from(asked.state).map_err(|_| "UNKNOWN_VALUE");
    let state = wrong.take("state", state).unwrap_or_default();
    let specialty = match asked.specialty {
        "" => Ok(""),
        name => name::id_of("specialties/*", name).ok_or("INVALID_NAME"),
    };
    let year = match asked.academic_year {
        0 => Ok(None),
        year => AcademicYear::new(year).map(Some).ok_or("OUT_OF_RANGE"),
    };
    Filter {
        kind: Kind::of_code(kind.as_str_name().trim_start_matches("KIND_")),
        state: State::of_code(state.as_str_name().trim_start_matches("STATE_")),
        specialty: wrong.take("specialty", specialty).unwrap_or_default(),
        academic_year: wrong.take("academic_year", year).flatten(),
        ..Filter::default()
    }
}

/// The BIN in `colleges/{bin}`.
pub fn college(wrong: &mut Violations, name: &str) -> Option<Bin> {
    let id = name::id_of("colleges/*", name).ok_or(name::reason(name));
    wrong.take("parent", id.and_then(Bin::parse))
}

//! What somebody asks of a college besides a place on the state order: paid study, the dormitory, meals.
//!
//! `REQUESTED → ACKNOWLEDGED → GRANTED | REFUSED`, also at once; taken back until it is decided; what was
//! granted ends when somebody moves out or leaves.

use chassis::identifier::Bin;
use chassis::violation::Violations;
use jiff::civil::Date;

use super::academic_year::AcademicYear;
use super::format;
use super::refusal::Refusal;
use super::specialty::{Specialty, State as SpecialtyState};

/// So often somebody asks a college for the same in an academic year: whoever was refused may try again,
/// and nobody asks without end.
pub const MOST_TURNS: i32 = 5;
/// So many are in one file: those of an academic year of the largest college. They are in memory together.
pub const MOST_IN_A_FILE: usize = 20_000;
const LONGEST_NOTE: usize = 500;
/// A code of `payment-kinds`.
const PAID: &str = "PAID";

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceRequest {
    pub bin: Bin,
    pub academic_year: AcademicYear,
    pub service: Service,
    /// What else the college should know; may be empty.
    pub note: String,
    pub state: State,
    /// Why it was refused.
    pub reason_codes: Vec<String>,
    /// What the college added to that.
    pub comment: String,
}

/// What is asked for, with what has to be known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Service {
    PaidStudy {
        /// The id of a specialty.
        specialty: String,
    },
    Dormitory(Stay),
    Meals {
        /// A code of `quota-categories`; empty for no benefit.
        quota_category: String,
    },
}

/// From when until when somebody lives in the dormitory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stay {
    pub from: Date,
    pub until: Date,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    PaidStudy,
    Dormitory,
    Meals,
}

impl Kind {
    pub const ALL: [Kind; 3] = [Kind::PaidStudy, Kind::Dormitory, Kind::Meals];

    /// As in the contract, without prefix.
    pub fn code(self) -> &'static str {
        match self {
            Self::PaidStudy => "PAID_STUDY",
            Self::Dormitory => "DORMITORY",
            Self::Meals => "MEALS",
        }
    }

    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    Requested,
    Acknowledged,
    Granted,
    Refused,
    Withdrawn,
    Ended,
}

impl State {
    pub const ALL: [State; 6] = [
        State::Requested,
        State::Acknowledged,
        State::Granted,
        State::Refused,
        State::Withdrawn,
        State::Ended,
    ];

    /// As in the contract, without prefix.
    pub fn code(self) -> &'static str {
        match self {
            Self::Requested => "REQUESTED",
            Self::Acknowledged => "ACKNOWLEDGED",
            Self::Granted => "GRANTED",
            Self::Refused => "REFUSED",
            Self::Withdrawn => "WITHDRAWN",
            Self::Ended => "ENDED",
        }
    }

    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }
}

impl Service {
    pub fn kind(&self) -> Kind {
        match self {
            Self::PaidStudy { .. } => Kind::PaidStudy,
            Self::Dormitory(_) => Kind::Dormitory,
            Self::Meals { .. } => Kind::Meals,
        }
    }
}

impl Stay {
    /// Everything wrong with it, by the fields of the request.
    pub fn violations(self, path: &str, year: AcademicYear) -> Violations {
        let mut wrong = Violations::new();
        let days = year.first_day()..=year.last_day();
        for (field, day) in [("from_date", self.from), ("until_date", self.until)] {
            if !days.contains(&day) {
                wrong.add(format!("{path}.{field}"), "OUT_OF_RANGE");
            }
        }
        if wrong.is_empty() && self.until <= self.from {
            wrong.add(format!("{path}.until_date"), "DATES_BACKWARDS");
        }
        wrong
    }
}

/// What is wrong with a text that somebody adds.
pub fn check_note(wrong: &mut Violations, field: &str, text: &str) {
    wrong.optional_text(field, text, LONGEST_NOTE);
    if let Err(reason) = format::check("text", text) {
        wrong.add(field, reason);
    }
}

/// Why a specialty of the college can't be studied for a fee.
pub fn not_paid_for(specialty: &Specialty, state: SpecialtyState) -> Option<&'static str> {
    if state == SpecialtyState::Closed {
        Some("SPECIALTY_TAKES_NO_MORE")
    } else if specialty.payment != PAID {
        Some("SPECIALTY_OF_OTHER_KIND")
    } else {
        None
    }
}

/// Services are asked for the academic year that runs and for the next one.
pub fn is_asked_for(year: AcademicYear, today: Date) -> bool {
    (0..=1).contains(&year.after(AcademicYear::on(today)))
}

impl ServiceRequest {
    pub fn college_name(&self) -> String {
        format!("colleges/{}", self.bin)
    }

    /// The college tells that it has it.
    ///
    /// # Errors
    /// `SERVICE_REQUEST_DECIDED`.
    pub fn acknowledge(&mut self) -> Result<(), Refusal> {
        self.step(&[State::Requested], State::Acknowledged)
    }

    /// The college gives what was asked for. Where places are counted, whoever saves it takes one.
    ///
    /// # Errors
    /// `SERVICE_REQUEST_DECIDED`.
    pub fn grant(&mut self) -> Result<(), Refusal> {
        self.step(&[State::Requested, State::Acknowledged], State::Granted)
    }

    /// # Errors
    /// `SERVICE_REQUEST_DECIDED`.
    pub fn refuse(&mut self, reason_codes: Vec<String>, comment: String) -> Result<(), Refusal> {
        self.step(&[State::Requested, State::Acknowledged], State::Refused)?;
        self.reason_codes = reason_codes;
        self.comment = comment;
        Ok(())
    }

    /// # Errors
    /// `SERVICE_REQUEST_DECIDED`.
    pub fn withdraw(&mut self) -> Result<(), Refusal> {
        self.step(&[State::Requested, State::Acknowledged], State::Withdrawn)
    }

    /// Somebody moved out, or left. A place that was taken is free again.
    ///
    /// # Errors
    /// `SERVICE_REQUEST_DECIDED`.
    pub fn end(&mut self) -> Result<(), Refusal> {
        self.step(&[State::Granted], State::Ended)
    }

    fn step(&mut self, from: &[State], to: State) -> Result<(), Refusal> {
        if !from.contains(&self.state) {
            return Err(Refusal::ServiceRequestDecided {
                state: self.state.code(),
            });
        }
        self.state = to;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn request(state: State) -> ServiceRequest {
        ServiceRequest {
            bin: Bin::parse("020240000555").expect("a BIN"),
            academic_year: year(),
            service: Service::Meals {
                quota_category: String::new(),
            },
            note: String::new(),
            state,
            reason_codes: Vec::new(),
            comment: String::new(),
        }
    }

    fn year() -> AcademicYear {
        AcademicYear::new(2026).expect("a year")
    }

    /// The states out of which a step leads, and where it leads.
    fn leads(step: impl Fn(&mut ServiceRequest) -> Result<(), Refusal>) -> Vec<(State, State)> {
        let from = |state| {
            let mut request = request(state);
            step(&mut request).ok().map(|()| (state, request.state))
        };
        State::ALL.into_iter().filter_map(from).collect()
    }

    #[test]
    fn a_request_is_decided_once_and_what_was_granted_ends_once() {
        use State::*;
        let open = [Requested, Acknowledged];
        let into = |state| open.map(|it| (it, state));
        assert_eq!(
            leads(ServiceRequest::acknowledge),
            [(Requested, Acknowledged)]
        );
        assert_eq!(leads(ServiceRequest::grant), into(Granted));
        assert_eq!(
            leads(|it| it.refuse(vec!["NO_PLACES".into()], String::new())),
            into(Refused)
        );
        assert_eq!(leads(ServiceRequest::withdraw), into(Withdrawn));
        assert_eq!(leads(ServiceRequest::end), [(Granted, Ended)]);
        let refused = request(Granted).withdraw();
        let state = Refusal::ServiceRequestDecided { state: "GRANTED" };
        assert_eq!(refused, Err(state));
    }

    #[test]
    fn a_stay_has_an_end_and_lies_in_its_year() {
        let told = |from, until| {
            let wrong = Stay { from, until }.violations("r", year());
            wrong
                .into_iter()
                .map(|it| (it.field, it.reason))
                .collect::<Vec<_>>()
        };
        assert_eq!(told(date(2026, 8, 1), date(2027, 8, 31)), []);
        let backwards = ("r.until_date".to_owned(), "DATES_BACKWARDS");
        assert_eq!(told(date(2026, 9, 1), date(2026, 9, 1)), [backwards]);
        let outside = ["r.from_date", "r.until_date"].map(|it| (it.to_owned(), "OUT_OF_RANGE"));
        assert_eq!(told(date(2026, 7, 31), date(2027, 9, 1)), outside);
    }

    #[test]
    fn services_are_of_this_year_and_the_next() {
        let today = date(2026, 6, 10);
        for (asked, is_asked_for) in [(2024, false), (2025, true), (2026, true), (2027, false)] {
            let year = AcademicYear::new(asked).expect("a year");
            assert_eq!(super::is_asked_for(year, today), is_asked_for, "{asked}");
        }
    }

    #[test]
    fn codes_are_read_back() {
        for kind in Kind::ALL {
            assert_eq!(Kind::of_code(kind.code()), Some(kind));
        }
        for state in State::ALL {
            assert_eq!(State::of_code(state.code()), Some(state));
        }
    }

    #[test]
    fn a_note_is_plain_and_short() {
        let reasons = |text: &str| {
            let mut wrong = Violations::new();
            check_note(&mut wrong, "note", text);
            wrong.into_iter().map(|it| it.reason).collect::<Vec<_>>()
        };
        assert_eq!(reasons("Екі бауырым бар.\nРахмет!"), Vec::<&str>::new());
        assert_eq!(reasons(&"ә".repeat(501)), ["TOO_LONG"]);
        assert_eq!(reasons("a\u{0}b"), ["INVALID_FORMAT"]);
    }
}

//! A signed act of a college: what is shown to its board to be signed, byte for byte, and how long it
//! waits. What happens afterwards is read off the signed bytes, so nothing else than what was signed can.

use chassis::clock::{from_us, to_us};
use chassis::identifier::Bin;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::academic_year::AcademicYear;
use super::choice_act::{Acceptance, Correction, SeenChoice};
use super::college::College;
use super::exam_sitting::{Appointment, Grade, TimeAndPlace};
use super::news;
use super::refusal::Refusal;
use super::score_formula::ScoreFormula;
use super::service_act::SeenServiceRequest;
use super::specialty::Specialty;

/// How long a board has to read and sign: NCALayer, a token and its password take minutes.
pub const TERM: SignedDuration = SignedDuration::from_mins(15);

/// What stands at the head of everything that is signed, so that a signature given here is none elsewhere.
const SUITE: &str = "irikteu.questionnaire";

/// What a board does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    tag = "action",
    content = "request",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum Act {
    CreateSpecialty(Specialty),
    ChangeSpecialty(Specialty),
    CloseSpecialty {},
    PutCollege(College),
    ApproveScoreFormula(ScoreFormula),
    AcknowledgeChoices {
        choices: Vec<SeenChoice>,
    },
    AcceptChoices {
        choices: Vec<Acceptance>,
    },
    CorrectMarks {
        choices: Vec<Correction>,
    },
    RejectChoices {
        choices: Vec<SeenChoice>,
        reason_codes: Vec<String>,
    },
    SetChoicesAside {
        choices: Vec<SeenChoice>,
        reason_code: String,
    },
    AppointExam(Appointment),
    MoveExam(TimeAndPlace),
    GradeExam {
        rows: Vec<Grade>,
    },
    StartRanking {},
    FileApplication(Filing),
    AcknowledgeServiceRequests {
        service_requests: Vec<SeenServiceRequest>,
    },
    GrantServiceRequests {
        service_requests: Vec<SeenServiceRequest>,
    },
    RefuseServiceRequests {
        service_requests: Vec<SeenServiceRequest>,
        reason_codes: Vec<String>,
        comment: String,
    },
    EndServiceRequests {
        service_requests: Vec<SeenServiceRequest>,
    },
    SetDormitoryPlaces {
        academic_year: AcademicYear,
        places: i32,
    },
    WriteNews(news::Written),
    RetireNews {},
}

/// What is sent for somebody: no word of it, only by what it is known.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filing {
    /// Of the answers as canonical JSON.
    pub answers_sha256: String,
    pub accepted_declarations: Vec<String>,
}

impl Act {
    /// Whether it has rows that can be wrong each for itself.
    pub fn is_bulk(&self) -> bool {
        matches!(
            self,
            Act::AcknowledgeChoices { .. }
                | Act::AcceptChoices { .. }
                | Act::CorrectMarks { .. }
                | Act::RejectChoices { .. }
                | Act::SetChoicesAside { .. }
                | Act::AppointExam(_)
                | Act::GradeExam { .. }
                | Act::AcknowledgeServiceRequests { .. }
                | Act::GrantServiceRequests { .. }
                | Act::RefuseServiceRequests { .. }
                | Act::EndServiceRequests { .. }
        )
    }

    /// Whether it binds the college for good: nothing takes it back.
    pub fn is_binding(&self) -> bool {
        matches!(self, Act::ApproveScoreFormula(_) | Act::StartRanking {})
    }

    pub fn as_str(&self) -> &'static str {
        match self {
            Act::CreateSpecialty(_) => "CREATE_SPECIALTY",
            Act::ChangeSpecialty(_) => "CHANGE_SPECIALTY",
            Act::CloseSpecialty {} => "CLOSE_SPECIALTY",
            Act::PutCollege(_) => "PUT_COLLEGE",
            Act::ApproveScoreFormula(_) => "APPROVE_SCORE_FORMULA",
            Act::AcknowledgeChoices { .. } => "ACKNOWLEDGE_CHOICES",
            Act::AcceptChoices { .. } => "ACCEPT_CHOICES",
            Act::CorrectMarks { .. } => "CORRECT_MARKS",
            Act::RejectChoices { .. } => "REJECT_CHOICES",
            Act::SetChoicesAside { .. } => "SET_CHOICES_ASIDE",
            Act::AppointExam(_) => "APPOINT_EXAM",
            Act::MoveExam(_) => "MOVE_EXAM",
            Act::GradeExam { .. } => "GRADE_EXAM",
            Act::StartRanking {} => "START_RANKING",
            Act::FileApplication(_) => "FILE_APPLICATION",
            Act::AcknowledgeServiceRequests { .. } => "ACKNOWLEDGE_SERVICE_REQUESTS",
            Act::GrantServiceRequests { .. } => "GRANT_SERVICE_REQUESTS",
            Act::RefuseServiceRequests { .. } => "REFUSE_SERVICE_REQUESTS",
            Act::EndServiceRequests { .. } => "END_SERVICE_REQUESTS",
            Act::SetDormitoryPlaces { .. } => "SET_DORMITORY_PLACES",
            Act::WriteNews(_) => "WRITE_NEWS",
            Act::RetireNews {} => "RETIRE_NEWS",
        }
    }
}

/// Everything that is signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    pub suite: String,
    pub format: u8,
    /// `boardActions/{board_action}`: no two contents are the same.
    pub board_action: String,
    /// The organisation's BIN.
    pub organisation: String,
    /// The resource that it is done to, or that it makes.
    pub object: String,
    /// What the object's etag has to be; empty where it is made.
    pub object_etag: String,
    /// In whole microseconds.
    pub prepare_time: Timestamp,
    #[serde(flatten)]
    pub act: Act,
}

impl Content {
    pub fn new(board_action: String, organisation: Bin, prepare_time: Timestamp, of: Of) -> Self {
        Self {
            suite: SUITE.into(),
            format: 1,
            board_action,
            organisation: organisation.to_string(),
            object: of.object,
            object_etag: of.object_etag,
            prepare_time: from_us(to_us(prepare_time)),
            act: of.act,
        }
    }

    /// The id after the slash of the object's name.
    pub fn object_id(&self) -> &str {
        self.object.rsplit('/').next().unwrap_or_default()
    }
}

/// An act and what it is done to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Of {
    pub object: String,
    pub object_etag: String,
    pub act: Act,
}

/// Where an act is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    Prepared,
    Done(Signed),
    Expired,
}

/// By what an act happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// `signatures/{signature}`.
    pub signature: String,
    pub cms_sha256: Vec<u8>,
    pub sign_time: Timestamp,
}

/// An act as it is kept.
#[derive(Debug, Clone)]
pub struct BoardAction {
    pub id: String,
    pub bin: Bin,
    pub action: String,
    pub object: String,
    pub content: Vec<u8>,
    pub prepare_time: Timestamp,
    pub expire_time: Timestamp,
    pub state: State,
}

impl BoardAction {
    pub fn name(&self) -> String {
        format!("boardActions/{}", self.id)
    }

    /// The state as it is by the clock: nobody waits for the job that writes it down.
    pub fn state(&self, now: Timestamp) -> State {
        match &self.state {
            State::Prepared if now >= self.expire_time => State::Expired,
            state => state.clone(),
        }
    }

    pub fn content_sha256(&self) -> Vec<u8> {
        Sha256::digest(&self.content).to_vec()
    }

    /// Whether this signature may do it now.
    ///
    /// # Errors
    /// `BOARD_ACTION_DONE` where another one did, `BOARD_ACTION_EXPIRED`.
    pub fn signable(&self, cms_sha256: &[u8], now: Timestamp) -> Result<Signable, Refusal> {
        match self.state(now) {
            State::Prepared => Ok(Signable::Now),
            State::Done(signed) if signed.cms_sha256 == cms_sha256 => Ok(Signable::DoneByIt),
            State::Done(signed) => Err(Refusal::BoardActionDone {
                sign_time: signed.sign_time,
            }),
            State::Expired => Err(Refusal::BoardActionExpired {
                expire_time: self.expire_time,
            }),
        }
    }
}

/// What a signature is to an act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signable {
    Now,
    /// The same signature did it before: it gets the first answer.
    DoneByIt,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Timestamp {
        text.parse().expect("an instant")
    }

    fn action(state: State) -> BoardAction {
        BoardAction {
            id: "a1".into(),
            bin: Bin::parse("991240000003").expect("a BIN"),
            action: "CLOSE_SPECIALTY".into(),
            object: "specialties/s1".into(),
            content: b"{}".to_vec(),
            prepare_time: time("2026-06-01T05:00:00Z"),
            expire_time: time("2026-06-01T05:15:00Z"),
            state,
        }
    }

    fn done() -> State {
        State::Done(Signed {
            signature: "signatures/1".into(),
            cms_sha256: vec![1; 32],
            sign_time: time("2026-06-01T05:10:00Z"),
        })
    }

    #[test]
    fn an_act_waits_a_quarter_of_an_hour() {
        let prepared = action(State::Prepared);
        let last = prepared.signable(&[1; 32], time("2026-06-01T05:14:59.999999Z"));
        assert_eq!(last, Ok(Signable::Now));
        let late = prepared.signable(&[1; 32], time("2026-06-01T05:15:00Z"));
        let expire_time = prepared.expire_time;
        assert_eq!(late, Err(Refusal::BoardActionExpired { expire_time }));
    }

    #[test]
    fn what_was_done_is_done_for_good_and_its_own_signature_may_ask_again() {
        let later = time("2027-01-01T00:00:00Z");
        let done = action(done());
        assert_eq!(done.signable(&[1; 32], later), Ok(Signable::DoneByIt));
        let other = done.signable(&[2; 32], later);
        assert!(matches!(other, Err(Refusal::BoardActionDone { .. })));
    }

    #[test]
    fn what_is_signed_is_read_back_as_it_was() {
        let of = Of {
            object: "specialties/s1".into(),
            object_etag: "v3".into(),
            act: Act::CloseSpecialty {},
        };
        let bin = Bin::parse("991240000003").expect("a BIN");
        let content = Content::new(
            "boardActions/a1".into(),
            bin,
            time("2026-06-01T05:00:00.0000019Z"),
            of,
        );
        let value = serde_json::to_value(&content).expect("JSON");
        let expected = serde_json::json!({
            "suite": "irikteu.questionnaire", "format": 1, "board_action": "boardActions/a1",
            "organisation": "991240000003", "object": "specialties/s1", "object_etag": "v3",
            "prepare_time": "2026-06-01T05:00:00.000001Z", "action": "CLOSE_SPECIALTY", "request": {}
        });
        assert_eq!(value, expected);
        let back: Content = serde_json::from_value(value).expect("a content");
        assert_eq!(back, content);
        assert_eq!(back.object_id(), "s1");
    }
}

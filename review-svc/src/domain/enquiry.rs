//! Enquiries: who asks, who may answer, and whose turn it is.

use jiff::Timestamp;

use super::refusal::Refusal;

/// The most pieces of one enquiry: beyond them people should speak with each other.
pub const MOST_MESSAGES: u32 = 50;
/// The most enquiries of one author that wait at a time.
pub const MOST_OPEN: u32 = 10;

/// What it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Question,
    Support,
}

impl Kind {
    pub const ALL: [Kind; 2] = [Kind::Question, Kind::Support];

    pub fn code(self) -> &'static str {
        match self {
            Kind::Question => "QUESTION",
            Kind::Support => "SUPPORT",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// Who has to write next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Open,
    Answered,
    Closed,
}

impl State {
    pub const ALL: [State; 3] = [State::Open, State::Answered, State::Closed];

    pub fn code(self) -> &'static str {
        match self {
            State::Open => "OPEN",
            State::Answered => "ANSWERED",
            State::Closed => "CLOSED",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }
}

/// On which side of an enquiry somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Author,
    Staff,
}

impl Side {
    pub fn code(self) -> &'static str {
        match self {
            Side::Author => "AUTHOR",
            Side::Staff => "STAFF",
        }
    }
}

/// Whether question and answer may be shown to everybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consent {
    MayPublish,
    KeepPrivate,
}

/// Somebody who calls, as far as it matters here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reader {
    /// As in audit rows: `accounts/{account}`, `signatories/{signatory}`.
    pub key: String,
    /// `colleges/{bin}` of whoever signed in for an organisation.
    pub college: Option<String>,
    pub answers: Answers,
}

/// Which enquiries somebody may answer by their role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answers {
    pub questions: bool,
    pub support: bool,
}

/// Something that somebody asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enquiry {
    /// The key of who asked.
    pub author: String,
    pub kind: Kind,
    pub programme: String,
    /// `colleges/{bin}`; empty for those who run the selection.
    pub college: String,
    pub subject: String,
    pub consent: Consent,
    pub state: State,
    /// How much was written.
    pub messages: u32,
    /// `None` where it does not wait, or where its year has no calendar yet.
    pub due_time: Option<Timestamp>,
}

/// What a reply does to the number of the author's enquiries that wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waiting {
    OneMore,
    OneLess,
    Same,
}

impl Enquiry {
    /// Nobody is on both sides: whoever asked is the author, whatever their role.
    pub fn side(&self, reader: &Reader) -> Option<Side> {
        if reader.key == self.author {
            return Some(Side::Author);
        }
        let asked = !self.college.is_empty() && reader.college.as_ref() == Some(&self.college);
        let answers = match self.kind {
            Kind::Question => asked || reader.answers.questions,
            Kind::Support => reader.answers.support,
        };
        answers.then_some(Side::Staff)
    }

    /// Writes on. The caller counts the new term of what waits again.
    ///
    /// # Errors
    /// `ENQUIRY_CLOSED`, `ENQUIRY_FULL`.
    pub fn reply(&mut self, side: Side) -> Result<Waiting, Refusal> {
        self.must_not_be_closed()?;
        if self.messages >= MOST_MESSAGES {
            return Err(Refusal::EnquiryFull { max: MOST_MESSAGES });
        }
        self.messages += 1;
        let (state, waiting) = match (side, self.state) {
            (Side::Staff, State::Open) => (State::Answered, Waiting::OneLess),
            (Side::Author, State::Answered) => (State::Open, Waiting::OneMore),
            (_, state) => (state, Waiting::Same),
        };
        self.state = state;
        if state == State::Answered {
            self.due_time = None;
        }
        Ok(waiting)
    }

    /// # Errors
    /// `ENQUIRY_CLOSED`.
    pub fn close(&mut self) -> Result<Waiting, Refusal> {
        self.must_not_be_closed()?;
        let waiting = match self.state {
            State::Open => Waiting::OneLess,
            _ => Waiting::Same,
        };
        self.state = State::Closed;
        self.due_time = None;
        Ok(waiting)
    }

    /// An answer that nobody gave can't be shown, nor one that the author wants for themselves.
    ///
    /// # Errors
    /// `ENQUIRY_NOT_PUBLIC`, `ENQUIRY_NOT_ANSWERED`.
    pub fn must_be_publishable(&self, answers: u32) -> Result<(), Refusal> {
        if self.kind != Kind::Question || self.consent != Consent::MayPublish {
            return Err(Refusal::EnquiryNotPublic);
        }
        match answers {
            0 => Err(Refusal::EnquiryNotAnswered),
            _ => Ok(()),
        }
    }

    pub fn is_overdue(&self, now: Timestamp) -> bool {
        let over = |due: Timestamp| now.as_millisecond() > due.as_millisecond();
        self.state == State::Open && self.due_time.is_some_and(over)
    }

    fn must_not_be_closed(&self) -> Result<(), Refusal> {
        match self.state {
            State::Closed => Err(Refusal::EnquiryClosed),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLLEGE: &str = "colleges/990440000385";

    fn enquiry(kind: Kind, college: &str) -> Enquiry {
        Enquiry {
            author: "accounts/1".into(),
            kind,
            programme: "college".into(),
            college: college.into(),
            subject: "Емтихан қашан?".into(),
            consent: Consent::MayPublish,
            state: State::Open,
            messages: 1,
            due_time: Some(Timestamp::UNIX_EPOCH),
        }
    }

    fn reader(key: &str, college: Option<&str>, questions: bool, support: bool) -> Reader {
        Reader {
            key: key.into(),
            college: college.map(Into::into),
            answers: Answers { questions, support },
        }
    }

    #[test]
    fn a_question_is_answered_by_the_college_asked_and_by_who_runs_the_selection() {
        let (question, support) = (enquiry(Kind::Question, COLLEGE), enquiry(Kind::Support, ""));
        for (who, of_question, of_support) in [
            (
                reader("accounts/1", None, true, true),
                Some(Side::Author),
                Some(Side::Author),
            ),
            (reader("accounts/2", None, false, false), None, None),
            (
                reader("accounts/3", None, true, false),
                Some(Side::Staff),
                None,
            ),
            (
                reader("accounts/4", None, false, true),
                None,
                Some(Side::Staff),
            ),
            (
                reader("signatories/5", Some(COLLEGE), false, false),
                Some(Side::Staff),
                None,
            ),
            (
                reader("signatories/6", Some("colleges/1"), false, false),
                None,
                None,
            ),
        ] {
            assert_eq!(question.side(&who), of_question, "{who:?}");
            assert_eq!(support.side(&who), of_support, "{who:?}");
        }
        let nobodys = enquiry(Kind::Question, "");
        let college = reader("signatories/5", Some(COLLEGE), false, false);
        assert_eq!(nobodys.side(&college), None);
    }

    #[test]
    fn it_is_the_turn_of_each_side_after_the_other() {
        let mut it = enquiry(Kind::Question, "");
        assert_eq!(
            it.reply(Side::Author),
            Ok(Waiting::Same),
            "more before an answer"
        );
        assert_eq!(it.reply(Side::Staff), Ok(Waiting::OneLess));
        assert_eq!((it.state, it.due_time), (State::Answered, None));
        assert_eq!(
            it.reply(Side::Staff),
            Ok(Waiting::Same),
            "more to an answer"
        );
        assert_eq!(it.reply(Side::Author), Ok(Waiting::OneMore));
        assert_eq!(it.state, State::Open);
        assert_eq!(it.close(), Ok(Waiting::OneLess));
        assert_eq!(it.reply(Side::Author), Err(Refusal::EnquiryClosed));
        assert_eq!(it.close(), Err(Refusal::EnquiryClosed));
    }

    #[test]
    fn an_enquiry_has_an_end() {
        let mut it = enquiry(Kind::Question, "");
        it.messages = MOST_MESSAGES - 1;
        assert!(it.reply(Side::Staff).is_ok());
        let full = Err(Refusal::EnquiryFull { max: MOST_MESSAGES });
        assert_eq!(it.reply(Side::Author), full);
        assert_eq!(it.state, State::Answered, "as it was");
    }

    #[test]
    fn only_answered_questions_whose_author_agreed_are_shown_to_everybody() {
        let it = enquiry(Kind::Question, "");
        assert_eq!(it.must_be_publishable(1), Ok(()));
        assert_eq!(it.must_be_publishable(0), Err(Refusal::EnquiryNotAnswered));
        let private = Enquiry {
            consent: Consent::KeepPrivate,
            ..it
        };
        assert_eq!(
            private.must_be_publishable(1),
            Err(Refusal::EnquiryNotPublic)
        );
        let support = enquiry(Kind::Support, "");
        assert_eq!(
            support.must_be_publishable(1),
            Err(Refusal::EnquiryNotPublic)
        );
    }

    #[test]
    fn a_term_is_over_after_its_last_millisecond_and_only_for_what_waits() {
        let mut it = enquiry(Kind::Question, "");
        let later = Timestamp::from_millisecond(1).expect("an instant");
        assert!(!it.is_overdue(Timestamp::UNIX_EPOCH));
        assert!(it.is_overdue(later));
        it.close().expect("it was open");
        assert!(!it.is_overdue(later));
    }
}

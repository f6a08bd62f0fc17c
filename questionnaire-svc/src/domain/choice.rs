//! A choice: one specialty that an applicant wishes for, and what its college decides about it.
//!
//! `NEW → IN_PROCESSING → ACCEPTED | REJECTED`; the applicant may take it back, and the college set it
//! aside, until the specialty is ranked. Each of an application's choices goes its own way.

use chassis::identifier::Bin;
use serde::{Deserialize, Serialize};

use super::refusal::Refusal;
use super::specialty::Ranking;

/// An application names so many at most.
pub const MOST_CHOICES: usize = 4;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The place in the order of preference, from 1 on.
    pub preference: i32,
    /// The id of the specialty.
    pub specialty: String,
    /// The college.
    pub bin: Bin,
    pub state: State,
    /// Why it was refused or set aside.
    pub reason_codes: Vec<String>,
    /// What the college read off the certificate when it accepted.
    pub marks: Vec<Mark>,
    /// Codes of `merits` that it saw proven.
    pub merits: Vec<String>,
    /// Codes of `quota-categories` that it saw proven.
    pub quota_categories: Vec<String>,
    /// How often it put right what it had read.
    pub corrections: i32,
}

/// The folder that it is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    New,
    InProcessing,
    Accepted,
    Rejected,
    Withdrawn,
    Erroneous,
}

impl State {
    pub const ALL: [State; 6] = [
        State::New,
        State::InProcessing,
        State::Accepted,
        State::Rejected,
        State::Withdrawn,
        State::Erroneous,
    ];

    /// As in the contract, without prefix.
    pub fn code(self) -> &'static str {
        match self {
            Self::New => "NEW",
            Self::InProcessing => "IN_PROCESSING",
            Self::Accepted => "ACCEPTED",
            Self::Rejected => "REJECTED",
            Self::Withdrawn => "WITHDRAWN",
            Self::Erroneous => "ERRONEOUS",
        }
    }

    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    /// Nobody at the college has to do anything with it any more.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Rejected | Self::Withdrawn | Self::Erroneous)
    }
}

/// A mark of the certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// A code of `certificate-subjects`.
    pub subject: String,
    pub mark: Hundredths,
}

/// A decimal with at most two digits after the point, kept exactly: a mark, the points of an exam.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Hundredths(u32);

impl Hundredths {
    pub const fn whole(number: u32) -> Self {
        Self(number * 100)
    }

    /// How many hundredths it is.
    pub fn count(self) -> u32 {
        self.0
    }

    /// `4`, `4.5`, `4.75`; no sign, no exponent, no more than six digits before the point.
    pub fn parse(text: &str) -> Option<Self> {
        let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |text: &str, most: usize| {
            (1..=most).contains(&text.len()) && text.bytes().all(|it| it.is_ascii_digit())
        };
        if !digits(whole, 6) || !digits(part, 2) {
            return None;
        }
        let tens = if part.len() == 1 { 10 } else { 1 };
        let part: u32 = part.parse().ok()?;
        Some(Self(whole.parse::<u32>().ok()? * 100 + part * tens))
    }
}

impl std::fmt::Display for Hundredths {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.0 / 100, self.0 % 100) {
            (whole, 0) => write!(f, "{whole}"),
            (whole, part) if part % 10 == 0 => write!(f, "{whole}.{}", part / 10),
            (whole, part) => write!(f, "{whole}.{part:02}"),
        }
    }
}

impl From<Hundredths> for String {
    fn from(number: Hundredths) -> Self {
        number.to_string()
    }
}

impl TryFrom<String> for Hundredths {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("no decimal with two digits after the point")
    }
}

/// What the college saw when it accepted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    pub marks: Vec<Mark>,
    pub merits: Vec<String>,
    pub quota_categories: Vec<String>,
}

/// What a choice that ended was in before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// It was accepted, so it stood in the competition of its specialty.
    TheCompetition,
    Nothing,
}

impl Choice {
    /// A wish as it is sent.
    pub fn new(preference: i32, specialty: String, bin: Bin) -> Self {
        Self {
            preference,
            specialty,
            bin,
            state: State::New,
            reason_codes: Vec::new(),
            marks: Vec::new(),
            merits: Vec::new(),
            quota_categories: Vec::new(),
            corrections: 0,
        }
    }

    /// What the college saw, as it stands.
    pub fn seen(&self) -> Seen {
        Seen {
            marks: self.marks.clone(),
            merits: self.merits.clone(),
            quota_categories: self.quota_categories.clone(),
        }
    }

    pub fn specialty_name(&self) -> String {
        format!("specialties/{}", self.specialty)
    }

    pub fn college_name(&self) -> String {
        format!("colleges/{}", self.bin)
    }

    /// The college tells that it has it.
    ///
    /// # Errors
    /// `CHOICE_DECIDED`, `SPECIALTY_RANKING_STARTED`.
    pub fn acknowledge(&mut self, ranking: Ranking) -> Result<(), Refusal> {
        self.must_not_be_ranked(ranking)?;
        match self.state {
            State::New => {
                self.state = State::InProcessing;
                Ok(())
            }
            _ => Err(self.decided()),
        }
    }

    /// The college takes it into the competition.
    ///
    /// # Errors
    /// `CHOICE_DECIDED`, `SPECIALTY_RANKING_STARTED`.
    pub fn accept(&mut self, seen: Seen, ranking: Ranking) -> Result<(), Refusal> {
        self.must_be_in_processing(ranking)?;
        self.state = State::Accepted;
        self.keep(seen);
        Ok(())
    }

    /// The college puts right what it read off the papers. Once it is ranked what was read stands: a rank
    /// that somebody saw is not moved by who keeps the papers.
    ///
    /// # Errors
    /// `CHOICE_DECIDED`, `SPECIALTY_RANKING_STARTED`.
    pub fn correct(&mut self, seen: Seen, ranking: Ranking) -> Result<(), Refusal> {
        self.must_not_be_ranked(ranking)?;
        match self.state {
            State::Accepted => {
                self.keep(seen);
                self.corrections += 1;
                Ok(())
            }
            _ => Err(self.decided()),
        }
    }

    fn keep(&mut self, seen: Seen) {
        self.marks = seen.marks;
        self.merits = seen.merits;
        self.quota_categories = seen.quota_categories;
    }

    /// # Errors
    /// `CHOICE_DECIDED`, `SPECIALTY_RANKING_STARTED`.
    pub fn reject(&mut self, reason_codes: Vec<String>, ranking: Ranking) -> Result<(), Refusal> {
        self.must_be_in_processing(ranking)?;
        self.state = State::Rejected;
        self.reason_codes = reason_codes;
        Ok(())
    }

    /// It should never have been there; an accepted one too.
    ///
    /// # Errors
    /// `CHOICE_DECIDED`, `SPECIALTY_RANKING_STARTED`.
    pub fn set_aside(&mut self, reason_code: String, ranking: Ranking) -> Result<Left, Refusal> {
        self.must_not_be_ranked(ranking)?;
        let left = self.end(State::Erroneous)?;
        self.reason_codes = vec![reason_code];
        Ok(left)
    }

    /// The applicant takes back this one alone. Once ranks can be seen the order of preference stands:
    /// who doesn't want the place any more declines it, or takes back the application.
    ///
    /// # Errors
    /// `CHOICE_DECIDED`, `SPECIALTY_RANKING_STARTED`.
    pub fn withdraw(&mut self, ranking: Ranking) -> Result<Left, Refusal> {
        self.must_not_be_ranked(ranking)?;
        self.end(State::Withdrawn)
    }

    /// The applicant takes back the whole application, which nobody has to stay with: of its choices
    /// those end that are not over. A place that nobody wants is better given to the next one before the
    /// offers than after, so a ranking that began does not hold them.
    pub fn withdraw_with_application(&mut self) -> Option<Left> {
        self.end(State::Withdrawn).ok()
    }

    /// Staff ended the application; it says why.
    pub fn set_aside_with_application(&mut self) -> Option<Left> {
        self.end(State::Erroneous).ok()
    }

    fn end(&mut self, state: State) -> Result<Left, Refusal> {
        let left = match self.state {
            State::New | State::InProcessing => Left::Nothing,
            State::Accepted => Left::TheCompetition,
            _ => return Err(self.decided()),
        };
        self.state = state;
        Ok(left)
    }

    fn must_be_in_processing(&self, ranking: Ranking) -> Result<(), Refusal> {
        self.must_not_be_ranked(ranking)?;
        match self.state {
            State::InProcessing => Ok(()),
            _ => Err(self.decided()),
        }
    }

    fn must_not_be_ranked(&self, ranking: Ranking) -> Result<(), Refusal> {
        match ranking {
            Ranking::NotStarted => Ok(()),
            Ranking::Started => Err(Refusal::SpecialtyRankingStarted {
                specialty: self.specialty_name(),
            }),
        }
    }

    fn decided(&self) -> Refusal {
        Refusal::ChoiceDecided {
            state: self.state.code(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choice(state: State) -> Choice {
        let bin = Bin::parse("020240000555").expect("a BIN");
        let mut choice = Choice::new(1, "s".into(), bin);
        choice.state = state;
        choice
    }

    /// The states out of which a step leads, and where it leads.
    fn leads(step: impl Fn(&mut Choice) -> bool) -> Vec<(State, State)> {
        let from = |state| {
            let mut choice = choice(state);
            step(&mut choice).then_some((state, choice.state))
        };
        State::ALL.into_iter().filter_map(from).collect()
    }

    #[test]
    fn a_choice_is_answered_then_decided_and_what_is_over_stays() {
        use State::*;
        let open = Ranking::NotStarted;
        let reasons = || vec!["DOCUMENTS".to_owned()];
        assert_eq!(
            leads(|it| it.acknowledge(open).is_ok()),
            [(New, InProcessing)]
        );
        assert_eq!(
            leads(|it| it.accept(Seen::default(), open).is_ok()),
            [(InProcessing, Accepted)]
        );
        assert_eq!(
            leads(|it| it.reject(reasons(), open).is_ok()),
            [(InProcessing, Rejected)]
        );
        assert_eq!(
            leads(|it| it.correct(Seen::default(), open).is_ok()),
            [(Accepted, Accepted)]
        );
        let all = [New, InProcessing, Accepted];
        assert_eq!(
            leads(|it| it.set_aside("DUPLICATE".into(), open).is_ok()),
            all.map(|it| (it, Erroneous))
        );
        assert_eq!(
            leads(|it| it.withdraw(open).is_ok()),
            all.map(|it| (it, Withdrawn))
        );
        assert_eq!(
            choice(New).accept(Seen::default(), open),
            Err(Refusal::ChoiceDecided { state: "NEW" })
        );
    }

    #[test]
    fn nothing_is_decided_while_the_specialty_is_ranked() {
        let ranked = Ranking::Started;
        let none: Vec<(State, State)> = Vec::new();
        assert_eq!(leads(|it| it.acknowledge(ranked).is_ok()), none);
        assert_eq!(leads(|it| it.accept(Seen::default(), ranked).is_ok()), none);
        assert_eq!(leads(|it| it.reject(Vec::new(), ranked).is_ok()), none);
        assert_eq!(
            leads(|it| it.correct(Seen::default(), ranked).is_ok()),
            none
        );
        assert_eq!(
            leads(|it| it.set_aside("DUPLICATE".into(), ranked).is_ok()),
            none
        );
        assert_eq!(leads(|it| it.withdraw(ranked).is_ok()), none);
    }

    #[test]
    fn what_is_put_right_takes_the_place_of_what_was_read_and_is_counted() {
        let mut accepted = choice(State::Accepted);
        accepted.merits = vec!["OLYMPIAD_PRIZE".into()];
        let right = Seen {
            marks: vec![Mark {
                subject: "KAZAKH".into(),
                mark: Hundredths::whole(5),
            }],
            ..Seen::default()
        };
        for count in 1..=2 {
            let done = accepted.correct(right.clone(), Ranking::NotStarted);
            assert_eq!(done, Ok(()));
            assert_eq!(
                (accepted.seen(), accepted.corrections),
                (right.clone(), count)
            );
        }
    }

    #[test]
    fn who_takes_back_an_application_leaves_the_competitions_that_it_stood_in() {
        let left = State::ALL.map(|state| choice(state).withdraw_with_application());
        let expected = [
            Some(Left::Nothing),
            Some(Left::Nothing),
            Some(Left::TheCompetition),
            None,
            None,
            None,
        ];
        assert_eq!(left, expected);
    }

    #[test]
    fn decimals_are_exact_and_have_one_way_of_being_written() {
        for (text, written) in [
            ("4", "4"),
            ("4.5", "4.5"),
            ("4.50", "4.5"),
            ("0.05", "0.05"),
        ] {
            let read = Hundredths::parse(text).map(|it| it.to_string());
            assert_eq!(read.as_deref(), Some(written));
        }
        assert!(Hundredths::parse("4.99") < Some(Hundredths::whole(5)));
        for text in [
            "", ".", "4.", ".5", "-4", "+4", "4,5", "4.555", "4e1", " 4", "1234567",
        ] {
            assert_eq!(Hundredths::parse(text), None, "{text}");
        }
    }
}

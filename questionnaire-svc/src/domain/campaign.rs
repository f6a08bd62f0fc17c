//! A campaign: its window in time, its rules, what an applicant declares.

use std::sync::LazyLock;

use chassis::violation::Violations;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use super::application_kind::{self, ApplicationKind, Forms};
use super::attempt::Allowance;
use super::board_opening;
use super::dictionary::Dictionaries;
use super::labels;
use super::labels::Labels;
use super::language::LanguageLevel;
use super::refusal::Refusal;
use super::{specialty, specialty_choice};

/// One cycle of a programme.
#[derive(Debug, Clone)]
pub struct Campaign {
    /// `campaigns/{campaign}`.
    pub name: String,
    pub programme: String,
    pub title: Labels,
    pub window: Window,
    /// An IANA name such as `Asia/Almaty`: the zone of the campaign's civil days.
    pub time_zone: String,
    pub rules: Rules,
    pub places: i32,
    /// `forms/{form}/revisions/{revision}`; empty where there are kinds.
    pub form_revision: String,
    /// Empty where all applications are of one kind.
    pub kinds: Vec<ApplicationKind>,
    pub declarations: Vec<Declaration>,
    /// Empty for every direction of the dictionary.
    pub directions: Vec<Direction>,
}

/// A direction that people compete in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Direction {
    pub code: String,
    /// 0 where it has no places of its own.
    pub places: i32,
}

/// The time in which applications are taken: `open` is inside, `close` is outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    pub open: Timestamp,
    pub close: Timestamp,
}

/// Where a campaign is in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Scheduled,
    Open,
    Closed,
}

/// Who may take part, and in what terms. `None` is no limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    pub max_age_years: Option<i32>,
    pub age_reference: AgeReference,
    pub min_experience_days: Option<i32>,
    pub min_language_level: Option<LanguageLevel>,
    pub citizenship: Demand,
    pub higher_education: Demand,
    pub correction_working_days: i32,
    pub acceptance: Acceptance,
    /// `None` where nobody counts how often a person applies.
    pub attempts: Option<Allowance>,
    pub after_rejection: AfterRejection,
    pub certificate_reference: CertificateReference,
}

/// What who was rejected can do while the campaign is open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum AfterRejection {
    #[default]
    Final,
    /// Open another application.
    Another,
}

/// On which day the language certificate has to be valid.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CertificateReference {
    #[default]
    Submission,
    /// The last day of the window.
    Close,
}

/// Who accepts an application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Acceptance {
    ByExpert,
    /// Nobody looks at it. Its owner can change or withdraw it until so many hours before the close.
    OnSubmission {
        edit_until_hours: i32,
    },
    /// Colleges, each its own of the choices: the application stays as it was sent.
    ByBoards {
        /// How often boards may open one for the same person.
        openings: i32,
    },
}

/// On which day the age is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AgeReference {
    Registration,
    Submission,
    Date(Date),
}

/// Whether a campaign asks for something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Demand {
    Asked,
    NotAsked,
}

/// A sentence that an applicant accepts on submission.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Declaration {
    pub code: String,
    pub text: Labels,
}

impl Window {
    /// From the first instant of one local day to the last of another: 23:59:59.999 of the last
    /// day is inside. `None` where the zone or the days can't be.
    pub fn of_days(first: Date, last: Date, zone: &TimeZone) -> Option<Self> {
        let start_of = |date: Date| Some(date.to_zoned(zone.clone()).ok()?.timestamp());
        let after_last = last.checked_add(1.day()).ok()?;
        Some(Self {
            open: start_of(first)?,
            close: start_of(after_last)?,
        })
    }

    pub fn state(&self, now: Timestamp) -> State {
        if now < self.open {
            State::Scheduled
        } else if now < self.close {
            State::Open
        } else {
            State::Closed
        }
    }
}

impl Campaign {
    pub fn state(&self, now: Timestamp) -> State {
        self.window.state(now)
    }

    /// # Errors
    /// `CAMPAIGN_NOT_OPEN_YET`, `CAMPAIGN_CLOSED`.
    pub fn must_be_open(&self, now: Timestamp) -> Result<(), Refusal> {
        let campaign = self.name.clone();
        match self.state(now) {
            State::Scheduled => Err(Refusal::CampaignNotOpenYet {
                campaign,
                open_time: self.window.open,
            }),
            State::Open => Ok(()),
            State::Closed => Err(Refusal::CampaignClosed {
                campaign,
                close_time: self.window.close,
            }),
        }
    }

    /// The first instant at which what was accepted on submission can't be changed any more; `None`
    /// where experts decide.
    pub fn edit_until(&self) -> Option<Timestamp> {
        match self.rules.acceptance {
            Acceptance::ByExpert | Acceptance::ByBoards { .. } => None,
            Acceptance::OnSubmission { edit_until_hours } => {
                let before = SignedDuration::from_hours(edit_until_hours.into());
                Some(self.window.close - before)
            }
        }
    }

    /// Whether experts are asked. Otherwise nobody gives an application back to be corrected, so who
    /// takes it back can send another.
    pub fn is_reviewed(&self) -> bool {
        self.rules.acceptance == Acceptance::ByExpert
    }

    /// The year that numbers of applications begin with.
    pub fn year(&self) -> i16 {
        self.local_day(self.window.open).year()
    }

    /// The day in the campaign's zone; UTC where the zone is not known any more.
    pub fn local_day(&self, now: Timestamp) -> Date {
        now.to_zoned(TimeZone::get(&self.time_zone).unwrap_or(TimeZone::UTC))
            .date()
    }

    /// The last day on which it takes applications: the close is the first instant that is outside.
    pub fn last_day(&self) -> Date {
        let last = self
            .window
            .close
            .checked_sub(SignedDuration::from_micros(1));
        self.local_day(last.unwrap_or(self.window.close))
    }

    /// The codes of its directions; empty for every one of the dictionary.
    pub fn direction_codes(&self) -> Vec<String> {
        self.directions
            .iter()
            .map(|direction| direction.code.clone())
            .collect()
    }

    /// The form that an application of this kind is filled by; `None` where there is no such kind.
    pub fn form_of(&self, kind: &str) -> Option<&str> {
        if self.kinds.is_empty() {
            return kind.is_empty().then_some(self.form_revision.as_str());
        }
        let found = self.kinds.iter().find(|it| it.code == kind);
        found.map(|it| it.form_revision.as_str())
    }

    /// The names of every form that it is filled by.
    pub fn form_revisions(&self) -> impl Iterator<Item = &str> {
        let of_kinds = self.kinds.iter().map(|kind| kind.form_revision.as_str());
        of_kinds
            .chain([self.form_revision.as_str()])
            .filter(|name| !name.is_empty())
    }

    /// What is wrong with a campaign that is to be kept, by the paths of CreateCampaign. `forms` are
    /// the published ones among those that it names.
    pub fn violations(&self, forms: &Forms, dictionaries: &Dictionaries) -> Violations {
        let mut wrong = Violations::new();
        if self.window.close <= self.window.open {
            wrong.add("campaign.close_time", "WINDOW_BACKWARDS");
        }
        if TimeZone::get(&self.time_zone).is_err() {
            wrong.add("campaign.time_zone", "TIME_ZONE_UNKNOWN");
        }
        match forms.get(&self.form_revision) {
            _ if !self.kinds.is_empty() && self.form_revision.is_empty() => {}
            _ if !self.kinds.is_empty() => {
                wrong.add("campaign.form_revision", "NOT_ASKED");
            }
            Some(form) if form.programme == self.programme => {}
            _ => drop(wrong.add("campaign.form_revision", "UNKNOWN_VALUE")),
        }
        wrong.extend(application_kind::violations(
            &self.kinds,
            &self.programme,
            forms,
        ));
        if !self.title.is_complete() {
            wrong.add("campaign.title", "REQUIRED");
        }
        // Where everybody is accepted nobody has to compete for a place, and colleges have their own.
        let least = i32::from(self.rules.acceptance == Acceptance::ByExpert);
        within("campaign.places", self.places, least, 1_000_000, &mut wrong);
        self.rules.violations(&mut wrong);
        if self.rules.board_openings().is_some() {
            self.board_violations(forms, &mut wrong);
        }
        declaration_violations(&self.declarations, &mut wrong);
        direction_violations(&self.directions, self.places, dictionaries, &mut wrong);
        wrong
    }

    /// Boards decide about choices of specialties, so these have to be asked for.
    fn board_violations(&self, forms: &Forms, wrong: &mut Violations) {
        if self.programme != specialty::PROGRAMME {
            wrong.add("campaign.rules.decided_by_boards", "NOT_ASKED");
            return;
        }
        let lacks = |name: &str| {
            let form = forms.get(name);
            form.is_some_and(|form| !specialty_choice::are_asked(form))
        };
        if lacks(&self.form_revision) {
            wrong.add("campaign.form_revision", "UNKNOWN_VALUE");
        }
        for (at, kind) in self.kinds.iter().enumerate() {
            if lacks(&kind.form_revision) {
                let field = format!("campaign.application_kinds[{at}].form_revision");
                wrong.add(field, "UNKNOWN_VALUE");
            }
        }
    }

    /// The declarations of the campaign that are not among the accepted, by the path of SubmitApplication.
    pub fn missing_declarations(&self, accepted: &[String]) -> Violations {
        let mut missing = Violations::new();
        for declaration in &self.declarations {
            if !accepted.contains(&declaration.code) {
                let code = declaration.code.clone();
                missing.add_with(
                    "accepted_declarations",
                    "DECLARATION_NOT_ACCEPTED",
                    [("code", code)],
                );
            }
        }
        missing
    }
}

impl Rules {
    /// How often boards may open an application for the same person; `None` where boards don't decide.
    pub fn board_openings(&self) -> Option<i32> {
        match self.acceptance {
            Acceptance::ByExpert | Acceptance::OnSubmission { .. } => None,
            Acceptance::ByBoards { openings } => Some(openings),
        }
    }

    fn violations(&self, wrong: &mut Violations) {
        let age = self.max_age_years.unwrap_or(35);
        within("campaign.rules.max_age_years", age, 14, 120, wrong);
        let days = self.min_experience_days.unwrap_or_default();
        within("campaign.rules.min_experience_days", days, 0, 36_500, wrong);
        if self.after_rejection == AfterRejection::Another
            && self.acceptance != Acceptance::ByExpert
        {
            wrong.add("campaign.rules.reapplication_after_rejection", "NOT_ASKED");
        }
        if self.certificate_reference != CertificateReference::Submission
            && self.min_language_level.is_none()
        {
            wrong.add("campaign.rules.certificate_reference", "NOT_ASKED");
        }
        within(
            "campaign.rules.correction_working_days",
            self.correction_working_days,
            1,
            60,
            wrong,
        );
        if let Acceptance::OnSubmission { edit_until_hours } = self.acceptance {
            let field = "campaign.rules.edit_until_hours";
            within(field, edit_until_hours, 0, MAX_EDIT_HOURS, wrong);
        }
        if let Some(openings) = self.board_openings() {
            let field = "campaign.rules.board_openings_per_person";
            within(field, openings, 1, board_opening::MOST, wrong);
        }
        if let Some(attempts) = self.attempts {
            attempts.violations(wrong);
        }
    }
}

/// A year: longer than any window.
const MAX_EDIT_HOURS: i32 = 8760;

fn within(field: &str, value: i32, min: i32, max: i32, wrong: &mut Violations) {
    if !(min..=max).contains(&value) {
        wrong.add_with(
            field,
            "OUT_OF_RANGE",
            [("min", min.to_string()), ("max", max.to_string())],
        );
    }
}

fn declaration_violations(declarations: &[Declaration], wrong: &mut Violations) {
    if declarations.len() > 20 {
        wrong.add_with(
            "campaign.declarations",
            "TOO_MANY",
            [("max", "20".to_owned())],
        );
    }
    for (at, declaration) in declarations.iter().enumerate().take(20) {
        if declaration.code.is_empty() {
            wrong.add(format!("campaign.declarations[{at}].code"), "REQUIRED");
        }
        if !labels::Labels::is_complete(&declaration.text) {
            wrong.add(format!("campaign.declarations[{at}].text"), "REQUIRED");
        }
    }
}

fn direction_violations(
    directions: &[Direction],
    places: i32,
    dictionaries: &Dictionaries,
    wrong: &mut Violations,
) {
    const MOST: usize = 100;
    if directions.len() > MOST {
        wrong.add_with(
            "campaign.directions",
            "TOO_MANY",
            [("max", MOST.to_string())],
        );
    }
    let known = dictionaries.find("directions");
    for (at, direction) in directions.iter().enumerate().take(MOST) {
        let field = format!("campaign.directions[{at}].code");
        let entry = known.and_then(|known| known.entry(&direction.code));
        if direction.code.is_empty() {
            wrong.add(field, "REQUIRED");
        } else if entry.is_none_or(|entry| entry.retired) {
            wrong.add(field, "UNKNOWN_VALUE");
        } else if directions[..at].iter().any(|it| it.code == direction.code) {
            wrong.add(field, "VALUE_TWICE");
        }
        let field = format!("campaign.directions[{at}].places");
        within(&field, direction.places, 0, 1_000_000, wrong);
    }
    let sum: i64 = directions.iter().map(|it| i64::from(it.places)).sum();
    if sum > i64::from(places) {
        wrong.add_with(
            "campaign.directions",
            "PLACES_EXCEEDED",
            [("max", places.to_string())],
        );
    }
}

/// The declarations of a programme's campaign that brings none of its own.
pub fn default_declarations(programme: &str) -> &'static [Declaration] {
    if programme == "reserve" {
        &RESERVE_DECLARATIONS
    } else {
        &[]
    }
}

#[derive(Deserialize)]
struct DeclarationsFile {
    declarations: Vec<Declaration>,
}

static RESERVE_DECLARATIONS: LazyLock<Vec<Declaration>> = LazyLock::new(|| {
    let text = include_str!("../../forms/reserve/declarations.json");
    let file: DeclarationsFile = serde_json::from_str(text).expect("the declarations are JSON");
    file.declarations
});

#[cfg(test)]
pub mod tests {
    use super::*;
    use jiff::civil::date;

    pub fn almaty() -> TimeZone {
        TimeZone::get("Asia/Almaty").expect("the zone")
    }

    /// The Reserve of 2025: 1 to 30 June.
    pub fn reserve_2025() -> Campaign {
        let text = |text: &str| text.to_owned();
        Campaign {
            name: text("campaigns/reserve-2025"),
            programme: text("reserve"),
            title: Labels {
                kk: text("Іріктеу 2025"),
                ru: text("Отбор 2025"),
                en: text("Selection 2025"),
            },
            window: Window::of_days(date(2025, 6, 1), date(2025, 6, 30), &almaty())
                .expect("a window"),
            time_zone: text("Asia/Almaty"),
            rules: Rules {
                max_age_years: Some(35),
                age_reference: AgeReference::Registration,
                min_experience_days: Some(1826),
                min_language_level: Some(LanguageLevel::B1),
                citizenship: Demand::Asked,
                higher_education: Demand::Asked,
                correction_working_days: 3,
                acceptance: Acceptance::ByExpert,
                attempts: None,
                after_rejection: AfterRejection::Final,
                certificate_reference: CertificateReference::Submission,
            },
            places: 50,
            form_revision: text("forms/reserve-questionnaire/revisions/1"),
            kinds: Vec::new(),
            declarations: default_declarations("reserve").to_vec(),
            directions: Vec::new(),
        }
    }

    fn told(campaign: &Campaign) -> Violations {
        let form = |name: &str| Some((name.to_owned(), crate::domain::form::find(name)?.clone()));
        let forms = campaign.form_revisions().filter_map(form).collect();
        campaign.violations(&forms, Dictionaries::shipped())
    }

    fn at(instant: &str) -> Timestamp {
        instant.parse().expect("an instant")
    }

    fn reasons(violations: &Violations) -> Vec<(&str, &str)> {
        violations
            .iter()
            .map(|violation| (violation.field.as_str(), violation.reason))
            .collect()
    }

    #[test]
    fn the_last_minute_of_the_last_local_day_is_in_and_midnight_is_out() {
        let campaign = reserve_2025();
        assert_eq!(
            campaign.state(at("2025-05-31T18:59:59.999Z")),
            State::Scheduled
        );
        assert_eq!(campaign.state(at("2025-05-31T19:00:00Z")), State::Open);
        assert_eq!(campaign.state(at("2025-06-30T18:59:00Z")), State::Open);
        assert_eq!(
            campaign.state(at("2025-06-30T18:59:59.999999Z")),
            State::Open
        );
        assert_eq!(campaign.state(at("2025-06-30T19:00:00Z")), State::Closed);
    }

    #[test]
    fn a_campaign_of_2023_closes_by_the_clock_of_2023() {
        let window =
            Window::of_days(date(2023, 9, 1), date(2023, 9, 30), &almaty()).expect("a window");
        assert_eq!(window.close, at("2023-09-30T18:00:00Z"));
    }

    #[test]
    fn outside_the_window_the_refusal_tells_when() {
        let campaign = reserve_2025();
        let early = campaign.must_be_open(at("2025-05-01T00:00:00Z"));
        assert!(
            matches!(early, Err(Refusal::CampaignNotOpenYet { open_time, .. }) if open_time == campaign.window.open)
        );
        let late = campaign.must_be_open(at("2025-06-30T19:00:00Z"));
        assert!(
            matches!(late, Err(Refusal::CampaignClosed { close_time, .. }) if close_time == campaign.window.close)
        );
        assert!(campaign.must_be_open(at("2025-06-15T00:00:00Z")).is_ok());
    }

    #[test]
    fn a_good_campaign_has_nothing_wrong_with_it() {
        assert_eq!(reasons(&told(&reserve_2025())), []);
    }

    #[test]
    fn a_wrong_campaign_is_told_everything_at_once() {
        let good = reserve_2025();
        let wrong = Campaign {
            window: Window {
                open: good.window.open,
                close: good.window.open,
            },
            time_zone: "Asia/Astana".into(),
            form_revision: "forms/reserve-questionnaire/revisions/9".into(),
            places: 0,
            ..good
        };
        let expected = [
            ("campaign.close_time", "WINDOW_BACKWARDS"),
            ("campaign.time_zone", "TIME_ZONE_UNKNOWN"),
            ("campaign.form_revision", "UNKNOWN_VALUE"),
            ("campaign.places", "OUT_OF_RANGE"),
        ];
        assert_eq!(reasons(&told(&wrong)), expected);
    }

    #[test]
    fn where_everybody_is_accepted_there_need_not_be_places() {
        let mut campaign = reserve_2025();
        campaign.places = 0;
        assert_eq!(
            reasons(&told(&campaign)),
            [("campaign.places", "OUT_OF_RANGE")]
        );
        campaign.rules.acceptance = Acceptance::OnSubmission {
            edit_until_hours: 0,
        };
        assert_eq!(reasons(&told(&campaign)), []);
    }

    #[test]
    fn directions_are_of_the_dictionary_each_once_and_within_the_places() {
        let direction = |code: &str, places| Direction {
            code: code.into(),
            places,
        };
        let good = Campaign {
            directions: vec![
                direction("DIGITALIZATION", 20),
                direction("SOCIAL_CIVIL", 30),
            ],
            ..reserve_2025()
        };
        assert_eq!(reasons(&told(&good)), []);
        let wrong = Campaign {
            directions: vec![
                direction("DIGITALIZATION", 20),
                direction("SPACE", 31),
                direction("DIGITALIZATION", -1),
                direction("", 1),
            ],
            ..reserve_2025()
        };
        let expected = [
            ("campaign.directions[1].code", "UNKNOWN_VALUE"),
            ("campaign.directions[2].code", "VALUE_TWICE"),
            ("campaign.directions[2].places", "OUT_OF_RANGE"),
            ("campaign.directions[3].code", "REQUIRED"),
            ("campaign.directions", "PLACES_EXCEEDED"),
        ];
        assert_eq!(reasons(&told(&wrong)), expected);
    }

    #[test]
    fn every_declaration_has_to_be_accepted() {
        let campaign = reserve_2025();
        let mut codes: Vec<String> = campaign
            .declarations
            .iter()
            .map(|d| d.code.clone())
            .collect();
        assert!(codes.contains(&"CITIZENSHIP".to_owned()));
        assert!(campaign.missing_declarations(&codes).is_empty());
        codes.retain(|code| code != "TRUE_DATA");
        assert_eq!(
            reasons(&campaign.missing_declarations(&codes)),
            [("accepted_declarations", "DECLARATION_NOT_ACCEPTED")]
        );
    }
}

//! What the rules of a campaign make of the answers: each rule checked, with the facts behind it.
//! A check explains; it stands in nobody's way but the age, which is looked at before a draft opens.

use chassis::identifier::Iin;
use jiff::civil::Date;

use super::campaign::{AgeReference, CertificateReference, Demand, Rules as CampaignRules};
use super::experience::Experience;
use super::refusal::Refusal;
use super::section::CertificateAnswers;

/// A rule of a campaign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    Age,
    Citizenship,
    Education,
    Experience,
    LanguageLevel,
    CertificateValidity,
    NotAMember,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Met,
    NotMet,
    /// It cannot be told by computing; the expert decides.
    Unsure,
}

impl Rule {
    /// As in the contract, without prefix.
    pub fn code(self) -> &'static str {
        match self {
            Self::Age => "AGE",
            Self::Citizenship => "CITIZENSHIP",
            Self::Education => "EDUCATION",
            Self::Experience => "EXPERIENCE",
            Self::LanguageLevel => "LANGUAGE_LEVEL",
            Self::CertificateValidity => "CERTIFICATE_VALIDITY",
            Self::NotAMember => "NOT_A_MEMBER",
        }
    }
}

impl Outcome {
    /// As in the contract, without prefix.
    pub fn code(self) -> &'static str {
        match self {
            Self::Met => "MET",
            Self::NotMet => "NOT_MET",
            Self::Unsure => "UNSURE",
        }
    }
}

/// A rule, what was found and why. The explanation is the id of a text that the facts fill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    pub rule: Rule,
    pub outcome: Outcome,
    pub explanation: &'static str,
    pub facts: Vec<(&'static str, String)>,
}

/// A birth date and where it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BirthDate {
    pub date: Date,
    pub source: BirthDateSource,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BirthDateSource {
    Registry,
    /// The digits of the IIN: since 2013 they need not match, so they refuse nobody.
    Iin,
    /// Told by the person.
    Declared,
}

impl BirthDate {
    /// The date where it is a fact. The digits of an IIN are a hint, and no rule refuses by a hint.
    pub fn fact(&self) -> Option<Date> {
        (self.source != BirthDateSource::Iin).then_some(self.date)
    }
}

impl BirthDateSource {
    pub fn code(self) -> &'static str {
        match self {
            Self::Registry => "REGISTRY",
            Self::Iin => "IIN",
            Self::Declared => "DECLARED",
        }
    }
}

/// The registry's date; else the one that the IIN spells; else the one told.
pub fn birth_date(registry: Option<Date>, iin: &Iin, declared: Option<Date>) -> Option<BirthDate> {
    let from = |source| move |date| BirthDate { date, source };
    registry
        .map(from(BirthDateSource::Registry))
        .or_else(|| iin.birth_date_hint().map(from(BirthDateSource::Iin)))
        .or_else(|| declared.map(from(BirthDateSource::Declared)))
}

/// What the rules look at.
#[derive(Debug, Clone)]
pub struct Subject {
    pub birth_date: Option<BirthDate>,
    /// The local day of registration; unknown is taken as today.
    pub registration_day: Option<Date>,
    /// The local day of submission, or today for a draft.
    pub submission_day: Date,
    /// The last local day of the window.
    pub last_day: Date,
    pub education_levels: Vec<String>,
    pub experience: Experience,
    pub certificate: CertificateAnswers,
    pub citizenship: Citizenship,
    /// The levels that count as higher education.
    pub higher_levels: Vec<String>,
    /// The last day of a membership that still runs.
    pub member_until: Option<Date>,
}

/// Citizenship is declared on submission; no answer and no digit of the IIN tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Citizenship {
    Declared,
    NotDeclared,
    /// Who has no IIN stated another country on registration.
    Foreign,
}

/// Full years on a day. Who was born on 29 February has their birthday on 1 March in a common year.
pub fn age_years(born: Date, on: Date) -> i32 {
    let had_birthday = (on.month(), on.day()) >= (born.month(), born.day());
    i32::from(on.year()) - i32::from(born.year()) - i32::from(!had_birthday)
}

/// The day on which the age is taken.
pub fn age_day(rules: &CampaignRules, subject: &Subject) -> Date {
    match rules.age_reference {
        AgeReference::Registration => subject.registration_day.unwrap_or(subject.submission_day),
        AgeReference::Submission => subject.submission_day,
        AgeReference::Date(date) => date,
    }
}

/// Before a draft is opened: only an age that is known to be over the limit refuses.
///
/// # Errors
/// `OVER_AGE_LIMIT`.
pub fn must_be_of_age(rules: &CampaignRules, subject: &Subject) -> Result<(), Refusal> {
    let (Some(max_age_years), Some(born)) = (rules.max_age_years, subject.birth_date) else {
        return Ok(());
    };
    let reference_date = age_day(rules, subject);
    let age_years = age_years(born.date, reference_date);
    if age_years <= max_age_years || born.source == BirthDateSource::Iin {
        return Ok(());
    }
    Err(Refusal::OverAgeLimit {
        age_years,
        max_age_years,
        reference_date,
    })
}

/// Every rule of the campaign, in the order of the contract.
pub fn checks(rules: &CampaignRules, subject: &Subject) -> Vec<Check> {
    let all = [
        age(rules, subject),
        citizenship(rules, subject),
        education(rules, subject),
        experience(rules, subject),
        language_level(rules, subject),
        certificate_validity(rules, subject),
        membership(subject),
    ];
    all.into_iter().flatten().collect()
}

fn age(rules: &CampaignRules, subject: &Subject) -> Option<Check> {
    let max = rules.max_age_years?;
    let Some(born) = subject.birth_date else {
        return check(
            Rule::Age,
            Outcome::Unsure,
            "CHECK_AGE_UNKNOWN",
            [("max_age_years", max.to_string())],
        );
    };
    let day = age_day(rules, subject);
    let years = age_years(born.date, day);
    let (outcome, explanation) = match born.source {
        _ if years <= max => (Outcome::Met, "CHECK_AGE_MET"),
        BirthDateSource::Iin => (Outcome::Unsure, "CHECK_AGE_UNCONFIRMED"),
        _ => (Outcome::NotMet, "CHECK_AGE_NOT_MET"),
    };
    let facts = [
        ("age_years", years.to_string()),
        ("max_age_years", max.to_string()),
        ("reference_date", day.to_string()),
        ("birth_date_source", born.source.code().to_owned()),
    ];
    // The reference day decides. Who grew older since is let through, and the expert is told.
    let then = age_years(born.date, subject.submission_day);
    if outcome == Outcome::Met && then > max {
        let later = [
            ("submission_age_years", then.to_string()),
            ("submission_date", subject.submission_day.to_string()),
        ];
        let facts = facts.into_iter().chain(later);
        return check(Rule::Age, outcome, "CHECK_AGE_MET_EARLIER", facts);
    }
    check(Rule::Age, outcome, explanation, facts)
}

fn citizenship(rules: &CampaignRules, subject: &Subject) -> Option<Check> {
    if rules.citizenship == Demand::NotAsked {
        return None;
    }
    match subject.citizenship {
        Citizenship::Declared => check(
            Rule::Citizenship,
            Outcome::Met,
            "CHECK_CITIZENSHIP_DECLARED",
            [],
        ),
        Citizenship::NotDeclared => check(
            Rule::Citizenship,
            Outcome::Unsure,
            "CHECK_CITIZENSHIP_UNKNOWN",
            [],
        ),
        Citizenship::Foreign => check(
            Rule::Citizenship,
            Outcome::NotMet,
            "CHECK_CITIZENSHIP_NOT_MET",
            [],
        ),
    }
}

fn education(rules: &CampaignRules, subject: &Subject) -> Option<Check> {
    if rules.higher_education == Demand::NotAsked {
        return None;
    }
    if subject.education_levels.is_empty() {
        return check(
            Rule::Education,
            Outcome::Unsure,
            "CHECK_EDUCATION_UNKNOWN",
            [],
        );
    }
    match subject
        .education_levels
        .iter()
        .find(|level| subject.higher_levels.contains(level))
    {
        Some(level) => check(
            Rule::Education,
            Outcome::Met,
            "CHECK_EDUCATION_MET",
            [("level", level.clone())],
        ),
        None => check(
            Rule::Education,
            Outcome::NotMet,
            "CHECK_EDUCATION_NOT_MET",
            [],
        ),
    }
}

fn experience(rules: &CampaignRules, subject: &Subject) -> Option<Check> {
    let min = rules.min_experience_days?;
    let found = &subject.experience;
    let (outcome, explanation) = match found.total_days {
        0 => (Outcome::Unsure, "CHECK_EXPERIENCE_UNKNOWN"),
        days if days >= min => (Outcome::Met, "CHECK_EXPERIENCE_MET"),
        _ => (Outcome::NotMet, "CHECK_EXPERIENCE_NOT_MET"),
    };
    let facts = [
        ("total_days", found.total_days.to_string()),
        ("min_days", min.to_string()),
        ("years", found.years.to_string()),
        ("months", found.months.to_string()),
        ("days", found.days.to_string()),
        ("reference_date", subject.submission_day.to_string()),
    ];
    check(Rule::Experience, outcome, explanation, facts)
}

fn language_level(rules: &CampaignRules, subject: &Subject) -> Option<Check> {
    let min = rules.min_language_level?;
    let wanted = ("min_level", min.to_string());
    let Some(level) = subject.certificate.level else {
        return check(
            Rule::LanguageLevel,
            Outcome::Unsure,
            "CHECK_LANGUAGE_LEVEL_UNKNOWN",
            [wanted],
        );
    };
    let (outcome, explanation) = match level >= min {
        true => (Outcome::Met, "CHECK_LANGUAGE_LEVEL_MET"),
        false => (Outcome::NotMet, "CHECK_LANGUAGE_LEVEL_NOT_MET"),
    };
    check(
        Rule::LanguageLevel,
        outcome,
        explanation,
        [("level", level.to_string()), wanted],
    )
}

fn certificate_validity(rules: &CampaignRules, subject: &Subject) -> Option<Check> {
    rules.min_language_level?;
    let (name, day, [met, not_met, unknown]) = match rules.certificate_reference {
        CertificateReference::Submission => (
            "submission_date",
            subject.submission_day,
            [
                "CHECK_CERTIFICATE_VALIDITY_MET",
                "CHECK_CERTIFICATE_VALIDITY_NOT_MET",
                "CHECK_CERTIFICATE_VALIDITY_UNKNOWN",
            ],
        ),
        CertificateReference::Close => (
            "last_date",
            subject.last_day,
            [
                "CHECK_CERTIFICATE_VALIDITY_AT_CLOSE_MET",
                "CHECK_CERTIFICATE_VALIDITY_AT_CLOSE_NOT_MET",
                "CHECK_CERTIFICATE_VALIDITY_AT_CLOSE_UNKNOWN",
            ],
        ),
    };
    let (rule, fact) = (Rule::CertificateValidity, (name, day.to_string()));
    let Some(until) = subject.certificate.valid_until else {
        return check(rule, Outcome::Unsure, unknown, [fact]);
    };
    let (outcome, explanation) = match until >= day {
        true => (Outcome::Met, met),
        false => (Outcome::NotMet, not_met),
    };
    check(
        rule,
        outcome,
        explanation,
        [("valid_until", until.to_string()), fact],
    )
}

/// Who is in the Reserve does not apply for it. Told only where it stands in the way: that a person
/// is in no list of ours is no finding.
fn membership(subject: &Subject) -> Option<Check> {
    let until = subject.member_until?;
    check(
        Rule::NotAMember,
        Outcome::NotMet,
        "CHECK_NOT_A_MEMBER_NOT_MET",
        [("end_date", until.to_string())],
    )
}

/// Before a draft is opened.
///
/// # Errors
/// `MEMBER_ALREADY`.
pub fn must_not_be_a_member(member_until: Option<Date>) -> Result<(), Refusal> {
    match member_until {
        Some(end_date) => Err(Refusal::MemberAlready { end_date }),
        None => Ok(()),
    }
}

fn check(
    rule: Rule,
    outcome: Outcome,
    explanation: &'static str,
    facts: impl IntoIterator<Item = (&'static str, String)>,
) -> Option<Check> {
    Some(Check {
        rule,
        outcome,
        explanation,
        facts: facts.into_iter().collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::campaign::tests::reserve_2025;
    use super::super::language::LanguageLevel;
    use super::*;
    use chassis::text::{Language, Texts};
    use jiff::civil::date;
    use proptest::prelude::*;

    const DAY: Date = date(2025, 6, 30);

    fn born(date: Date, source: BirthDateSource) -> Option<BirthDate> {
        Some(BirthDate { date, source })
    }

    fn subject() -> Subject {
        Subject {
            birth_date: born(date(1995, 6, 15), BirthDateSource::Registry),
            registration_day: Some(DAY),
            submission_day: DAY,
            last_day: DAY,
            education_levels: vec!["GENERAL_SECONDARY".into(), "MASTER".into()],
            experience: Experience {
                total_days: 1826,
                years: 5,
                ..Experience::default()
            },
            certificate: CertificateAnswers {
                level: Some(LanguageLevel::B1),
                valid_until: Some(DAY),
                ..CertificateAnswers::default()
            },
            citizenship: Citizenship::Declared,
            higher_levels: vec!["BACHELOR".into(), "MASTER".into()],
            member_until: None,
        }
    }

    fn found(subject: &Subject, rule: Rule) -> Check {
        let checks = checks(&reserve_2025().rules, subject);
        checks
            .into_iter()
            .find(|check| check.rule == rule)
            .expect("the check")
    }

    #[test]
    fn age_is_counted_in_full_years() {
        assert_eq!(age_years(date(1989, 6, 30), DAY), 36);
        assert_eq!(age_years(date(1989, 7, 1), DAY), 35);
        assert_eq!(age_years(date(1990, 6, 30), DAY), 35);
    }

    #[test]
    fn a_birthday_on_29_february_is_on_1_march_in_a_common_year() {
        let leap = date(1988, 2, 29);
        assert_eq!(age_years(leap, date(2025, 2, 28)), 36);
        assert_eq!(age_years(leap, date(2025, 3, 1)), 37);
        assert_eq!(age_years(leap, date(2024, 2, 28)), 35);
        assert_eq!(age_years(leap, date(2024, 2, 29)), 36);
    }

    #[test]
    fn thirty_five_full_years_are_in_and_thirty_six_are_out() {
        let rules = reserve_2025().rules;
        let aged = |day: Date| Subject {
            birth_date: born(day, BirthDateSource::Registry),
            ..subject()
        };
        assert_eq!(must_be_of_age(&rules, &aged(date(1989, 7, 1))), Ok(()));
        assert_eq!(
            found(&aged(date(1989, 7, 1)), Rule::Age).outcome,
            Outcome::Met
        );
        let over = Refusal::OverAgeLimit {
            age_years: 36,
            max_age_years: 35,
            reference_date: DAY,
        };
        assert_eq!(must_be_of_age(&rules, &aged(date(1989, 6, 30))), Err(over));
        assert_eq!(
            found(&aged(date(1989, 6, 30)), Rule::Age).outcome,
            Outcome::NotMet
        );
    }

    #[test]
    fn the_digits_of_an_iin_refuse_nobody() {
        let iin = Iin::parse("010101100008").expect("an IIN");
        let hinted = Subject {
            birth_date: birth_date(None, &iin, None),
            ..subject()
        };
        assert_eq!(must_be_of_age(&reserve_2025().rules, &hinted), Ok(()));
        let check = found(&hinted, Rule::Age);
        assert_eq!(
            (check.outcome, check.explanation),
            (Outcome::Unsure, "CHECK_AGE_UNCONFIRMED")
        );
    }

    #[test]
    fn the_registry_comes_before_the_iin_and_the_iin_before_what_is_told() {
        let (dated, undated) = (
            Iin::parse("010101100008").expect("an IIN"),
            Iin::parse("991301300003").expect("an IIN"),
        );
        let (registry, told) = (Some(date(1995, 6, 15)), Some(date(1996, 1, 1)));
        assert_eq!(
            birth_date(registry, &dated, told),
            born(date(1995, 6, 15), BirthDateSource::Registry)
        );
        assert_eq!(
            birth_date(None, &dated, told),
            born(date(1801, 1, 1), BirthDateSource::Iin)
        );
        assert_eq!(
            birth_date(None, &undated, told),
            born(date(1996, 1, 1), BirthDateSource::Declared)
        );
        assert_eq!(birth_date(None, &undated, None), None);
    }

    #[test]
    fn the_day_of_the_age_is_a_setting_of_the_campaign() {
        let early = Subject {
            registration_day: Some(date(2025, 6, 1)),
            ..subject()
        };
        let on = |age_reference| {
            age_day(
                &CampaignRules {
                    age_reference,
                    ..reserve_2025().rules
                },
                &early,
            )
        };
        assert_eq!(on(AgeReference::Registration), date(2025, 6, 1));
        assert_eq!(on(AgeReference::Submission), DAY);
        assert_eq!(on(AgeReference::Date(date(2025, 1, 1))), date(2025, 1, 1));
    }

    #[test]
    fn a_subject_that_meets_every_rule_is_told_so() {
        let checks = checks(&reserve_2025().rules, &subject());
        assert_eq!(checks.len(), 6);
        assert!(
            checks.iter().all(|check| check.outcome == Outcome::Met),
            "{checks:?}"
        );
    }

    #[test]
    fn nothing_known_is_unsure_and_not_a_no() {
        let nothing = Subject {
            birth_date: None,
            registration_day: None,
            submission_day: DAY,
            last_day: DAY,
            education_levels: Vec::new(),
            experience: Experience::default(),
            certificate: CertificateAnswers::default(),
            citizenship: Citizenship::NotDeclared,
            higher_levels: Vec::new(),
            member_until: None,
        };
        let checks = checks(&reserve_2025().rules, &nothing);
        assert!(
            checks.iter().all(|check| check.outcome == Outcome::Unsure),
            "{checks:?}"
        );
    }

    #[test]
    fn one_day_short_of_five_years_is_not_met() {
        let short = Experience {
            total_days: 1825,
            ..Experience::default()
        };
        let check = found(
            &Subject {
                experience: short,
                ..subject()
            },
            Rule::Experience,
        );
        assert_eq!(check.outcome, Outcome::NotMet);
        assert!(check.facts.contains(&("total_days", "1825".into())));
    }

    #[test]
    fn a_level_below_b1_is_not_met_and_every_higher_one_is() {
        for level in LanguageLevel::ALL {
            let certificate = CertificateAnswers {
                level: Some(level),
                ..CertificateAnswers::default()
            };
            let met = found(
                &Subject {
                    certificate,
                    ..subject()
                },
                Rule::LanguageLevel,
            )
            .outcome
                == Outcome::Met;
            assert_eq!(met, level >= LanguageLevel::B1);
        }
    }

    #[test]
    fn a_certificate_is_valid_through_the_day_of_submission() {
        let until = |valid_until| {
            let certificate = CertificateAnswers {
                valid_until: Some(valid_until),
                ..CertificateAnswers::default()
            };
            found(
                &Subject {
                    certificate,
                    ..subject()
                },
                Rule::CertificateValidity,
            )
            .outcome
        };
        assert_eq!(until(DAY), Outcome::Met);
        assert_eq!(until(date(2025, 6, 29)), Outcome::NotMet);
    }

    #[test]
    fn a_campaign_may_ask_that_a_certificate_outlives_its_window() {
        let rules = CampaignRules {
            certificate_reference: CertificateReference::Close,
            ..reserve_2025().rules
        };
        let until = |valid_until| {
            let certificate = CertificateAnswers {
                valid_until,
                ..CertificateAnswers::default()
            };
            let early = Subject {
                certificate,
                submission_day: date(2025, 6, 2),
                ..subject()
            };
            let found = checks(&rules, &early);
            let found = found
                .into_iter()
                .find(|it| it.rule == Rule::CertificateValidity);
            found.expect("the check")
        };
        assert_eq!(until(Some(DAY)).outcome, Outcome::Met);
        let short = until(Some(date(2025, 6, 29)));
        assert_eq!(short.outcome, Outcome::NotMet);
        assert!(short.facts.contains(&("last_date", DAY.to_string())));
        assert_eq!(until(None).outcome, Outcome::Unsure);
    }

    #[test]
    fn who_grew_too_old_since_the_reference_day_is_let_through_with_a_warning() {
        let rules = reserve_2025().rules;
        let grown = Subject {
            birth_date: born(date(1989, 6, 10), BirthDateSource::Registry),
            registration_day: Some(date(2025, 6, 1)),
            ..subject()
        };
        assert_eq!(must_be_of_age(&rules, &grown), Ok(()));
        let warned = found(&grown, Rule::Age);
        assert_eq!(warned.outcome, Outcome::Met);
        assert_eq!(warned.explanation, "CHECK_AGE_MET_EARLIER");
        let told = [
            ("submission_age_years", "36"),
            ("submission_date", "2025-06-30"),
        ];
        for (name, value) in told {
            assert!(warned.facts.contains(&(name, value.to_owned())), "{name}");
        }
        let before = Subject {
            submission_day: date(2025, 6, 9),
            ..grown
        };
        assert_eq!(found(&before, Rule::Age).explanation, "CHECK_AGE_MET");
    }

    #[test]
    fn a_college_diploma_alone_is_not_higher_education() {
        let college = Subject {
            education_levels: vec!["TECHNICAL_VOCATIONAL".into()],
            ..subject()
        };
        assert_eq!(found(&college, Rule::Education).outcome, Outcome::NotMet);
    }

    #[test]
    fn a_campaign_without_rules_checks_nothing() {
        let rules = CampaignRules {
            max_age_years: None,
            min_experience_days: None,
            min_language_level: None,
            citizenship: Demand::NotAsked,
            higher_education: Demand::NotAsked,
            ..reserve_2025().rules
        };
        assert_eq!(checks(&rules, &subject()), []);
    }

    #[test]
    fn every_explanation_has_its_sentence_in_each_language() {
        let texts = Texts::new(
            include_str!("../../texts/kk.ftl"),
            include_str!("../../texts/ru.ftl"),
            include_str!("../../texts/en.ftl"),
        );
        let facts = [
            "age_years",
            "max_age_years",
            "reference_date",
            "birth_date_source",
            "level",
            "min_level",
            "total_days",
            "min_days",
            "years",
            "months",
            "days",
            "valid_until",
            "submission_date",
            "submission_age_years",
            "last_date",
            "end_date",
        ]
        .map(|name| (name, "1".to_owned()));
        let ids = include_str!("eligibility.rs")
            .split('"')
            .filter(|text| text.starts_with("CHECK_") && !text.contains(' '));
        let ids: std::collections::BTreeSet<_> = ids.filter(|id| id.len() > 6).collect();
        assert_eq!(ids.len(), 24);
        for (id, language) in ids
            .into_iter()
            .flat_map(|id| Language::ALL.map(|language| (id, language)))
        {
            let sentence = texts.sentence(language, id, &facts);
            assert!(
                sentence.is_some_and(|s| !s.contains('{')),
                "{id} {language:?}"
            );
        }
    }

    proptest! {
        #[test]
        fn age_grows_by_one_on_each_birthday_and_at_no_other_time(born in 0..20_000i32, later in 0..20_000i32) {
            use jiff::ToSpan;
            let born = date(1950, 1, 1).saturating_add(born.days());
            let today = born.saturating_add(later.days());
            let step = age_years(born, today.saturating_add(1.day())) - age_years(born, today);
            let tomorrow = today.saturating_add(1.day());
            let is_birthday = (tomorrow.month(), tomorrow.day()) == (born.month(), born.day())
                || (born.month() == 2 && born.day() == 29 && !tomorrow.in_leap_year()
                    && (tomorrow.month(), tomorrow.day()) == (3, 1));
            prop_assert_eq!(step, i32::from(is_birthday));
        }
    }
}

//! Answers as types, and the rules over several fields. Reading is lenient: what is not there or
//! not of its type yet is left out, and the schema tells about it.

use chassis::violation::Violations;
use jiff::civil::Date;
use serde_json::Value;

use super::format::civil_date;
use super::language::LanguageLevel;

/// The age before which nobody has finished school.
const SCHOOL_AGE_YEARS: i16 = 16;

/// A row of education.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EducationRow {
    pub level: Option<String>,
    pub graduation_year: Option<i16>,
}

/// A row of employment: one position, with its own exact period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmploymentRow {
    pub start_date: Option<Date>,
    pub end: Option<End>,
}

/// When a position ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    On(Date),
    ToPresent,
}

/// The certificate of the state language.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CertificateAnswers {
    pub certificate_type: Option<String>,
    pub level: Option<LanguageLevel>,
    pub number: Option<String>,
    pub valid_until: Option<Date>,
}

pub fn education_rows(answers: &Value) -> Vec<EducationRow> {
    let row = |row: &Value| EducationRow {
        level: text(row, "level"),
        graduation_year: year(row, "graduation_year"),
    };
    rows(answers).iter().map(row).collect()
}

pub fn employment_rows(answers: &Value) -> Vec<EmploymentRow> {
    let row = |row: &Value| {
        let to_present = row["to_present"].as_bool().unwrap_or_default();
        let end = if to_present {
            Some(End::ToPresent)
        } else {
            date(row, "end_date").map(End::On)
        };
        EmploymentRow {
            start_date: date(row, "start_date"),
            end,
        }
    };
    rows(answers).iter().map(row).collect()
}

pub fn certificate(answers: &Value) -> CertificateAnswers {
    CertificateAnswers {
        certificate_type: text(answers, "certificate_type"),
        level: answers["level"].as_str().and_then(LanguageLevel::from_code),
        number: text(answers, "number"),
        valid_until: date(answers, "valid_until"),
    }
}

/// What is wrong between the fields of a section.
pub fn rules(section: &str, answers: &Value, today: Date, birth_date: Option<Date>) -> Violations {
    let mut wrong = Violations::new();
    match section {
        "personal" => study_rules(answers, today, &mut wrong),
        "education" => {
            education_rules(&education_rows(answers), today, birth_date, &mut wrong);
            completion_rule(answers, today, &mut wrong);
        }
        "quota" => quota_rules(answers, &mut wrong),
        "employment" => employment_rules(answers, today, &mut wrong),
        "additional" => additional_rules(answers, today, &mut wrong),
        _ => {}
    }
    wrong
}

/// The direction is one that people compete in here. An empty list takes every one.
pub fn direction_rule(section: &str, answers: &Value, directions: &[String]) -> Violations {
    match text(answers, "direction") {
        Some(chosen)
            if section == "personal" && !directions.is_empty() && !directions.contains(&chosen) =>
        {
            Violations::one("direction", "UNKNOWN_VALUE")
        }
        _ => Violations::new(),
    }
}

fn education_rules(
    rows: &[EducationRow],
    today: Date,
    birth_date: Option<Date>,
    wrong: &mut Violations,
) {
    for (at, row) in rows.iter().enumerate() {
        let Some(year) = row.graduation_year else {
            continue;
        };
        let field = format!("rows[{at}].graduation_year");
        let earliest = birth_date.map(|born| born.year() + SCHOOL_AGE_YEARS);
        if year > today.year() {
            wrong.add_with(
                field,
                "DATE_IN_FUTURE",
                [("latest", today.year().to_string())],
            );
        } else if let Some(earliest) = earliest.filter(|earliest| year < *earliest) {
            wrong.add_with(
                field,
                "GRADUATION_TOO_EARLY",
                [("earliest", earliest.to_string())],
            );
        }
    }
}

/// An education that one comes to a college with is completed.
fn completion_rule(answers: &Value, today: Date, wrong: &mut Violations) {
    if year(answers, "completion_year").is_some_and(|year| year > today.year()) {
        let latest = [("latest", today.year().to_string())];
        wrong.add_with("completion_year", "DATE_IN_FUTURE", latest);
    }
}

/// Each benefit once.
fn quota_rules(answers: &Value, wrong: &mut Violations) {
    for (at, row) in rows(answers).iter().enumerate() {
        let category = text(row, "category");
        let is_same = |other: &Value| category.is_some() && text(other, "category") == category;
        if rows(answers)[..at].iter().any(is_same) {
            wrong.add(format!("rows[{at}].category"), "VALUE_TWICE");
        }
    }
}

/// Years of study: begun by now, and not over before they began. They may end in a year to come.
fn study_rules(answers: &Value, today: Date, wrong: &mut Violations) {
    let (from, to) = (
        year(answers, "study_from_year"),
        year(answers, "study_to_year"),
    );
    if from.is_some_and(|from| from > today.year()) {
        let latest = [("latest", today.year().to_string())];
        wrong.add_with("study_from_year", "DATE_IN_FUTURE", latest);
    }
    if let (Some(from), Some(to)) = (from, to)
        && to < from
    {
        wrong.add("study_to_year", "DATES_BACKWARDS");
    }
}

fn employment_rules(answers: &Value, today: Date, wrong: &mut Violations) {
    for (at, row) in rows(answers).iter().enumerate() {
        if rows(answers)[..at]
            .iter()
            .any(|other| is_same_post(other, row))
        {
            wrong.add(format!("rows[{at}]"), "VALUE_TWICE");
        }
        let (start, end) = (date(row, "start_date"), date(row, "end_date"));
        not_in_future(format!("rows[{at}].start_date"), start, today, wrong);
        not_in_future(format!("rows[{at}].end_date"), end, today, wrong);
        if let (Some(start), Some(end)) = (start, end)
            && end < start
        {
            wrong.add(format!("rows[{at}].end_date"), "DATES_BACKWARDS");
        }
    }
}

/// One row per post: the same post from the same day on is the same row sent twice.
fn is_same_post(one: &Value, other: &Value) -> bool {
    let post = |row: &Value| {
        let title = text(row, "position_and_organisation")?;
        Some((title.to_lowercase(), date(row, "start_date")?))
    };
    post(one).is_some_and(|it| post(other) == Some(it))
}

fn additional_rules(answers: &Value, today: Date, wrong: &mut Violations) {
    for (at, row) in rows(&answers["professional_certificates"])
        .iter()
        .enumerate()
    {
        let field = format!("professional_certificates.rows[{at}].issue_date");
        not_in_future(field, date(row, "issue_date"), today, wrong);
    }
}

fn not_in_future(field: String, date: Option<Date>, today: Date, wrong: &mut Violations) {
    if date.is_some_and(|date| date > today) {
        wrong.add_with(field, "DATE_IN_FUTURE", [("latest", today.to_string())]);
    }
}

fn rows(answers: &Value) -> &[Value] {
    answers["rows"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default()
}

fn text(row: &Value, field: &str) -> Option<String> {
    row[field].as_str().map(str::to_owned)
}

fn date(row: &Value, field: &str) -> Option<Date> {
    row[field].as_str().and_then(|text| civil_date(text).ok())
}

/// A whole number may have come as a double.
fn year(row: &Value, field: &str) -> Option<i16> {
    let year = row[field].as_f64()?;
    (year.fract() == 0.0 && (1.0..=9999.0).contains(&year)).then_some(year as i16)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date as day;
    use serde_json::json;

    const TODAY: Date = day(2025, 6, 10);

    fn told(section: &str, answers: &Value) -> Vec<(String, &'static str)> {
        let wrong = rules(section, answers, TODAY, Some(day(1995, 6, 15)));
        wrong
            .into_iter()
            .map(|violation| (violation.field, violation.reason))
            .collect()
    }

    #[test]
    fn a_graduation_is_neither_before_school_nor_after_today() {
        let row = |year: f64| json!({"rows": [{"graduation_year": year}]});
        assert_eq!(told("education", &row(2010.0))[0].1, "GRADUATION_TOO_EARLY");
        assert_eq!(told("education", &row(2011.0)), []);
        assert_eq!(told("education", &row(2025.0)), []);
        assert_eq!(told("education", &row(2026.0))[0].1, "DATE_IN_FUTURE");
    }

    #[test]
    fn an_education_that_leads_to_a_college_is_completed_and_a_benefit_is_claimed_once() {
        assert_eq!(told("education", &json!({"completion_year": 2025})), []);
        let early = told("education", &json!({"completion_year": 2026}));
        assert_eq!(early, [("completion_year".into(), "DATE_IN_FUTURE")]);
        let twice = json!({"rows": [{"category": "RURAL"}, {}, {"category": "RURAL"}, {}]});
        let expected = [("rows[2].category".into(), "VALUE_TWICE")];
        assert_eq!(told("quota", &twice), expected);
    }

    #[test]
    fn years_of_study_begin_by_now_and_end_after_they_began() {
        let years = |from: i16, to: i16| json!({"study_from_year": from, "study_to_year": to});
        assert_eq!(told("personal", &years(2022, 2026)), []);
        assert_eq!(
            told("personal", &years(2022, 2021)),
            [("study_to_year".into(), "DATES_BACKWARDS")]
        );
        assert_eq!(told("personal", &years(2026, 2030))[0].1, "DATE_IN_FUTURE");
        assert_eq!(told("personal", &json!({"study_to_year": 2010})), []);
    }

    #[test]
    fn a_position_starts_by_today_and_ends_after_it_started() {
        let row =
            |start: &str, end: &str| json!({"rows": [{}, {"start_date": start, "end_date": end}]});
        assert_eq!(told("employment", &row("2022-05-01", "2022-05-01")), []);
        assert_eq!(
            told("employment", &row("2022-05-01", "2021-05-01")),
            [("rows[1].end_date".into(), "DATES_BACKWARDS")]
        );
        assert_eq!(
            told("employment", &row("2022-05-01", "2025-06-11")),
            [("rows[1].end_date".into(), "DATE_IN_FUTURE")]
        );
        assert_eq!(
            told("employment", &row("2025-06-11", "2025-06-12")).len(),
            2
        );
    }

    #[test]
    fn a_post_has_one_row_and_the_next_post_in_the_same_place_its_own() {
        let row = |post: &str, start: &str| json!({"position_and_organisation": post, "start_date": start});
        let rows = [
            row("Маман, «Үлгі» ЖШС", "2020-01-01"),
            row("Бөлім басшысы, «Үлгі» ЖШС", "2020-01-01"),
            row("Маман, «Үлгі» ЖШС", "2022-01-01"),
            row("маман, «Үлгі» ЖШС", "2020-01-01"),
            json!({}),
            json!({}),
        ];
        assert_eq!(
            told("employment", &json!({"rows": rows})),
            [("rows[3]".into(), "VALUE_TWICE")]
        );
    }

    #[test]
    fn a_professional_certificate_is_not_issued_tomorrow() {
        let answers =
            json!({"professional_certificates": {"rows": [{"issue_date": "2025-06-11"}]}});
        let field = "professional_certificates.rows[0].issue_date".to_owned();
        assert_eq!(told("additional", &answers), [(field, "DATE_IN_FUTURE")]);
    }

    #[test]
    fn the_direction_is_one_of_the_campaign_where_it_names_some() {
        let answers = json!({"direction": "DIGITALIZATION"});
        let told = |directions: &[&str]| {
            let directions: Vec<_> = directions.iter().map(|it| (*it).to_owned()).collect();
            !direction_rule("personal", &answers, &directions).is_empty()
        };
        assert!(!told(&[]) && !told(&["DIGITALIZATION"]) && told(&["SOCIAL_CIVIL"]));
        assert!(direction_rule("other", &answers, &["SOCIAL_CIVIL".into()]).is_empty());
    }

    #[test]
    fn to_the_present_is_kept() {
        let rows =
            employment_rows(&json!({"rows": [{"start_date": "2020-01-01", "to_present": true}]}));
        assert_eq!(
            rows,
            [EmploymentRow {
                start_date: Some(day(2020, 1, 1)),
                end: Some(End::ToPresent)
            }]
        );
    }

    #[test]
    fn answers_that_are_not_finished_are_read_as_far_as_they_go() {
        assert_eq!(
            certificate(&json!({"level": "B7", "valid_until": "soon"})),
            CertificateAnswers::default()
        );
        assert_eq!(education_rows(&json!({"rows": "?"})), []);
    }
}

//! Reading what sort of seat is wanted, and writing it.

use chassis::name;
use chassis::violation::Violations;
use uuid::Uuid;

use super::enums;
use super::parse;
use crate::domain::applied::Contradiction;
use crate::domain::quota::{Needs, Quota};
use crate::domain::session::Language;

/// The fields of a request that tell seats apart, wherever they stand in it.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    pub language: i32,
    pub seat_class: &'a str,
    pub subject: &'a str,
    pub accessible: bool,
}

/// `prefix` is where the fields stand: `booking.`, or nothing.
pub fn needs(violations: &mut Violations, prefix: &str, wanted: Wanted<'_>) -> Needs {
    let mut code = |field: &str, text: &str| {
        let text = (!text.is_empty()).then(|| text.to_owned())?;
        let known = name::is_id(&text).then_some(text);
        violations.take(&format!("{prefix}{field}"), known.ok_or("INVALID_FORMAT"))
    };
    let seat_class = code("seat_class", wanted.seat_class);
    let subject = code("subject", wanted.subject);
    Needs {
        seat_class,
        subject,
        language: parse::optional_word(
            violations,
            &format!("{prefix}language"),
            wanted.language,
            enums::from_language,
        ),
        accessible: wanted.accessible,
        applied: false,
    }
}

/// The sort of seat that comes of a choice and an application, with the quotas that it takes in a
/// session.
///
/// # Errors
/// Everything in which the choice is not the application's, and everything that the session hasn't got,
/// all at once.
pub fn settled(
    prefix: &str,
    chosen: Needs,
    applied: &Needs,
    form: Option<Language>,
    quotas: &[Quota],
) -> Result<(Needs, Vec<String>), Violations> {
    let (needs, against) = chosen.under(applied);
    let mut violations = otherwise(prefix, &against);
    match needs.quotas(form, quotas) {
        Ok(some) if violations.is_empty() => {
            let ids = some.iter().map(|quota| quota.id.clone()).collect();
            return Ok((needs, ids));
        }
        Ok(_) => {}
        Err(unmet) => {
            let is_told = |field: &str| against.iter().any(|it| it.field == field);
            for (field, reason) in unmet.into_iter().filter(|it| !is_told(it.0)) {
                violations.add(format!("{prefix}{field}"), reason);
            }
        }
    }
    Err(violations)
}

/// What the application says otherwise, with what it says.
pub fn otherwise(prefix: &str, against: &[Contradiction]) -> Violations {
    let mut violations = Violations::new();
    for it in against {
        let value = [("value", it.on_file.clone())];
        violations.add_with(format!("{prefix}{}", it.field), "NOT_AS_APPLIED", value);
    }
    violations
}

pub fn language(needs: &Needs) -> i32 {
    needs.language.map_or(0, |it| enums::language(it).into())
}

/// `testCenters/{test_center}/rooms/{room}`: the centre and the room.
pub fn room(violations: &mut Violations, field: &str, text: &str) -> Option<(Uuid, Uuid)> {
    let found = if text.is_empty() {
        Err("REQUIRED")
    } else {
        let ids = name::capture::<2>("testCenters/*/rooms/*", text);
        let both = ids.and_then(|[center, room]| {
            Some((Uuid::parse_str(center).ok()?, Uuid::parse_str(room).ok()?))
        });
        both.ok_or("INVALID_NAME")
    };
    violations.take(field, found)
}

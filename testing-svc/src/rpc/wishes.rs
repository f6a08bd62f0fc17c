//! Reading what sort of seat is wanted, and writing it.

use chassis::name;
use chassis::violation::Violations;
use uuid::Uuid;

use super::enums;
use super::parse;
use crate::domain::quota::{Needs, Unmet};

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
    }
}

/// What a session can't meet, as violations of the request.
pub fn unmet(prefix: &str, unmet: Vec<Unmet>) -> Violations {
    let mut violations = Violations::new();
    for (field, reason) in unmet {
        violations.add(format!("{prefix}{field}"), reason);
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

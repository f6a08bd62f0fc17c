//! The formats of our forms, and the reason each gives when a text does not have it.

use chassis::identifier::{Bin, Iin};
use chassis::mask::Email;
use jiff::civil::Date;

/// Every format a form may name.
pub const NAMES: [&str; 9] = [
    "iin",
    "kz-phone",
    "civil-date",
    "email",
    "line",
    "text",
    "document-name",
    "organisation-name",
    "specialty-name",
];

/// # Errors
/// The reason why the text does not have the format. An unknown format takes nothing.
pub fn check(format: &str, text: &str) -> Result<(), &'static str> {
    match format {
        "iin" => Iin::parse(text).map(drop),
        "kz-phone" => kz_phone(text),
        "civil-date" => civil_date(text).map(drop),
        "email" => Email::parse(text).map(drop),
        "line" => free_text(text, false),
        "text" => free_text(text, true),
        "document-name" => document_name(text),
        "organisation-name" => organisation_name(text),
        "specialty-name" => specialty_name(text),
        _ => Err("INVALID_FORMAT"),
    }
}

/// A day of the calendar, `YYYY-MM-DD` and nothing else.
///
/// # Errors
/// `INVALID_FORMAT` for another shape, `DATE_IMPOSSIBLE` for a day that no calendar has,
/// `OUT_OF_RANGE` for one that no living person can mean.
pub fn civil_date(text: &str) -> Result<Date, &'static str> {
    let bytes = text.as_bytes();
    let is_shaped = bytes.len() == 10
        && bytes.iter().enumerate().all(|(at, byte)| match at {
            4 | 7 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    if !is_shaped {
        return Err("INVALID_FORMAT");
    }
    let date: Date = text.parse().map_err(|_| "DATE_IMPOSSIBLE")?;
    if (1900..=2199).contains(&date.year()) {
        Ok(date)
    } else {
        Err("OUT_OF_RANGE")
    }
}

/// `+7` and ten digits, the first of them 6 or 7: Kazakhstan's part of the common code.
fn kz_phone(text: &str) -> Result<(), &'static str> {
    let digits = text.strip_prefix("+7").filter(|rest| rest.len() == 10);
    match digits {
        Some(rest) if rest.starts_with(['6', '7']) && rest.bytes().all(|b| b.is_ascii_digit()) => {
            Ok(())
        }
        _ => Err("PHONE_INVALID"),
    }
}

/// Free text without control characters: databases and documents choke on them.
fn free_text(text: &str, lines: bool) -> Result<(), &'static str> {
    let is_allowed = |c: char| !c.is_control() || (lines && matches!(c, '\n' | '\t'));
    if text.chars().all(is_allowed) {
        Ok(())
    } else {
        Err("INVALID_FORMAT")
    }
}

/// `campaigns/{campaign}/applications/{application}/documents/{document}`.
fn document_name(text: &str) -> Result<(), &'static str> {
    let parts: Vec<&str> = text.split('/').collect();
    let is_id = |id: &str| {
        (1..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    match parts[..] {
        [
            "campaigns",
            campaign,
            "applications",
            application,
            "documents",
            document,
        ] if is_id(campaign) && is_id(application) && is_id(document) => Ok(()),
        _ => Err("INVALID_NAME"),
    }
}

/// `organisations/{bin}`.
fn organisation_name(text: &str) -> Result<(), &'static str> {
    let bin = text.strip_prefix("organisations/").ok_or("INVALID_NAME")?;
    let is_trimmed = bin.trim() == bin;
    Bin::parse(bin)?;
    is_trimmed.then_some(()).ok_or("INVALID_NAME")
}

/// `specialties/{specialty}`.
fn specialty_name(text: &str) -> Result<(), &'static str> {
    let id = chassis::name::uuid("specialties/*", text);
    id.map(drop).ok_or("INVALID_NAME")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phone_is_of_kazakhstan_and_in_international_form() {
        assert_eq!(check("kz-phone", "+77011234567"), Ok(()));
        for bad in [
            "87011234567",
            "+7 701 123 45 67",
            "+79161234567",
            "+7701123456",
            "+77011234567٣",
            "",
        ] {
            assert_eq!(check("kz-phone", bad), Err("PHONE_INVALID"), "{bad}");
        }
    }

    #[test]
    fn a_date_exists_in_the_calendar_and_has_one_spelling() {
        assert_eq!(check("civil-date", "2024-02-29"), Ok(()));
        for bad in [
            "30.06.2025",
            "2025-6-30",
            "2025-06-30T00:00:00",
            "20250630",
            "+2025-6-3",
            "2025-06-3٣",
        ] {
            assert_eq!(check("civil-date", bad), Err("INVALID_FORMAT"), "{bad}");
        }
        for bad in ["2025-02-29", "2025-02-30", "2025-13-01", "2025-00-10"] {
            assert_eq!(check("civil-date", bad), Err("DATE_IMPOSSIBLE"), "{bad}");
        }
        assert_eq!(check("civil-date", "1899-12-31"), Err("OUT_OF_RANGE"));
    }

    #[test]
    fn a_wrong_iin_says_what_is_wrong_with_it() {
        assert_eq!(check("iin", "010101100008"), Ok(()));
        assert_eq!(check("iin", "123456789012"), Err("IIN_CHECK_DIGIT"));
        assert_eq!(check("iin", "000000000000"), Err("IIN_ALL_ZERO"));
        assert_eq!(check("iin", "01010110000"), Err("IIN_LENGTH"));
    }

    #[test]
    fn an_organisation_is_named_by_a_bin_whose_check_digit_fits() {
        let told = |text: &str| check("organisation-name", text);
        assert_eq!(told("organisations/010140000014"), Ok(()));
        assert_eq!(told("organisations/010140000015"), Err("BIN_CHECK_DIGIT"));
        assert_eq!(told("organisations/01014000001"), Err("BIN_LENGTH"));
        assert_eq!(told("organisations/000000000000"), Err("BIN_ALL_ZERO"));
        assert_eq!(told("organisations/ 010140000014"), Err("INVALID_NAME"));
        assert_eq!(told("010140000014"), Err("INVALID_NAME"));
    }

    #[test]
    fn free_text_has_kazakh_letters_and_no_control_characters() {
        assert_eq!(check("line", "Әділ Ғұмар «Өңір» № 1"), Ok(()));
        assert_eq!(check("line", "a\u{0}b"), Err("INVALID_FORMAT"));
        assert_eq!(check("line", "a\nb"), Err("INVALID_FORMAT"));
        assert_eq!(check("text", "a\nb"), Ok(()));
    }

    #[test]
    fn a_document_is_named_in_full() {
        assert_eq!(
            check(
                "document-name",
                "campaigns/reserve-2025/applications/0197-a/documents/0197-b"
            ),
            Ok(())
        );
        for bad in [
            "0197-b",
            "documents/0197-b",
            "campaigns/a/applications/../documents/b",
            "campaigns/a/applications//documents/b",
        ] {
            assert_eq!(check("document-name", bad), Err("INVALID_NAME"), "{bad}");
        }
    }
}

//! What the papers of somebody without an IIN may look like. None of it can be looked up anywhere, so
//! only the shape is checked.

/// Two capital letters, as ISO 3166-1 names countries.
///
/// # Errors
/// `CITIZENSHIP_FORMAT`.
pub fn country(text: &str) -> Result<String, &'static str> {
    let good = text.len() == 2 && text.bytes().all(|letter| letter.is_ascii_uppercase());
    good.then(|| text.to_owned()).ok_or("CITIZENSHIP_FORMAT")
}

/// Letters of any script, digits and hyphens; in capitals, as documents print it.
///
/// # Errors
/// `DOCUMENT_NUMBER_FORMAT`.
pub fn document_number(text: &str) -> Result<String, &'static str> {
    let number = text.to_uppercase();
    let good = (3..=32).contains(&number.chars().count())
        && number
            .chars()
            .all(|sign| sign.is_alphanumeric() || sign == '-')
        && number.chars().any(char::is_alphanumeric);
    good.then_some(number).ok_or("DOCUMENT_NUMBER_FORMAT")
}

/// `+` and 8 to 15 digits (E.164); spaces, hyphens and brackets between them are left out.
///
/// # Errors
/// `PHONE_FORMAT`.
pub fn phone(text: &str) -> Result<String, &'static str> {
    let kept: String = text
        .chars()
        .filter(|sign| !" -()".contains(*sign))
        .collect();
    let digits = kept.strip_prefix('+').unwrap_or_default();
    let good = (8..=15).contains(&digits.len()) && digits.bytes().all(|it| it.is_ascii_digit());
    good.then_some(kept.clone()).ok_or("PHONE_FORMAT")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn papers_of_another_shape_are_refused_each_with_its_reason() {
        assert_eq!(country("UZ").as_deref(), Ok("UZ"));
        for wrong in ["uz", "UZB", "У3", "", "Uzbekistan"] {
            assert_eq!(country(wrong), Err("CITIZENSHIP_FORMAT"), "{wrong}");
        }
        assert_eq!(document_number("fa-12345").as_deref(), Ok("FA-12345"));
        let long = "1".repeat(33);
        for wrong in ["12", "AA 12/34", "---", &long] {
            assert_eq!(
                document_number(wrong),
                Err("DOCUMENT_NUMBER_FORMAT"),
                "{wrong}"
            );
        }
        assert_eq!(phone("+7 (777) 777-77-77").as_deref(), Ok("+77777777777"));
        for wrong in [
            "8 700 123",
            "+7",
            "77001234567",
            "+7700123456789012",
            "+7700A234567",
        ] {
            assert_eq!(phone(wrong), Err("PHONE_FORMAT"), "{wrong}");
        }
    }
}

//! The number of an application: what people say on the phone and read in lists, where their names
//! don't belong. `2026-0000417-3`: the year of the campaign, a running number, a check digit.

/// Running numbers are counted in so many stripes, each for itself.
pub const STRIPES: i64 = 16;

/// The stripe that an application is counted in, by its id: ids end at random.
pub fn stripe(id: &str) -> i64 {
    let last = id.chars().last().and_then(|it| it.to_digit(16));
    i64::from(last.unwrap_or_default()) % STRIPES
}

/// The running number of the `taken`th application of a stripe, from 1 on.
pub fn running(stripe: i64, taken: i64) -> i64 {
    (taken - 1) * STRIPES + stripe + 1
}

pub fn number(year: i16, running: i64) -> String {
    let digits = format!("{year:04}{running:07}");
    let (year, running) = digits.split_at(4);
    format!("{year}-{running}-{}", check_digit(&digits))
}

/// Whether somebody typed a number that can be one.
///
/// # Errors
/// `INVALID_FORMAT`, `APPLICATION_NUMBER_CHECK_DIGIT`.
pub fn check(typed: &str) -> Result<(), &'static str> {
    let parts: Vec<_> = typed.split('-').collect();
    let digits = |text: &str, least: usize, most: usize| {
        (least..=most).contains(&text.len()) && text.bytes().all(|it| it.is_ascii_digit())
    };
    match parts.as_slice() {
        // A running number outgrows its seven digits before it ends.
        [year, running, last]
            if digits(year, 4, 4) && digits(running, 7, 10) && digits(last, 1, 1) =>
        {
            match check_digit(&format!("{year}{running}")).to_string() == *last {
                true => Ok(()),
                false => Err("APPLICATION_NUMBER_CHECK_DIGIT"),
            }
        }
        _ => Err("INVALID_FORMAT"),
    }
}

/// ISO 7064, MOD 11,10: one wrong digit, and nearly every two that were swapped, are found.
fn check_digit(digits: &str) -> u32 {
    let product = digits
        .chars()
        .filter_map(|it| it.to_digit(10))
        .fold(10, |product, digit| {
            let sum = (product + digit) % 10;
            (if sum == 0 { 10 } else { sum }) * 2 % 11
        });
    (11 - product) % 10
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_check_digit_is_that_of_the_standard() {
        // The example of ISO 7064.
        assert_eq!(check_digit("0794"), 5);
        let number = number(2026, 417);
        assert_eq!(&number[..13], "2026-0000417-");
    }

    #[test]
    fn one_wrong_digit_is_found() {
        let right: Vec<char> = "20260000417".chars().collect();
        for at in 0..right.len() {
            for digit in '0'..='9' {
                let mut other = right.clone();
                other[at] = digit;
                let same = check_digit(&String::from_iter(&other)) == check_digit("20260000417");
                assert_eq!(same, other == right);
            }
        }
    }

    #[test]
    fn what_is_typed_is_a_number_or_tells_how_it_is_none() {
        for running in [1, 417, 9_999_999, 12_345_678] {
            assert_eq!(check(&number(2026, running)), Ok(()));
        }
        let right = number(2026, 417);
        let swapped = right.replace("417", "471");
        assert_eq!(check(&swapped), Err("APPLICATION_NUMBER_CHECK_DIGIT"));
        for typed in [
            "",
            "2026-0000417",
            "2026-417-3",
            "2026-0000417-3-1",
            "2026-000041x-3",
            " 2026-0000417-3",
            "2026-00000000417-3",
            "26-0000417-3",
        ] {
            assert_eq!(check(typed), Err("INVALID_FORMAT"), "{typed}");
        }
    }

    #[test]
    fn no_two_stripes_give_the_same_number() {
        let all = (0..STRIPES).flat_map(|stripe| (1..=100).map(move |it| running(stripe, it)));
        let all: BTreeSet<_> = all.collect();
        assert_eq!(all.len(), 1600);
        assert_eq!((all.first(), all.last()), (Some(&1), Some(&1600)));
        assert_eq!((stripe("…c0"), stripe("…cf"), stripe("")), (0, 15, 0));
    }
}

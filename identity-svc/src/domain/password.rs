//! Which passwords are taken: long ones that nobody would try first.

use std::collections::HashSet;
use std::sync::LazyLock;

use chassis::mask::{Email, Masked};
use chassis::violation::Violations;
use unicode_normalization::UnicodeNormalization;

use super::account::Account;

pub const SHORTEST: usize = 12;
/// Of who sees the papers of others.
pub const SHORTEST_OF_STAFF: usize = 15;
pub const LONGEST: usize = 128;
/// In bytes: more than any password can have; hashing what is longer would only cost.
pub const LONGEST_SENT: usize = 1024;

/// What everybody tries first, and the words of this place; one a line.
static COMMON: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    let lines = include_str!("../../data/common-passwords.txt").lines();
    lines
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect()
});

/// The password in the one form that is hashed, so that every keyboard can type it again.
pub fn normal(password: &str) -> Masked<String> {
    Masked::new(password.nfkc().collect())
}

/// Whose password it is to be.
#[derive(Clone, Copy)]
pub struct Owner<'a> {
    pub iin: Option<&'a str>,
    pub email: Option<&'a Email>,
    pub is_staff: bool,
}

impl<'a> Owner<'a> {
    pub const NOBODY: Owner<'static> = Owner {
        iin: None,
        email: None,
        is_staff: false,
    };

    pub fn of(account: &'a Account) -> Self {
        Self {
            iin: Some(account.iin.reveal()),
            email: Some(&account.email),
            is_staff: !account.roles.is_empty(),
        }
    }

    fn shortest(self) -> usize {
        if self.is_staff {
            SHORTEST_OF_STAFF
        } else {
            SHORTEST
        }
    }
}

/// A password that is to be compared with the one that is kept; noted where it can be none.
pub fn sent(violations: &mut Violations, field: &str, password: &str) -> Masked<String> {
    if password.is_empty() {
        violations.add(field, "REQUIRED");
    } else if password.len() > LONGEST_SENT {
        violations.add_with(field, "TOO_LONG", [("max", LONGEST.to_string())]);
    }
    normal(password)
}

/// Notes everything wrong with a new password.
pub fn check(
    violations: &mut Violations,
    field: &str,
    password: &str,
    owner: Owner<'_>,
) -> Masked<String> {
    let (password, shortest) = (normal(password), owner.shortest());
    let text = password.reveal();
    let length = text.chars().count();
    if text.is_empty() {
        violations.add(field, "REQUIRED");
    } else if length < shortest {
        violations.add_with(field, "TOO_SHORT", [("min", shortest.to_string())]);
    } else if length > LONGEST {
        violations.add_with(field, "TOO_LONG", [("max", LONGEST.to_string())]);
    }
    let lower = text.to_lowercase();
    if is_common(&lower) {
        violations.add(field, "PASSWORD_TOO_COMMON");
    }
    if contains_login(&lower, owner.iin, owner.email) {
        violations.add(field, "PASSWORD_CONTAINS_LOGIN");
    }
    password
}

/// In the list, or in it without the digits and signs around it, or one thing over and over.
fn is_common(lower: &str) -> bool {
    if lower.is_empty() {
        return false;
    }
    let stem = lower.trim_matches(|c: char| !c.is_alphabetic());
    COMMON.contains(lower)
        || (!stem.is_empty() && COMMON.contains(stem))
        || repeats(lower)
        || runs(lower)
}

/// `aaaaaaaaaaaa`, `abcabcabcabc`.
fn repeats(text: &str) -> bool {
    let letters: Vec<char> = text.chars().collect();
    (1..=4).any(|period| {
        letters.len() > period
            && letters
                .iter()
                .zip(letters.iter().skip(period))
                .all(|(a, b)| a == b)
    })
}

/// `123456789012`, `abcdefghijkl`, `qwertyuiop[]` up or down.
fn runs(text: &str) -> bool {
    const ROWS: [&str; 7] = [
        "01234567890123456789",
        "abcdefghijklmnopqrstuvwxyz",
        "qwertyuiop[]asdfghjkl;'zxcvbnm,./",
        "qwertyuiopasdfghjklzxcvbnm",
        "йцукенгшщзхъфывапролджэячсмитьбю",
        "абвгдежзийклмнопрстуфхцчшщъыьэюя",
        "1234567890-=qwertyuiop",
    ];
    let backwards: String = text.chars().rev().collect();
    ROWS.iter()
        .any(|row| row.contains(text) || row.contains(&backwards))
}

fn contains_login(lower: &str, iin: Option<&str>, email: Option<&Email>) -> bool {
    let has = |part: &str| !part.is_empty() && lower.contains(part);
    iin.is_some_and(has)
        || email.is_some_and(|email| {
            let local = email.reveal().split('@').next().unwrap_or_default();
            // A short local part is in many good passwords by chance.
            has(email.reveal()) || (local.chars().count() >= 6 && has(local))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reasons(password: &str) -> Vec<&'static str> {
        reasons_of(password, false)
    }

    fn reasons_of(password: &str, is_staff: bool) -> Vec<&'static str> {
        let mut violations = Violations::new();
        let email = Email::parse("aigerim@example.kz").expect("an address");
        let owner = Owner {
            iin: Some("010101200004"),
            email: Some(&email),
            is_staff,
        };
        check(&mut violations, "password", password, owner);
        violations
            .iter()
            .map(|violation| violation.reason)
            .collect()
    }

    #[test]
    fn a_long_phrase_is_taken_without_rules_of_composition() {
        for good in [
            "төрт жылқы өзеннен өтті",
            "correct horse battery",
            "кит плывёт на север",
        ] {
            assert_eq!(reasons(good), Vec::<&str>::new(), "{good}");
        }
        assert_eq!(reasons(""), ["REQUIRED"]);
    }

    #[test]
    fn short_common_and_telling_passwords_are_refused_each_with_its_reason() {
        for (password, expected) in [
            ("qwerty", vec!["TOO_SHORT", "PASSWORD_TOO_COMMON"]),
            ("short words", vec!["TOO_SHORT"]),
            ("qwerty123456", vec!["PASSWORD_TOO_COMMON"]),
            ("Password2026!!", vec!["PASSWORD_TOO_COMMON"]),
            ("aaaaaaaaaaaaaa", vec!["PASSWORD_TOO_COMMON"]),
            ("123412341234", vec!["PASSWORD_TOO_COMMON"]),
            ("123456789012", vec!["PASSWORD_TOO_COMMON"]),
            ("kazakhstan2026", vec!["PASSWORD_TOO_COMMON"]),
            ("010101200004!", vec!["PASSWORD_CONTAINS_LOGIN"]),
            ("my Aigerim@Example.kz", vec!["PASSWORD_CONTAINS_LOGIN"]),
            ("aigerim the great", vec!["PASSWORD_CONTAINS_LOGIN"]),
        ] {
            assert_eq!(reasons(password), expected, "{password}");
        }
        assert_eq!(reasons(&"жаңбыр ".repeat(30)), ["TOO_LONG"]);
    }

    #[test]
    fn the_password_of_staff_is_longer_and_one_to_compare_with_may_be_anything() {
        assert_eq!(reasons_of("fourteen signs", false), Vec::<&str>::new());
        assert_eq!(reasons_of("fourteen signs", true), ["TOO_SHORT"]);
        assert_eq!(reasons_of("fifteen signs +", true), Vec::<&str>::new());
        let mut violations = Violations::new();
        for password in ["short", "", &"a".repeat(2000)] {
            sent(&mut violations, "password", password);
        }
        let found: Vec<_> = violations.iter().map(|it| it.reason).collect();
        assert_eq!(found, ["REQUIRED", "TOO_LONG"]);
    }

    #[test]
    fn two_ways_of_typing_one_letter_are_one_password() {
        assert_eq!(normal("кофе\u{0439}"), normal("кофе\u{0438}\u{0306}"));
        assert_eq!(normal("ﬁsh"), normal("fish"));
    }
}

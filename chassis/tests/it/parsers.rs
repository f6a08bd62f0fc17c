//! What comes from outside as text: nothing breaks its parsers, and what they take is what it was.

use chassis::identifier::{Bin, Iin};
use chassis::page::Page;
use chassis::text::Language;
use chassis::token::{Signer, Verifier};
use chassis::violation::Violations;
use chassis::{caller, name};
use jiff::Timestamp;
use proptest::prelude::*;

/// Anything, and things that are nearly right.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\PC{0,40}",
        "[0-9]{10,14}",
        "[A-Za-z0-9_.=-]{0,80}",
        any::<Vec<u8>>().prop_map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_iin_that_is_taken_is_written_as_it_was(text in text()) {
        if let Ok(iin) = Iin::parse(&text) {
            prop_assert_eq!(iin.reveal(), text.trim());
            let shown = format!("{iin:?}");
            prop_assert!(!shown.contains(text.trim()));
            iin.birth_date_hint();
        }
        let _ = Bin::parse(&text);
    }

    #[test]
    fn of_ten_last_digits_one_at_most_is_right(base in "[0-9]{11}") {
        let right = (0..10).filter(|digit| Iin::parse(&format!("{base}{digit}")).is_ok());
        prop_assert!(right.count() <= 1);
    }

    #[test]
    fn no_text_is_a_page_token_of_another_list(text in text(), size: i32) {
        let mut violations = Violations::new();
        let page = Page::<(i64, String)>::parse(&mut violations, size, &text, &["list"]);
        prop_assert!(page.after.is_none());
        prop_assert!((1..=100).contains(&page.size));
        prop_assert_eq!(violations.is_empty(), text.is_empty() && size >= 0);
    }

    #[test]
    fn a_page_token_leads_on_where_it_was_cut(keys in prop::collection::vec(any::<i64>(), 3..9)) {
        let mut violations = Violations::new();
        let page = Page::<i64>::parse(&mut violations, 2, "", &["list"]);
        let mut rows = keys.clone();
        let token = page.next(&mut rows, |row| *row);
        let next = Page::<i64>::parse(&mut violations, 2, &token, &["list"]);
        prop_assert_eq!(next.after, Some(keys[1]));
        let other = Page::<i64>::parse(&mut violations, 2, &token, &["another"]);
        prop_assert_eq!(other.after, None);
    }

    #[test]
    fn no_text_is_a_token(text in text()) {
        let signer = Signer::new("identity-svc", &Signer::new_key().unwrap()).unwrap();
        let verifier = Verifier::new("review-svc", &[signer.public_key()]).unwrap();
        prop_assert!(caller::verify(&verifier, &text, Timestamp::UNIX_EPOCH).is_none());
    }

    #[test]
    fn a_name_has_the_parts_of_its_pattern_and_nothing_else(text in text()) {
        if let Some([campaign, booking]) = name::capture("campaigns/*/bookings/*", &text) {
            prop_assert_eq!(format!("campaigns/{campaign}/bookings/{booking}"), text.clone());
            prop_assert!(!campaign.contains('/') && !booking.contains('/'));
        }
        name::uuid("accounts/*", &text);
    }

    #[test]
    fn any_accept_language_gives_a_language_or_none(text in text()) {
        if let Some(language) = Language::from_accept_language(&text) {
            prop_assert!(Language::ALL.contains(&language));
        }
    }
}

//! Partners do what they are listed with.

use super::*;

#[test]
fn a_partner_may_do_what_it_is_listed_with_and_no_more() {
    let partners = Partners::default();
    assert!(partners.may("kaztest", TestSystem::Kaztest));
    assert!(!partners.may("kaztest", TestSystem::Qrt));
    assert!(!partners.may("somebody", TestSystem::Qrt));
    assert!(!partners.knows("somebody"));
    assert!(!partners.examines("kaztest"));
    assert!(!partners.serves("kaztest", "reserve-2026", Uuid::nil()));
    assert!(partners.file_keys("kaztest").is_empty());
}

#[test]
fn the_list_is_read_with_every_spelling_and_a_wrong_one_is_refused() {
    let read = Partners::parse(
        r#"[{"partner": "kaztest", "test_systems": ["ҚАЗТЕСТ"]}, {"partner": "qrt", "test_systems": ["QAZAQ RESMI TEST"]}]"#,
    );
    assert_eq!(read.expect("a good list"), Partners::default());
    for bad in [
        "{}",
        r#"[{"partner": "kaztest", "test_systems": ["TOEFL"]}]"#,
        r#"[{"partner": "Kaz Test", "test_systems": []}]"#,
        r#"[{"partner": "a", "test_systems": []}, {"partner": "a", "test_systems": []}]"#,
        r#"[{"partner": "a", "test_systems": [], "scopes": []}]"#,
        r#"[{"partner": "a", "examinations": {"campaigns": ["reserve-2026"]}}]"#,
        r#"[{"partner": "a", "examinations": {"campaigns": [], "test_centers": ["testCenters/1"]}}]"#,
        r#"[{"partner": "a", "examinations": {"campaigns": ["campaigns/-", "campaigns/a"]}}]"#,
        r#"[{"partner": "a", "examinations": {"test_centers": []}}]"#,
        r#"[{"partner": "a", "file_keys": ["AAAA"]}]"#,
    ] {
        assert!(Partners::parse(bad).is_err(), "{bad}");
    }
}

#[test]
fn examinations_are_of_the_listed_campaigns_at_the_listed_places() {
    let (here, there) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let key = BASE64.encode([7; 32]);
    let list = format!(
        r#"[{{"partner": "everywhere", "examinations": {{"campaigns": ["campaigns/a", "campaigns/b"]}}}},
            {{"partner": "here", "file_keys": ["{key}"],
              "examinations": {{"campaigns": ["campaigns/a"], "test_centers": ["testCenters/{here}"]}}}},
            {{"partner": "any", "examinations": {{"campaigns": ["campaigns/-"], "test_centers": ["testCenters/{here}"]}}}},
            {{"partner": "nowhere", "examinations": {{"campaigns": [], "test_centers": []}}}}]"#
    );
    let partners = Partners::parse(&list).expect("a good list");
    assert!(partners.serves("everywhere", "a", here) && partners.serves("everywhere", "b", there));
    assert!(!partners.serves("everywhere", "c", here));
    assert!(partners.serves("here", "a", here));
    assert!(!partners.serves("here", "a", there) && !partners.serves("here", "b", here));
    assert!(partners.serves("any", "a", here) && partners.serves("any", "of-next-year", here));
    assert!(!partners.serves("any", "a", there));
    assert!(partners.examines("nowhere") && !partners.serves("nowhere", "a", here));
    assert!(!partners.may("here", TestSystem::Kaztest));
    assert_eq!(partners.file_keys("here"), [[7; 32]]);
}

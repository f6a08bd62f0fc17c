//! Papers and seals: what is written is read, what is changed is refused, and what was once written is
//! read for ever.

use chassis::mask::Masked;
use jiff::civil::date;
use proptest::prelude::*;

use super::number::{Code, Number};
use super::paper::{Line, Paper};
use super::seal::{Keys, key_id};
use super::*;
use crate::domain::score::Score;

fn keys() -> Keys {
    Keys::new(Some(&[7; 32]), &[]).expect("keys")
}

fn line(subject: &str, score: i64, delta: i64) -> Line {
    Line {
        subject: subject.into(),
        score: Score(score * 10_000),
        delta: Score(delta * 10_000),
    }
}

/// The sample of the manual, of a person who is made up.
fn paper() -> Paper {
    Paper {
        key: keys().signing().expect("a key"),
        number: Number::of("ABCDEFGHK").expect("a number"),
        code: Code::of("2345797").expect("a code"),
        issued: date(2026, 6, 10),
        programme: "NQT".into(),
        category: "EXPERT".into(),
        highest: Score(1_100_000),
        lines: vec![line("CONTENT", 67, 0), line("PEDAGOGY", 14, 2)],
        name: Masked::new("Үлгібаева Әсем Ғалымқызы".into()),
    }
}

fn sealed() -> Sealed {
    keys().seal(&paper()).expect("a seal")
}

#[test]
fn a_paper_comes_out_of_its_qr_code_with_the_public_key_alone() {
    let public: Vec<[u8; 32]> = keys().public().map(|(_, key)| *key).collect();
    let reader = Keys::new(None, &public).expect("keys");
    let read = Sealed::read(&sealed().text()).expect("a text");
    let read = reader.open(&read).expect("ours");
    assert_eq!(read, paper());
    assert_eq!(read.name.reveal(), "Үлгібаева Әсем Ғалымқызы");
    assert_eq!(read.total(), Score(830_000));
    assert_eq!(reader.seal(&paper()), None);
}

/// Held against `openssl pkeyutl -verify`, and against the base45 of Python, when it was written down.
#[test]
fn what_was_issued_once_is_read_for_ever() {
    let text = sealed().text();
    assert_eq!(text, GOLDEN);
    assert_eq!(
        keys().open(&Sealed::read(GOLDEN).expect("a text")),
        Some(paper())
    );
}

const GOLDEN: &str = concat!(
    "IRK1:FB0%EG H2MTL+4T/G8HS8 *8C69+A8DL6XW6MA7KI8.FK I0UCAUZ0I7BGY8%WAHGIOB0-M8R+9",
    "CY8ZVARRU800T6ADS8U09+09VIS341MWJG-5M4MKXN/WM/2JPLM*FME:MBRM/BMXXQ%LQEHQLHQW649P",
    "I*FMLXNHUH8*NJVJHUHWANUUH3G07RTKZ2BPHA0G72A5W4VELJJ6F04S3A8%OI0VKBW7.GRQ3L60-VOY",
    "A3O.9U/D$3PI:0KQ2A:2DR5SZ792EKD0EN43ERC0.",
);

#[test]
fn a_telephone_reads_it() {
    // Version 12 of a QR code with correction M holds 419 of these characters, in 65 modules: of
    // 0.7 mm each on a square of 5 cm, with its margin.
    assert!(sealed().text().len() <= 419, "{}", sealed().text().len());
}

#[test]
fn another_key_does_not_count() {
    let theirs = Keys::new(Some(&[8; 32]), &[]).expect("keys");
    assert_eq!(theirs.open(&sealed()), None);
    // Signed by somebody else in the name of our key.
    assert_eq!(theirs.seal(&paper()), None);
    let own = Paper {
        key: theirs.signing().expect("a key"),
        ..paper()
    };
    let mut forged = theirs.seal(&own).expect("a seal");
    assert_eq!(keys().open(&forged), None);
    forged.payload = paper().encode().expect("bytes");
    assert_eq!(keys().open(&forged), None);
}

#[test]
fn a_key_that_signs_no_more_is_still_believed() {
    let old: Vec<[u8; 32]> = keys().public().map(|(_, key)| *key).collect();
    let now = Keys::new(Some(&[9; 32]), &old).expect("keys");
    assert_eq!(now.open(&sealed()), Some(paper()));
    assert_eq!(now.public().count(), 2);
    assert!(now.public().all(|(id, key)| *id == key_id(key)));
}

#[test]
fn a_name_and_a_code_are_not_printed() {
    let printed = format!("{:?} {:?}", paper(), sealed());
    for secret in ["Үлгібаева", "2345797"] {
        assert!(!printed.contains(secret), "{printed}");
    }
}

#[test]
fn what_is_over_stays_over() {
    let mut one = Certificate {
        id: Uuid::nil(),
        campaign: "c".into(),
        stage: Uuid::nil(),
        result: Uuid::nil(),
        account: Uuid::nil(),
        edition: 1,
        sealed: sealed(),
        state: State::Valid,
        issued: Timestamp::UNIX_EPOCH,
        ended: None,
        revocation: None,
        reissued: None,
        version: 1,
    };
    let now = Timestamp::UNIX_EPOCH;
    let mut other = one.clone();
    assert_eq!(one.revoke(Revocation::Mistake, now), Ok(()));
    let over = |state| Err(Refusal::CertificateOver { state });
    assert_eq!(one.supersede(now), over(State::Revoked));
    assert_eq!(other.supersede(now), Ok(()));
    assert_eq!(
        other.revoke(Revocation::OwnWish, now),
        over(State::Superseded)
    );
    assert_eq!(
        (one.is_valid(), other.ended),
        (over(State::Revoked), Some(now))
    );
}

fn any_paper() -> impl Strategy<Value = Paper> {
    let line = ("[A-Z_]{1,20}", 0_i64..10_000_000, 0_i64..1_000_000);
    let line = line.prop_map(|(subject, score, delta)| Line {
        subject,
        score: Score(score),
        delta: Score(delta),
    });
    let text = ("\\PC{0,60}", "[A-Z_]{0,20}", 0_i16..8_000);
    (proptest::collection::vec(line, 0..=20), text).prop_map(|(lines, (name, category, year))| {
        Paper {
            lines,
            name: Masked::new(name),
            category,
            issued: date(1970 + year, 12, 31),
            ..paper()
        }
    })
}

proptest! {
    #[test]
    fn any_paper_comes_back(paper in any_paper()) {
        let bytes = paper.encode().expect("bytes");
        prop_assert_eq!(Paper::decode(&bytes), Some(paper.clone()));
        let sealed = keys().seal(&paper).expect("a seal");
        let text = sealed.text();
        prop_assert!(text.len() <= seal::LONGEST_TEXT, "{}", text.len());
        let read = Sealed::read(&text);
        prop_assert_eq!(read.and_then(|it| keys().open(&it)), Some(paper));
    }

    #[test]
    fn any_changed_byte_is_refused(paper in any_paper(), at: prop::sample::Index, other in 1_u8..) {
        let sealed = keys().seal(&paper).expect("a seal");
        let mut bytes = [sealed.payload.as_slice(), sealed.signature.as_slice()].concat();
        let at = at.index(bytes.len());
        bytes[at] ^= other;
        let signature = bytes.split_off(sealed.payload.len());
        prop_assert_eq!(keys().open(&Sealed { payload: bytes, signature }), None);
    }

    #[test]
    fn what_is_cut_off_or_added_is_refused(paper in any_paper(), cut in 1_usize..80) {
        let bytes = paper.encode().expect("bytes");
        let mut longer = bytes.clone();
        longer.extend(vec![0; cut]);
        prop_assert_eq!(Paper::decode(&longer), None);
        prop_assert_eq!(Paper::decode(&bytes[..bytes.len().saturating_sub(cut)]), None);
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        if let Some(paper) = Paper::decode(&bytes) {
            prop_assert_eq!(paper.encode(), Some(bytes));
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in "(IRK1:)?\\PC{0,200}") {
        prop_assert_eq!(Sealed::read(&text).and_then(|it| keys().open(&it)), None);
    }
}

//! What openssl signed, judged: the files are of `tests/signature/make.sh`.

use jiff::Timestamp;
use proptest::prelude::*;

use super::certificate::Certificate;
use super::chain::Authorities;
use super::crl::{RevocationList, Word};
use super::judgement::{content, der_of, judge};
use super::ocsp::{Question, Status};
use crate::domain::signature as domain;
use crate::domain::signature::{Fault, Purpose, SignerRole};

const CONTENT: &[u8] = b"what was asked to be signed";
const ROOT: &[u8] = include_bytes!("../../tests/signature/root.pem");
const ISSUING: &[u8] = include_bytes!("../../tests/signature/issuing.pem");

macro_rules! fixture {
    ($name:literal) => {
        include_bytes!(concat!("../../tests/signature/", $name)).as_slice()
    };
}

fn at(time: &str) -> Timestamp {
    time.parse().expect("an instant")
}

const TODAY: &str = "2026-06-01T05:00:00Z";

fn today() -> Timestamp {
    at(TODAY)
}

fn roots(pem: &[u8]) -> Authorities {
    Authorities::parse(pem).expect("authorities")
}

fn judged(cms: &[u8]) -> Result<domain::Certificate, Fault> {
    let der = der_of(cms)?;
    Ok(judge(&der, CONTENT, &roots(ROOT), today())?.certificate)
}

fn fault(cms: &[u8], content: &[u8], time: &str) -> Option<Fault> {
    judge(cms, content, &roots(ROOT), at(time)).err()
}

#[test]
fn good_signatures_of_every_algorithm_and_shape_are_taken() {
    for (name, cms) in [
        ("rsa", fixture!("rsa.cms")),
        ("rsa-sha384", fixture!("rsa-sha384.cms")),
        ("rsa-sha512", fixture!("rsa-sha512.cms")),
        ("p256", fixture!("p256.cms")),
        ("p384", fixture!("p384.cms")),
        ("p384-sha384", fixture!("p384-sha384.cms")),
        ("detached", fixture!("detached.cms")),
        ("cades", fixture!("cades.cms")),
        ("by-key-id", fixture!("by-key-id.cms")),
        ("streamed", fixture!("streamed.cms")),
        ("revoked, which nobody asked yet", fixture!("revoked.cms")),
    ] {
        let signer = judged(cms).unwrap_or_else(|fault| panic!("{name}: {fault:?}"));
        assert_eq!(signer.purpose, Purpose::Signing, "{name}");
        let bin = signer.bin.expect("a BIN").to_string();
        assert_eq!(bin, "991240000003", "{name}");
        let iin = signer.iin.expect("an IIN").reveal();
        assert_eq!(iin, "950615300000", "{name}");
        assert_eq!(signer.common_name.reveal(), "СЫНАҚ АДАМ", "{name}");
        let signer = signer.signer().expect("a signer");
        let role = if name == "p256" {
            SignerRole::Employee
        } else {
            SignerRole::Ceo
        };
        assert_eq!(signer.role(&SignerRole::ALL), Ok(role), "{name}");
    }
    // The issuing authority alone is somebody to believe, too.
    let der = fixture!("rsa.cms");
    assert!(judge(der, CONTENT, &roots(ISSUING), today()).is_ok());
    assert_eq!(content(fixture!("rsa.cms")), Ok(Some(CONTENT.to_vec())));
    assert_eq!(
        content(fixture!("streamed.cms")),
        Ok(Some(CONTENT.to_vec()))
    );
    assert_eq!(content(fixture!("detached.cms")), Ok(None));
}

#[test]
fn every_refusal_has_its_own_reason() {
    for (name, cms, fault) in [
        ("words", b"not a signature".as_slice(), Fault::NotCms),
        ("nothing", b"".as_slice(), Fault::NotCms),
        ("data", fixture!("data.cms"), Fault::NotCms),
        ("no-signer", fixture!("no-signer.cms"), Fault::NoSigner),
        (
            "two-signers",
            fixture!("two-signers.cms"),
            Fault::ManySigners,
        ),
        (
            "no-certificate",
            fixture!("no-certificate.cms"),
            Fault::NoCertificate,
        ),
        (
            "no-attributes",
            fixture!("no-attributes.cms"),
            Fault::SignatureWrong,
        ),
        ("md5", fixture!("md5.cms"), Fault::AlgorithmRefused),
        ("md-sha1", fixture!("md-sha1.cms"), Fault::AlgorithmRefused),
        ("sha1", fixture!("sha1.cms"), Fault::AlgorithmRefused),
        ("unknown", fixture!("unknown.cms"), Fault::ChainUnknown),
        ("beneath", fixture!("beneath.cms"), Fault::ChainUnknown),
        ("expired", fixture!("expired.cms"), Fault::Expired),
        ("early", fixture!("early.cms"), Fault::NotYetValid),
    ] {
        assert_eq!(judged(cms).err(), Some(fault), "{name}");
    }
    for (name, cms, fault) in [
        ("personal", fixture!("personal.cms"), Fault::Personal),
        ("enters", fixture!("enters.cms"), Fault::AuthenticationKey),
        ("wrong-bin", fixture!("wrong-bin.cms"), Fault::NoBin),
        ("two-bins", fixture!("two-bins.cms"), Fault::NoBin),
    ] {
        let signer = judged(cms).expect("a good signature").signer();
        assert_eq!(signer.err(), Some(fault), "{name}");
    }
    let finance = judged(fixture!("finance.cms")).expect("a good signature");
    let finance = finance.signer().expect("a signer");
    let refused = finance.role(&SignerRole::ALL).err();
    assert_eq!(refused, Some(Fault::RoleNotAllowed));
    let serial = judged(fixture!("serial-bin.cms")).expect("a good signature");
    assert!(serial.iin.is_none());
    let bin = serial.signer().expect("a signer").bin.to_string();
    assert_eq!(bin, "991240000003");
}

#[test]
fn other_content_is_told_apart_from_a_wrong_signature() {
    for cms in [
        fixture!("rsa.cms"),
        fixture!("detached.cms"),
        fixture!("p256.cms"),
    ] {
        let other = fault(cms, b"something else", TODAY);
        assert_eq!(other, Some(Fault::ContentDiffers));
    }
    let rsa = fixture!("rsa.cms");
    let mut tampered = rsa.to_vec();
    let place = rsa.windows(CONTENT.len()).position(|part| part == CONTENT);
    tampered[place.expect("the content")] ^= 1;
    assert_eq!(judged(&tampered).err(), Some(Fault::ContentDiffers));
    // And against itself: what was signed is another digest.
    let own = content(&tampered).expect("read").expect("content");
    assert_eq!(fault(&tampered, &own, TODAY), Some(Fault::ContentDiffers));
    // The last bytes are the signature's.
    let mut tampered = rsa.to_vec();
    *tampered.last_mut().expect("a byte") ^= 1;
    assert_eq!(judged(&tampered).err(), Some(Fault::SignatureWrong));
}

#[test]
fn a_national_algorithm_is_told_as_one() {
    // The same length: the signature's algorithm becomes one of Kazakhstan's.
    let (rsa, gost) = (
        b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01",
        b"\x2a\x83\x0e\x03\x0a\x01\x01\x01\x01",
    );
    let mut cms = fixture!("rsa.cms").to_vec();
    let places = cms.windows(rsa.len()).enumerate();
    let places = places.filter_map(|(place, part)| (part == rsa).then_some(place));
    let places: Vec<usize> = places.collect();
    for place in places {
        cms[place..place + gost.len()].copy_from_slice(gost);
    }
    assert_eq!(judged(&cms).err(), Some(Fault::Gost));
}

#[test]
fn validity_is_judged_at_the_time_that_we_know() {
    let judge_at = |time| fault(fixture!("rsa.cms"), CONTENT, time);
    assert_eq!(judge_at("2025-12-31T23:59:59Z"), Some(Fault::NotYetValid));
    assert_eq!(judge_at("2026-01-01T00:00:00Z"), None);
    assert_eq!(judge_at("2046-01-01T00:00:00Z"), None);
    assert_eq!(judge_at("2046-01-01T00:00:01Z"), Some(Fault::Expired));
    let expired = fault(fixture!("expired.cms"), CONTENT, "2026-01-15T00:00:00Z");
    assert_eq!(expired, None, "it was good on that day");
}

fn certificate(der: &[u8]) -> Certificate<'_> {
    Certificate::read(der).expect("a certificate")
}

#[test]
fn a_list_says_good_revoked_or_nothing() {
    let (issuing, root) = (
        certificate(fixture!("issuing.der")),
        certificate(fixture!("root.der")),
    );
    let (good, revoked) = (
        certificate(fixture!("rsa.der")),
        certificate(fixture!("revoked.der")),
    );
    let list = |bytes| RevocationList::read(bytes).expect("a list");
    let issuing_list = list(fixture!("issuing.crl"));
    assert_eq!(issuing_list.says(&good, &issuing, today()), Word::Good);
    assert_eq!(
        issuing_list.says(&revoked, &issuing, today()),
        Word::Revoked
    );
    let late = at("2046-02-01T00:00:00Z");
    assert_eq!(issuing_list.says(&good, &issuing, late), Word::Nothing);
    assert_eq!(issuing_list.says(&revoked, &issuing, late), Word::Revoked);
    let early = at("2025-01-01T00:00:00Z");
    assert_eq!(issuing_list.says(&good, &issuing, early), Word::Nothing);
    let stale = list(fixture!("stale.crl"));
    assert_eq!(stale.says(&good, &issuing, today()), Word::Nothing);
    // Of the same name and another key.
    let stranger = list(fixture!("stranger.crl"));
    assert_eq!(stranger.says(&revoked, &issuing, today()), Word::Nothing);
    let of_root = list(fixture!("root.crl"));
    assert_eq!(of_root.says(&issuing, &root, today()), Word::Good);
    assert_eq!(of_root.says(&good, &issuing, today()), Word::Nothing);
    assert!(RevocationList::read(fixture!("rsa.der")).is_err());
}

/// The number that openssl put into its question: its last sixteen bytes.
fn question<'q>(
    of: &'q Certificate<'q>,
    issuer: &'q Certificate<'q>,
    asked: &[u8],
) -> Question<'q> {
    let nonce = asked.last_chunk::<16>().expect("a nonce");
    Question {
        of,
        issuer,
        nonce: *nonce,
    }
}

#[test]
fn an_answer_is_believed_of_whom_it_is_asked_and_of_nobody_else() {
    let issuing = certificate(fixture!("issuing.der"));
    let (good, revoked) = (
        certificate(fixture!("rsa.der")),
        certificate(fixture!("revoked.der")),
    );
    let made: Timestamp = std::str::from_utf8(fixture!("made"))
        .expect("text")
        .trim()
        .parse()
        .expect("an instant");
    let asked = fixture!("rsa.ocsp-request");
    let ours = question(&good, &issuing, asked);
    assert_eq!(
        ours.request(),
        asked,
        "openssl asks the same, byte for byte"
    );
    let answer = fixture!("rsa.ocsp-answer");
    assert_eq!(ours.answer(answer, made), Some(Status::Good));
    assert_eq!(
        ours.answer(fixture!("by-issuer.ocsp-answer"), made),
        Some(Status::Good)
    );
    let of_revoked = question(&revoked, &issuing, fixture!("revoked.ocsp-request"));
    let answer_of_revoked = fixture!("revoked.ocsp-answer");
    assert_eq!(
        of_revoked.answer(answer_of_revoked, made),
        Some(Status::Revoked)
    );

    assert_eq!(ours.answer(fixture!("by-nobody.ocsp-answer"), made), None);
    assert_eq!(ours.answer(fixture!("no-nonce.ocsp-answer"), made), None);
    assert_eq!(ours.answer(answer_of_revoked, made), None, "about another");
    let other = Question {
        nonce: [7; 16],
        ..question(&good, &issuing, asked)
    };
    assert_eq!(other.answer(answer, made), None, "of another question");
    let week = jiff::SignedDuration::from_hours(7 * 24);
    assert_eq!(ours.answer(answer, made + week + week), None, "too old");
    assert_eq!(ours.answer(answer, made - week), None, "of tomorrow");
    assert_eq!(ours.answer(b"words", made), None);
    for place in 0..answer.len() {
        let mut changed = answer.to_vec();
        changed[place] ^= 0x01;
        assert_ne!(
            ours.answer(&changed, made),
            Some(Status::Revoked),
            "{place}"
        );
    }
}

#[test]
fn authorities_are_those_that_may_issue() {
    for bad in [
        "",
        "words",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    ] {
        assert!(Authorities::parse(bad.as_bytes()).is_err(), "{bad}");
    }
}

/// A bit of every byte, or of some: what is still taken says the same of the same content.
#[test]
fn a_flipped_bit_never_makes_another_signature() {
    let (every, some) = (fixture!("p256.cms"), fixture!("streamed.cms"));
    let seldom = (0..some.len()).step_by(7).map(|place| (some, place));
    let places = (0..every.len()).map(|place| (every, place)).chain(seldom);
    let original = judged(every).expect("good");
    for (cms, place) in places {
        let mut changed = cms.to_vec();
        changed[place] ^= if place % 2 == 0 { 0x01 } else { 0x80 };
        if let Ok(found) = judged(&changed) {
            assert_eq!(
                (found.bin, found.iin),
                (original.bin, original.iin),
                "{place}"
            );
        }
    }
}

#[test]
fn what_breaks_off_is_no_signature() {
    let cms = fixture!("p256.cms");
    for length in 0..cms.len() {
        assert_eq!(
            judged(&cms[..length]).err(),
            Some(Fault::NotCms),
            "{length}"
        );
    }
    let deep = b"\x30\x82\x40\x00".repeat(4096);
    assert_eq!(judged(&deep).err(), Some(Fault::NotCms));
    let long = vec![0x30; super::judgement::LONGEST_CMS + 1];
    assert_eq!(judged(&long).err(), Some(Fault::NotCms));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), place in 0usize..2000) {
        let _ = judged(&bytes);
        let _ = RevocationList::read(&bytes);
        let mut cms = fixture!("rsa.cms").to_vec();
        let end = (place + bytes.len()).min(cms.len());
        let length = end.saturating_sub(place);
        cms[place..end].copy_from_slice(&bytes[..length]);
        if length > 0 && cms != fixture!("rsa.cms") {
            prop_assert!(fault(&cms, b"another content", TODAY).is_some());
        }
    }
}

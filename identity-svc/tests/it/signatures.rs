//! Signatures by both adapters: what is asked of others, and what is believed of their answers. What
//! openssl signed is judged in `src/signature/fixtures.rs`.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use chassis::clock::Clock;
use chassis::testing;
use identity_svc::domain::signature::{Certificate, Fault, SignerRole};
use identity_svc::signature::built_in::BuiltInSettings;
use identity_svc::signature::ncanode::NcanodeSettings;
use identity_svc::signature::{Settings, Signatures};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::stand_in::{Answer, Question, StandIn};

/// See `tests/ncanode/README.md`.
const ANSWERED: &str = include_str!("../ncanode/answered.json");
const DESCRIBED: &str = include_str!("../ncanode/described.json");
const EXTRACTED: &[u8] = include_bytes!("../ncanode/extracted.json");
const REFUSED: &[u8] = include_bytes!("../ncanode/refused.json");
const GOST: &[u8] = include_bytes!("../ncanode/gost.cms");

const CONTENT: &[u8] = b"what was asked to be signed";
/// Long, so that a busy machine makes no answer late.
const LONG: Duration = Duration::from_secs(60);

macro_rules! fixture {
    ($name:literal) => {
        include_bytes!(concat!("../signature/", $name)).as_slice()
    };
}

fn now() -> Timestamp {
    testing::clock().now()
}

fn file(name: &str) -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/signature")
        .join(name)
}

fn built_in(lists: &[&str], ocsp: Option<&str>) -> Signatures {
    let settings = BuiltInSettings {
        authorities: Some(fixture!("root.pem").to_vec()),
        lists: lists.iter().map(|name| file(name)).collect(),
        ocsp: ocsp.map(str::to_owned),
        within: LONG,
    };
    open(Settings::BuiltIn(settings))
}

fn open(settings: Settings) -> Signatures {
    let ids = testing::ids(&Clock::held_at(now()));
    Signatures::open(&settings, &ids).expect("settings")
}

#[tokio::test]
async fn lists_of_every_step_decide_and_without_them_nothing_is_taken() {
    let lists = ["issuing.crl", "root.crl"];
    for (lists, cms, expected) in [
        (lists.as_slice(), fixture!("rsa.cms"), None),
        (&lists, fixture!("p256.cms"), None),
        (&lists, fixture!("revoked.cms"), Some(Fault::Revoked)),
        (&lists, fixture!("unknown.cms"), Some(Fault::ChainUnknown)),
        (
            &["issuing.crl"],
            fixture!("rsa.cms"),
            Some(Fault::RevocationUnknown),
        ),
        (
            &["root.crl"],
            fixture!("rsa.cms"),
            Some(Fault::RevocationUnknown),
        ),
        (
            &["stale.crl", "root.crl"],
            fixture!("rsa.cms"),
            Some(Fault::RevocationUnknown),
        ),
        (
            &["stranger.crl", "root.crl"],
            fixture!("rsa.cms"),
            Some(Fault::RevocationUnknown),
        ),
        (
            &["nobodys.crl", "root.pem"],
            fixture!("rsa.cms"),
            Some(Fault::RevocationUnknown),
        ),
        (&[], fixture!("rsa.cms"), Some(Fault::RevocationUnknown)),
    ] {
        let checked = built_in(lists, None).check(cms, CONTENT, now()).await;
        assert_eq!(checked.err(), expected, "{lists:?}");
    }
    let nobody = open(Settings::default());
    let checked = nobody.check(fixture!("rsa.cms"), CONTENT, now()).await;
    assert_eq!(
        checked.err(),
        Some(Fault::ChainUnknown),
        "nobody is believed"
    );
}

#[tokio::test]
async fn a_list_is_read_anew_when_its_file_is_another() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("issuing.crl");
    std::fs::write(&path, fixture!("stale.crl")).expect("written");
    let signatures = open(Settings::BuiltIn(BuiltInSettings {
        authorities: Some(fixture!("issuing.pem").to_vec()),
        lists: vec![path.clone()],
        within: LONG,
        ..BuiltInSettings::default()
    }));
    let check = async || {
        signatures
            .check(fixture!("rsa.cms"), CONTENT, now())
            .await
            .err()
    };
    assert_eq!(check().await, Some(Fault::RevocationUnknown));
    let list = fixture!("issuing.crl");
    // In PEM this time, so its length is another even where the clock of the disk stands still.
    let pem = format!(
        "-----BEGIN X509 CRL-----\n{}\n-----END X509 CRL-----\n",
        BASE64.encode(list)
    );
    std::fs::write(&path, pem).expect("written");
    assert_eq!(check().await, None);
}

#[tokio::test]
async fn an_answer_to_another_question_or_none_is_no_word() {
    let recorded = |status| {
        move |_: &Question| -> Answer { Some((status, fixture!("rsa.ocsp-answer").to_vec())) }
    };
    // The recorded answer is good, and it is of openssl's question, not of ours.
    let replayed = StandIn::new(recorded(200)).await;
    let hangs = StandIn::new(|_| None).await;
    let broken = StandIn::new(recorded(503)).await;
    let huge = StandIn::new(|_| Some((200, vec![0x30; 1_000_000]))).await;
    for (stand_in, times) in [(&replayed, 1), (&broken, 2), (&huge, 1)] {
        let checked = built_in(&[], Some(&stand_in.url));
        let checked = checked.check(fixture!("rsa.cms"), CONTENT, now()).await;
        assert_eq!(checked.err(), Some(Fault::RevocationUnknown));
        assert_eq!(stand_in.heard().len(), times);
    }
    let (place, question) = replayed.heard().remove(0);
    assert_eq!(place, "/");
    let nonce = question.len() - 16;
    let theirs = fixture!("rsa.ocsp-request");
    assert_eq!(question[..nonce], theirs[..nonce], "all but the nonce");
    assert_ne!(question[nonce..], theirs[nonce..]);
    // With lists that say good, nobody need answer.
    let both = built_in(&["issuing.crl", "root.crl"], Some(&broken.url));
    let checked = both.check(fixture!("rsa.cms"), CONTENT, now()).await;
    assert_eq!(checked.err(), None);

    let impatient = open(Settings::BuiltIn(BuiltInSettings {
        authorities: Some(fixture!("root.pem").to_vec()),
        ocsp: Some(hangs.url.clone()),
        within: Duration::from_millis(50),
        ..BuiltInSettings::default()
    }));
    let checked = impatient.check(fixture!("rsa.cms"), CONTENT, now()).await;
    assert_eq!(checked.err(), Some(Fault::RevocationUnknown));
}

/// What NCANode 3 answers about a good signature, by the number of its certificate.
fn good(serial: &str) -> Value {
    let mut answer: Value = serde_json::from_str(ANSWERED).expect("JSON");
    answer["signers"][0]["certificates"][0]["serialNumber"] = json!(serial);
    answer
}

fn serial(name: &str) -> String {
    let der = std::fs::read(file(name)).expect("a certificate");
    // Version 3 (its number is 2), then INTEGER of two bytes: the authority counts from 1000.
    let before = [0x02, 0x01, 0x02, 0x02, 0x02];
    let place = der.windows(before.len()).position(|part| part == before);
    let place = place.expect("a number") + before.len();
    hex::encode(&der[place..place + 2])
}

async fn ncanode(verify: Value, extract: Answer) -> (StandIn, Signatures) {
    let stand_in = StandIn::new(move |(place, _)| match place.as_str() {
        "/cms/verify" => Some((200, verify.to_string().into_bytes())),
        _ => extract.clone(),
    });
    let stand_in = stand_in.await;
    let settings = NcanodeSettings {
        url: stand_in.url.clone(),
        within: LONG,
    };
    let signatures = open(Settings::Ncanode(settings));
    (stand_in, signatures)
}

fn extracted(content: &[u8]) -> Answer {
    let answer = json!({ "status": 200, "message": "OK", "data": BASE64.encode(content) });
    Some((200, answer.to_string().into_bytes()))
}

async fn ask(verify: Value, cms: &[u8]) -> Result<Certificate, Fault> {
    let (_stand_in, signatures) = ncanode(verify, extracted(CONTENT)).await;
    signatures.check(cms, CONTENT, now()).await
}

#[tokio::test]
async fn a_good_signature_is_asked_about_with_revocation_and_read_off_its_own_certificate() {
    let (stand_in, signatures) = ncanode(good(&serial("rsa.der")), extracted(CONTENT)).await;
    let checked = signatures.check(fixture!("rsa.cms"), CONTENT, now()).await;
    // Trap 6: names and numbers are read here, whatever the answer makes of the subject.
    let signer = checked.expect("good").signer().expect("a signer");
    assert_eq!(signer.bin.to_string(), "991240000003");
    assert!(signer.certificate.iin.is_some());
    let heard = stand_in.heard();
    let places: Vec<_> = heard.iter().map(|(place, _)| place.as_str()).collect();
    assert_eq!(places, ["/cms/verify", "/cms/extract"]);
    let question: Value = serde_json::from_slice(&heard[0].1).expect("JSON");
    // Trap 2: revocation is looked at only where it is asked for.
    assert_eq!(question["revocationCheck"], json!(["OCSP", "CRL"]));
    assert_eq!(question["cms"], BASE64.encode(fixture!("rsa.cms")));
    assert_eq!(question.get("data"), None);

    let (stand_in, signatures) = ncanode(good(&serial("rsa.der")), None).await;
    let checked = signatures
        .check(fixture!("detached.cms"), CONTENT, now())
        .await;
    assert!(checked.is_ok());
    let heard = stand_in.heard();
    assert_eq!(heard.len(), 1, "there is nothing to extract");
    let question: Value = serde_json::from_slice(&heard[0].1).expect("JSON");
    assert_eq!(question["data"], BASE64.encode(CONTENT));
}

#[tokio::test]
async fn its_word_good_is_not_enough() {
    let serial = serial("rsa.der");
    let rsa = fixture!("rsa.cms");
    // Trap 1: no signer, or no certificate, is called valid.
    let mut without_signer = good(&serial);
    without_signer["signers"] = json!([]);
    let mut without_certificate = good(&serial);
    without_certificate["signers"][0]["certificates"] = json!([]);
    // Traps 2 and 5: who was not asked said nothing, and one word about revocation is not two.
    let mut unasked = good(&serial);
    unasked["signers"][0]["certificates"][0]["revocations"] = json!([]);
    let mut by_one = good(&serial);
    by_one["signers"][0]["certificates"][0]["revocations"] =
        json!([{ "revoked": false, "by": "OCSP" }]);
    let mut revoked = good(&serial);
    revoked["signers"][0]["certificates"][0]["revocations"][0]["revoked"] = json!(true);
    // Trap 7: an unknown issuer, also where it could not fetch its roots.
    let mut unknown = good(&serial);
    unknown["valid"] = json!(false);
    unknown["signers"][0]["certificates"][0]["valid"] = json!(false);
    let mut wrong = good(&serial);
    wrong["valid"] = json!(false);
    let two = json!([good(&serial)["signers"][0], good(&serial)["signers"][0]]);
    let mut many = good(&serial);
    many["signers"] = two;
    for (name, answer, fault) in [
        ("no signer", without_signer, Fault::NoSigner),
        ("no certificate", without_certificate, Fault::NoCertificate),
        ("another's certificate", good("7777"), Fault::NoCertificate),
        ("two signers", many, Fault::ManySigners),
        ("not asked", unasked, Fault::RevocationUnknown),
        ("one word", by_one, Fault::RevocationUnknown),
        ("revoked", revoked, Fault::Revoked),
        ("unknown issuer", unknown, Fault::ChainUnknown),
        ("wrong", wrong, Fault::SignatureWrong),
        ("another program", json!({ "result": {} }), Fault::CheckAway),
    ] {
        assert_eq!(ask(answer, rsa).await.err(), Some(fault), "{name}");
    }
    // And what nobody signed with a certificate is not even asked about.
    for (cms, fault) in [
        (fixture!("no-signer.cms"), Fault::NoSigner),
        (fixture!("no-certificate.cms"), Fault::NoCertificate),
        (fixture!("two-signers.cms"), Fault::ManySigners),
        (b"words".as_slice(), Fault::NotCms),
    ] {
        assert_eq!(ask(good(&serial), cms).await.err(), Some(fault));
    }
}

#[tokio::test]
async fn the_content_is_compared_because_it_is_not_looked_at() {
    // Trap 3: `data` means nothing to it where the content came along.
    let serial = serial("rsa.der");
    let (_stand_in, signatures) = ncanode(good(&serial), extracted(CONTENT)).await;
    let other = signatures.check(fixture!("rsa.cms"), b"something else", now());
    assert_eq!(other.await.err(), Some(Fault::ContentDiffers));
    // What it extracts is what we asked for, too.
    let (_stand_in, signatures) = ncanode(good(&serial), extracted(b"something else")).await;
    let other = signatures.check(fixture!("rsa.cms"), CONTENT, now());
    assert_eq!(other.await.err(), Some(Fault::ContentDiffers));
}

#[tokio::test]
async fn validity_is_judged_when_the_signature_came_and_shapes_of_versions_are_read() {
    // Trap 4: it judges by its own clock of today.
    let (serial, expired) = (serial("rsa.der"), fixture!("expired.cms"));
    assert_eq!(
        ask(good(&serial), expired).await.err(),
        Some(Fault::Expired)
    );
    let early = fixture!("early.cms");
    assert_eq!(
        ask(good(&serial), early).await.err(),
        Some(Fault::NotYetValid)
    );
    // Trap 8: the description calls the inner list otherwise; numbers are written in either sort of letters.
    let mut other = good(&format!("00{}", serial.to_uppercase()));
    let certificates = other["signers"][0]["certificates"].take();
    other["signers"] = json!([{ "signers": certificates }]);
    assert!(ask(other, fixture!("rsa.cms")).await.is_ok());
}

#[tokio::test]
async fn an_ncanode_that_is_away_takes_nothing() {
    for (answer, fault) in [
        (Some((500, Vec::new())), Fault::CheckAway),
        (Some((200, b"<html>".to_vec())), Fault::CheckAway),
        (Some((200, vec![b' '; 3_000_000])), Fault::CheckAway),
        (Some((400, b"{}".to_vec())), Fault::NotCms),
    ] {
        let stand_in = StandIn::new(move |_| answer.clone()).await;
        let url = stand_in.url.clone();
        let signatures = open(Settings::Ncanode(NcanodeSettings { url, within: LONG }));
        let checked = signatures.check(fixture!("rsa.cms"), CONTENT, now()).await;
        assert_eq!(checked.err(), Some(fault));
    }
    let hangs = StandIn::new(|_| None).await;
    let settings = NcanodeSettings {
        url: hangs.url.clone(),
        within: Duration::from_millis(50),
    };
    let checked = open(Settings::Ncanode(settings));
    let checked = checked.check(fixture!("rsa.cms"), CONTENT, now()).await;
    assert_eq!(checked.err(), Some(Fault::CheckAway));
}

#[tokio::test]
async fn a_national_signature_is_taken_by_the_word_of_an_ncanode_as_it_is_described() {
    let time: Timestamp = "2022-09-28T16:03:41Z".parse().expect("a time");
    let alone = built_in(&["issuing.crl"], None);
    let alone = alone.check(GOST, b"lol kek", time).await;
    assert_eq!(alone.err(), Some(Fault::Gost), "nobody here knows it");

    for answer in [DESCRIBED, ANSWERED] {
        let read = || serde_json::from_str::<Value>(answer).expect("JSON");
        let (stand_in, signatures) = ncanode(read(), Some((200, EXTRACTED.to_vec()))).await;
        let checked = signatures.check(GOST, b"lol kek", time).await;
        let signer = checked.expect("good").signer().expect("a signer");
        // Of the certificate, and of no example of a subject.
        assert_eq!(signer.bin.to_string(), "991240000003");
        assert_eq!(signer.roles, [SignerRole::Ceo]);
        assert_eq!(
            signer.certificate.serial.to_lowercase(),
            "60ba4568ae98fa522a13fa711c6cb60c69bee2c4"
        );
        assert_eq!(stand_in.heard().len(), 2);

        // A time stamp is not read for the time: ours is when it came.
        let late: Timestamp = "2023-05-02T08:38:14Z".parse().expect("a time");
        let late = signatures.check(GOST, b"lol kek", late).await;
        assert_eq!(late.err(), Some(Fault::Expired));
        let other = signatures.check(GOST, b"something else", time).await;
        assert_eq!(other.err(), Some(Fault::ContentDiffers));

        let inner = match read()["signers"][0].get("certificates") {
            Some(_) => "certificates",
            None => "signers",
        };
        let mut revoked = read();
        revoked["signers"][0][inner][0]["revocations"][1]["revoked"] = json!(true);
        let (_stand_in, signatures) = ncanode(revoked, None).await;
        let revoked = signatures.check(GOST, b"lol kek", time).await;
        assert_eq!(revoked.err(), Some(Fault::Revoked));
    }
    let settings = |url: &str| NcanodeSettings {
        url: url.to_owned(),
        within: LONG,
    };
    let refuses = StandIn::new(|_| Some((400, REFUSED.to_vec()))).await;
    let refused = open(Settings::Ncanode(settings(&refuses.url)));
    let refused = refused.check(GOST, b"lol kek", time).await;
    assert_eq!(refused.err(), Some(Fault::NotCms));
}

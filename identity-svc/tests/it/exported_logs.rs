//! Exported logs, verified by themselves: what a reader is told of a log that somebody touched.

use std::io::{self, Cursor};

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use chassis::chain::{Entry, FaultKind, Head};
use chassis::signed_act::SignedAct;
use identity_svc::domain::signature::Fault as SignatureFault;
use identity_svc::exported_log::{Fault, Verified, What, verify};
use identity_svc::secrets::hash;
use identity_svc::signature::Auditor;
use serde_json::{Value, json};

use crate::signer::EMPLOYEE;

const TAKEN: &str = "2026-06-01T05:00:00Z";

/// A row as a list call answers it, in the JSON of protobuf.
fn line(entry: &Entry) -> Value {
    json!({
        "name": format!("logEntries/{}", entry.sequence),
        "sequence": entry.sequence.to_string(),
        "previousHash": BASE64.encode(entry.previous_hash),
        "content": BASE64.encode(&entry.content),
        "hash": BASE64.encode(entry.hash),
    })
}

fn plain(rows: usize) -> Vec<Value> {
    let mut head = Head::default();
    let mut next = |at| {
        let entry = Entry::after(head, format!("{{\"row\":{at}}}").into_bytes());
        head = entry.head();
        line(&entry)
    };
    (1..=rows).map(&mut next).collect()
}

/// Signed acts, each with what was signed and the signature, as an auditor gets them.
fn signed(rows: usize) -> Vec<Value> {
    let mut head = Head::default();
    let mut next = |at| {
        let content = format!("{{\"act\":{at}}}").into_bytes();
        let cms = EMPLOYEE.sign(&content);
        let act = SignedAct {
            content_sha256: hash(&content),
            cms_sha256: hash(&cms),
            signature: format!("signatures/{at}"),
            receive_time: TAKEN.into(),
            action: "publishList".into(),
            subject: format!("lists/{at}"),
            format: SignedAct::FORMAT,
        };
        let entry = Entry::after(head, act.content().expect("canonical"));
        head = entry.head();
        let mut line = line(&entry);
        line["signedContent"] = BASE64.encode(content).into();
        line["cms"] = BASE64.encode(cms).into();
        line
    };
    (1..=rows).map(&mut next).collect()
}

fn text(lines: &[Value]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

fn checked(text: &str, known: Option<Head>, auditor: Option<&Auditor>) -> Result<Verified, Fault> {
    let open = || io::Result::Ok(Cursor::new(text.to_owned()));
    verify(open, known, auditor).expect("readable")
}

fn told(lines: &[Value], known: Option<Head>) -> Result<Verified, Fault> {
    checked(&text(lines), known, None)
}

fn auditor() -> Auditor {
    Auditor::new(include_bytes!("../signature/root.pem")).expect("an authority")
}

fn fault(sequence: i64, what: What) -> Result<Verified, Fault> {
    Err(Fault { sequence, what })
}

#[test]
fn a_log_that_nobody_touched_is_whole_however_its_numbers_are_written() {
    let mut lines = plain(5);
    let whole = told(&lines, None).expect("whole");
    assert_eq!((whole.head.sequence, whole.acts), (5, 0));
    for (at, line) in lines.iter_mut().enumerate() {
        line["sequence"] = (at + 1).into();
    }
    assert_eq!(told(&lines, Some(whole.head)), Ok(whole));
    assert_eq!(told(&[], None), Ok(Verified::default()));
}

#[test]
fn the_first_row_that_was_touched_is_named() {
    let lines = plain(6);
    let head = told(&lines, None).expect("whole").head;

    let mut changed = lines.clone();
    changed[2]["content"] = BASE64.encode(r#"{"row":9}"#).into();
    let is_changed = What::Chain(FaultKind::Changed);
    assert_eq!(told(&changed, None), fault(3, is_changed));

    let mut dropped = lines.clone();
    dropped.remove(3);
    let is_gone = What::Chain(FaultKind::Dropped);
    assert_eq!(told(&dropped, None), fault(4, is_gone));
    assert_eq!(told(&lines[..5], Some(head)), fault(6, is_gone));

    let mut moved = lines.clone();
    moved.swap(1, 4);
    let stands_elsewhere = What::Chain(FaultKind::Reordered);
    assert_eq!(told(&moved, None), fault(2, stands_elsewhere));

    let other = Head {
        hash: [7; 32],
        ..head
    };
    let is_another = What::Chain(FaultKind::Forked);
    assert_eq!(told(&lines, Some(other)), fault(6, is_another));

    let words = format!("{}\nno row\n", text(&lines[..2]));
    assert_eq!(checked(&words, None, None), fault(3, What::Unreadable));
}

#[test]
fn signatures_are_held_against_what_was_signed_for_the_time_when_they_were_taken() {
    let lines = signed(4);
    let whole = checked(&text(&lines), None, Some(&auditor())).expect("whole");
    assert_eq!((whole.acts, whole.signatures, whole.unchecked), (4, 4, 0));
    // Without what names people the chain is the same, and there is less to check.
    let mut without = lines.clone();
    for line in &mut without {
        let line = line.as_object_mut().expect("a row");
        line.remove("cms");
        line.remove("signedContent");
    }
    let chain = checked(&text(&without), Some(whole.head), Some(&auditor())).expect("whole");
    assert_eq!((chain.acts, chain.signatures), (4, 0));

    let mut other_content = lines.clone();
    other_content[1]["signedContent"] = BASE64.encode("{}").into();
    assert_eq!(told(&other_content, None), fault(2, What::ContentDiffers));
    let mut other_cms = lines.clone();
    other_cms[2]["cms"] = BASE64.encode(EMPLOYEE.sign(b"{}")).into();
    assert_eq!(told(&other_cms, None), fault(3, What::CmsDiffers));
}

#[test]
fn a_row_that_was_written_with_a_signature_of_something_else_is_found() {
    let (content, cms) = (b"{}".to_vec(), EMPLOYEE.sign(b"[]"));
    let row = |cms: &[u8], receive_time: &str| {
        let act = SignedAct {
            content_sha256: hash(&content),
            cms_sha256: hash(cms),
            signature: "signatures/1".into(),
            receive_time: receive_time.into(),
            action: "publishList".into(),
            subject: "lists/1".into(),
            format: SignedAct::FORMAT,
        };
        let entry = Entry::after(Head::default(), act.content().expect("canonical"));
        let mut line = line(&entry);
        line["signedContent"] = BASE64.encode(&content).into();
        line["cms"] = BASE64.encode(cms).into();
        text(&[line])
    };
    for (text, why) in [
        (row(&cms, TAKEN), SignatureFault::ContentDiffers),
        (
            row(&EMPLOYEE.sign(&content), "2050-06-01T05:00:00Z"),
            SignatureFault::Expired,
        ),
        (row(b"words", TAKEN), SignatureFault::NotCms),
    ] {
        // The chain alone can't tell; whoever has the authority's certificates can.
        assert!(checked(&text, None, None).is_ok());
        let found = checked(&text, None, Some(&auditor()));
        assert_eq!(found, fault(1, What::Signature(why)));
    }
    // An authority that made neither the key nor who vouches for it.
    let stranger = Auditor::new(&strangers_authority()).expect("an authority");
    let good = row(&EMPLOYEE.sign(&content), TAKEN);
    let found = checked(&good, None, Some(&stranger));
    let unknown = What::Signature(SignatureFault::ChainUnknown);
    assert_eq!(found, fault(1, unknown));
}

fn strangers_authority() -> Vec<u8> {
    let mut params = rcgen::CertificateParams::new(Vec::new()).expect("a certificate");
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    params.key_usages = vec![rcgen::KeyUsagePurpose::KeyCertSign];
    let key = rcgen::KeyPair::generate().expect("a key");
    let authority = params.self_signed(&key).expect("an authority");
    authority.pem().into_bytes()
}

#[test]
#[ignore = "a measurement: a million rows of half a gigabyte"]
fn a_million_rows_are_followed_within_a_minute() {
    use std::io::Write;
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    let mut head = Head::default();
    {
        let mut written = io::BufWriter::new(file.as_file_mut());
        for at in 0..1_000_000 {
            let entry = Entry::after(head, format!("{{\"row\":{at},\"application\":\"campaigns/c/applications/0197a0de-0000-7000-8000-00000000{at:06x}\",\"outcome\":\"ACCEPTED\",\"expert\":\"accounts/0197a0de-0000-7000-8000-000000000001\"}}").into_bytes());
            head = entry.head();
            writeln!(written, "{}", line(&entry)).expect("written");
        }
    }
    let begun = std::time::Instant::now();
    let open = || std::fs::File::open(file.path()).map(io::BufReader::new);
    let whole = verify(open, Some(head), None).expect("readable");
    let took = begun.elapsed();
    assert_eq!(whole.expect("whole").head, head);
    assert!(took.as_secs() < 60, "it took {took:?}");
    println!("a million rows took {took:?}");
}

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
    signed_at(&vec![TAKEN; rows])
}

/// One for each of these times, at which its signature was taken.
fn signed_at(times: &[&str]) -> Vec<Value> {
    let mut head = Head::default();
    let mut next = |(at, taken): (usize, &&str)| {
        let content = format!("{{\"act\":{at}}}").into_bytes();
        let cms = EMPLOYEE.sign(&content);
        let act = SignedAct {
            content_sha256: hash(&content),
            cms_sha256: hash(&cms),
            signature: format!("signatures/{at}"),
            receive_time: (*taken).into(),
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
    times.iter().enumerate().map(&mut next).collect()
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
    assert_eq!((whole.without(), chain.without()), (0, 4));

    let mut other_content = lines.clone();
    other_content[1]["signedContent"] = BASE64.encode("{}").into();
    assert_eq!(told(&other_content, None), fault(2, What::ContentDiffers));
    let mut other_cms = lines.clone();
    other_cms[2]["cms"] = BASE64.encode(EMPLOYEE.sign(b"{}")).into();
    assert_eq!(told(&other_cms, None), fault(3, What::CmsDiffers));
}

#[test]
fn who_signed_often_is_asked_for_the_time_of_each_act() {
    for (time, why) in [
        ("2050-06-01T05:00:00Z", SignatureFault::Expired),
        ("1999-06-01T05:00:00Z", SignatureFault::NotYetValid),
    ] {
        let lines = signed_at(&[TAKEN, TAKEN, time, TAKEN]);
        let found = checked(&text(&lines), None, Some(&auditor()));
        assert_eq!(found, fault(3, What::Signature(why)));
    }
}

#[test]
fn of_many_rows_the_first_that_is_wrong_in_any_way_is_named() {
    let mut lines = signed(150);
    let whole = checked(&text(&lines), None, Some(&auditor())).expect("whole");
    assert_eq!((whole.acts, whole.signatures), (150, 150));
    lines.swap(120, 121);
    let mut other_cms = lines.clone();
    let stands_elsewhere = What::Chain(FaultKind::Reordered);
    assert_eq!(told(&lines, None), fault(121, stands_elsewhere));
    let cms = other_cms[3]["cms"].take();
    other_cms[110]["cms"] = cms;
    assert_eq!(told(&other_cms, None), fault(111, What::CmsDiffers));
    other_cms[3]["cms"] = "no base64".into();
    assert_eq!(told(&other_cms, None), fault(4, What::Unreadable));
}

#[test]
fn a_fault_is_told_in_a_sentence() {
    let sentence = |sequence, what| Fault { sequence, what }.to_string();
    let dropped = What::Chain(FaultKind::Dropped);
    assert_eq!(sentence(7, dropped), "row 7 is gone");
    let expired = What::Signature(SignatureFault::Expired);
    assert_eq!(
        sentence(9, expired),
        "row 9 has a signature that is not good: CERTIFICATE_EXPIRED"
    );
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

/// Rows of signed acts, made as they are read: nobody has to keep them.
struct Made {
    /// What stands in the row's content, and beside the row.
    acts: Vec<(SignedAct, String)>,
    head: Head,
    rows: i64,
    line: Vec<u8>,
    read: usize,
}

impl Made {
    /// So many rows with a signature of their own; then the same again.
    fn new(different: usize, rows: i64) -> Self {
        let act = |at| {
            let content = format!("{{\"act\":{at},\"marks\":\"{}\"}}", "5".repeat(500));
            let cms = EMPLOYEE.sign(content.as_bytes());
            let act = SignedAct {
                content_sha256: hash(content.as_bytes()),
                cms_sha256: hash(&cms),
                signature: format!("signatures/{at}"),
                receive_time: TAKEN.into(),
                action: "ACCEPT_CHOICES".into(),
                subject: "colleges/991240000003".into(),
                format: SignedAct::FORMAT,
            };
            let (content, cms) = (BASE64.encode(content), BASE64.encode(cms));
            let beside = format!("\"signedContent\":\"{content}\",\"cms\":\"{cms}\"");
            (act, beside)
        };
        Self {
            acts: (0..different).map(act).collect(),
            head: Head::default(),
            rows,
            line: Vec::new(),
            read: 0,
        }
    }
}

impl io::Read for Made {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.read == self.line.len() && self.head.sequence < self.rows {
            let at = usize::try_from(self.head.sequence).expect("small") % self.acts.len();
            let (act, beside) = &self.acts[at];
            let entry = Entry::after(self.head, act.content().expect("canonical"));
            self.head = entry.head();
            let [previous, content, hash] =
                [&entry.previous_hash[..], &entry.content, &entry.hash].map(|it| BASE64.encode(it));
            self.line = format!(
                "{{\"sequence\":\"{}\",\"previousHash\":\"{previous}\",\"content\":\"{content}\",\"hash\":\"{hash}\",{beside}}}\n",
                entry.sequence
            )
            .into_bytes();
            self.read = 0;
        }
        let some = io::Read::read(&mut &self.line[self.read..], into)?;
        self.read += some;
        Ok(some)
    }
}

fn followed(rows: i64) -> std::time::Duration {
    let begun = std::time::Instant::now();
    let open = || io::Result::Ok(io::BufReader::new(Made::new(1000, rows)));
    let whole = verify(open, None, Some(&auditor())).expect("readable");
    let took = begun.elapsed();
    let whole = whole.expect("whole");
    assert_eq!(whole.head.sequence, rows);
    assert_eq!(i64::try_from(whole.signatures), Ok(rows));
    took
}

#[test]
fn a_long_log_of_signed_acts_is_followed_as_it_is_read() {
    followed(5000);
}

#[test]
#[ignore = "a measurement: it says something in a release only"]
fn a_million_signed_acts_are_checked_within_a_minute() {
    let took = followed(1_000_000);
    println!("a million signed acts took {took:?}");
    assert!(took.as_secs() < 60, "it took {took:?}");
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

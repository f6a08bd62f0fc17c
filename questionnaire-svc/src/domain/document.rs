//! Documents: what is taken, what the bytes are, which of them count.

use chassis::violation::Violations;
use jiff::SignedDuration;

use super::annotation::DocumentReference;
use super::form::DocumentRule;
use super::refusal::Refusal;

/// The most bytes of any document; a kind may have less.
pub const MAX_SIZE_BYTES: u64 = 20 * 1024 * 1024;
/// The most documents of one application.
pub const MAX_DOCUMENTS: usize = 100;
/// How many of the first bytes [`sniff`] wants to see.
pub const HEAD_BYTES: usize = 16;

/// The least pixels of a photo: 3 × 4 cm at about 250 dots to the inch.
pub const PHOTO_MIN_WIDTH: u32 = 300;
pub const PHOTO_MIN_HEIGHT: u32 = 400;

/// A file of an application, as announced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// `campaigns/{campaign}/applications/{application}/documents/{document}`.
    pub name: String,
    pub section: String,
    pub kind: String,
    pub file_name: String,
    pub media_type: String,
    pub size_bytes: u64,
    /// 64 lowercase hexadecimal digits.
    pub sha256: String,
    pub state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Uploading,
    Scanning,
    Clean,
    Infected,
    ScanFailed,
}

/// What a scan found. That it failed is not that the file is clean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scan {
    Clean,
    Infected,
    Failed,
}

/// What was received, measured on our side, and what the sender's commit says of it.
#[derive(Debug, Clone, Copy)]
pub struct Upload<'a> {
    pub size_bytes: u64,
    pub sha256: &'a str,
    pub committed_size_bytes: u64,
    pub committed_sha256: &'a str,
    /// The first [`HEAD_BYTES`] bytes.
    pub head: &'a [u8],
}

/// Whether an upload is new, or the same bytes came again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    Now,
    Before,
}

impl State {
    pub fn code(self) -> &'static str {
        match self {
            Self::Uploading => "UPLOADING",
            Self::Scanning => "SCANNING",
            Self::Clean => "CLEAN",
            Self::Infected => "INFECTED",
            Self::ScanFailed => "SCAN_FAILED",
        }
    }
}

/// The media type that the first bytes show.
pub fn sniff(head: &[u8]) -> Option<&'static str> {
    match head {
        [b'%', b'P', b'D', b'F', b'-', ..] => Some("application/pdf"),
        [0xFF, 0xD8, 0xFF, ..] => Some("image/jpeg"),
        [b'P', b'K', 3, 4, ..] => Some("application/zip"),
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n', ..] => Some("image/png"),
        _ => None,
    }
}

impl Document {
    /// What is wrong with a document that is announced, by the paths of CreateDocument.
    pub fn violations(&self, rules: &[DocumentRule]) -> Violations {
        let mut wrong = Violations::new();
        match rules
            .iter()
            .find(|rule| rule.section == self.section && rule.kind == self.kind)
        {
            Some(rule) => self.rule_violations(rule, &mut wrong),
            None if rules.iter().any(|rule| rule.section == self.section) => {
                wrong.add("document.kind", "UNKNOWN_VALUE");
            }
            None => drop(wrong.add("document.section", "UNKNOWN_VALUE")),
        }
        if self.size_bytes == 0 {
            wrong.add("document.size_bytes", "DOCUMENT_EMPTY");
        }
        if !is_sha256(&self.sha256) {
            wrong.add("document.sha256", "INVALID_FORMAT");
        }
        file_name_violations(&self.file_name, &mut wrong);
        wrong
    }

    fn rule_violations(&self, rule: &DocumentRule, wrong: &mut Violations) {
        if !rule.media_types.contains(&self.media_type) {
            let taken = rule.media_types.join(", ");
            wrong.add_with(
                "document.media_type",
                "MEDIA_TYPE_NOT_TAKEN",
                [("media_types", taken)],
            );
        }
        let max = rule.max_size_bytes.min(MAX_SIZE_BYTES);
        if self.size_bytes > max {
            wrong.add_with(
                "document.size_bytes",
                "DOCUMENT_TOO_LARGE",
                [("max", max.to_string())],
            );
        }
    }

    /// Whether one more byte may be taken; asked while the stream runs.
    ///
    /// # Errors
    /// `UPLOAD_TOO_LARGE`.
    pub fn may_receive(&self, bytes_so_far: u64) -> Result<(), Refusal> {
        let limit = self.size_bytes.min(MAX_SIZE_BYTES);
        if bytes_so_far <= limit {
            Ok(())
        } else {
            Err(Refusal::UploadTooLarge { limit })
        }
    }

    /// Takes the bytes when the commit has come. The same bytes once more change nothing.
    ///
    /// # Errors
    /// `UPLOAD_TOO_LARGE`, `UPLOAD_SIZE_MISMATCH`, `UPLOAD_HASH_MISMATCH`, `CONTENT_TYPE_MISMATCH`,
    /// `DOCUMENT_ALREADY_UPLOADED`.
    pub fn receive(&mut self, upload: &Upload<'_>) -> Result<Taken, Refusal> {
        if self.state != State::Uploading {
            let is_same = upload.size_bytes == self.size_bytes && upload.sha256 == self.sha256;
            return if is_same {
                Ok(Taken::Before)
            } else {
                Err(Refusal::DocumentAlreadyUploaded)
            };
        }
        self.may_receive(upload.size_bytes)?;
        for expected in [self.size_bytes, upload.committed_size_bytes] {
            if expected != upload.size_bytes {
                return Err(Refusal::UploadSizeMismatch {
                    expected,
                    received: upload.size_bytes,
                });
            }
        }
        if self.sha256 != upload.sha256 || upload.committed_sha256 != upload.sha256 {
            return Err(Refusal::UploadHashMismatch);
        }
        self.must_look_like_announced(upload.head)?;
        self.state = State::Scanning;
        Ok(Taken::Now)
    }

    fn must_look_like_announced(&self, head: &[u8]) -> Result<(), Refusal> {
        let found = sniff(head);
        if found == Some(self.media_type.as_str()) {
            return Ok(());
        }
        let found = found.unwrap_or("UNKNOWN");
        Err(Refusal::ContentTypeMismatch {
            announced: self.media_type.clone(),
            found,
        })
    }

    /// Keeps what a scan found. A scan that failed may be repeated; a verdict stays.
    pub fn scanned(&mut self, scan: Scan) {
        if !matches!(self.state, State::Scanning | State::ScanFailed) {
            return;
        }
        self.state = match scan {
            Scan::Clean => State::Clean,
            Scan::Infected => State::Infected,
            Scan::Failed => State::ScanFailed,
        };
    }

    /// The bytes could not be read as what they say they are: they are let go of, and others may
    /// be sent in their place.
    pub fn send_back(&mut self) {
        if matches!(self.state, State::Scanning | State::ScanFailed) {
            self.state = State::Uploading;
        }
    }

    /// # Errors
    /// `DOCUMENT_NOT_READY`.
    pub fn must_be_clean(&self) -> Result<(), Refusal> {
        match self.state {
            State::Clean => Ok(()),
            other => Err(Refusal::DocumentNotReady {
                state: other.code(),
            }),
        }
    }
}

/// How long a document that could not be checked waits for another try, after so many.
pub fn pause_after(failures: i32) -> SignedDuration {
    match failures {
        ..=1 => SignedDuration::from_mins(1),
        2 => SignedDuration::from_mins(10),
        3 => SignedDuration::from_hours(1),
        _ => SignedDuration::from_hours(6),
    }
}

/// Whether a picture may be the photo: 3 to 4, give or take 2 %, and not too small.
///
/// # Errors
/// `PHOTO_SHAPE_WRONG`.
pub fn must_be_three_by_four(width: u32, height: u32) -> Result<(), Refusal> {
    let (wide, high) = (u64::from(width) * 4, u64::from(height) * 3);
    let is_shaped = wide.abs_diff(high) * 100 <= high * 2;
    if is_shaped && width >= PHOTO_MIN_WIDTH && height >= PHOTO_MIN_HEIGHT {
        Ok(())
    } else {
        Err(Refusal::PhotoShapeWrong { width, height })
    }
}

/// # Errors
/// `DOCUMENT_LIMIT_REACHED`.
pub fn must_have_room(documents_so_far: usize) -> Result<(), Refusal> {
    match documents_so_far < MAX_DOCUMENTS {
        true => Ok(()),
        false => Err(Refusal::DocumentLimitReached {
            limit: MAX_DOCUMENTS,
        }),
    }
}

/// What is wrong, and what is missing, about the documents that a section's answers name.
/// `documents` are those of the application.
pub fn judge(
    section: &str,
    references: &[DocumentReference],
    documents: &[Document],
) -> (Violations, Violations) {
    let (mut wrong, mut missing) = (Violations::new(), Violations::new());
    for reference in references {
        let Some(document) = documents
            .iter()
            .find(|document| document.name == reference.name)
        else {
            wrong.add(reference.field.clone(), "DOCUMENT_UNKNOWN");
            continue;
        };
        if document.section != section || !reference.kinds.contains(&document.kind) {
            wrong.add(reference.field.clone(), "DOCUMENT_KIND_WRONG");
        } else if document.state != State::Clean {
            missing.add(reference.field.clone(), "DOCUMENT_NOT_CLEAN");
        }
    }
    (wrong, missing)
}

fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

fn file_name_violations(name: &str, wrong: &mut Violations) {
    let field = "document.file_name";
    if name.trim().is_empty() {
        wrong.add(field, "REQUIRED");
    } else if name.chars().count() > 255 {
        wrong.add_with(field, "TOO_LONG", [("max", "255".to_owned())]);
    } else if name.contains(['/', '\\'])
        || name.chars().any(is_unprintable)
        || matches!(name, "." | "..")
    {
        wrong.add(field, "FILE_NAME_INVALID");
    }
}

/// Control characters, and those that turn the direction of writing: `diploma\u{202e}fdp.exe`.
fn is_unprintable(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::super::form;
    use super::*;

    const NAME: &str = "campaigns/reserve-2025/applications/a1/documents/d1";

    fn diploma() -> Document {
        Document {
            name: NAME.into(),
            section: "education".into(),
            kind: "DIPLOMA".into(),
            file_name: "Диплом (қосымшасымен).pdf".into(),
            media_type: "application/pdf".into(),
            size_bytes: 1000,
            sha256: "a".repeat(64),
            state: State::Uploading,
        }
    }

    fn told(document: &Document) -> Vec<(String, &'static str)> {
        let wrong = document.violations(&form::published()[0].document_rules());
        wrong
            .into_iter()
            .map(|violation| (violation.field, violation.reason))
            .collect()
    }

    fn upload(sha256: &str) -> Upload<'_> {
        Upload {
            size_bytes: 1000,
            sha256,
            committed_size_bytes: 1000,
            committed_sha256: sha256,
            head: b"%PDF-1.7\n",
        }
    }

    fn a() -> String {
        "a".repeat(64)
    }

    #[test]
    fn a_scan_of_a_diploma_is_taken() {
        assert_eq!(told(&diploma()), []);
        assert_eq!(
            told(&Document {
                size_bytes: MAX_SIZE_BYTES,
                ..diploma()
            }),
            []
        );
    }

    #[test]
    fn everything_wrong_with_an_announcement_is_told_at_once() {
        let wrong = Document {
            file_name: "../../etc/passwd".into(),
            media_type: "application/zip".into(),
            size_bytes: MAX_SIZE_BYTES + 1,
            sha256: "A".repeat(64),
            ..diploma()
        };
        let expected = [
            ("document.media_type", "MEDIA_TYPE_NOT_TAKEN"),
            ("document.size_bytes", "DOCUMENT_TOO_LARGE"),
            ("document.sha256", "INVALID_FORMAT"),
            ("document.file_name", "FILE_NAME_INVALID"),
        ];
        assert_eq!(
            told(&wrong),
            expected.map(|(field, reason)| (field.to_owned(), reason))
        );
        assert_eq!(
            told(&Document {
                size_bytes: 0,
                ..diploma()
            })[0]
                .1,
            "DOCUMENT_EMPTY"
        );
    }

    #[test]
    fn a_file_name_that_hides_its_ending_is_refused() {
        for name in ["a\u{202e}fdp.exe", "a\u{0}.pdf", "..", "a\\b.pdf"] {
            assert_eq!(
                told(&Document {
                    file_name: name.into(),
                    ..diploma()
                })[0]
                    .1,
                "FILE_NAME_INVALID",
                "{name:?}"
            );
        }
    }

    #[test]
    fn a_kind_belongs_to_its_section_and_a_photo_is_a_picture() {
        assert_eq!(
            told(&Document {
                kind: "PHOTO".into(),
                ..diploma()
            })[0]
                .0,
            "document.kind"
        );
        assert_eq!(
            told(&Document {
                section: "hobby".into(),
                ..diploma()
            })[0]
                .0,
            "document.section"
        );
        let photo = Document {
            section: "personal".into(),
            kind: "PHOTO".into(),
            ..diploma()
        };
        assert_eq!(told(&photo)[0].1, "MEDIA_TYPE_NOT_TAKEN");
    }

    #[test]
    fn an_upload_that_keeps_its_word_goes_to_the_scan() {
        let mut document = diploma();
        assert_eq!(document.receive(&upload(&a())), Ok(Taken::Now));
        assert_eq!(document.state, State::Scanning);
    }

    #[test]
    fn the_same_bytes_again_change_nothing_and_others_are_refused() {
        for state in [
            State::Scanning,
            State::Clean,
            State::Infected,
            State::ScanFailed,
        ] {
            let mut document = Document { state, ..diploma() };
            assert_eq!(document.receive(&upload(&a())), Ok(Taken::Before));
            assert_eq!(
                document.receive(&upload(&"b".repeat(64))),
                Err(Refusal::DocumentAlreadyUploaded)
            );
            assert_eq!(document.state, state);
        }
    }

    #[test]
    fn size_hash_and_content_are_held_against_the_announcement() {
        let refused = |upload: Upload<'_>| diploma().receive(&upload).expect_err("a refusal");
        let (a, b) = (a(), "b".repeat(64));
        let short = refused(Upload {
            size_bytes: 999,
            ..upload(&a)
        });
        assert_eq!(
            short,
            Refusal::UploadSizeMismatch {
                expected: 1000,
                received: 999
            }
        );
        let mislabelled = refused(Upload {
            committed_size_bytes: 999,
            ..upload(&a)
        });
        assert_eq!(
            mislabelled,
            Refusal::UploadSizeMismatch {
                expected: 999,
                received: 1000
            }
        );
        assert_eq!(
            refused(Upload {
                size_bytes: 1001,
                ..upload(&a)
            }),
            Refusal::UploadTooLarge { limit: 1000 }
        );
        assert_eq!(refused(upload(&b)), Refusal::UploadHashMismatch);
        assert_eq!(
            refused(Upload {
                committed_sha256: &b,
                ..upload(&a)
            }),
            Refusal::UploadHashMismatch
        );
        let program = refused(Upload {
            head: b"MZ\x90\x00",
            ..upload(&a)
        });
        assert_eq!(
            program,
            Refusal::ContentTypeMismatch {
                announced: "application/pdf".into(),
                found: "UNKNOWN"
            }
        );
    }

    #[test]
    fn the_first_bytes_tell_the_media_type() {
        assert_eq!(sniff(b"%PDF-1.4"), Some("application/pdf"));
        assert_eq!(sniff(&[0xFF, 0xD8, 0xFF, 0xE0]), Some("image/jpeg"));
        assert_eq!(sniff(b"\x89PNG\r\n\x1a\n...."), Some("image/png"));
        assert_eq!(sniff(b"PK\x03\x04...."), Some("application/zip"));
        // An archive that is empty, or begins in the middle.
        for other in [&b""[..], b"%PD", b"PK\x05\x06", b"GIF89a", b"<svg"] {
            assert_eq!(sniff(other), None);
        }
    }

    #[test]
    fn a_scan_is_taken_once_and_a_failed_one_is_not_clean() {
        let after = |state, scan| {
            let mut document = Document { state, ..diploma() };
            document.scanned(scan);
            document.state
        };
        assert_eq!(after(State::Scanning, Scan::Clean), State::Clean);
        assert_eq!(after(State::Scanning, Scan::Infected), State::Infected);
        assert_eq!(after(State::Scanning, Scan::Failed), State::ScanFailed);
        assert_eq!(after(State::ScanFailed, Scan::Clean), State::Clean);
        for settled in [State::Uploading, State::Clean, State::Infected] {
            assert_eq!(after(settled, Scan::Clean), settled);
        }
        assert_eq!(after(State::Clean, Scan::Infected), State::Clean);
    }

    #[test]
    fn unreadable_bytes_are_let_go_of_and_a_verdict_stays() {
        for (state, after) in [
            (State::Scanning, State::Uploading),
            (State::ScanFailed, State::Uploading),
            (State::Clean, State::Clean),
            (State::Infected, State::Infected),
        ] {
            let mut document = Document { state, ..diploma() };
            document.send_back();
            assert_eq!(document.state, after);
        }
    }

    #[test]
    fn only_a_clean_document_is_shown() {
        for state in [
            State::Uploading,
            State::Scanning,
            State::Infected,
            State::ScanFailed,
        ] {
            let refused = Document { state, ..diploma() }.must_be_clean();
            assert_eq!(
                refused,
                Err(Refusal::DocumentNotReady {
                    state: state.code()
                })
            );
        }
        assert_eq!(
            Document {
                state: State::Clean,
                ..diploma()
            }
            .must_be_clean(),
            Ok(())
        );
    }

    #[test]
    fn a_photo_is_three_by_four_give_or_take_two_percent() {
        for (width, height) in [(300, 400), (600, 800), (306, 400), (306, 408), (590, 787)] {
            assert_eq!(
                must_be_three_by_four(width, height),
                Ok(()),
                "{width}×{height}"
            );
        }
        for (width, height) in [
            (400, 300),
            (299, 399),
            (307, 400),
            (294, 400),
            (400, 400),
            (0, 0),
        ] {
            let refused = must_be_three_by_four(width, height);
            assert_eq!(refused, Err(Refusal::PhotoShapeWrong { width, height }));
        }
    }

    #[test]
    fn the_hundredth_document_is_the_last() {
        assert_eq!(must_have_room(99), Ok(()));
        assert_eq!(
            must_have_room(100),
            Err(Refusal::DocumentLimitReached { limit: 100 })
        );
    }

    #[test]
    fn an_answer_names_a_document_of_its_own_application_section_and_kind() {
        let reference = |kind: &str| DocumentReference {
            field: "rows[0].document".into(),
            name: NAME.into(),
            kinds: vec![kind.into()],
        };
        let reasons = |section: &str, kind: &str, documents: &[Document]| {
            let (wrong, missing) = judge(section, &[reference(kind)], documents);
            (
                wrong.iter().next().map(|v| v.reason),
                missing.iter().next().map(|v| v.reason),
            )
        };
        let clean = [Document {
            state: State::Clean,
            ..diploma()
        }];
        assert_eq!(reasons("education", "DIPLOMA", &clean), (None, None));
        assert_eq!(
            reasons("education", "DIPLOMA", &[]),
            (Some("DOCUMENT_UNKNOWN"), None)
        );
        assert_eq!(
            reasons("education", "PHOTO", &clean),
            (Some("DOCUMENT_KIND_WRONG"), None)
        );
        assert_eq!(
            reasons("employment", "DIPLOMA", &clean),
            (Some("DOCUMENT_KIND_WRONG"), None)
        );
        assert_eq!(
            reasons("education", "DIPLOMA", &[diploma()]),
            (None, Some("DOCUMENT_NOT_CLEAN"))
        );
    }
}

//! Files that are made to do harm: read in bounded time and memory, and nothing falls over.

use std::time::{Duration, Instant};

use image::ImageFormat;
use proptest::prelude::*;
use questionnaire_svc::domain::document::{Document, State};
use questionnaire_svc::scan;

use crate::paper;

/// Far longer than a reader needs for what is made here, on any machine.
const PATIENCE: Duration = Duration::from_secs(20);

fn document(media_type: &str) -> Document {
    Document {
        name: "campaigns/c/applications/a/documents/d".into(),
        section: "education".into(),
        kind: "DIPLOMA".into(),
        file_name: "diploma".into(),
        media_type: media_type.into(),
        size_bytes: 1,
        sha256: "0".repeat(64),
        state: State::Scanning,
    }
}

/// Reads it as each type; whatever it is, an answer comes, in time.
fn survives(bytes: &[u8]) {
    for media_type in [
        "application/pdf",
        "image/png",
        "image/jpeg",
        "application/zip",
    ] {
        let begun = Instant::now();
        // Good or not: either answer will do.
        let _ = scan::read(&document(media_type), bytes);
        assert!(begun.elapsed() < PATIENCE, "{media_type}");
    }
}

fn originals() -> Vec<Vec<u8>> {
    vec![
        paper::pdf("diploma"),
        paper::picture(ImageFormat::Png, 30, 40),
        paper::picture(ImageFormat::Jpeg, 30, 40),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn a_real_file_with_other_bytes_in_it_harms_nobody(
        which in 0..3_usize,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..40),
        cut in any::<prop::sample::Index>(),
        is_cut in any::<bool>(),
    ) {
        let mut bytes = originals().swap_remove(which);
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if is_cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        survives(&bytes);
    }

    #[test]
    fn noise_behind_the_right_first_bytes_harms_nobody(
        which in 0..3_usize,
        noise in prop::collection::vec(any::<u8>(), 0..4000),
    ) {
        let heads: [&[u8]; 3] = [b"%PDF-1.7\n", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0"];
        survives(&[heads[which], &noise].concat());
    }

    #[test]
    fn a_pdf_of_any_objects_harms_nobody(
        objects in prop::collection::vec("[0-9 RF<>/\\[\\]()a-zA-Z]{0,80}", 1..20),
    ) {
        let body: String = objects
            .iter()
            .enumerate()
            .map(|(number, object)| format!("{} 0 obj\n{object}\nendobj\n", number + 1))
            .collect();
        let file = format!("%PDF-1.4\n{body}trailer\n<< /Size 9 /Root 1 0 R >>\nstartxref\n9\n%%EOF\n");
        survives(file.as_bytes());
    }
}

/// A PDF whose objects say something about each other.
fn pdf_of(objects: &[String]) -> Vec<u8> {
    let mut file = String::from("%PDF-1.4\n");
    let mut table = String::from("0000000000 65535 f \n");
    for (number, object) in objects.iter().enumerate() {
        table.push_str(&format!("{:010} 00000 n \n", file.len()));
        file.push_str(&format!("{} 0 obj\n{object}\nendobj\n", number + 1));
    }
    let (start, size) = (file.len(), objects.len() + 1);
    file.push_str(&format!(
        "xref\n0 {size}\n{table}trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"
    ));
    file.into_bytes()
}

#[test]
fn a_pdf_that_turns_in_circles_comes_to_an_end() {
    let catalogue = "<< /Type /Catalog /Pages 2 0 R >>".to_owned();
    let circle = "<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 2 /Parent 2 0 R >>".to_owned();
    survives(&pdf_of(&[catalogue.clone(), circle]));
    // Each page tree has the next twice: 2^30 ways to the end.
    let mut objects = vec![catalogue.clone()];
    for number in 2..32 {
        let next = number + 1;
        objects.push(format!(
            "<< /Type /Pages /Kids [{next} 0 R {next} 0 R] /Count 2 >>"
        ));
    }
    objects.push("<< /Type /Page /Parent 2 0 R >>".into());
    survives(&pdf_of(&objects));
    // So deep that a reader that goes down on its own stack would fall through it.
    let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
    survives(&pdf_of(&[catalogue, deep]));
}

#[test]
fn a_pdf_that_says_it_is_huge_takes_no_memory_for_it() {
    let file = String::from_utf8(paper::pdf("diploma")).unwrap();
    for (from, to) in [
        ("/Size 5", "/Size 4294967295"),
        ("xref\n0 5", "xref\n0 4294967295"),
        ("/Length", "/Length 9223372036854775807 %"),
        ("/Count 1", "/Count 2147483647"),
    ] {
        survives(file.replace(from, to).as_bytes());
    }
}

#[test]
fn a_picture_of_more_pixels_than_any_camera_is_refused_before_it_is_unpacked() {
    assert!(scan::read(&document("image/png"), &paper::bomb()).is_err());
    // JPEG tells its height and width behind SOF0.
    let mut jpeg = paper::picture(ImageFormat::Jpeg, 30, 40);
    let place = jpeg.windows(2).position(|it| it == [0xFF, 0xC0]).unwrap();
    jpeg[place + 5..place + 9].copy_from_slice(&[0xFF, 0xFF, 0xFF, 0xFF]);
    let begun = Instant::now();
    assert!(scan::read(&document("image/jpeg"), &jpeg).is_err());
    assert!(begun.elapsed() < PATIENCE);
}

#[test]
fn an_archive_that_is_broken_or_too_large_is_refused_at_once() {
    let head = b"PK\x03\x04\x14\0\0\0\x08\0";
    let archive = [head.as_slice(), &[0xFF; 10_000]].concat();
    assert!(scan::read(&document("application/zip"), &archive).is_err());
    let mut large = paper::pdf("bomb");
    large.resize(100 * 1024 * 1024, 0);
    let files: Vec<_> = ["1.pdf", "2.pdf", "3.pdf"]
        .map(|name| (name, &large[..]))
        .into();
    let bomb = paper::zip(&files);
    let begun = Instant::now();
    assert!(scan::read(&document("application/zip"), &bomb).is_err());
    assert!(begun.elapsed() < PATIENCE);
}

//! Whether bytes are an archive of papers: a few PDF, JPEG and PNG files, each readable as what it is.
//!
//! Nothing is written anywhere, and nothing is believed that the archive says of itself: entries are
//! unpacked one after the other into memory, and counted as they come. An archive that would become
//! large is refused at the byte with which it does.

use std::io::{Cursor, Read};

use zip::ZipArchive;
use zip::read::ZipFile;

use super::{pdf, picture};
use crate::domain::document::sniff;

/// Certificates of one person.
const MOST_ENTRIES: usize = 30;
const LONGEST_NAME: usize = 255;
/// What one entry, and all of them, have when they are unpacked.
const LARGEST_ENTRY: u64 = 20 * 1024 * 1024;
const LARGEST: u64 = 60 * 1024 * 1024;
/// Papers are packed already; what shrinks to less than this of itself is no paper.
const MOST_TIMES: u64 = 100;
/// Below this a ratio says nothing: a page of text shrinks well.
const SMALL: u64 = 1024 * 1024;
/// What the pictures have together: decoding them takes time.
const MOST_PIXELS: u64 = 100_000_000;

/// Why an archive is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    Broken,
    Encrypted,
    TooManyFiles,
    TooLarge,
    /// A path that leads elsewhere, a link, a name twice.
    NameNotTaken,
    /// Something else than a PDF, JPEG or PNG: another archive, a program.
    OtherContent,
}

impl Why {
    pub fn code(self) -> &'static str {
        match self {
            Self::Broken => "BROKEN",
            Self::Encrypted => "ENCRYPTED",
            Self::TooManyFiles => "TOO_MANY_FILES",
            Self::TooLarge => "TOO_LARGE",
            Self::NameNotTaken => "NAME_NOT_TAKEN",
            Self::OtherContent => "OTHER_CONTENT",
        }
    }
}

/// # Errors
/// Why it is not taken.
pub fn look(bytes: &[u8]) -> Result<(), Why> {
    let declared = end_of(bytes).ok_or(Why::Broken)?;
    if declared > MOST_ENTRIES {
        return Err(Why::TooManyFiles);
    }
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| Why::Broken)?;
    // Of two entries with one name a reader shows one, and other readers the other.
    if archive.len() != declared {
        return Err(Why::NameNotTaken);
    }
    let mut seen = Seen::default();
    for at in 0..archive.len() {
        must_be_plain(&archive.by_index_raw(at).map_err(|_| Why::Broken)?)?;
        let mut entry = archive.by_index(at).map_err(|_| Why::Broken)?;
        if !entry.is_dir() {
            seen.take(&mut entry)?;
        }
    }
    match seen.files {
        0 => Err(Why::OtherContent),
        _ => Ok(()),
    }
}

/// How many entries the end of the archive says there are. No comment and nothing behind it, and none
/// of the fields that only archives of gigabytes need.
fn end_of(bytes: &[u8]) -> Option<usize> {
    const LENGTH: usize = 22;
    let end = bytes.len().checked_sub(LENGTH)?;
    let record = bytes.get(end..)?;
    let before = bytes.get(end.checked_sub(20)?..end)?;
    if !record.starts_with(b"PK\x05\x06") || record.get(20..22)? != [0, 0] {
        return None;
    }
    let count = u16::from_le_bytes([*record.get(10)?, *record.get(11)?]);
    (!before.starts_with(b"PK\x06\x07")).then_some(count.into())
}

fn must_be_plain<R: Read>(entry: &ZipFile<'_, R>) -> Result<(), Why> {
    if entry.encrypted() {
        return Err(Why::Encrypted);
    }
    let name = entry.name().map_err(|_| Why::NameNotTaken)?;
    let leads_elsewhere = entry.enclosed_name().is_none()
        || name.starts_with('/')
        || name.contains(['\\', ':'])
        || name.split('/').any(|step| matches!(step, "." | ".."));
    if leads_elsewhere
        || entry.is_symlink()
        || name.chars().count() > LONGEST_NAME
        || name.chars().any(char::is_control)
    {
        return Err(Why::NameNotTaken);
    }
    Ok(())
}

/// What was unpacked so far.
#[derive(Default)]
struct Seen {
    files: usize,
    bytes: u64,
    pixels: u64,
}

impl Seen {
    fn take<R: Read>(&mut self, entry: &mut ZipFile<'_, R>) -> Result<(), Why> {
        let packed = entry.compressed_size().max(1);
        let room = LARGEST_ENTRY.min(LARGEST.saturating_sub(self.bytes));
        let room = room.min(packed.saturating_mul(MOST_TIMES).max(SMALL));
        let mut content = Vec::new();
        // One byte more than there is room for tells that there are more.
        let mut unpacked = entry.take(room + 1);
        unpacked
            .read_to_end(&mut content)
            .map_err(|_| Why::Broken)?;
        let size = content.len() as u64;
        if size > room {
            return Err(Why::TooLarge);
        }
        self.files += 1;
        self.bytes += size;
        self.must_be_a_paper(&content)
    }

    fn must_be_a_paper(&mut self, content: &[u8]) -> Result<(), Why> {
        match sniff(content) {
            Some("application/pdf") if pdf::is_readable(content) => Ok(()),
            Some("application/pdf") => Err(Why::Broken),
            Some(media_type @ ("image/jpeg" | "image/png")) => {
                let pixels = picture::pixels(media_type, content).ok_or(Why::Broken)?;
                self.pixels += pixels;
                if self.pixels > MOST_PIXELS {
                    return Err(Why::TooLarge);
                }
                picture::size(media_type, content)
                    .map(drop)
                    .ok_or(Why::Broken)
            }
            _ => Err(Why::OtherContent),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Write;
    use zip::write::SimpleFileOptions;
    use zip::{CompressionMethod, ZipWriter};

    /// A picture of one point.
    fn png() -> Vec<u8> {
        let mut file = Cursor::new(Vec::new());
        let picture = image::DynamicImage::new_rgb8(1, 1);
        picture
            .write_to(&mut file, image::ImageFormat::Png)
            .expect("a picture");
        file.into_inner()
    }

    fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        for (name, content) in entries {
            writer.start_file(*name, options).expect("an entry");
            writer.write_all(content).expect("written");
        }
        writer.finish().expect("an archive").into_inner()
    }

    #[test]
    fn papers_are_taken_and_anything_else_says_why_not() {
        let png = png();
        assert_eq!(
            look(&zip(&[("1.png", &png), ("анықтама/2.png", &png)])),
            Ok(())
        );
        let inner = zip(&[("1.png", &png)]);
        for (entries, why) in [
            (
                vec![("1.png", &png[..]), ("2.zip", &inner[..])],
                Why::OtherContent,
            ),
            (vec![("1.exe", b"MZ".as_slice())], Why::OtherContent),
            (vec![("1.png", &png[..40])], Why::Broken),
            (vec![("../1.png", &png[..])], Why::NameNotTaken),
            (vec![("/etc/1.png", &png[..])], Why::NameNotTaken),
            (vec![("a\\1.png", &png[..])], Why::NameNotTaken),
            (vec![("C:1.png", &png[..])], Why::NameNotTaken),
            (vec![], Why::Broken),
        ] {
            assert_eq!(
                look(&zip(&entries)),
                Err(why),
                "{:?}",
                entries.first().map(|it| it.0)
            );
        }
        let names: Vec<String> = (0..=MOST_ENTRIES).map(|at| format!("{at}.png")).collect();
        let many: Vec<_> = names.iter().map(|name| (name.as_str(), &png[..])).collect();
        assert_eq!(look(&zip(&many)), Err(Why::TooManyFiles));
        assert_eq!(look(&zip(&many[1..])), Ok(()));
    }

    #[test]
    fn a_bomb_is_refused_at_the_byte_with_which_it_becomes_one() {
        let mut content = png();
        content.resize(40 * 1024 * 1024, 0);
        let bomb = zip(&[("1.png", &content)]);
        assert!(bomb.len() < 100_000);
        assert_eq!(look(&bomb), Err(Why::TooLarge));
    }

    #[test]
    fn what_an_entry_says_of_its_size_is_not_believed() {
        let mut content = png();
        content.resize(8 * 1024 * 1024, 0);
        let mut liar = zip(&[("1.png", &content)]);
        let size = u32::try_from(content.len()).expect("small").to_le_bytes();
        let places: Vec<_> = liar
            .windows(4)
            .enumerate()
            .filter(|(_, it)| *it == size)
            .map(|(at, _)| at)
            .collect();
        assert!(!places.is_empty());
        for at in places {
            liar[at..at + 4].copy_from_slice(&100_u32.to_le_bytes());
        }
        assert!(look(&liar).is_err());
    }

    #[test]
    fn an_entry_that_is_encrypted_or_hidden_behind_another_is_refused() {
        let png = png();
        let mut locked = zip(&[("1.png", &png)]);
        for signature in [&b"PK\x03\x04"[..], b"PK\x01\x02"] {
            let at = locked
                .windows(4)
                .position(|it| it == signature)
                .expect("a header");
            let flags = at + if signature[2] == 3 { 6 } else { 8 };
            locked[flags] |= 1;
        }
        assert_eq!(look(&locked), Err(Why::Encrypted));

        let mut twice = zip(&[("1.png", &png), ("2.png", &png)]);
        let second: Vec<_> = twice
            .windows(5)
            .enumerate()
            .filter(|(_, it)| *it == b"2.png")
            .map(|(at, _)| at)
            .collect();
        for at in second {
            twice[at] = b'1';
        }
        assert_eq!(look(&twice), Err(Why::NameNotTaken));
        let mut longer = zip(&[("1.png", &png)]);
        longer.extend_from_slice(b"more");
        assert_eq!(look(&longer), Err(Why::Broken));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_bytes_break_it(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12)) {
            let mut bytes = zip(&[("1.png", &png()), ("2.png", &png())]);
            for (at, byte) in changes {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            let _ = look(&bytes);
        }
    }
}

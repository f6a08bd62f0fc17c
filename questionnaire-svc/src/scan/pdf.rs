//! Whether bytes are a PDF that an expert can open.

use lopdf::Document;
use lopdf::xref::XrefRecovery;

/// At least one page can be found, without a password. Pages are not drawn, and streams are
/// unpacked only as far as the way to the pages needs it: a small file can't become a large one.
///
/// A table of objects that points a little beside is common and taken. One that had to be rebuilt
/// by searching the file is not: the file was cut off, and nobody knows what it lacks.
pub fn is_readable(bytes: &[u8]) -> bool {
    Document::load_metadata_mem(bytes).is_ok_and(|about| {
        about.page_count > 0 && about.xref_recovery != Some(XrefRecovery::Reconstructed)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PDF: &str = "%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n\
        2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n\
        3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>\nendobj\n\
        xref\n0 4\n0000000000 65535 f \n0000000009 00000 n \n0000000058 00000 n \n\
        0000000115 00000 n \ntrailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n186\n%%EOF\n";

    #[test]
    fn a_page_that_is_found_makes_it_readable() {
        assert!(is_readable(PDF.as_bytes()));
        assert!(!is_readable(&PDF.as_bytes()[..120]));
    }

    /// Deeper than any stack: refused or not, the program goes on.
    #[test]
    fn what_is_nested_without_end_breaks_nothing() {
        for (open, close) in [("[", "]"), ("<</A", ">>")] {
            let deep = format!("{}1{}", open.repeat(50_000), close.repeat(50_000));
            is_readable(PDF.replace("[3 0 R]", &deep).as_bytes());
            is_readable(
                PDF.replace("<< /Size 4", &format!("<< /B {deep} /Size 4"))
                    .as_bytes(),
            );
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_bytes_break_it(changes in prop::collection::vec((0..PDF.len(), any::<u8>()), 1..12)) {
            let mut bytes = PDF.as_bytes().to_vec();
            for (at, byte) in changes {
                bytes[at] = byte;
            }
            is_readable(&bytes);
        }
    }
}

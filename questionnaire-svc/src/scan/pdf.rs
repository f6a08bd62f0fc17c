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

//! Whether bytes are a PDF that an expert can open.

/// At least one page can be found, without a password. Pages are not drawn, and streams are
/// unpacked only as far as the way to the pages needs it: a small file can't become a large one.
pub fn is_readable(bytes: &[u8]) -> bool {
    lopdf::Document::load_metadata_mem(bytes).is_ok_and(|about| about.page_count > 0)
}

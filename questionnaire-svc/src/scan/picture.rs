//! Whether bytes are a picture, decoded to the last row, and its size.

use std::io::Cursor;

use image::{ImageFormat, ImageReader, Limits};

/// More pixels than any camera that people scan a diploma with.
const MOST_PIXELS: u64 = 50_000_000;
/// What one decoded picture may take in memory.
const MOST_MEMORY: u64 = 256 * 1024 * 1024;

/// Width and height, where the bytes are a whole picture of this type and not too large.
pub fn size(media_type: &str, bytes: &[u8]) -> Option<(u32, u32)> {
    let format = ImageFormat::from_mime_type(media_type)?;
    let (width, height) = reader(format, bytes).into_dimensions().ok()?;
    if u64::from(width) * u64::from(height) > MOST_PIXELS {
        return None;
    }
    reader(format, bytes).decode().ok()?;
    Some((width, height))
}

/// How many points a picture says it has, before anything of it is decoded.
pub fn pixels(media_type: &str, bytes: &[u8]) -> Option<u64> {
    let format = ImageFormat::from_mime_type(media_type)?;
    let (width, height) = reader(format, bytes).into_dimensions().ok()?;
    Some(u64::from(width) * u64::from(height))
}

fn reader(format: ImageFormat, bytes: &[u8]) -> ImageReader<Cursor<&[u8]>> {
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    reader
}

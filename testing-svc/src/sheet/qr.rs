//! The squares of a QR code.

use anyhow::anyhow;
use qrcode::{Color, EcLevel, QrCode};

/// Row by row, which squares are dark. Of what doesn't fit with more, less is corrected.
pub fn modules(text: &str) -> anyhow::Result<Vec<Vec<bool>>> {
    let fits = |level| QrCode::with_error_correction_level(text, level).ok();
    let code = fits(EcLevel::M).or_else(|| fits(EcLevel::L));
    let code = code.ok_or_else(|| anyhow!("the text is too long for a QR code"))?;
    let rows = code.to_colors();
    let dark = |row: &[Color]| row.iter().map(|it| *it == Color::Dark).collect();
    Ok(rows.chunks(code.width().max(1)).map(dark).collect())
}

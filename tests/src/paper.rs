//! Papers that people upload: real PDFs and photos, made in memory.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, RgbImage};
pub use standalone::paper::pdf;

/// A photo of 3 × 4 on a white ground.
pub fn photo() -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    let picture = RgbImage::from_pixel(300, 400, image::Rgb([255, 255, 255]));
    DynamicImage::ImageRgb8(picture)
        .write_to(&mut file, ImageFormat::Png)
        .unwrap();
    file.into_inner()
}

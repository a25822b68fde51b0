//! An image as the agent sees it: the part they look at, turned as they want it, with their name and the moment
//! drawn across it again and again.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, ImageFormat, ImageReader, Rgb, RgbImage};
use tokio::sync::Semaphore;

use super::letters::{HEIGHT, Lettering};
use super::rules::view::View;
use crate::error::Error;

/// The longest side that is sent, in pixels.
const LONGEST: u32 = 1_800;
/// How good the JPEG is, of 100.
const QUALITY: u8 = 86;
/// How strongly a mark covers what is below it, of 256: enough to be read, too little to hide a letter.
const STRENGTH: u16 = 74;
/// The slope of the lines: they rise by one for so many across.
const SLOPE: i64 = 3;
/// Dots between two lines, and between two marks of one line.
const GAP: usize = 13;
/// Images that are drawn at once: each takes a core and tens of megabytes.
static TURNS: Semaphore = Semaphore::const_new(2);

/// Draws the part of a JPEG that `view` shows, with `words` across it, when it is its turn.
///
/// # Errors
/// When what was kept is no image, which is ours to mend.
pub async fn draw(
    jpeg: impl AsRef<[u8]> + Send + 'static,
    view: View,
    words: String,
) -> Result<Vec<u8>, Error> {
    // Nobody closes it, so a turn always comes.
    let turn = TURNS.acquire().await;
    let working = tokio::task::spawn_blocking(move || {
        let drawn = draw_now(jpeg.as_ref(), view, &words);
        drop(turn);
        drawn
    });
    let drawn = working.await.map_err(|cause| Error::internal(format!("a watermark broke off: {cause}")))?;
    drawn.map_err(|cause| Error::internal(format!("an image cannot be drawn: {cause}")))
}

fn draw_now(jpeg: &[u8], view: View, words: &str) -> Result<Vec<u8>, image::ImageError> {
    let whole = ImageReader::with_format(Cursor::new(jpeg), ImageFormat::Jpeg).decode()?;
    let mut picture = part(&whole, view).into_rgb8();
    drop(whole);
    mark(&mut picture, words);
    let mut bytes = Vec::new();
    DynamicImage::from(picture).write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, QUALITY))?;
    Ok(bytes)
}

/// The part of an image that is looked at, turned, and no larger than a screen needs.
fn part(whole: &DynamicImage, view: View) -> DynamicImage {
    let turned = match view.turn() {
        90 => whole.rotate90(),
        180 => whole.rotate180(),
        270 => whole.rotate270(),
        _ => whole.clone(),
    };
    let (left, top, width, height) = view.cut(turned.width(), turned.height());
    let part = turned.crop_imm(left, top, width, height);
    if width.max(height) > LONGEST { part.resize(LONGEST, LONGEST, FilterType::Triangle) } else { part }
}

/// Draws words across a picture, light where it is dark and dark where it is light.
fn mark(picture: &mut RgbImage, words: &str) {
    let lettering = Lettering::of(words);
    let dot = i64::from((picture.width().max(picture.height()) / 420).max(1));
    let across = i64::try_from(lettering.width() + GAP).unwrap_or(i64::MAX);
    let down = i64::try_from(HEIGHT + GAP).unwrap_or(i64::MAX);
    for (x, y, pixel) in picture.enumerate_pixels_mut() {
        let (x, y) = (i64::from(x), i64::from(y));
        // The lines rise: each place is looked up in lines that lie level.
        let (level, along) =
            ((y * SLOPE + x).div_euclid(SLOPE * dot), (x * SLOPE - y).div_euclid(SLOPE * dot));
        let line = level.div_euclid(down);
        let place = (along + line * across / 3).rem_euclid(across);
        let (place, row) = (usize::try_from(place), usize::try_from(level.rem_euclid(down)));
        if let (Ok(place), Ok(row)) = (place, row)
            && lettering.has_ink(place, row)
        {
            *pixel = blend(*pixel);
        }
    }
}

fn blend(Rgb(colour): Rgb<u8>) -> Rgb<u8> {
    let [red, green, blue] = colour.map(u16::from);
    let is_light = red * 2 + green * 5 + blue > 8 * 110;
    let over = if is_light { 0 } else { 255 };
    Rgb(colour.map(|part| {
        let mixed = (u16::from(part) * (256 - STRENGTH) + over * STRENGTH) / 256;
        u8::try_from(mixed).unwrap_or(u8::MAX)
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jpeg(width: u32, height: u32) -> Vec<u8> {
        let grey = RgbImage::from_pixel(width, height, Rgb([200, 200, 200]));
        let mut bytes = Vec::new();
        DynamicImage::from(grey).write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, 95)).unwrap();
        bytes
    }

    fn drawn(jpeg: &[u8], view: View, words: &str) -> RgbImage {
        let bytes = draw_now(jpeg, view, words).unwrap();
        image::load_from_memory_with_format(&bytes, ImageFormat::Jpeg).unwrap().into_rgb8()
    }

    #[test]
    fn every_quarter_of_a_picture_carries_the_mark() {
        let marked = drawn(&jpeg(600, 400), View::default(), "NOOR-V 2026-11-18 12:00:00 UTC");
        for (left, top) in [(0, 0), (300, 0), (0, 200), (300, 200)] {
            let quarter = image::imageops::crop_imm(&marked, left, top, 300, 200).to_image();
            let dark = quarter.pixels().filter(|Rgb([red, ..])| *red < 170).count();
            assert!((400..30_000).contains(&dark), "{dark} dark dots at {left},{top}");
        }
    }

    #[test]
    fn two_agents_leave_two_pictures() {
        let (one, other) = (
            drawn(&jpeg(300, 200), View::default(), "NOOR-V"),
            drawn(&jpeg(300, 200), View::default(), "IRIS-S"),
        );
        assert_ne!(one, other);
    }

    #[test]
    fn a_picture_is_turned_cut_and_made_smaller() {
        let size = |jpeg: &[u8], view| drawn(jpeg, view, "A").dimensions();
        assert_eq!(size(&jpeg(400, 300), View::default()), (400, 300));
        assert_eq!(size(&jpeg(400, 300), View::new(90, 1, 0, 0)), (300, 400));
        assert_eq!(size(&jpeg(400, 300), View::new(0, 2, 1, 2)), (200, 150));
        assert_eq!(size(&jpeg(3_600, 900), View::default()), (1_800, 450));
        assert_eq!(size(&jpeg(1, 1), View::new(0, 4, 6, 6)), (1, 1));
    }

    #[test]
    fn what_is_no_jpeg_is_an_error_of_ours() {
        assert!(draw_now(b"<svg/>", View::default(), "A").is_err());
    }
}

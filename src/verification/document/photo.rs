//! From a file that somebody sent to the image that is sealed: read under limits, made smaller, turned upright, and
//! written anew as JPEG, so that nothing of the file is left but what one sees.

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, GenericImageView, ImageFormat, Rgb, RgbImage};

use super::rules::{FileProblem, Hint, LONGEST_KEPT, LONGEST_READ, SHORTEST, what_it_is};
use crate::text::images::fit;
use crate::uploads::images::{Opened, Reading, open};
use crate::uploads::rules::LARGEST_FILE;

/// The most memory that the points of one may take, in bytes: thirty-three million of three each.
const MEMORY: u64 = 100_000_000;
/// How good the JPEG is, of 100: the small print has to be readable.
const QUALITY: u8 = 88;
/// The longer side of the picture that is measured.
const MEASURED: u32 = 1_000;

/// The longest side is looked at by itself, so that it can be told which it is.
const DOCUMENTS: Reading =
    Reading { formats: &[ImageFormat::Jpeg, ImageFormat::Png], longest: u32::MAX, memory: MEMORY };

/// An image as it will be sealed.
pub struct Photo {
    /// Its file.
    pub jpeg: Vec<u8>,
    /// Its width.
    pub width: u32,
    /// Its height.
    pub height: u32,
    /// What might be better about it.
    pub hints: Vec<Hint>,
}

/// Makes an image of what somebody sent. It takes its time and its memory: never do it in a worker, and never two at
/// once.
///
/// # Errors
/// What is wrong with it.
pub fn prepare(sent: &[u8]) -> Result<Photo, FileProblem> {
    if sent.is_empty() {
        return Err(FileProblem::Missing);
    }
    if sent.len() > LARGEST_FILE {
        return Err(FileProblem::TooLarge);
    }
    let is_jpeg = sent.starts_with(b"\xff\xd8\xff");
    if !is_jpeg && !sent.starts_with(b"\x89PNG\r\n\x1a\n") {
        return Err(FileProblem::NotAccepted(what_it_is(sent)));
    }
    let opened = open(sent, &DOCUMENTS).map_err(|why| FileProblem::from_image(why, (0, 0)))?;
    let orientation = opened.orientation;
    check(&opened, if is_jpeg { jpeg(sent) } else { Some(Scans::default()) })?;
    let size = opened.size;
    let picture = opened.decode().map_err(|why| FileProblem::from_image(why, size))?;
    let kept = reduce(&picture, LONGEST_KEPT);
    drop(picture);
    let hints = hints(&kept);
    let mut kept = DynamicImage::from(kept);
    // Turned after it is small: turning takes as much memory again.
    kept.apply_orientation(orientation);
    let mut bytes = Vec::new();
    let written = kept.write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, QUALITY));
    written.map_err(|_| FileProblem::Damaged)?;
    Ok(Photo { jpeg: bytes, width: kept.width(), height: kept.height(), hints })
}

/// Whether a picture of this size and packing may be read.
fn check(opened: &Opened<'_>, scans: Option<Scans>) -> Result<(), FileProblem> {
    let (width, height) = opened.size;
    if width.max(height) > LONGEST_READ {
        return Err(FileProblem::TooManyPixels(width, height));
    }
    let scans = scans.ok_or(FileProblem::Damaged)?;
    // Where colours come one after the other, or finer and finer, all of them are held until the end, in two bytes
    // each.
    let held = u64::from(width) * u64::from(height) * 2 * u64::from(scans.colours_held);
    if opened.bytes + held > MEMORY {
        return Err(FileProblem::TooMuch(width, height));
    }
    if width.max(height) < SHORTEST {
        return Err(FileProblem::TooSmall(width, height));
    }
    Ok(())
}

/// How a JPEG is packed.
#[derive(Default)]
struct Scans {
    /// How many colours are held until the end.
    colours_held: u8,
}

/// Looks at the markers of a JPEG (ITU T.81, annex B). `None` where it breaks off: what follows its head has to end
/// with the marker of the end.
fn jpeg(bytes: &[u8]) -> Option<Scans> {
    let (mut at, mut colours, mut is_fine) = (2, 0, false);
    loop {
        // Any number of fill bytes may stand before a marker.
        while bytes.get(at) == Some(&0xff) && bytes.get(at + 1) == Some(&0xff) {
            at += 1;
        }
        let (&0xff, &marker) = (bytes.get(at)?, bytes.get(at + 1)?) else { return None };
        if matches!(marker, 0x01 | 0xd0..=0xd7) {
            at += 2;
            continue;
        }
        let length = usize::from(*bytes.get(at + 2)?) << 8 | usize::from(*bytes.get(at + 3)?);
        match marker {
            0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                (colours, is_fine) = (*bytes.get(at + 9)?, matches!(marker, 0xc2 | 0xc6 | 0xca | 0xce));
            }
            0xda => {
                let together = *bytes.get(at + 4)?;
                bytes.get(at..)?.windows(2).rposition(|two| two == [0xff, 0xd9])?;
                let held = if is_fine || together < colours { colours } else { 0 };
                return Some(Scans { colours_held: held });
            }
            _ => {}
        }
        at += 2 + length.max(2);
    }
}

/// The picture with no side longer than this, each point the average of those it takes the place of. Row by row,
/// because another picture of full size would not fit. What is transparent becomes white.
fn reduce(picture: &DynamicImage, longest: u32) -> RgbImage {
    let (from, to) = (picture.dimensions(), fit(picture.width(), picture.height(), longest));
    let (across, down) = (spans(from.0, to.0), spans(from.1, to.1));
    let mut reduced = RgbImage::new(to.0, to.1);
    let mut sums = [vec![[0_f32; 3]; to.0 as usize], vec![[0_f32; 3]; to.0 as usize]];
    let mut current = 0;
    for (y, (row, share, next)) in (0..).zip(down) {
        if row != current {
            put(&mut reduced, current, &mut sums);
            current = row;
        }
        for (x, (column, part, beyond)) in (0..).zip(&across) {
            let colour = point(picture, x, y);
            for (sums, share) in sums.iter_mut().zip([share, next]).filter(|(_, share)| *share > 0.0) {
                for (column, part) in [(*column, *part), (*column + 1, *beyond)] {
                    if let Some(sum) = sums.get_mut(column as usize).filter(|_| part > 0.0) {
                        (0..3).for_each(|at| sum[at] += colour[at] * part * share);
                    }
                }
            }
        }
    }
    put(&mut reduced, current, &mut sums);
    reduced
}

/// Where each of `from` points goes among `to`: the place, its share of that place, and its share of the next.
fn spans(from: u32, to: u32) -> Vec<(u32, f32, f32)> {
    let (from, to) = (u64::from(from), u64::from(to));
    let span = |at: u64| {
        // In units of which a point has `to`, and a place `from`.
        let (start, end) = (at * to, (at + 1) * to);
        let place = start / from;
        let here = end.min((place + 1) * from) - start;
        #[expect(
            clippy::cast_precision_loss,
            reason = "both are below 65,536 squared, and eight bits are wanted"
        )]
        let share = |units: u64| units as f32 / from as f32;
        (u32::try_from(place).unwrap_or(u32::MAX), share(here), share(end - start - here))
    };
    (0..from).map(span).collect()
}

fn put(picture: &mut RgbImage, row: u32, sums: &mut [Vec<[f32; 3]>; 2]) {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "kept between 0 and 255")]
    let byte = |value: f32| value.round().clamp(0.0, 255.0) as u8;
    for (x, sum) in (0..).zip(&sums[0]) {
        picture.put_pixel(x, row, Rgb(sum.map(byte)));
    }
    sums.swap(0, 1);
    sums[1].fill([0.0; 3]);
}

fn point(picture: &DynamicImage, x: u32, y: u32) -> [f32; 3] {
    if let DynamicImage::ImageRgb8(picture) = picture {
        return picture.get_pixel(x, y).0.map(f32::from);
    }
    let [red, green, blue, alpha] = picture.get_pixel(x, y).0;
    let alpha = f32::from(alpha) / 255.0;
    [red, green, blue].map(|colour| f32::from(colour) * alpha + 255.0 * (1.0 - alpha))
}

/// What might be better, measured on a smaller copy.
fn hints(picture: &RgbImage) -> Vec<Hint> {
    let longest = picture.width().max(picture.height());
    let small = reduce(&DynamicImage::from(picture.clone()), MEASURED);
    let light: Vec<f32> = small
        .pixels()
        .map(|Rgb([red, green, blue])| {
            0.299 * f32::from(*red) + 0.587 * f32::from(*green) + 0.114 * f32::from(*blue)
        })
        .collect();
    let white = light.iter().map(|value| if *value > 250.0 { 1.0 } else { 0.0 });
    Hint::of(longest, mean(light.iter().copied()), mean(white), sharpness(&light, small.width() as usize))
}

/// The variance of the Laplacian: how much each point differs from those around it.
fn sharpness(light: &[f32], width: usize) -> f32 {
    let height = light.len() / width.max(1);
    let inside =
        (1..height.saturating_sub(1)).flat_map(|y| (1..width.saturating_sub(1)).map(move |x| y * width + x));
    let differences: Vec<f32> = inside
        .map(|at| light[at - width] + light[at + width] + light[at - 1] + light[at + 1] - 4.0 * light[at])
        .collect();
    let middle = mean(differences.iter().copied());
    mean(differences.iter().map(|difference| (difference - middle).powi(2)))
}

fn mean(values: impl Iterator<Item = f32>) -> f32 {
    let (sum, count) = values.fold((0_f64, 0_u32), |(sum, count), value| (sum + f64::from(value), count + 1));
    #[expect(clippy::cast_possible_truncation, reason = "a mean of bytes needs no more")]
    let mean = (sum / f64::from(count.max(1))) as f32;
    mean
}

#[cfg(test)]
#[path = "photo_tests.rs"]
mod tests;

//! Invented documents for the demo, drawn: no state issues them, and every one says so.

use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, Rgb, RgbImage};

use crate::error::Error;
use crate::verification::desk::letters::{HEIGHT, Lettering};

/// The size of a drawn card: the shape of an identity card (ID-1, ISO/IEC 7810), in pixels.
pub const SIZE: (u32, u32) = (1_280, 808);

const PAPER: Rgb<u8> = Rgb([226, 236, 232]);
const LINES: Rgb<u8> = Rgb([201, 219, 212]);
const INK: Rgb<u8> = Rgb([28, 40, 48]);
const SOFT: Rgb<u8> = Rgb([94, 112, 118]);
const SEA: Rgb<u8> = Rgb([38, 92, 104]);
const SKIN: [Rgb<u8>; 4] =
    [Rgb([226, 184, 152]), Rgb([190, 138, 104]), Rgb([140, 94, 66]), Rgb([240, 206, 180])];

/// What stands on a card.
#[derive(Clone, Debug)]
pub struct Card<'a> {
    /// Heading, such as the kind of document.
    pub title: &'a str,
    /// Names and values, top to bottom.
    pub fields: &'a [(&'a str, String)],
    /// The machine-readable zone, if this side has one.
    pub zone: &'a [String],
    /// Which of the invented faces; `None` on the back.
    pub face: Option<usize>,
}

/// Draws a card as JPEG.
///
/// # Errors
/// When it cannot be encoded.
pub fn draw(card: &Card<'_>) -> Result<Vec<u8>, Error> {
    let mut picture = RgbImage::from_fn(SIZE.0, SIZE.1, |x, y| {
        // Waves, as on the paper of real documents.
        let wave = (f64::from(x) / 46.0).sin() * 9.0 + f64::from(y);
        if wave.rem_euclid(22.0) < 1.6 { LINES } else { PAPER }
    });
    fill(&mut picture, (0, 0), (SIZE.0, 92), SEA);
    write(&mut picture, (44, 30), 5, PAPER, card.title);
    write(&mut picture, (SIZE.0 - 330, 34), 4, PAPER, "SPECIMEN");
    let left = if let Some(face) = card.face {
        portrait(&mut picture, (44, 132), SKIN[face % SKIN.len()]);
        430
    } else {
        44
    };
    let mut top = 132;
    for (name, value) in card.fields {
        write(&mut picture, (left, top), 2, SOFT, name);
        write(&mut picture, (left, top + 22), 4, INK, value);
        top += 76;
    }
    let first = SIZE.1 - 24 - 52 * u32::try_from(card.zone.len()).unwrap_or(0);
    for (line, text) in (0_u32..).zip(card.zone) {
        write(&mut picture, (44, first + line * 52), 4, INK, text);
    }
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, 88)
        .encode(picture.as_raw(), SIZE.0, SIZE.1, ExtendedColorType::Rgb8)
        .map_err(|cause| Error::internal(format!("a specimen cannot be drawn: {cause}")))?;
    Ok(jpeg)
}

fn fill(picture: &mut RgbImage, from: (u32, u32), to: (u32, u32), colour: Rgb<u8>) {
    for y in from.1..to.1.min(SIZE.1) {
        for x in from.0..to.0.min(SIZE.0) {
            picture.put_pixel(x, y, colour);
        }
    }
}

/// Writes a line in letters whose dots are `dot` pixels wide.
fn write(picture: &mut RgbImage, at: (u32, u32), dot: u32, colour: Rgb<u8>, text: &str) {
    let line = Lettering::of(text);
    for (across, left) in (0..line.width()).zip((0_u32..).map(|column| at.0 + column * dot)) {
        for (down, top) in (0..HEIGHT).zip((0_u32..).map(|row| at.1 + row * dot)) {
            if line.has_ink(across, down) {
                fill(picture, (left, top), (left + dot, top + dot), colour);
            }
        }
    }
}

/// Head and shoulders, of nobody.
fn portrait(picture: &mut RgbImage, at: (u32, u32), skin: Rgb<u8>) {
    const WIDTH: u32 = 330;
    const TALL: u32 = 420;
    fill(picture, at, (at.0 + WIDTH, at.1 + TALL), Rgb([206, 216, 222]));
    let round = |x: u32, y: u32, centre: (f64, f64), radii: (f64, f64)| {
        let (across, down) = ((f64::from(x) - centre.0) / radii.0, (f64::from(y) - centre.1) / radii.1);
        across * across + down * down <= 1.0
    };
    for y in 0..TALL {
        for x in 0..WIDTH {
            let colour = if round(x, y, (165.0, 170.0), (74.0, 96.0)) {
                skin
            } else if round(x, y, (165.0, 142.0), (92.0, 104.0)) {
                Rgb([58, 46, 42])
            } else if round(x, y, (165.0, 430.0), (150.0, 140.0)) {
                SEA
            } else {
                continue;
            };
            picture.put_pixel(at.0 + x, at.1 + y, colour);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_is_a_picture_of_its_size() {
        let fields = [("SURNAME", "DOE".to_owned())];
        let card = Card { title: "IDENTITY CARD", fields: &fields, zone: &[], face: Some(1) };
        let drawn = image::load_from_memory(&draw(&card).unwrap()).unwrap();
        assert_eq!((drawn.width(), drawn.height()), SIZE);
    }
}

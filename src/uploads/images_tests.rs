//! Tests of what becomes of files that members send, and of those that nobody should.

use image::codecs::gif::GifEncoder;
use image::{Delay, Frame, Rgb, RgbImage, Rgba, RgbaImage};

use super::*;

const RED: Rgb<u8> = Rgb([220, 20, 20]);
const BLUE: Rgb<u8> = Rgb([20, 20, 220]);

fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// Red to the left, blue to the right.
fn halves(width: u32, height: u32) -> DynamicImage {
    RgbImage::from_fn(width, height, |x, _| if x < width / 2 { RED } else { BLUE }).into()
}

/// Like a photograph: no two places alike, and nothing to be packed.
fn photograph(width: u32, height: u32) -> DynamicImage {
    let mut seed = 1_u32;
    let mut next = move || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        seed.to_be_bytes()[0]
    };
    RgbImage::from_fn(width, height, |_, _| Rgb([next(), next(), next()])).into()
}

fn look(bytes: &[u8]) -> DynamicImage {
    image::load_from_memory(bytes).unwrap()
}

fn is_about(pixel: Rgba<u8>, colour: Rgb<u8>) -> bool {
    (0..3).all(|part| pixel[part].abs_diff(colour[part]) < 40)
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

fn checksum(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(
            sum ^ u32::from(*byte),
            |sum, _| if sum & 1 == 1 { (sum >> 1) ^ 0xEDB8_8320 } else { sum >> 1 },
        )
    })
}

/// A PNG of a few bytes that says it is this large.
fn pretender(width: u32, height: u32) -> Vec<u8> {
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut chunk = |kind: &[u8; 4], data: &[u8]| {
        png.extend(u32::try_from(data.len()).unwrap().to_be_bytes());
        let body = [kind.as_slice(), data].concat();
        png.extend(&body);
        png.extend(checksum(&body).to_be_bytes());
    };
    let size = [width.to_be_bytes(), height.to_be_bytes()].concat();
    chunk(b"IHDR", &[size.as_slice(), &[8, 6, 0, 0, 0]].concat());
    chunk(b"IDAT", &[0x78, 0x9c, 0x63, 0, 0, 0, 1, 0, 1]);
    chunk(b"IEND", &[]);
    png
}

/// A JPEG that was held on its side, with the place where it was taken.
fn from_a_camera() -> Vec<u8> {
    let jpeg = encoded(&halves(64, 32), ImageFormat::Jpeg);
    let mut tiff = b"II*\0\x08\0\0\0".to_vec();
    let entry = |tag: u16, kind: u16, count: u32, value: u32| {
        [
            tag.to_le_bytes().to_vec(),
            kind.to_le_bytes().to_vec(),
            count.to_le_bytes().to_vec(),
            value.to_le_bytes().to_vec(),
        ]
        .concat()
    };
    tiff.extend(2_u16.to_le_bytes());
    tiff.extend(entry(0x0112, 3, 1, 6));
    tiff.extend(entry(0x8825, 4, 1, 38));
    tiff.extend(0_u32.to_le_bytes());
    tiff.extend(1_u16.to_le_bytes());
    tiff.extend(entry(0x0001, 2, 2, u32::from_le_bytes(*b"N\0\0\0")));
    tiff.extend(0_u32.to_le_bytes());
    tiff.extend(b"AT HOME 47.3769 8.5417");
    let exif = [b"Exif\0\0".as_slice(), &tiff].concat();
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    [&jpeg[..2], &[0xFF, 0xE1], &length, &exif, &jpeg[2..]].concat()
}

#[test]
fn a_large_picture_becomes_smaller_and_has_a_thumbnail() {
    let made = prepare(&encoded(&halves(2_000, 1_000), ImageFormat::Jpeg)).unwrap();
    assert_eq!(made.name.size(), (1_600, 800));
    assert_eq!(look(&made.whole).dimensions(), (1_600, 800));
    let small = look(made.thumbnail.as_ref().unwrap());
    assert_eq!(Some(small.dimensions()), made.name.thumbnail());
    assert_eq!(small.dimensions(), (640, 320));
    assert!(is_about(small.get_pixel(10, 160), RED) && is_about(small.get_pixel(630, 160), BLUE));
}

#[test]
fn from_far_away_a_picture_keeps_its_shape_and_colours() {
    let made = prepare(&encoded(&halves(9_000, 20), ImageFormat::Png)).unwrap();
    assert_eq!(made.name.size(), (1_600, 4));
    let whole = look(&made.whole);
    assert!(is_about(whole.get_pixel(10, 2), RED) && is_about(whole.get_pixel(1_590, 2), BLUE));
    let thin = prepare(&encoded(&halves(5_000, 1), ImageFormat::Png)).unwrap();
    assert_eq!(thin.name.size(), (1_600, 1));
}

#[test]
fn a_small_picture_stays_as_large_as_it_is() {
    let made = prepare(&encoded(&halves(640, 3), ImageFormat::Png)).unwrap();
    assert_eq!((made.name.size(), made.thumbnail), ((640, 3), None));
    let made = prepare(&encoded(&halves(641, 3), ImageFormat::Png)).unwrap();
    assert!(made.thumbnail.is_some());
}

#[test]
fn photographs_become_jpeg_and_drawings_png() {
    let kind = |picture: &DynamicImage, format| prepare(&encoded(picture, format)).unwrap().name.kind();
    assert_eq!(kind(&photograph(600, 600), ImageFormat::Jpeg), Kind::Jpeg);
    assert_eq!(kind(&photograph(600, 600), ImageFormat::Png), Kind::Jpeg);
    assert_eq!(kind(&photograph(100, 100), ImageFormat::Png), Kind::Png);
    assert_eq!(kind(&halves(600, 600), ImageFormat::Png), Kind::Png);
    assert_eq!(kind(&halves(600, 600), ImageFormat::WebP), Kind::Png);
    let grey = DynamicImage::ImageLuma16(image::ImageBuffer::from_pixel(9, 9, image::Luma([30_000])));
    assert_eq!(kind(&grey, ImageFormat::Png), Kind::Png);
}

#[test]
fn what_one_can_see_through_stays_so() {
    let glass = RgbaImage::from_fn(900, 900, |x, _| Rgba([9, 9, 9, if x < 450 { 0 } else { 255 }]));
    let made = prepare(&encoded(&glass.into(), ImageFormat::Png)).unwrap();
    assert_eq!(made.name.kind(), Kind::Png);
    let small = look(made.thumbnail.as_ref().unwrap());
    assert_eq!((small.get_pixel(5, 5)[3], small.get_pixel(600, 5)[3]), (0, 255));
    let solid = RgbaImage::from_pixel(9, 9, Rgba([9, 9, 9, 255]));
    let made = prepare(&encoded(&solid.into(), ImageFormat::Png)).unwrap();
    assert!(!look(&made.whole).color().has_alpha());
}

#[test]
fn a_moving_picture_becomes_its_first() {
    let mut bytes = Vec::new();
    let mut encoder = GifEncoder::new(&mut bytes);
    for colour in [RED, BLUE] {
        let still = RgbaImage::from_pixel(8, 8, Rgba([colour[0], colour[1], colour[2], 255]));
        encoder.encode_frame(Frame::from_parts(still, 0, 0, Delay::from_numer_denom_ms(100, 1))).unwrap();
    }
    drop(encoder);
    let made = prepare(&bytes).unwrap();
    assert!(is_about(look(&made.whole).get_pixel(4, 4), RED));
    assert_eq!(made.name.kind(), Kind::Png);
}

#[test]
fn a_photograph_is_turned_upright_and_says_no_more_where_it_was_taken() {
    let sent = from_a_camera();
    assert!(holds(&sent, b"AT HOME"));
    let made = prepare(&sent).unwrap();
    let upright = look(&made.whole);
    assert_eq!(upright.dimensions(), (32, 64));
    assert!(is_about(upright.get_pixel(16, 10), RED), "{:?}", upright.get_pixel(16, 10));
    assert!(is_about(upright.get_pixel(16, 54), BLUE), "{:?}", upright.get_pixel(16, 54));
    for trace in [b"AT HOME".as_slice(), b"Exif", b"47.3769"] {
        assert!(!holds(&made.whole, trace));
    }
}

#[test]
fn the_same_file_has_the_same_name_and_another_has_another() {
    let name = |width| prepare(&encoded(&halves(width, 30), ImageFormat::Png)).unwrap().name;
    assert_eq!(name(30), name(30));
    assert_ne!(name(30), name(31));
}

#[test]
fn a_few_bytes_cannot_ask_for_much_memory() {
    for (width, height) in
        [(50_000, 50_000), (30_001, 1), (u32::MAX, u32::MAX), (8_000, 5_001), (30_000, 30_000)]
    {
        assert_eq!(
            prepare(&pretender(width, height)).unwrap_err(),
            ImageProblem::TooManyPixels,
            "{width}x{height}"
        );
    }
    assert_eq!(prepare(&pretender(100, 100)).unwrap_err(), ImageProblem::Damaged);
    assert_eq!(prepare(&pretender(0, 0)).unwrap_err(), ImageProblem::Damaged);
}

#[test]
fn a_file_that_is_too_large_is_not_looked_at() {
    let mut large = encoded(&halves(8, 8), ImageFormat::Png);
    large.resize(LARGEST_FILE, 0);
    assert!(prepare(&large).is_ok(), "what follows a picture is left out");
    large.push(0);
    assert_eq!(prepare(&large).unwrap_err(), ImageProblem::TooLarge);
    assert_eq!(prepare(&[]).unwrap_err(), ImageProblem::Missing);
}

#[test]
fn what_is_no_picture_is_refused_whatever_it_pretends() {
    let files: [&[u8]; 9] = [
        b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>",
        b"<?xml version=\"1.0\"?><svg/>",
        b"<!DOCTYPE html><script>alert(1)</script>",
        b"GIF89a",
        b"BM\x1a\0\0\0\0\0\0\0\x1a\0\0\0\x0c\0\0\0\x01\0\x01\0\x01\0\x18\0\0\0\xff\0",
        b"II*\0\x08\0\0\0",
        b"%PDF-1.7",
        b"\xff\xd8\xff",
        b"\x89PNG\r\n\x1a\n",
    ];
    for file in files {
        let refused = prepare(file).unwrap_err();
        assert!(matches!(refused, ImageProblem::Unknown | ImageProblem::Damaged), "{file:?}: {refused}");
    }
    assert_eq!(prepare(files[0]).unwrap_err(), ImageProblem::Unknown);
    assert_eq!(prepare(files[2]).unwrap_err(), ImageProblem::Unknown);
}

#[test]
fn what_else_a_file_holds_is_gone() {
    for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Gif] {
        let mut sent = encoded(&halves(16, 16), format);
        sent.extend(b"<script>alert(1)</script>PK\x03\x04");
        let made = prepare(&sent).unwrap();
        assert!(!holds(&made.whole, b"<script>") && !holds(&made.whole, b"PK\x03\x04"));
    }
}

#[test]
fn a_file_that_breaks_off_breaks_nothing() {
    for format in [ImageFormat::Png, ImageFormat::Gif, ImageFormat::WebP, ImageFormat::Jpeg] {
        let whole = encoded(&photograph(60, 60), format);
        for length in (0..whole.len()).step_by(whole.len() / 40) {
            // A decoder may show as much as came; it must only come to an end.
            let made = prepare(&whole[..length]);
            if format == ImageFormat::Png {
                assert!(made.is_err(), "{length} of {}", whole.len());
            }
        }
    }
}

//! Photographs as they come, and what is made of them.

use std::io::Cursor;

use super::*;

/// Something like a document: letters of black on light grey, so wide and high.
fn page(width: u32, height: u32) -> DynamicImage {
    let ink = |x: u32, y: u32| if (x / 7 * 31 + y / 9 * 17) % 5 < 2 && y % 24 < 12 { 40 } else { 205 };
    RgbImage::from_fn(width, height, |x, y| Rgb([ink(x, y); 3])).into()
}

fn as_jpeg(picture: &DynamicImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    picture.write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, 90)).unwrap();
    bytes
}

fn as_png(picture: &DynamicImage) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

#[test]
fn a_good_photograph_is_kept_without_a_hint() {
    let photo = prepare(&as_jpeg(&page(1_600, 1_050))).unwrap();
    assert_eq!((photo.width, photo.height, photo.hints), (1_600, 1_050, vec![]));
    let photo = prepare(&as_png(&page(3_600, 2_400))).unwrap();
    assert_eq!((photo.width, photo.height, photo.hints), (2_400, 1_600, vec![]));
    assert!(photo.jpeg.starts_with(b"\xff\xd8\xff"));
}

#[test]
fn what_might_be_better_is_told() {
    let sharp = page(1_200, 800);
    let changed = |change: fn(u8) -> u8| {
        let mut picture = sharp.to_rgb8();
        picture.pixels_mut().for_each(|pixel| pixel.0 = pixel.0.map(change));
        prepare(&as_jpeg(&picture.into())).unwrap().hints
    };
    assert_eq!(changed(|value| value / 6), [Hint::Dark]);
    assert_eq!(changed(|value| value / 16 + 239).first(), Some(&Hint::Bright));
    assert_eq!(prepare(&as_jpeg(&sharp.fast_blur(12.0))).unwrap().hints, [Hint::Blurred]);
    assert_eq!(prepare(&as_jpeg(&page(900, 620))).unwrap().hints, [Hint::Small]);
}

#[test]
fn averages_keep_every_point_and_its_weight() {
    let picture = DynamicImage::from(RgbImage::from_fn(3, 2, |x, _| Rgb([if x < 2 { 0 } else { 240 }; 3])));
    let half = reduce(&picture, 2);
    // Of three points to two, each takes one and a half.
    assert_eq!(half.dimensions(), (2, 1));
    assert_eq!((half.get_pixel(0, 0).0[0], half.get_pixel(1, 0).0[0]), (0, 160));
    assert_eq!(reduce(&picture, 3), picture.to_rgb8());
}

#[test]
fn what_is_transparent_becomes_white() {
    let clear = DynamicImage::from(image::RgbaImage::from_pixel(700, 700, image::Rgba([0, 0, 0, 0])));
    let photo = prepare(&as_png(&clear)).unwrap();
    let seen = image::load_from_memory(&photo.jpeg).unwrap().to_rgb8();
    assert!(seen.get_pixel(350, 350).0.iter().all(|value| *value > 250));
}

#[test]
fn a_photograph_is_turned_upright() {
    let mut bytes = as_jpeg(&page(1_200, 800));
    let mut exif =
        b"\xff\xe1\x00\x22Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0".to_vec();
    exif[3] = u8::try_from(exif.len() - 2).unwrap();
    bytes.splice(2..2, exif);
    let photo = prepare(&bytes).unwrap();
    assert_eq!((photo.width, photo.height), (800, 1_200));
}

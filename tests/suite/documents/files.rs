//! Files as they are sent: good ones, odd ones and hostile ones.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageBuffer, ImageFormat, Luma, Rgb, RgbImage, Rgba};

/// Something like a document, as JPEG.
pub fn page(width: u32, height: u32) -> Vec<u8> {
    jpeg(&drawn(width, height))
}

/// Of one grey, as JPEG.
pub fn plain(width: u32, height: u32, grey: u8) -> Vec<u8> {
    jpeg(&RgbImage::from_pixel(width, height, Rgb([grey; 3])).into())
}

fn drawn(width: u32, height: u32) -> DynamicImage {
    let ink = |x: u32, y: u32| if (x / 7 * 31 + y / 9 * 17) % 5 < 2 && y % 24 < 12 { 40 } else { 205 };
    RgbImage::from_fn(width, height, |x, y| Rgb([ink(x, y); 3])).into()
}

fn jpeg(picture: &DynamicImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    picture.write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, 80)).unwrap();
    bytes
}

fn written(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// What has to become of a file.
#[derive(Clone, Copy, Debug)]
pub enum Fate {
    /// It is refused, in words that hold these.
    Refused(&'static str),
    /// It is taken, and nothing is left of it but what one sees.
    Clean,
}

use Fate::{Clean, Refused};

/// What is hidden in files, and must not come out of any.
pub const HIDDEN: &str = "HIDDEN-48.2082N-16.3738E";

/// A JPEG with a segment right behind its beginning.
pub fn with_segment(marker: u8, data: &[u8]) -> Vec<u8> {
    let mut bytes = page(700, 500);
    let length = u16::try_from(data.len() + 2).unwrap().to_be_bytes();
    let segment = [&[0xff, marker][..], &length, data].concat();
    bytes.splice(2..2, segment);
    bytes
}

fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(
            crc ^ u32::from(*byte),
            |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 },
        )
    })
}

fn chunk(kind: [u8; 4], data: &[u8]) -> Vec<u8> {
    let body = [&kind[..], data].concat();
    [&u32::try_from(data.len()).unwrap().to_be_bytes()[..], &body, &crc(&body).to_be_bytes()].concat()
}

/// A PNG with a chunk behind its head.
fn with_chunk(kind: [u8; 4], data: &[u8]) -> Vec<u8> {
    let mut bytes = written(&drawn(700, 500), ImageFormat::Png);
    bytes.splice(33..33, chunk(kind, data));
    bytes
}

/// A PNG that says it is so large, in so many bits of this colour type.
fn png_of(width: u32, height: u32, bits: u8, colour: u8) -> Vec<u8> {
    let head = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[bits, colour, 0, 0, 0]].concat();
    // What follows is an empty block, packed.
    let empty = [0x78, 0x9c, 0x03, 0x00, 0x00, 0x00, 0x00, 0x01];
    [b"\x89PNG\r\n\x1a\n".to_vec(), chunk(*b"IHDR", &head), chunk(*b"IDAT", &empty), chunk(*b"IEND", &[])]
        .concat()
}

/// A JPEG that says it is so large, by this marker of its frame, with one scan of so many colours.
fn jpeg_of(marker: u8, width: u16, height: u16, together: u8) -> Vec<u8> {
    let mut bytes = page(700, 500);
    let at = bytes.windows(2).position(|two| two == [0xff, 0xc0]).unwrap();
    bytes[at + 1] = marker;
    bytes[at + 5..at + 7].copy_from_slice(&height.to_be_bytes());
    bytes[at + 7..at + 9].copy_from_slice(&width.to_be_bytes());
    let scan = bytes.windows(2).position(|two| two == [0xff, 0xda]).unwrap();
    bytes[scan + 4] = together;
    bytes
}

fn joined(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

/// Exif with a place in it, and turned or not.
fn exif(orientation: u8) -> Vec<u8> {
    let head =
        [b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec(), vec![orientation], vec![0; 6]];
    [head.concat(), HIDDEN.as_bytes().to_vec()].concat()
}

/// Every file, with its name and what has to become of it.
pub fn all() -> Vec<(&'static str, Vec<u8>, Fate)> {
    [pictures(), disguised(), broken(), huge()].concat()
}

/// Pictures with something beside what one sees.
fn pictures() -> Vec<(&'static str, Vec<u8>, Fate)> {
    let hidden = HIDDEN.as_bytes();
    let clear = ImageBuffer::from_fn(700, 500, |x, _| Rgba([0, 0, 0, if x % 9 < 4 { 255 } else { 0 }]));
    let deep = ImageBuffer::from_fn(700, 500, |x, y| {
        Rgb([x * 90, y * 90, 30_000].map(|light| u16::try_from(light).unwrap()))
    });
    let grey = ImageBuffer::from_fn(700, 500, |x, _| Luma([if x % 9 < 4 { 20 } else { 200 }]));
    vec![
        ("with-a-place.jpg", with_segment(0xe1, &exif(1)), Clean),
        ("turned.jpg", with_segment(0xe1, &exif(6)), Clean),
        ("nonsense-exif.jpg", with_segment(0xe1, &joined(&[b"Exif\0\0\xff\xff\xff\xff", hidden])), Clean),
        (
            "xmp.jpg",
            with_segment(0xe1, &joined(&[b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>", hidden])),
            Clean,
        ),
        ("comment.jpg", with_segment(0xfe, &joined(&[b"<svg onload=alert(1)>", hidden])), Clean),
        ("profile.jpg", with_segment(0xe2, &joined(&[b"ICC_PROFILE\0\x01\x01", hidden])), Clean),
        ("jpeg-and-zip.jpg", joined(&[&page(700, 500), b"PK\x03\x04", hidden]), Clean),
        ("jpeg-and-page.html", joined(&[&page(700, 500), b"<script>alert(1)</script>", hidden]), Clean),
        ("two-jpegs.jpg", joined(&[&page(700, 500), &with_segment(0xe1, &exif(1))]), Clean),
        ("png-named.jpg", written(&drawn(700, 500), ImageFormat::Png), Clean),
        ("text.png", with_chunk(*b"tEXt", &joined(&[b"Comment\0", hidden])), Clean),
        ("exif.png", with_chunk(*b"eXIf", &exif(1)[6..]), Clean),
        ("unknown-chunk.png", with_chunk(*b"hiDe", hidden), Clean),
        ("png-and-php.png", joined(&[&written(&drawn(700, 500), ImageFormat::Png), b"<?php", hidden]), Clean),
        ("clear.png", written(&DynamicImage::ImageRgba8(clear), ImageFormat::Png), Clean),
        ("sixteen-bits.png", written(&DynamicImage::ImageRgb16(deep), ImageFormat::Png), Clean),
        ("grey.jpg", jpeg(&DynamicImage::ImageLuma8(grey)), Clean),
    ]
}

/// Other things under the name of a picture.
fn disguised() -> Vec<(&'static str, Vec<u8>, Fate)> {
    let as_kind = |format| written(&drawn(700, 500), format);
    vec![
        (
            "drawing.jpg",
            b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>".to_vec(),
            Refused("an SVG"),
        ),
        ("declared.jpg", b"<?xml version='1.0'?><!-- x --><svg/>".to_vec(), Refused("an SVG")),
        ("page.jpg", b"<!DOCTYPE html><script>alert(1)</script>".to_vec(), Refused("a web page")),
        ("moving.jpg", as_kind(ImageFormat::Gif), Refused("a GIF")),
        ("gif-and-jar.jpg", joined(&[&as_kind(ImageFormat::Gif), b"PK\x03\x04"]), Refused("a GIF")),
        ("webp.jpg", as_kind(ImageFormat::WebP), Refused("a WebP")),
        ("bmp.jpg", b"BM\x46\0\0\0\0\0\0\0".to_vec(), Refused("a BMP")),
        ("tiff.jpg", b"II*\0\x08\0\0\0".to_vec(), Refused("a TIFF")),
        ("scan.jpg", b"%PDF-1.7\n%more".to_vec(), Refused("a PDF")),
        ("pdf-and-jpeg.jpg", joined(&[b"%PDF-1.7\n", &page(700, 500)]), Refused("a PDF")),
        ("telephone.jpg", b"\0\0\0\x18ftypheic\0\0\0\0".to_vec(), Refused("a HEIC")),
        ("new.jpg", b"\0\0\0\x18ftypavif\0\0\0\0".to_vec(), Refused("an AVIF")),
        ("film.jpg", b"\0\0\0\x18ftypisom\0\0\0\0".to_vec(), Refused("a film")),
        ("archive.jpg", b"PK\x03\x04\x14\0".to_vec(), Refused("an archive")),
        ("program.jpg", b"\x7fELF\x02\x01\x01".to_vec(), Refused("no picture")),
        ("words.jpg", b"This is my passport.".to_vec(), Refused("no picture")),
        ("shifted.jpg", joined(&[b" ", &page(700, 500)]), Refused("no picture")),
    ]
}

/// Pictures that break off or lie.
fn broken() -> Vec<(&'static str, Vec<u8>, Fate)> {
    let (jpeg, png) = (page(700, 500), written(&drawn(700, 500), ImageFormat::Png));
    let mut bad_sum = png.clone();
    bad_sum[40] ^= 1;
    vec![
        ("nothing.jpg", Vec::new(), Refused("No file came")),
        ("beginning.jpg", b"\xff\xd8\xff".to_vec(), Refused("damaged")),
        ("beginning.png", b"\x89PNG\r\n\x1a\n".to_vec(), Refused("damaged")),
        ("magic-and-page.jpg", b"\xff\xd8\xff<html><script>alert(1)</script>".to_vec(), Refused("damaged")),
        ("half.jpg", jpeg[..jpeg.len() / 2].to_vec(), Refused("damaged")),
        ("no-end.jpg", jpeg[..jpeg.len() - 2].to_vec(), Refused("damaged")),
        ("head.jpg", jpeg[..300].to_vec(), Refused("damaged")),
        ("half.png", png[..png.len() / 2].to_vec(), Refused("damaged")),
        ("wrong-sum.png", bad_sum, Refused("damaged")),
        ("no-width.png", png_of(0, 500, 8, 2), Refused("damaged")),
        ("no-height.jpg", jpeg_of(0xc0, 700, 0, 3), Refused("damaged")),
        ("empty-inside.png", png_of(700, 500, 8, 2), Refused("damaged")),
        ("stamp.jpg", page(300, 200), Refused("only 300 × 200")),
    ]
}

/// Pictures that are too large, or say so.
fn huge() -> Vec<(&'static str, Vec<u8>, Fate)> {
    vec![
        ("wide.png", png_of(100_000, 10, 8, 2), Refused("100000 × 10")),
        ("bomb.png", png_of(30_000, 30_000, 8, 6), Refused("30000 × 30000")),
        ("largest.png", png_of(u32::MAX >> 1, u32::MAX >> 1, 16, 6), Refused("")),
        ("wide.jpg", jpeg_of(0xc0, 65_500, 65_500, 3), Refused("65500 × 65500")),
        ("just-too-wide.jpg", jpeg_of(0xc0, 8_001, 600, 3), Refused("8001 × 600")),
        ("all-of-it.jpg", jpeg_of(0xc0, 8_000, 8_000, 3), Refused("more memory")),
        ("finer-and-finer.jpg", jpeg_of(0xc2, 6_000, 4_000, 3), Refused("more memory")),
        ("one-after-the-other.jpg", jpeg_of(0xc0, 6_000, 4_000, 1), Refused("breaks off")),
        ("sixteen-bits.png", png_of(6_000, 4_000, 16, 6), Refused("more memory")),
        ("heavy.jpg", [page(700, 500), vec![0; 11 << 20]].concat(), Refused("larger than 10 MB")),
        ("great.jpg", plain(8_000, 4_000, 90), Clean),
    ]
}

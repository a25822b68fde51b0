//! From a file that somebody sent to the files that are kept: read under limits, turned upright, made smaller, and
//! written anew, so that nothing of the file is left but what one sees.

use std::collections::HashSet;
use std::io::Cursor;

use data_encoding::HEXLOWER;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::imageops::FilterType as Scaling;
use image::metadata::Orientation;
use image::{DynamicImage, GenericImageView, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};
use sha2::{Digest, Sha256};

use super::rules::{ImageProblem, LARGEST_FILE, MOST_PIXELS};
use crate::text::images::{ImageName, Kind, LONGEST, THUMBNAIL, fit};

/// The longest side that is read at all.
const LONGEST_READ: u32 = 30_000;
/// The most memory that reading one may take: forty million pixels of four bytes, and some.
const MEMORY: u64 = 256 * 1024 * 1024;
/// How good JPEGs are, of 100.
const QUALITY: u8 = 85;
/// With so many colours or fewer, a picture is a drawing.
const FEW_COLOURS: usize = 256;
/// The largest PNG that is kept of what a JPEG would show as well, in bytes.
const LARGEST_PNG: usize = 768 * 1024;

/// A picture as it will be kept.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// Its name.
    pub name: ImageName,
    /// Its file.
    pub whole: Vec<u8>,
    /// The file that posts show, where it is another.
    pub thumbnail: Option<Vec<u8>>,
}

/// Makes a picture for posts of what somebody sent. It takes its time and its memory: never do it in a worker, and
/// never many at once.
///
/// # Errors
/// What is wrong with it.
pub fn prepare(sent: &[u8]) -> Result<Prepared, ImageProblem> {
    if sent.is_empty() {
        return Err(ImageProblem::Missing);
    }
    if sent.len() > LARGEST_FILE {
        return Err(ImageProblem::TooLarge);
    }
    let (picture, format) = read(sent)?;
    let whole = shrink(&picture, LONGEST);
    drop(picture);
    let (kind, bytes) = write(&whole, format)?;
    let hash = HEXLOWER.encode(&Sha256::digest(&bytes)[..16]);
    let name = ImageName::new(&hash, whole.width(), whole.height(), kind).ok_or(ImageProblem::Damaged)?;
    let thumbnail = match name.thumbnail() {
        None => None,
        Some(_) => Some(encode(&shrink(&whole, THUMBNAIL), kind)?),
    };
    Ok(Prepared { name, whole: bytes, thumbnail })
}

/// What may be read.
#[derive(Clone, Copy, Debug)]
pub struct Reading {
    /// The kinds of picture.
    pub formats: &'static [ImageFormat],
    /// The longest side.
    pub longest: u32,
    /// The most memory that reading one may take, in bytes.
    pub memory: u64,
}

/// Pictures for posts.
const FOR_POSTS: Reading = Reading {
    formats: &[ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::Gif, ImageFormat::WebP],
    longest: LONGEST_READ,
    memory: MEMORY,
};

/// A picture of which only the head was read.
pub struct Opened<'a> {
    decoder: Box<dyn ImageDecoder + 'a>,
    /// Its kind, by its content.
    pub format: ImageFormat,
    /// Its width and height as they are stored.
    pub size: (u32, u32),
    /// How many bytes its points take.
    pub bytes: u64,
    /// How it has to be turned to stand upright.
    pub orientation: Orientation,
}

impl Opened<'_> {
    /// Reads the points, not turned yet.
    ///
    /// # Errors
    /// When it breaks off or takes too much.
    pub fn decode(self) -> Result<DynamicImage, ImageProblem> {
        let picture = DynamicImage::from_decoder(self.decoder).map_err(|cause| problem(&cause))?;
        if picture.width() == 0 || picture.height() == 0 {
            return Err(ImageProblem::Damaged);
        }
        Ok(picture)
    }
}

/// Reads the head of a picture, of the kind that its content is.
///
/// # Errors
/// When it is no picture that may be read.
pub fn open<'a>(sent: &'a [u8], reading: &Reading) -> Result<Opened<'a>, ImageProblem> {
    let mut reader =
        ImageReader::new(Cursor::new(sent)).with_guessed_format().map_err(|_| ImageProblem::Unknown)?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(reading.longest);
    limits.max_image_height = Some(reading.longest);
    limits.max_alloc = Some(reading.memory);
    reader.limits(limits);
    let format = reader.format().ok_or(ImageProblem::Unknown)?;
    if !reading.formats.contains(&format) {
        return Err(ImageProblem::Unknown);
    }
    let mut decoder = reader.into_decoder().map_err(|cause| problem(&cause))?;
    let (size, bytes) = (decoder.dimensions(), decoder.total_bytes());
    let orientation = decoder.orientation().map_err(|cause| problem(&cause))?;
    Ok(Opened { decoder: Box::new(decoder), format, size, bytes, orientation })
}

/// Reads the picture and turns it upright. Of a moving one it is the first.
fn read(sent: &[u8]) -> Result<(DynamicImage, ImageFormat), ImageProblem> {
    let opened = open(sent, &FOR_POSTS)?;
    let ((width, height), format, orientation) = (opened.size, opened.format, opened.orientation);
    if u64::from(width) * u64::from(height) > MOST_PIXELS {
        return Err(ImageProblem::TooManyPixels);
    }
    let mut picture = opened.decode()?;
    picture.apply_orientation(orientation);
    Ok((picture, format))
}

fn problem(cause: &ImageError) -> ImageProblem {
    match cause {
        ImageError::Limits(_) => ImageProblem::TooManyPixels,
        ImageError::Unsupported(_) => ImageProblem::Unknown,
        _ => ImageProblem::Damaged,
    }
}

/// The picture with no side longer than this, in eight bits a colour.
fn shrink(picture: &DynamicImage, side: u32) -> DynamicImage {
    let (width, height) = fit(picture.width(), picture.height(), side);
    let smaller = if (width, height) == picture.dimensions() {
        picture.clone()
    } else if picture.width() / width >= 4 {
        // From far away, averages come first: they are quick and need little memory.
        picture.thumbnail_exact(width * 2, height * 2).resize_exact(width, height, Scaling::CatmullRom)
    } else {
        picture.resize_exact(width, height, Scaling::CatmullRom)
    };
    if is_transparent(&smaller) { smaller.into_rgba8().into() } else { smaller.into_rgb8().into() }
}

fn is_transparent(picture: &DynamicImage) -> bool {
    picture.color().has_alpha() && picture.pixels().any(|(_, _, pixel)| pixel[3] < u8::MAX)
}

/// Writes the picture in the way that suits it. Nothing but the pixels is written.
fn write(picture: &DynamicImage, sent_as: ImageFormat) -> Result<(Kind, Vec<u8>), ImageProblem> {
    if picture.color().has_alpha() {
        return Ok((Kind::Png, encode(picture, Kind::Png)?));
    }
    if sent_as == ImageFormat::Png || has_few_colours(picture) {
        let png = encode(picture, Kind::Png)?;
        if png.len() <= LARGEST_PNG {
            return Ok((Kind::Png, png));
        }
    }
    Ok((Kind::Jpeg, encode(picture, Kind::Jpeg)?))
}

fn has_few_colours(picture: &DynamicImage) -> bool {
    let mut seen = HashSet::with_capacity(FEW_COLOURS + 1);
    picture.pixels().all(|(_, _, pixel)| {
        seen.insert(pixel.0);
        seen.len() <= FEW_COLOURS
    })
}

fn encode(picture: &DynamicImage, kind: Kind) -> Result<Vec<u8>, ImageProblem> {
    let mut bytes = Vec::new();
    let written = match kind {
        Kind::Jpeg => picture.write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, QUALITY)),
        Kind::Png => picture.write_with_encoder(PngEncoder::new_with_quality(
            &mut bytes,
            CompressionType::Default,
            FilterType::Adaptive,
        )),
    };
    written.map_err(|cause| problem(&cause))?;
    Ok(bytes)
}

#[cfg(test)]
#[path = "images_tests.rs"]
mod tests;

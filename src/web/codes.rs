//! An address as a picture of squares, for the camera of a phone.

use qrcode::{Color, EcLevel, QrCode};

use crate::error::Error;

/// A code of squares: how wide it is, and the way around its dark squares.
#[derive(Clone, Debug)]
pub struct Picture {
    /// How many squares it is wide and high, with its border.
    pub width: usize,
    /// The way around the dark ones, as an SVG path has it.
    pub path: String,
}

/// Draws the address, with the empty border of four squares that readers need.
///
/// # Errors
/// When it is too long.
pub fn draw(address: &str) -> Result<Picture, Error> {
    let code = QrCode::with_error_correction_level(address, EcLevel::M)
        .map_err(|cause| Error::internal(format!("an address does not fit into a code: {cause}")))?;
    let (width, mut path) = (code.width(), String::new());
    for (at, _) in code.to_colors().iter().enumerate().filter(|(_, colour)| **colour == Color::Dark) {
        let (across, down) = (at % width + 4, at / width + 4);
        path.extend(["M", &across.to_string(), " ", &down.to_string(), "h1v1h-1z"]);
    }
    Ok(Picture { width: width + 8, path })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_its_border_and_its_corners() {
        let code = draw("https://forum.example/handover/x").unwrap();
        assert!(code.width >= 29 && code.path.starts_with("M4 4h1v1h-1z"));
        assert!(!code.path.contains("M3 ") && !code.path.contains(&format!("M{} ", code.width - 4)));
    }
}

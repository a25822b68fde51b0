//! Colours of a community's own, and whether they can be read (WCAG 2.2, contrast ratio).

/// A colour in sRGB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour([u8; 3]);

/// What text stands on, on light pages.
pub const LIGHT_PAGE: Colour = Colour([0xf3, 0xf2, 0xee]);
/// What text stands on, on dark pages.
pub const DARK_PAGE: Colour = Colour([0x1b, 0x20, 0x23]);
/// Least contrast of text (WCAG 2.2, 1.4.3, level AA).
pub const READABLE: f64 = 4.5;

const WHITE: Colour = Colour([0xff; 3]);
const BLACK: Colour = Colour([0; 3]);

impl Colour {
    /// Reads `#rrggbb`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6)?;
        let part = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
        Some(Self([part(0)?, part(2)?, part(4)?]))
    }

    /// `#rrggbb`.
    #[must_use]
    pub fn code(self) -> String {
        let [red, green, blue] = self.0;
        format!("#{red:02x}{green:02x}{blue:02x}")
    }

    /// How much lighter one is than the other: from 1 (equal) to 21 (black on white).
    #[must_use]
    pub fn contrast(self, other: Self) -> f64 {
        let (one, other) = (self.luminance(), other.luminance());
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    /// Black or white, whichever is easier to read on this colour.
    #[must_use]
    pub fn ink(self) -> Self {
        if self.contrast(WHITE) >= self.contrast(BLACK) { WHITE } else { BLACK }
    }

    fn luminance(self) -> f64 {
        let linear = |part: u8| {
            let share = f64::from(part) / 255.0;
            if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        };
        let [red, green, blue] = self.0.map(linear);
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_read_and_written() {
        assert_eq!(Colour::parse("#0B6e4f").unwrap().code(), "#0b6e4f");
        for wrong in ["", "#fff", "0b6e4f", "#0b6e4g", "#0b6e4f0", "#ääää"] {
            assert_eq!(Colour::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn contrast_goes_from_one_to_twenty_one() {
        assert!((WHITE.contrast(BLACK) - 21.0).abs() < 1e-9);
        assert!((WHITE.contrast(WHITE) - 1.0).abs() < 1e-9);
        // An example that is computed in many places: #767676 on white just passes.
        assert!(Colour::parse("#767676").unwrap().contrast(WHITE) >= READABLE);
        assert!(Colour::parse("#777777").unwrap().contrast(WHITE) < READABLE);
    }

    #[test]
    fn ink_is_readable_on_every_colour() {
        for red in (0..=255).step_by(15) {
            for green in (0..=255).step_by(15) {
                for blue in (0..=255).step_by(15) {
                    let colour = Colour([red, green, blue]);
                    assert!(colour.contrast(colour.ink()) >= READABLE, "{}", colour.code());
                }
            }
        }
    }
}

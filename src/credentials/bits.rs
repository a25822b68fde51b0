//! The bits of a status list (W3C Bitstring Status List 1.0): which entries are set, packed and written as text.

use std::io::{Read, Write};

use data_encoding::BASE64URL_NOPAD;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;

use super::rules::ENTRIES;
use crate::error::Error;

/// Bytes of a list: an entry is one bit.
#[expect(clippy::cast_possible_truncation, reason = "a small positive constant")]
const BYTES: usize = (ENTRIES / 8) as usize;
/// What multibase calls base64url without padding.
const MULTIBASE: char = 'u';

/// The text of a list in which these entries are set. The first entry is the leftmost bit.
///
/// # Errors
/// When the packing fails.
pub fn encode(set: impl IntoIterator<Item = i64>) -> Result<String, Error> {
    let mut bits = vec![0_u8; BYTES];
    for place in set {
        let at = usize::try_from(place).ok().and_then(|place| Some((bits.get_mut(place / 8)?, place % 8)));
        let (byte, bit) = at.ok_or_else(|| Error::internal(format!("no entry {place} in a status list")))?;
        *byte |= 0x80 >> bit;
    }
    let mut writer = GzEncoder::new(Vec::new(), Compression::best());
    let packed = writer.write_all(&bits).and_then(|()| writer.finish());
    let packed = packed.map_err(|cause| Error::internal(format!("a status list was not packed: {cause}")))?;
    Ok(format!("{MULTIBASE}{}", BASE64URL_NOPAD.encode(&packed)))
}

/// Whether an entry is set in the text of a list; nothing where it is no list.
#[must_use]
pub fn is_set(text: &str, place: i64) -> Option<bool> {
    let packed = BASE64URL_NOPAD.decode(text.strip_prefix(MULTIBASE)?.as_bytes()).ok()?;
    let mut bits = Vec::with_capacity(BYTES);
    GzDecoder::new(&*packed).take(BYTES as u64).read_to_end(&mut bits).ok()?;
    let place = usize::try_from(place).ok()?;
    Some(bits.get(place / 8)? & (0x80 >> (place % 8)) != 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    /// The example of the standard: 16 KiB of zeros.
    const STANDARD: &str = "uH4sIAAAAAAAAA-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA";

    #[test]
    fn the_list_of_the_standard_reads_as_empty() {
        for place in [0, 1, 94_567, ENTRIES - 1] {
            assert_eq!(is_set(STANDARD, place), Some(false));
        }
        assert_eq!(is_set(STANDARD, ENTRIES), None);
    }

    #[test]
    fn the_first_entry_is_the_leftmost_bit() {
        let text = encode([0, 9]).unwrap();
        let packed = BASE64URL_NOPAD.decode(text.strip_prefix('u').unwrap().as_bytes()).unwrap();
        let mut bits = Vec::new();
        GzDecoder::new(&*packed).read_to_end(&mut bits).unwrap();
        assert_eq!(bits.len(), 16_384);
        assert_eq!(bits[..3], [0x80, 0x40, 0]);
        assert!(bits[2..].iter().all(|byte| *byte == 0));
    }

    #[test]
    fn an_entry_outside_the_list_is_refused() {
        assert!(encode([ENTRIES]).is_err());
        assert!(encode([-1]).is_err());
        assert_eq!(is_set("z123", 0), None);
        assert_eq!(is_set("u123", 0), None);
    }

    proptest! {
        #[test]
        fn what_is_set_is_found_again_and_nothing_else(
            set in proptest::collection::btree_set(0..ENTRIES, 0..40),
            asked in 0..ENTRIES,
        ) {
            let text = encode(set.iter().copied()).unwrap();
            let all: BTreeSet<i64> = set;
            prop_assert_eq!(is_set(&text, asked), Some(all.contains(&asked)));
            for place in &all {
                prop_assert_eq!(is_set(&text, *place), Some(true));
            }
        }
    }
}

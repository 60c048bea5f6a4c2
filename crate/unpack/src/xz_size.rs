//! How many bytes an xz archive unpacks to, without unpacking it.
//!
//! The library that unpacks keeps all that comes out of a block in memory until its end, so a limit must be checked before. What an index
//! or a header says can be a lie; the chunks inside say what they unpack to, and the library believes just that.
//! Source: "The .xz File Format" 1.1.0 and the LZMA2 chunk headers of XZ Utils.

/// Bytes of the header of a stream.
const STREAM_HEADER: usize = 12;

/// Returns how many bytes the chunks of the first blocks make, counted up to a limit; `None` if the bytes are no xz archive.
pub(super) fn unpacked(bytes: &[u8], limit: u64) -> Option<u64> {
    let check_size = match bytes.get(7)? & 0x0f {
        0 => 0,
        1..=3 => 4,
        4..=6 => 8,
        7..=9 => 16,
        10..=12 => 32,
        _ => 64,
    };
    let mut at = STREAM_HEADER;
    let mut total = 0_u64;
    // A block begins with the size of its header; 0 begins the index.
    while *bytes.get(at)? != 0 {
        let begin = at;
        at = at.checked_add((usize::from(bytes[at]) + 1) * 4)?;
        loop {
            let control = *bytes.get(at)?;
            if control == 0 {
                at += 1;
                break;
            }
            let low = u64::from(u16::from_be_bytes([
                *bytes.get(at + 1)?,
                *bytes.get(at + 2)?,
            ]));
            if control < 0x80 {
                // An uncompressed chunk.
                total += low + 1;
                at += 3 + usize::try_from(low).ok()? + 1;
            } else {
                total += (u64::from(control & 0x1f) << 16) + low + 1;
                let packed = u16::from_be_bytes([*bytes.get(at + 3)?, *bytes.get(at + 4)?]);
                let properties = usize::from(control >= 0xc0);
                at += 5 + properties + usize::from(packed) + 1;
            }
            if total > limit {
                return Some(total);
            }
        }
        // Blocks are padded to multiples of four bytes, and end with a checksum.
        at += (4 - (at - begin) % 4) % 4 + check_size;
    }
    Some(total)
}

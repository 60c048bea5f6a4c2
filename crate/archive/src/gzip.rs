//! Gzip files (RFC 1952): one member or several, one after the other.

use crate::crc::crc32;
use crate::deflate::inflate;
use crate::error::{ArchiveError, Problem};
use crate::limits::Limits;

const MAGIC: [u8; 2] = [0x1f, 0x8b];

const HEADER: usize = 10;
const TRAILER: usize = 8;

/// Tells whether bytes start as a gzip file does.
pub(crate) fn is(bytes: &[u8]) -> bool {
    bytes.starts_with(&MAGIC)
}

/// Returns the contents of all members.
pub(crate) fn decompress(bytes: &[u8], limits: &Limits) -> Result<Vec<u8>, ArchiveError> {
    let limit = limits.unpacked(bytes.len());
    let mut contents = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        // Tools fill up the last block of a tape with zeros.
        if at > 0 && bytes[at..].iter().all(|&byte| byte == 0) {
            break;
        }
        let wrong = |problem: Problem| problem.at(at);
        let start = at + header(&bytes[at..]).map_err(wrong)?;
        let left = limit - contents.len();
        // The last four bytes are the size, where there is one member; a lie only costs memory within the limit of this archive.
        let announced = bytes
            .last_chunk()
            .map_or(0, |size| u32::from_le_bytes(*size)) as usize;
        let (member, used) = inflate(
            &bytes[start..],
            announced.min(bytes.len().saturating_mul(20)),
            left,
            limits.problem(bytes.len()),
        )
        .map_err(wrong)?;
        let end = start + used;
        let trailer: &[u8; TRAILER] = bytes[end..]
            .first_chunk()
            .ok_or_else(|| Problem::CutOff.at(end))?;
        let [a, b, c, d, size @ ..] = *trailer;
        let size = u32::from_le_bytes(size);
        if u32::from_le_bytes([a, b, c, d]) != crc32(&member) || size != member.len() as u32 {
            return Err(Problem::Checksum.at(end));
        }
        if contents.is_empty() {
            contents = member;
        } else {
            contents.extend_from_slice(&member);
        }
        at = end + TRAILER;
    }
    Ok(contents)
}

/// Returns the length of a member's header.
fn header(bytes: &[u8]) -> Result<usize, Problem> {
    const CRC: u8 = 2;
    const EXTRA: u8 = 4;
    const NAME: u8 = 8;
    const COMMENT: u8 = 16;
    if !bytes.starts_with(&MAGIC[..bytes.len().min(MAGIC.len())]) {
        return Err(Problem::Malformed("something follows the gzip member"));
    }
    let fixed: &[u8; HEADER] = bytes.first_chunk().ok_or(Problem::CutOff)?;
    if fixed[2] != 8 {
        return Err(Problem::Unsupported("a compression other than deflate"));
    }
    let flags = fixed[3];
    let mut end = HEADER;
    if flags & EXTRA != 0 {
        let length: &[u8; 2] = bytes[end..].first_chunk().ok_or(Problem::CutOff)?;
        end += 2 + usize::from(u16::from_le_bytes(*length));
    }
    for flag in [NAME, COMMENT] {
        if flags & flag != 0 {
            let text = bytes.get(end..).ok_or(Problem::CutOff)?;
            let nul = text.iter().position(|&byte| byte == 0);
            end += nul.ok_or(Problem::CutOff)? + 1;
        }
    }
    if flags & CRC != 0 {
        end += 2;
    }
    if end > bytes.len() {
        return Err(Problem::CutOff);
    }
    Ok(end)
}

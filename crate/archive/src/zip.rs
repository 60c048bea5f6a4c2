//! Zip archives (APPNOTE 6.3): stored and deflated entries, with the sizes of zip64.

use crate::crc::crc32;
use crate::deflate::inflate;
use crate::entries::{Entries, Node};
use crate::error::{ArchiveError, Problem};
use crate::limits::Limits;

const LOCAL: u32 = 0x0403_4b50;
const CENTRAL: u32 = 0x0201_4b50;
const END: u32 = 0x0605_4b50;
const END_64: u32 = 0x0606_4b50;
const END_64_LOCATOR: u32 = 0x0706_4b50;

const LOCAL_LENGTH: usize = 30;
const CENTRAL_LENGTH: usize = 46;
const END_LENGTH: usize = 22;
const LOCATOR_LENGTH: usize = 20;

/// Tells whether bytes start with an entry, or are an archive without one.
pub(crate) fn is(bytes: &[u8]) -> bool {
    matches!(u32_at(bytes, 0), Some(LOCAL | END))
}

/// An entry of the central directory.
struct Header<'a> {
    name: &'a [u8],
    flags: u16,
    method: u16,
    crc: u32,
    compressed: u64,
    size: u64,
    /// The Unix mode, if the archive was made where there are such.
    mode: Option<u32>,
    /// Where the entry itself starts.
    local: u64,
    /// When the file was changed last, in seconds since 1970.
    modified: u64,
}

/// Reads an archive.
pub(crate) fn read(bytes: &[u8], limits: &Limits) -> Result<Entries, ArchiveError> {
    let (count, start) = directory(bytes)?;
    let mut at = usize::try_from(start).map_err(|_| Problem::CutOff.at(0))?;
    let mut entries = Entries::default();
    let mut unpacked = Vec::new();
    let mut budget = limits.unpacked(bytes.len());
    for _ in 0..count {
        let (header, length) = central(bytes, at).map_err(|problem| problem.at(at))?;
        let before = unpacked.len();
        add(
            &mut entries,
            &mut unpacked,
            bytes,
            &header,
            limits,
            budget,
            at,
        )
        .map_err(|error| error.about(header.name))?;
        entries.note_modified(header.modified);
        budget -= unpacked.len() - before;
        at += length;
    }
    Ok(entries.over(unpacked))
}

fn add(
    entries: &mut Entries,
    unpacked: &mut Vec<u8>,
    bytes: &[u8],
    header: &Header<'_>,
    limits: &Limits,
    budget: usize,
    at: usize,
) -> Result<(), ArchiveError> {
    const FILE_TYPE: u32 = 0o170_000;
    let kind = header.mode.map(|mode| mode & FILE_TYPE);
    if header.name.last() == Some(&b'/') || kind == Some(0o040_000) {
        return entries.add(header.name, Node::Directory, limits, at);
    }
    let contents = contents(bytes, header, limits, budget).map_err(|problem| problem.at(at))?;
    entries.count(contents.len(), limits, at)?;
    let start = unpacked.len();
    unpacked.extend_from_slice(&contents);
    let contents = start..unpacked.len();
    let node = match kind {
        Some(0o120_000) => Node::Symlink { target: contents },
        None | Some(0 | 0o100_000) => Node::File {
            contents,
            executable: header.mode.is_some_and(|mode| mode & 0o100 != 0),
        },
        Some(_) => return Err(Problem::Unsupported("a device").at(at)),
    };
    entries.add(header.name, node, limits, at)
}

/// Returns the contents of an entry, unpacked and checked.
fn contents(
    bytes: &[u8],
    header: &Header<'_>,
    limits: &Limits,
    budget: usize,
) -> Result<Vec<u8>, Problem> {
    const ENCRYPTED: u16 = 1;
    if header.flags & ENCRYPTED != 0 {
        return Err(Problem::Unsupported("an encrypted entry"));
    }
    let local = usize::try_from(header.local).map_err(|_| Problem::CutOff)?;
    if u32_at(bytes, local) != Some(LOCAL) {
        return Err(Problem::Malformed("no entry where the directory says"));
    }
    let name = u16_at(bytes, local + 26).ok_or(Problem::CutOff)?;
    let extra = u16_at(bytes, local + 28).ok_or(Problem::CutOff)?;
    let start = local + LOCAL_LENGTH + usize::from(name) + usize::from(extra);
    let packed = usize::try_from(header.compressed)
        .ok()
        .and_then(|length| bytes.get(start..start.checked_add(length)?))
        .ok_or(Problem::CutOff)?;
    let size = usize::try_from(header.size)
        .ok()
        .filter(|&size| size <= budget)
        .ok_or_else(|| limits.problem(bytes.len()))?;
    let contents = match header.method {
        0 if packed.len() == size => packed.to_vec(),
        0 => return Err(Problem::Malformed("two sizes of one entry")),
        // More than announced is damage.
        8 => inflate(packed, size, size.max(1), Problem::Checksum)?.0,
        _ => return Err(Problem::Unsupported("a compression other than deflate")),
    };
    if contents.len() != size || crc32(&contents) != header.crc {
        return Err(Problem::Checksum);
    }
    Ok(contents)
}

/// Finds the central directory: how many entries it has, and where it starts.
fn directory(bytes: &[u8]) -> Result<(u64, u64), ArchiveError> {
    // A comment of 65,535 bytes at most may follow.
    let first = bytes.len().saturating_sub(END_LENGTH + 0xffff);
    let end = (first..bytes.len().saturating_sub(END_LENGTH - 1))
        .rev()
        .find(|&at| u32_at(bytes, at) == Some(END))
        .ok_or_else(|| Problem::CutOff.at(bytes.len()))?;
    let read = || -> Option<(u64, u64)> {
        let count = u16_at(bytes, end + 10)?;
        let start = u32_at(bytes, end + 16)?;
        let locator = end.checked_sub(LOCATOR_LENGTH);
        let is_64 = count == u16::MAX || start == u32::MAX;
        let Some(locator) =
            locator.filter(|&at| is_64 && u32_at(bytes, at) == Some(END_64_LOCATOR))
        else {
            return Some((count.into(), start.into()));
        };
        let end = usize::try_from(u64_at(bytes, locator + 8)?).ok()?;
        (u32_at(bytes, end)? == END_64).then_some(())?;
        Some((
            u64_at(bytes, end.checked_add(32)?)?,
            u64_at(bytes, end.checked_add(48)?)?,
        ))
    };
    read().ok_or_else(|| Problem::Malformed("the end of the directory").at(end))
}

/// Reads an entry of the central directory; returns its length, too.
fn central(bytes: &[u8], at: usize) -> Result<(Header<'_>, usize), Problem> {
    const UNIX: u16 = 3;
    let fixed = at
        .checked_add(CENTRAL_LENGTH)
        .and_then(|end| bytes.get(at..end))
        .ok_or(Problem::CutOff)?;
    if u32_at(fixed, 0) != Some(CENTRAL) {
        return Err(Problem::Malformed("an entry of the directory"));
    }
    let short = |place| u16_at(fixed, place).unwrap_or_default();
    let long = |place| u32_at(fixed, place).unwrap_or_default();
    let [name, extra, comment] = [28, 30, 32].map(|place| usize::from(short(place)));
    let rest = bytes[at + CENTRAL_LENGTH..]
        .get(..name + extra + comment)
        .ok_or(Problem::CutOff)?;
    let mut header = Header {
        name: &rest[..name],
        flags: short(8),
        method: short(10),
        crc: long(16),
        compressed: long(20).into(),
        size: long(24).into(),
        mode: (short(4) >> 8 == UNIX).then_some(long(38) >> 16),
        local: long(42).into(),
        modified: seconds(short(14), short(12)),
    };
    extra_fields(&rest[name..name + extra], &mut header)?;
    Ok((header, CENTRAL_LENGTH + rest.len()))
}

/// Takes numbers that have no room in an entry from its extra field 1, and a better time from field 0x5455.
fn extra_fields(mut extra: &[u8], header: &mut Header<'_>) -> Result<(), Problem> {
    const WRONG: Problem = Problem::Malformed("an extra field");
    while let (Some(id), Some(length)) = (u16_at(extra, 0), u16_at(extra, 2)) {
        let mut data = extra.get(4..4 + usize::from(length)).ok_or(WRONG)?;
        extra = &extra[4 + usize::from(length)..];
        match id {
            1 => {
                for number in [&mut header.size, &mut header.compressed, &mut header.local] {
                    if *number == u64::from(u32::MAX) {
                        *number = u64_at(data, 0).ok_or(WRONG)?;
                        data = &data[8..];
                    }
                }
            }
            0x5455 if data.first().is_some_and(|flags| flags & 1 != 0) => {
                header.modified = u32_at(data, 1).unwrap_or_default().into();
            }
            _ => {}
        }
    }
    Ok(())
}

/// A date and a time as MS-DOS writes them, taken for UTC, in seconds since 1970; 0 for what is none.
fn seconds(date: u16, time: u16) -> u64 {
    let part = |from: u16, shift: u16, bits: u16| u64::from((from >> shift) & ((1 << bits) - 1));
    let (year, month, day) = (1980 + part(date, 9, 7), part(date, 5, 4), part(date, 0, 5));
    if !(1..=12).contains(&month) || day == 0 {
        return 0;
    }
    // Years start in March here, so that the day that leap years add is the last of one.
    let year = if month > 2 { year } else { year - 1 };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = 365 * year + year / 4 - year / 100 + year / 400 + day_of_year - 719_468;
    days * 86_400 + part(time, 11, 5) * 3600 + part(time, 5, 6) * 60 + part(time, 0, 5) * 2
}

fn array_at<const LENGTH: usize>(bytes: &[u8], at: usize) -> Option<[u8; LENGTH]> {
    bytes.get(at..)?.first_chunk().copied()
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    array_at(bytes, at).map(u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    array_at(bytes, at).map(u32::from_le_bytes)
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    array_at(bytes, at).map(u64::from_le_bytes)
}

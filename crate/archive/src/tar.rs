//! Tar archives: v7, ustar, the long names of GNU, and the extended headers of POSIX (pax).

use std::borrow::Cow;
use std::ops::Range;

use crate::entries::{Entries, Node};
use crate::error::{ArchiveError, Problem};
use crate::limits::Limits;

/// Headers and contents take whole blocks.
const BLOCK: usize = 512;

/// The fields of a header that are read: where each starts, and its length.
const NAME: (usize, usize) = (0, 100);
const MODE: (usize, usize) = (100, 8);
const SIZE: (usize, usize) = (124, 12);
const MODIFIED: (usize, usize) = (136, 12);
const CHECKSUM: (usize, usize) = (148, 8);
const TYPE: usize = 156;
const LINK: (usize, usize) = (157, 100);
const MAGIC: (usize, usize) = (257, 6);
const PREFIX: (usize, usize) = (345, 155);

/// Tells whether bytes start with a header whose checksum is right, or are an archive without entries.
pub(crate) fn is(bytes: &[u8]) -> bool {
    match bytes.first_chunk::<BLOCK>() {
        Some(block) if is_end(block) => bytes.len().is_multiple_of(BLOCK),
        Some(block) => has_checksum(block),
        None => false,
    }
}

/// What extended headers say about the next entry.
#[derive(Default)]
struct Extended {
    path: Option<Vec<u8>>,
    /// Where the target of a link is in the archive.
    link: Option<Range<usize>>,
    size: Option<usize>,
    modified: Option<u64>,
}

/// Reads an archive. Its entries lie where they are in it.
pub(crate) fn read(archive: Vec<u8>, limits: &Limits) -> Result<Entries, ArchiveError> {
    let bytes = archive.as_slice();
    let mut entries = Entries::default();
    let mut extended = Extended::default();
    let mut at = 0;
    // An archive ends with empty blocks; many tools do without where the file ends.
    while at < bytes.len() {
        let header: &[u8; BLOCK] = bytes[at..]
            .first_chunk()
            .ok_or_else(|| Problem::CutOff.at(at))?;
        if is_end(header) {
            break;
        }
        if !has_checksum(header) {
            return Err(Problem::Checksum.at(at));
        }
        let kind = header[TYPE];
        let is_extension = matches!(kind, b'x' | b'g' | b'L' | b'K');
        let written = number(field(header, SIZE)).map_err(|problem| problem.at(at))?;
        let size = match extended.size {
            Some(size) if !is_extension => size,
            _ => written,
        };
        let start = at + BLOCK;
        let contents = start
            .checked_add(size)
            .filter(|&end| end <= bytes.len())
            .map(|end| start..end)
            .ok_or_else(|| Problem::CutOff.at(at))?;
        match kind {
            b'x' => {
                records(bytes, contents, &mut extended).map_err(|problem| problem.at(start))?;
            }
            // What holds for all entries is a comment of `git archive`, times and owners.
            b'g' => {}
            b'L' => extended.path = Some(until_nul(&bytes[contents]).to_vec()),
            b'K' => extended.link = Some(start..start + until_nul(&bytes[contents]).len()),
            _ => {
                let said = std::mem::take(&mut extended);
                add(&mut entries, header, said, contents, bytes, limits, at)?;
            }
        }
        at = start.saturating_add(size.next_multiple_of(BLOCK));
    }
    Ok(entries.over(archive))
}

/// Adds the entry of the header at an offset of the archive.
fn add(
    entries: &mut Entries,
    header: &[u8; BLOCK],
    extended: Extended,
    contents: Range<usize>,
    archive: &[u8],
    limits: &Limits,
    at: usize,
) -> Result<(), ArchiveError> {
    let written = || number(field(header, MODIFIED)).ok();
    let modified = extended.modified.or_else(|| Some(written()? as u64));
    entries.note_modified(modified.unwrap_or_default());
    let path = extended.path.map_or_else(|| name(header), Cow::Owned);
    let link = extended.link.unwrap_or_else(|| {
        let start = at + LINK.0;
        start..start + text(header, LINK).len()
    });
    let mode = number(field(header, MODE)).map_err(|problem| problem.of(&path, at))?;
    let executable = mode & 0o100 != 0;
    let is_directory = path.last() == Some(&b'/');
    let node = match header[TYPE] {
        // Before POSIX a directory was a file whose name ends with a slash.
        0 | b'0' | b'7' if is_directory => Node::Directory,
        0 | b'0' | b'7' => Node::File {
            contents,
            executable,
        },
        b'1' => match entries.node(&archive[link]) {
            Some(node @ (Node::File { .. } | Node::Symlink { .. })) => node.clone(),
            _ => return Err(Problem::MissingLinkTarget.of(&path, at)),
        },
        b'2' if link.is_empty() => {
            return Err(Problem::Malformed("a symbolic link to nothing").of(&path, at));
        }
        b'2' => Node::Symlink { target: link },
        b'5' => Node::Directory,
        b'3' | b'4' | b'6' => return Err(Problem::Unsupported("a device").of(&path, at)),
        b'S' => return Err(Problem::Unsupported("a file with holes").of(&path, at)),
        _ => return Err(Problem::Unsupported("an entry of unknown type").of(&path, at)),
    };
    if let Node::File { contents, .. } | Node::Symlink { target: contents } = &node {
        entries
            .count(contents.len(), limits, at)
            .map_err(|error| error.about(&path))?;
    }
    entries.add(&path, node, limits, at)
}

/// The path in a header; ustar has room for its first part in a field of its own.
fn name(header: &[u8; BLOCK]) -> Cow<'_, [u8]> {
    let name = text(header, NAME);
    let prefix = text(header, PREFIX);
    // GNU has other things at that place.
    if field(header, MAGIC) == b"ustar\0" && !prefix.is_empty() {
        Cow::Owned([prefix, b"/", name].concat())
    } else {
        Cow::Borrowed(name)
    }
}

/// Reads the records `LENGTH KEY=VALUE\n` of an extended header, which is at a place in the archive.
fn records(archive: &[u8], place: Range<usize>, extended: &mut Extended) -> Result<(), Problem> {
    const WRONG: Problem = Problem::Malformed("a record of an extended header");
    let mut contents = &archive[place.clone()];
    while !contents.is_empty() {
        let space = contents
            .iter()
            .position(|&byte| byte == b' ')
            .ok_or(WRONG)?;
        let length = decimal(&contents[..space]).ok_or(WRONG)?;
        if length <= space || length > contents.len() {
            return Err(WRONG);
        }
        let (record, rest) = contents.split_at(length);
        contents = rest;
        // A record ends with a line break.
        let end = place.end - contents.len() - 1;
        let record = record[space + 1..].strip_suffix(b"\n").ok_or(WRONG)?;
        let equals = record.iter().position(|&byte| byte == b'=').ok_or(WRONG)?;
        let (key, value) = (&record[..equals], &record[equals + 1..]);
        match key {
            b"path" => extended.path = Some(value.to_vec()),
            b"linkpath" => extended.link = Some(end - value.len()..end),
            b"size" => extended.size = Some(decimal(value).ok_or(WRONG)?),
            // Parts of seconds do not count; nobody needs a time that cannot be read.
            b"mtime" => {
                let seconds = value.split(|&byte| byte == b'.').next().unwrap_or_default();
                extended.modified = decimal(seconds).map(|seconds| seconds as u64);
            }
            _ if key.starts_with(b"GNU.sparse.") => {
                return Err(Problem::Unsupported("a file with holes"));
            }
            _ => {}
        }
    }
    Ok(())
}

fn decimal(digits: &[u8]) -> Option<usize> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}

fn field(header: &[u8; BLOCK], (start, length): (usize, usize)) -> &[u8] {
    &header[start..start + length]
}

fn text(header: &[u8; BLOCK], place: (usize, usize)) -> &[u8] {
    until_nul(field(header, place))
}

fn until_nul(bytes: &[u8]) -> &[u8] {
    bytes.split(|&byte| byte == 0).next().unwrap_or_default()
}

/// Reads a number: octal digits, or as GNU writes large ones, binary with the first bit set.
fn number(field: &[u8]) -> Result<usize, Problem> {
    const WRONG: Problem = Problem::Malformed("a number of a header");
    if let [first @ 0x80..=0xff, rest @ ..] = field {
        let bytes = std::iter::once(first & 0x7f).chain(rest.iter().copied());
        return bytes
            .into_iter()
            .try_fold(0_usize, |value, byte| {
                Some(value.checked_mul(256)? | usize::from(byte))
            })
            .ok_or(WRONG);
    }
    let digits = field
        .iter()
        .skip_while(|&&byte| byte == b' ')
        .take_while(|&&byte| byte != 0 && byte != b' ');
    digits
        .into_iter()
        .try_fold(0_usize, |value, &byte| match byte {
            b'0'..=b'7' => value.checked_mul(8)?.checked_add(usize::from(byte - b'0')),
            _ => None,
        })
        .ok_or(WRONG)
}

fn is_end(block: &[u8; BLOCK]) -> bool {
    block.iter().all(|&byte| byte == 0)
}

/// The sum of all bytes, those of the checksum itself counted as spaces.
fn has_checksum(header: &[u8; BLOCK]) -> bool {
    const EVEN: u64 = 0x00ff_00ff_00ff_00ff;
    // Four sums of 16 bits each: 128 bytes don't fill one.
    let sums = header.as_chunks().0.iter().fold(0, |sums, chunk| {
        let word = u64::from_le_bytes(*chunk);
        sums + (word & EVEN) + ((word >> 8) & EVEN)
    });
    let all: u64 = (0..4).map(|lane| (sums >> (16 * lane)) & 0xffff).sum();
    let itself = field(header, CHECKSUM);
    let own: u64 = itself.iter().copied().map(u64::from).sum();
    let spaces = u64::from(b' ') * itself.len() as u64;
    number(itself).is_ok_and(|sum| sum as u64 == all - own + spaces)
}

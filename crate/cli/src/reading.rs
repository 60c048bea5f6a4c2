//! Reading files and standard input, with a bound on their size.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::rc::Rc;

/// The largest text that is read, in bytes: positions in source texts have 31 bits.
pub const MAX_BYTES: u64 = 1 << 31;

/// Files of fewer bytes are read first and copied then, which takes fewer calls of the system.
const COPIED: u64 = 64 << 10;

/// Reads a regular file.
///
/// # Errors
/// When it is none, cannot be read, or is larger than [`MAX_BYTES`].
pub fn file(path: &Path) -> io::Result<Vec<u8>> {
    file_within(path, MAX_BYTES)
}

/// Reads a regular file as [`file()`] does, into memory that can be shared.
///
/// # Errors
/// As [`file()`].
pub fn shared_file(path: &Path) -> io::Result<Rc<[u8]>> {
    let (mut file, length) = open(path, MAX_BYTES)?;
    if length < COPIED {
        return Ok(bounded(file, MAX_BYTES, length)?.into());
    }
    let mut bytes: Rc<[u8]> = std::iter::repeat_n(0, length as usize).collect();
    let memory = Rc::get_mut(&mut bytes).expect("nobody else has it yet");
    match file.read_exact(memory) {
        // The file may have changed since its length was asked.
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(self::file(path)?.into()),
        Err(error) => Err(error),
        Ok(()) if file.read(&mut [0])? > 0 => Ok(self::file(path)?.into()),
        Ok(()) => Ok(bytes),
    }
}

/// Reads a regular file of at most so many bytes; nothing is read of a larger one.
///
/// # Errors
/// When it is none, cannot be read, or is larger.
pub fn file_within(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let (file, length) = open(path, limit)?;
    bounded(file, limit, length)
}

/// Opens a regular file of at most so many bytes, and asks its length.
fn open(path: &Path, limit: u64) -> io::Result<(File, u64)> {
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    if metadata.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    if !metadata.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    if metadata.len() > limit {
        return Err(too_large(limit));
    }
    Ok((file, metadata.len()))
}

/// Reads standard input to its end.
///
/// # Errors
/// When it cannot be read, or is larger than [`MAX_BYTES`].
pub fn stdin() -> io::Result<Vec<u8>> {
    bounded(io::stdin().lock(), MAX_BYTES, 0)
}

/// Reads a source to its end, with room for `expected` bytes from the start, so that a file takes one call of the system.
fn bounded(source: impl Read, limit: u64, expected: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let room = expected.min(limit) as usize;
    bytes
        .try_reserve_exact(room + 1)
        .map_err(|_| io::Error::from(io::ErrorKind::OutOfMemory))?;
    source.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(too_large(limit));
    }
    Ok(bytes)
}

fn too_large(limit: u64) -> io::Error {
    io::Error::other(format!("larger than {limit} bytes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn input_without_an_end_is_refused() {
        assert_eq!(bounded(&b"1234"[..], 4, 2).unwrap(), b"1234");
        let error = bounded(io::repeat(0), 1000, 0).unwrap_err();
        assert_eq!(error.to_string(), "larger than 1000 bytes");
    }

    #[test]
    fn shared_files_have_the_same_bytes() {
        let folder = std::env::temp_dir().join(format!("drvlab-reading-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        for length in [0, 1, COPIED as usize - 1, COPIED as usize, 200_001] {
            let path = folder.join(format!("{length}"));
            let bytes: Vec<u8> = (0..length).map(|index| (index % 251) as u8).collect();
            std::fs::write(&path, &bytes).unwrap();
            assert_eq!(shared_file(&path).unwrap()[..], bytes);
        }
        assert!(shared_file(&folder).is_err());
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn only_regular_files_are_read() {
        assert!(file(Path::new("/")).is_err());
        #[cfg(unix)]
        assert_eq!(
            file(Path::new("/dev/zero")).unwrap_err().to_string(),
            "not a regular file"
        );
    }
}

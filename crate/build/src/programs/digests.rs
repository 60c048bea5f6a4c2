//! Programs that hash files.

use drvlab_store::{Hash, HashAlgorithm, HashFormat};

use super::Process;
use crate::machine::Step;

impl Process<'_, '_> {
    /// `md5sum`, `sha256sum` and so on.
    pub fn digest(&mut self, program: &[u8]) -> Step {
        let algorithm = match program {
            b"md5sum" => HashAlgorithm::Md5,
            b"sha1sum" => HashAlgorithm::Sha1,
            b"sha512sum" => HashAlgorithm::Sha512,
            _ => HashAlgorithm::Sha256,
        };
        let options = self.options("", "", &[])?;
        let mut operands = options.operands;
        if operands.is_empty() {
            operands.push("-".into());
        }
        for path in &operands {
            if path.contains(&b'\\') || path.contains(&b'\n') || path.contains(&b'\r') {
                return Err(self.unsupported("such a name"));
            }
            if let Some(bytes) = self.input(path)? {
                let digest = Hash::of(algorithm, &bytes).render(HashFormat::Base16);
                self.print(&[digest.as_bytes(), b"  ", path.as_slice(), b"\n"].concat())?;
            }
        }
        Ok(())
    }
}

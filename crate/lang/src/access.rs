//! What an evaluation may read and fetch: everything, or in the reference's pure and restricted modes what is allowed.
//!
//! In pure mode these are copies in the store that the evaluation made; in restricted mode also what the search path names.

use crate::error::{EvalError, Result};
use crate::files::{canonical, is_at_or_below};
use crate::input::{Input, Scheme};
use crate::machine::Machine;
use crate::settings::Settings;
use crate::source::{Origin, Pos};

/// Returns the paths that restricted mode allows: those of the search path.
pub(crate) fn allowed_paths(settings: &Settings) -> Vec<Vec<u8>> {
    if settings.pure_eval || !settings.restrict_eval {
        return Vec::new();
    }
    let entries = settings.search_path.iter();
    entries
        .filter_map(|(_, path)| settings.search_place(path))
        .collect()
}

impl Machine {
    /// Tells whether not everything may be read.
    pub(crate) fn is_restricted(&self) -> bool {
        self.settings.pure_eval || self.settings.restrict_eval
    }

    /// Tells whether a path may be read: what is allowed, what is in it, and directories that it is in.
    pub(crate) fn may_read(&self, path: &[u8]) -> bool {
        let is_own =
            crate::internal::is_own(path) || path == crate::internal::IMPORTED_DERIVATION_PATH;
        if !self.is_restricted() || is_own {
            return true;
        }
        if let Ok((object, _)) = self.store.dir.split_path(path)
            && (self.store.sources.contains_key(&object) || self.store.texts.contains_key(&object))
        {
            return true;
        }
        let has_objects = !self.store.sources.is_empty() || !self.store.texts.is_empty();
        (has_objects && (path == b"/" || self.is_store_dir(path)))
            || self
                .allowed
                .iter()
                .any(|allowed| is_at_or_below(path, allowed) || is_at_or_below(allowed, path))
    }

    /// Tells whether a file may be looked at on the way to one that was asked for, which may be in a copy of what is there.
    pub(crate) fn may_pass(&self, path: &[u8]) -> bool {
        self.may_read(path) || {
            let mut sources = self.store.sources.values();
            sources.any(|source| is_at_or_below(path, source) || is_at_or_below(source, path))
        }
    }

    /// Fails for a path that may not be read.
    ///
    /// # Errors
    /// In the words that the reference has for its mode.
    pub fn check_access(&self, path: &[u8]) -> Result<()> {
        if self.may_read(path) {
            return Ok(());
        }
        Err(self.forbidden(path))
    }

    /// Makes the error for a path that may not be read.
    #[cold]
    pub(crate) fn forbidden(&self, path: &[u8]) -> Box<EvalError> {
        let mode: &[u8] = if self.settings.pure_eval {
            b"' is forbidden in pure evaluation mode (use '--impure' to override)"
        } else {
            b"' is forbidden in restricted mode"
        };
        let message = [b"access to absolute path '".as_slice(), path, mode];
        EvalError::other(message.concat(), Pos::NONE)
    }

    /// Fails for a URL that restricted mode does not allow.
    #[inline]
    pub(crate) fn check_url_access(&self, url: &[u8]) -> Result<()> {
        if !self.settings.restrict_eval || self.allows_url(url) {
            return Ok(());
        }
        if url.starts_with(b"/") {
            return self.check_access(&canonical(url));
        }
        if let Some(path) = url.strip_prefix(b"file://") {
            return self.check_access(&canonical(path));
        }
        let message = [
            b"access to URI '".as_slice(),
            url,
            b"' is forbidden in restricted mode",
        ];
        Err(EvalError::other(message.concat(), Pos::NONE))
    }

    /// Tells whether a URL is allowed or below one that is: `isAllowedURI` of the reference.
    #[inline]
    fn allows_url(&self, url: &[u8]) -> bool {
        let mut allowed = self.settings.allowed_uris.iter();
        allowed.any(|allowed| match url.strip_prefix(allowed.as_slice()) {
            None => false,
            Some([]) => true,
            Some([next, ..]) => match allowed.last() {
                None => false,
                Some(b'/' | b':') => true,
                Some(_) => *next == b'/',
            },
        })
    }

    /// Fails for a tree that must not be fetched: in pure mode one that can change. What a flake has locked is not asked about.
    #[inline]
    pub(crate) fn check_fetch(&self, input: &Input, who: &str, pos: Pos) -> Result<()> {
        let source = self.sources.source(pos);
        let is_own = source.is_some_and(|source| matches!(source.origin, Origin::Internal(_)));
        if !self.is_restricted() || is_own {
            return Ok(());
        }
        let url = input.to_url(&mut Vec::new());
        let url = url.map_err(crate::fetching::input_error)?.render();
        if self.settings.pure_eval && !is_locked(input) {
            let message = [
                b"in pure evaluation mode, '".as_slice(),
                who.as_bytes(),
                b"' doesn't fetch unlocked input '",
                &url,
                b"'",
            ];
            return Err(EvalError::other(message.concat(), Pos::NONE));
        }
        if input.scheme == Some(Scheme::Indirect) {
            return Ok(());
        }
        self.check_url_access(&url)
    }

    /// Warns in restricted mode of entries of the search path where nothing is, as the reference does before all else.
    ///
    /// # Errors
    /// When the warnings take too much memory.
    #[inline]
    pub fn check_search_path(&mut self) -> Result<()> {
        if self.settings.pure_eval || !self.settings.restrict_eval {
            return Ok(());
        }
        for (_, path) in self.settings.search_path.clone() {
            let place = self.settings.search_place(&path);
            if !place.is_some_and(|place| self.path_exists(&place, true)) {
                self.ignore_search_path_entry(&path)?;
            }
        }
        Ok(())
    }
}

/// Tells whether what an input stands for can never change: `isLocked` of the reference.
#[inline]
pub(crate) fn is_locked(input: &Input) -> bool {
    let has = |name: &str| matches!(input.text(name), Ok(Some(_)));
    match input.scheme {
        Some(Scheme::Indirect) => false,
        Some(Scheme::Path | Scheme::File | Scheme::Tarball) => has("narHash"),
        _ => has("rev"),
    }
}

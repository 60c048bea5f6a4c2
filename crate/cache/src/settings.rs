//! The settings of the client that decide about substitution, named as in `nix.conf`.

use bstr::BString;
use drvlab_store::{PublicKeys, StoreDir};

/// Settings of the client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The store directory.
    pub store_dir: StoreDir,
    /// Whether caches are asked at all (`substitute`).
    pub substitute: bool,
    /// Whether a derivation's `allowSubstitutes = false` is ignored (`always-allow-substitutes`).
    pub always_allow_substitutes: bool,
    /// Whether a failing cache leads to a build instead of an error (`fallback`).
    pub fallback: bool,
    /// Whether fetched paths need a trusted signature (`require-sigs`); the dry run does not look at it.
    pub require_sigs: bool,
    /// The keys that make signatures good (`trusted-public-keys`).
    pub trusted_public_keys: PublicKeys,
    /// The system that builds run on (`system`).
    pub system: BString,
}

impl Default for Settings {
    /// The reference's defaults on 64-bit Linux.
    fn default() -> Self {
        Self {
            store_dir: StoreDir::default(),
            substitute: true,
            always_allow_substitutes: false,
            fallback: false,
            require_sigs: true,
            trusted_public_keys: PublicKeys::default(),
            system: "x86_64-linux".into(),
        }
    }
}

//! The settings of the client that decide about substitution and building, named as in `nix.conf`.

use drvlab_store::OrderedSet;

use bstr::{BStr, BString};
use drvlab_store::{PublicKeys, StoreDir};

use crate::conditions::Patience;
use crate::memory::TimesToLive;

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
    /// Whether all that does not need something that failed is still done (`keep-going`).
    pub keep_going: bool,
    /// Whether fetched paths need a trusted signature (`require-sigs`); the dry run does not look at it.
    pub require_sigs: bool,
    /// The keys that make signatures good (`trusted-public-keys`).
    pub trusted_public_keys: PublicKeys,
    /// The system that builds run on (`system`).
    pub system: BString,
    /// Other systems that this machine can build for (`extra-platforms`).
    pub extra_platforms: OrderedSet<BString>,
    /// What this machine has to offer to builds (`system-features`).
    pub system_features: OrderedSet<BString>,
    /// How many builds run at the same time; 0: none here (`max-jobs`).
    pub max_jobs: u32,
    /// How many paths are fetched at the same time (`max-substitution-jobs`).
    pub max_substitution_jobs: u32,
    /// How long the client tries to get a file of a cache.
    pub patience: Patience,
    /// How long answers of caches hold.
    pub times_to_live: TimesToLive,
    /// Caches that users may add who are not trusted (`trusted-substituters` and what the administrator set as
    /// `substituters`); `None` if the user is trusted and may add any.
    pub allowed_caches: Option<OrderedSet<String>>,
    /// Whether there are machines of all kinds to build on, as a farm has them; no setting of the reference.
    pub all_machines: bool,
}

impl Settings {
    /// Tells whether this machine can build for a system.
    #[must_use]
    pub fn runs(&self, system: &BStr) -> bool {
        system == "builtin" || system == self.system || self.extra_platforms.contains(system)
    }
}

impl Default for Settings {
    /// The reference's defaults on 64-bit Linux.
    fn default() -> Self {
        Self {
            store_dir: StoreDir::default(),
            substitute: true,
            always_allow_substitutes: false,
            fallback: false,
            keep_going: false,
            require_sigs: true,
            trusted_public_keys: PublicKeys::default(),
            system: "x86_64-linux".into(),
            extra_platforms: OrderedSet::new(),
            system_features: [
                "benchmark",
                "big-parallel",
                "kvm",
                "nixos-test",
                "uid-range",
            ]
            .map(BString::from)
            .into(),
            max_jobs: 1,
            max_substitution_jobs: 16,
            patience: Patience::default(),
            times_to_live: TimesToLive::default(),
            allowed_caches: None,
            all_machines: false,
        }
    }
}

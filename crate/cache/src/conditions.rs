//! The conditions under which a mock cache answers: how fast, and what goes wrong.

use std::fmt;

use bstr::BString;
use drvlab_store::store_path::HASH_PART_BYTES;
use drvlab_store::{HashedMap, StorePath};

use crate::simulation::package_name;

/// Bytes per second of a connection about which nothing is said.
pub const DEFAULT_BANDWIDTH: u64 = 10_000_000;

/// Milliseconds of an answer about which nothing is said.
pub const DEFAULT_LATENCY: u32 = 30;

/// Milliseconds until a request that failed is made again for the first time; each later pause is twice as long. The
/// reference adds up to half of it by chance.
const FIRST_PAUSE: u64 = 250;

/// HTTP status of a cache that fails for a while.
const UNAVAILABLE: u16 = 503;

/// What goes wrong with one store object of a cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathFault {
    /// Asking for its narinfo is answered with this HTTP status: 404 as after a garbage collection, 403, 500….
    Status(u16),
    /// Its narinfo ends too early.
    NarInfoCutOff,
    /// Asking for its archive is answered with this HTTP status; its narinfo is there.
    ArchiveStatus(u16),
    /// Its archive ends too early.
    ArchiveCutOff,
    /// Its archive is another one than its narinfo says.
    WrongNarHash,
    /// Its archive has another length than its narinfo says.
    WrongNarSize,
}

impl PathFault {
    /// Finds a fault by its word in files: a status such as `404`, the status of an archive as in `nar-500`, or a name.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        let status = |text: &str| text.parse().ok().filter(|it| (400..600).contains(it));
        Some(match word {
            "nar-missing" => Self::ArchiveStatus(404),
            "nar-cut-off" => Self::ArchiveCutOff,
            "narinfo-cut-off" => Self::NarInfoCutOff,
            "wrong-nar-hash" => Self::WrongNarHash,
            "wrong-nar-size" => Self::WrongNarSize,
            _ => match word.strip_prefix("nar-") {
                Some(text) => Self::ArchiveStatus(status(text)?),
                None => Self::Status(status(word)?),
            },
        })
    }
}

/// How long the client tries to get a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// How often it asks (`download-attempts`).
    pub attempts: u32,
    /// Seconds after which it gives up when nothing comes (`stalled-download-timeout`).
    pub stalled: u64,
}

impl Default for Patience {
    /// The reference's defaults.
    fn default() -> Self {
        Self {
            attempts: 5,
            stalled: 300,
        }
    }
}

/// What stands between the client and a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// The file is not there.
    NotFound,
    /// The file may not be seen, which counts as absent.
    Forbidden,
    /// A request fails with this HTTP status.
    Status(u16),
    /// Nobody answers.
    Offline,
    /// The answer takes too long.
    Stalled,
}

impl Obstacle {
    /// Returns what an HTTP status means to the client (`FileTransfer` in `libstore/filetransfer.cc`).
    #[must_use]
    pub const fn of_status(status: u16) -> Self {
        match status {
            404 | 410 => Self::NotFound,
            401 | 403 | 407 => Self::Forbidden,
            _ => Self::Status(status),
        }
    }

    /// Tells whether the client tries again.
    const fn passes(self) -> bool {
        match self {
            Self::NotFound | Self::Forbidden => false,
            Self::Status(status) => {
                !matches!(status, 400..=407 | 409..=428 | 430..=499 | 501 | 505 | 511)
            }
            Self::Offline | Self::Stalled => true,
        }
    }
}

impl fmt::Display for Obstacle {
    /// Writes the reference's words.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound => f.write_str("HTTP error 404"),
            Self::Forbidden => f.write_str("HTTP error 403"),
            Self::Status(status) => write!(f, "HTTP error {status}"),
            Self::Offline => f.write_str("Could not connect to server"),
            Self::Stalled => f.write_str("Timeout was reached"),
        }
    }
}

/// How a cache answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conditions {
    /// Why nothing is asked at all, because its URL is none of a store.
    pub no_store: Option<String>,
    /// Milliseconds until an answer begins.
    pub latency: u32,
    /// Bytes per second of an answer; never 0.
    pub bandwidth: u64,
    /// Whether it answers nothing at all.
    pub offline: bool,
    /// How often each file is answered with status 503 at first.
    pub failures: u32,
    /// HTTP status with which `nix-cache-info` is answered.
    pub info_status: Option<u16>,
    /// HTTP status with which all realisations are answered.
    pub realisation_status: Option<u16>,
    /// Faults of single store objects, by hash part.
    faults: HashedMap<[u8; HASH_PART_BYTES], Vec<PathFault>>,
    /// Faults of all store objects of a name, with or without the version, whatever their hash part.
    by_name: HashedMap<BString, Vec<PathFault>>,
}

impl Default for Conditions {
    fn default() -> Self {
        Self {
            no_store: None,
            latency: DEFAULT_LATENCY,
            bandwidth: DEFAULT_BANDWIDTH,
            offline: false,
            failures: 0,
            info_status: None,
            realisation_status: None,
            faults: HashedMap::new(),
            by_name: HashedMap::new(),
        }
    }
}

impl Conditions {
    /// Lets something go wrong with a store object.
    pub fn set_fault(&mut self, path: &StorePath, fault: PathFault) {
        let faults = self.faults.entry(path.hash_bytes());
        faults.or_default().push(fault);
    }

    /// Lets something go wrong with all store objects of this name, which is that of the package or has a version too.
    pub fn set_fault_by_name(&mut self, name: impl Into<BString>, fault: PathFault) {
        self.by_name.entry(name.into()).or_default().push(fault);
    }

    /// Returns what goes wrong with a store object.
    #[must_use]
    pub fn faults(&self, path: &StorePath) -> &[PathFault] {
        let by_name = |name: &str| self.by_name.get(name.as_bytes());
        let found = self
            .faults
            .get(&path.hash_bytes())
            .or_else(|| by_name(path.name()))
            .or_else(|| by_name(package_name(path.name())));
        found.map_or(&[], Vec::as_slice)
    }

    /// Returns what keeps a client from getting a file that is answered with this status, or else as usual.
    #[must_use]
    pub fn obstacle(&self, status: Option<u16>, patience: &Patience) -> Option<Obstacle> {
        if self.offline {
            Some(Obstacle::Offline)
        } else if u64::from(self.latency) >= patience.stalled.saturating_mul(1000) {
            Some(Obstacle::Stalled)
        } else if self.failures >= patience.attempts.max(1) {
            Some(Obstacle::Status(UNAVAILABLE))
        } else {
            status.map(Obstacle::of_status)
        }
    }

    /// Returns the milliseconds until an answer begins or the client gives up, pauses between attempts included.
    #[must_use]
    pub fn answer_time(&self, obstacle: Option<Obstacle>, patience: &Patience) -> u64 {
        let failures = match obstacle {
            Some(obstacle) if obstacle.passes() => patience.attempts.max(1) - 1,
            _ => self.failures,
        };
        let attempt = match obstacle {
            Some(Obstacle::Offline) => 0,
            Some(Obstacle::Stalled) => patience.stalled.saturating_mul(1000),
            _ => u64::from(self.latency),
        };
        let pauses = 1_u64.checked_shl(failures).unwrap_or(u64::MAX) - 1;
        let pauses = pauses.saturating_mul(FIRST_PAUSE);
        let attempts = attempt.saturating_mul(u64::from(failures) + 1);
        pauses.saturating_add(attempts)
    }

    /// Returns the milliseconds that so many bytes take once the answer has begun.
    #[must_use]
    pub fn transfer_time(&self, bytes: u64) -> u64 {
        let milliseconds = u128::from(bytes) * 1000 / u128::from(self.bandwidth.max(1));
        u64::try_from(milliseconds).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::{Conditions, Obstacle, PathFault, Patience};
    use drvlab_store::StorePath;

    #[test]
    fn faults_have_words() {
        assert_eq!(PathFault::parse("404"), Some(PathFault::Status(404)));
        let archive = Some(PathFault::ArchiveStatus(500));
        assert_eq!(PathFault::parse("nar-500"), archive);
        for word in ["200", "600", "nar-", "nar-12", "", "-404"] {
            assert_eq!(PathFault::parse(word), None, "{word}");
        }
    }

    #[test]
    fn the_closest_name_of_a_store_object_decides() {
        let path = |name: &str| StorePath::parse(format!("{}-{name}", "0".repeat(32))).unwrap();
        let mut conditions = Conditions::default();
        conditions.set_fault_by_name("zlib", PathFault::Status(403));
        conditions.set_fault_by_name("zlib-1.3", PathFault::Status(404));
        let of = |name: &str| conditions.faults(&path(name)).to_vec();
        assert_eq!(of("zlib-1.3"), [PathFault::Status(404)]);
        assert_eq!(of("zlib-1.2-dev"), [PathFault::Status(403)]);
        assert_eq!(of("zlibs-1.2"), []);
    }

    #[test]
    fn only_what_may_pass_is_tried_again() {
        let patience = Patience::default();
        let conditions = Conditions {
            latency: 10,
            ..Conditions::default()
        };
        let time = |status| {
            let obstacle = conditions.obstacle(Some(status), &patience);
            conditions.answer_time(obstacle, &patience)
        };
        // Five attempts, and pauses of 250, 500, 1000 and 2000 ms.
        let tried = 5 * 10 + 3750;
        for (status, expected) in [
            (404, 10),
            (403, 10),
            (418, 10),
            (501, 10),
            (500, tried),
            (429, tried),
            (408, tried),
        ] {
            assert_eq!(time(status), expected, "{status}");
        }
        let late = Conditions {
            latency: 300_000,
            ..Conditions::default()
        };
        assert_eq!(late.obstacle(None, &patience), Some(Obstacle::Stalled));
        let unsteady = Conditions {
            failures: 2,
            latency: 10,
            ..Conditions::default()
        };
        assert_eq!(unsteady.obstacle(None, &patience), None);
        assert_eq!(unsteady.answer_time(None, &patience), 3 * 10 + 750);
        let hasty = Patience {
            attempts: 2,
            ..patience
        };
        let failed = unsteady.obstacle(None, &hasty).unwrap();
        assert_eq!(failed.to_string(), "HTTP error 503");
    }
}

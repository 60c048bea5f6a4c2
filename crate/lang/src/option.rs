//! The reference's settings by their names, as its flags and `--option` give them.
//!
//! All names are known; those that have nothing to do with evaluation change nothing. What this evaluator does not do is refused.

use crate::search_path;
use crate::settings::Settings;
use std::fmt;

/// What values a setting has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Yes or no.
    Boolean,
    /// Words between spaces, to which more can be added.
    Words,
    /// Anything else.
    Text,
}

/// Why a setting is not set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OptionError {
    /// There is none of the name, or it has no such value: a message in the words of the reference, which goes on without it.
    Ignored(String),
    /// It would have an effect that this evaluator cannot have.
    Unsupported(String),
}

impl fmt::Display for OptionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Ignored(message) | Self::Unsupported(message)) = self;
        f.write_str(message)
    }
}

impl std::error::Error for OptionError {}

/// Settings that are on or off.
const BOOLEANS: &str = "\
    abort-on-warn accept-flake-config allow-dirty allow-dirty-locks allow-import-from-derivation allow-new-privileges \
    allow-symlinked-store allow-unsafe-native-code-during-evaluation always-allow-substitutes auto-allocate-uids \
    auto-optimise-store build-compress-log build-fallback build-impersonate-linux-26 build-keep-log \
    build-use-substitutes builders-use-substitutes compress-build-log debugger-on-trace debugger-on-warn \
    env-keep-derivations eval-cache fallback filter-syscalls fsync-metadata fsync-store-paths gc-keep-derivations \
    gc-keep-outputs http2 ignore-try impersonate-linux-26 keep-build-log keep-derivations keep-env-derivations \
    keep-failed keep-going keep-outputs nix-shell-always-looks-for-shell-nix \
    nix-shell-shebang-arguments-relative-to-script preallocate-contents print-missing pure-eval \
    require-drop-supplementary-groups require-sigs restrict-eval run-diff-hook sandbox-fallback show-trace substitute \
    sync-before-registering trace-function-calls trace-import-from-derivation trace-verbose \
    trust-tarballs-from-git-forges use-case-hack use-cgroups use-registries use-sqlite-wal use-xdg-base-directories \
    warn-dirty warn-short-path-literals";

/// Settings that are lists, sets or maps of words.
const WORDS: &str = "\
    access-tokens allowed-impure-host-deps allowed-uris allowed-users binary-cache-public-keys binary-caches \
    build-chroot-dirs build-hook build-sandbox-paths experimental-features external-builders extra-platforms \
    hashed-mirrors ignored-acls impure-env nix-path plugin-files sandbox-paths secret-key-files substituters \
    system-features trusted-binary-caches trusted-public-keys trusted-substituters trusted-users";

/// Settings with one value.
const TEXTS: &str = "\
    bash-prompt bash-prompt-prefix bash-prompt-suffix binary-caches-parallel-connections build-cores build-dir \
    build-max-jobs build-max-log-size build-max-silent-time build-poll-interval build-timeout build-use-chroot \
    build-use-sandbox build-users-group builders commit-lock-file-summary commit-lockfile-summary connect-timeout \
    cores diff-hook download-attempts download-buffer-size download-speed eval-attrset-update-layer-rhs-threshold \
    eval-profile-file eval-profiler eval-profiler-frequency eval-system flake-registry gc-reserved-space \
    http-connections id-count json-log-path lint-absolute-path-literals lint-short-path-literals lint-url-literals \
    log-lines max-build-log-size max-call-depth max-free max-jobs max-silent-time max-substitution-jobs min-free \
    min-free-check-interval nar-buffer-size narinfo-cache-meta-ttl narinfo-cache-negative-ttl \
    narinfo-cache-positive-ttl netrc-file post-build-hook pre-build-hook sandbox sandbox-build-dir \
    sandbox-dev-shm-size ssl-cert-file stalled-download-timeout start-id store substitution-max-jobs system \
    tarball-ttl timeout upgrade-nix-store-path-url user-agent-suffix warn-large-path-threshold";

/// Experimental features that the reference knows.
const FEATURES: &str = "ca-derivations impure-derivations flakes fetch-tree nix-command git-hashing recursive-nix fetch-closure auto-allocate-uids cgroups daemon-trust-override dynamic-derivations parse-toml-timestamps read-only-local-store local-overlay-store configurable-impure-env mounted-ssh-store verified-fetches pipe-operators external-builders blake3-hashes";

/// Tells what values a setting has; `None` if the reference has none of the name.
pub fn kind(name: &str) -> Option<Kind> {
    let is_in = |names: &str| names.split(' ').any(|known| known == name);
    if is_in(BOOLEANS) {
        Some(Kind::Boolean)
    } else if is_in(WORDS) {
        Some(Kind::Words)
    } else if is_in(TEXTS) {
        Some(Kind::Text)
    } else {
        None
    }
}

/// Sets what a setting of the reference decides about evaluation; `extra-` in front of a name adds words to those that are there.
///
/// # Errors
/// What is wrong with the name or the value, or that this evaluator does not do that.
pub fn set(settings: &mut Settings, name: &str, value: &[u8]) -> Result<(), OptionError> {
    let more = name.strip_prefix("extra-");
    let more = more.filter(|name| kind(name) == Some(Kind::Words));
    let (name, adds) = more.map_or((name, false), |name| (name, true));
    match kind(name) {
        None => Err(ignored(format!("unknown setting '{name}'"))),
        Some(Kind::Boolean) => set_flag(settings, name, boolean(name, value)?),
        Some(Kind::Words) => set_words(settings, name, words(value), adds),
        Some(Kind::Text) => set_text(settings, name, value),
    }
}

fn ignored(message: String) -> OptionError {
    OptionError::Ignored(message)
}

fn unsupported(name: &str, reason: &str) -> Result<(), OptionError> {
    let message = format!("the setting '{name}' is not supported: {reason}");
    Err(OptionError::Unsupported(message))
}

fn boolean(name: &str, value: &[u8]) -> Result<bool, OptionError> {
    truth(value).ok_or_else(|| {
        let value = String::from_utf8_lossy(value);
        ignored(format!(
            "Boolean setting '{name}' has invalid value '{value}'"
        ))
    })
}

/// Reads whether a setting is on; `None` if the text says neither.
pub fn truth(value: &[u8]) -> Option<bool> {
    match value {
        b"true" | b"yes" | b"1" => Some(true),
        b"false" | b"no" | b"0" => Some(false),
        _ => None,
    }
}

fn words(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    let words = value.split(|byte| b" \t\n\r".contains(byte));
    words.filter(|word| !word.is_empty())
}

fn set_flag(settings: &mut Settings, name: &str, on: bool) -> Result<(), OptionError> {
    match name {
        "abort-on-warn" => settings.abort_on_warn = on,
        "allow-import-from-derivation" => settings.allow_import_from_derivation = on,
        "pure-eval" => settings.pure_eval = on,
        "restrict-eval" => settings.restrict_eval = on,
        "trace-verbose" => settings.trace_verbose = on,
        "allow-unsafe-native-code-during-evaluation" if on => {
            return unsupported(name, "this evaluator runs no programs");
        }
        "trace-function-calls" if on => {
            return unsupported(name, "this evaluator takes no times of calls");
        }
        "use-case-hack" if on => {
            return unsupported(name, "names of files are what they are");
        }
        _ => {}
    }
    Ok(())
}

fn set_words<'a>(
    settings: &mut Settings,
    name: &str,
    words: impl Iterator<Item = &'a [u8]>,
    adds: bool,
) -> Result<(), OptionError> {
    match name {
        "allowed-uris" => {
            if !adds {
                settings.allowed_uris.clear();
            }
            settings.allowed_uris.extend(words.map(Into::into));
        }
        "nix-path" => {
            if !adds {
                settings.search_path.clear();
            }
            settings.search_path.extend(words.map(search_path::entry));
        }
        "experimental-features" => {
            for word in words {
                let feature = String::from_utf8_lossy(word);
                if !FEATURES.split(' ').any(|known| known == feature) {
                    let message = format!("unknown experimental feature '{feature}'");
                    return Err(ignored(message));
                }
            }
        }
        "plugin-files" if words.count() > 0 => {
            return unsupported(name, "this evaluator has no plugins");
        }
        _ => {}
    }
    Ok(())
}

fn set_text(settings: &mut Settings, name: &str, value: &[u8]) -> Result<(), OptionError> {
    match name {
        "eval-system" => settings.eval_system = value.into(),
        "system" => settings.system = value.into(),
        "max-call-depth" => {
            let Some(depth) = number(value) else {
                let value = String::from_utf8_lossy(value);
                let message = format!("setting '{name}' has invalid value '{value}'");
                return Err(ignored(message));
            };
            settings.call_depth_limit = depth;
        }
        "eval-profiler" if value != b"disabled" => {
            return unsupported(name, "this evaluator has no profiler");
        }
        "warn-large-path-threshold" if number(value) != Some(0) => {
            return unsupported(name, "sizes of copies are not looked at");
        }
        "store" if value.windows(6).any(|part| part == b"store=") => {
            return unsupported(name, "the store directory is what NIX_STORE_DIR says");
        }
        _ => {}
    }
    Ok(())
}

/// Reads a number, which may end with a prefix of units: `1k` is 1024.
fn number(value: &[u8]) -> Option<u32> {
    let (digits, shift) = match value.split_last()? {
        (b'k' | b'K', digits) => (digits, 10),
        (b'm' | b'M', digits) => (digits, 20),
        (b'g' | b'G', digits) => (digits, 30),
        (b't' | b'T', digits) => (digits, 40),
        _ => (value, 0),
    };
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let number: u64 = str::from_utf8(digits).ok()?.parse().ok()?;
    u32::try_from(number.checked_mul(1 << shift)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(name: &str, value: &str) -> Result<Settings, String> {
        let mut settings = Settings::default();
        let result = set(&mut settings, name, value.as_bytes());
        result.map_err(|error| error.to_string()).map(|()| settings)
    }

    #[test]
    fn numbers_have_units() {
        for (value, expected) in [
            ("40", Some(40)),
            ("1k", Some(1024)),
            ("2M", Some(2 << 20)),
            ("4G", None),
            ("", None),
            ("k", None),
            ("-1", None),
            ("+1", None),
            ("1 ", None),
            ("99999999999", None),
        ] {
            let depth = outcome("max-call-depth", value).map(|settings| settings.call_depth_limit);
            assert_eq!(depth.ok(), expected, "{value}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_in_the_words_of_the_reference() {
        for (name, value, message) in [
            ("nonsense", "1", "unknown setting 'nonsense'"),
            (
                "extra-pure-eval",
                "true",
                "unknown setting 'extra-pure-eval'",
            ),
            (
                "pure-eval",
                "maybe",
                "Boolean setting 'pure-eval' has invalid value 'maybe'",
            ),
            (
                "max-call-depth",
                "x",
                "setting 'max-call-depth' has invalid value 'x'",
            ),
            (
                "experimental-features",
                "flakes foo",
                "unknown experimental feature 'foo'",
            ),
        ] {
            assert_eq!(outcome(name, value).err().as_deref(), Some(message));
        }
    }

    #[test]
    fn words_replace_or_add() {
        let mut settings = Settings::default();
        for (name, value) in [
            ("nix-path", "a=/b /c"),
            ("nix-path", "/d"),
            ("extra-nix-path", "e=f"),
        ] {
            assert_eq!(set(&mut settings, name, value.as_bytes()), Ok(()));
        }
        let entry = |prefix: &str, path: &str| (prefix.into(), path.into());
        assert_eq!(settings.search_path, [entry("", "/d"), entry("e", "f")]);
    }
}

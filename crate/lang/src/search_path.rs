//! What `NIX_PATH` and `-I` mean: entries, their prefixes, and URLs among them. Looking files up is `builtins.findFile`'s business.

use bstr::BString;

/// Splits the value of `NIX_PATH` at its colons, except those of URLs and of references to flakes; empty entries mean nothing.
/// The rule is `EvalSettings::parseNixPath` of the reference.
pub fn split(variable: &[u8]) -> Vec<&[u8]> {
    let mut entries = Vec::new();
    let mut start = 0;
    while start < variable.len() {
        let rest = &variable[start..];
        let until = |from: usize| {
            let colon = rest[from..].iter().position(|&byte| byte == b':');
            colon.map_or(rest.len(), |colon| from + colon)
        };
        let mut end = until(0);
        let path = rest[..end].iter().rposition(|&byte| byte == b'=');
        let path = &rest[path.map_or(0, |equals| equals + 1)..];
        if end < rest.len() && (is_url(path) || path.starts_with(b"flake:")) {
            end = until(end + 1);
        }
        if end > 0 {
            entries.push(&rest[..end]);
        }
        start += end + 1;
    }
    entries
}

/// Returns prefix and path of an entry, `PREFIX=PATH` or `PATH`.
pub fn entry(text: &[u8]) -> (BString, BString) {
    let (prefix, path) = match text.iter().position(|&byte| byte == b'=') {
        Some(equals) => (&text[..equals], &text[equals + 1..]),
        None => (&b""[..], text),
    };
    (prefix.into(), path.into())
}

/// Tells whether an entry's path is downloaded rather than looked up: `isPseudoUrl` of the reference.
pub(crate) fn is_url(path: &[u8]) -> bool {
    const SCHEMES: [&[u8]; 7] = [
        b"http", b"https", b"file", b"channel", b"git", b"s3", b"ssh",
    ];
    path.starts_with(b"channel:")
        || path
            .windows(3)
            .position(|three| three == b"://")
            .is_some_and(|scheme| SCHEMES.contains(&&path[..scheme]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colons_separate_entries_but_not_what_follows_a_scheme() {
        for (variable, entries) in [
            ("a=/x::/y", &["a=/x", "/y"][..]),
            (
                "https://e/x.tar.gz:n=channel:nixos-24.05:flake:n",
                &["https://e/x.tar.gz", "n=channel:nixos-24.05", "flake:n"],
            ),
            (
                "git+ssh://h/x:x=y=flake:a:b:",
                &["git+ssh", "//h/x", "x=y=flake:a", "b"],
            ),
            ("s3://b?x=y:z", &["s3://b?x=y", "z"]),
            ("/y://z:xflake:a", &["/y", "//z", "xflake", "a"]),
            ("http:", &["http"]),
        ] {
            let expected: Vec<&[u8]> = entries.iter().map(|entry| entry.as_bytes()).collect();
            assert_eq!(split(variable.as_bytes()), expected, "{variable}");
        }
    }

    #[test]
    fn an_entry_has_a_prefix_or_not() {
        assert_eq!(
            entry(b"nixpkgs=/p/q=r"),
            ("nixpkgs".into(), "/p/q=r".into())
        );
        assert_eq!(entry(b"../p"), ("".into(), "../p".into()));
    }
}

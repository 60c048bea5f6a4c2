//! URLs of substituters: which of them the reference opens a store at.
//!
//! What is behind a URL is no matter of this module. Source: `StoreReference::parse` and `resolveStoreConfig` in `libstore`.

use bstr::ByteSlice as _;
use drvlab_store::url::{Ignored, Url};

/// Schemes of stores that are reached over a network, so that their URLs must name a host.
const WITH_HOST: [&str; 3] = ["http", "https", "s3"];

/// Other schemes that the reference knows.
const WITHOUT_HOST: [&str; 6] = ["dummy", "file", "local", "ssh", "ssh-ng", "unix"];

/// Returns why a substituter cannot be opened, in the reference's words; nothing if the reference would try.
#[must_use]
pub fn objection(url: &str) -> Option<String> {
    let Ok(parsed) = Url::parse(url.as_bytes(), false, &mut Ignored::new()) else {
        // Without a scheme it is the path of a store on this machine, or a word for the store that it has.
        let is_store = url.contains('/') && !url.contains(':') || url == "auto" || url == "local";
        return (!is_store).then(|| format!("Cannot parse Nix store '{url}'"));
    };
    let scheme = parsed.scheme.to_str_lossy();
    let host = parsed.authority.as_ref().map_or(&[][..], |it| &it.host);
    let path = parsed.path.join(&b'/');
    if WITH_HOST.contains(&&*scheme) {
        host.is_empty()
            .then(|| format!("`{scheme}` Store requires a non-empty authority in Store URL"))
    } else if !WITHOUT_HOST.contains(&&*scheme) {
        Some(format!(
            "don't know how to open Nix store with scheme '{scheme}'"
        ))
    } else if scheme == "file" && !path.is_empty() && !path.starts_with(b"/") {
        Some(format!("not an absolute path: \"{}\"", path.as_bstr()))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What Nix 2.34.8 says of substituters (`nix-build --dry-run --option substituters URL`).
    #[test]
    fn urls_are_refused_as_by_the_reference() {
        let no_host = |scheme: &str| {
            Some(format!(
                "`{scheme}` Store requires a non-empty authority in Store URL"
            ))
        };
        let unknown = |scheme: &str| {
            Some(format!(
                "don't know how to open Nix store with scheme '{scheme}'"
            ))
        };
        for (url, expected) in [
            ("https:/x", no_host("https")),
            ("https://", no_host("https")),
            ("http:///x", no_host("http")),
            ("https://:80", no_host("https")),
            ("s3://", no_host("s3")),
            ("foo://x", unknown("foo")),
            ("x:y", unknown("x")),
            ("HTTPS://x", unknown("HTTPS")),
            ("ftp://h", unknown("ftp")),
            ("file:x", Some("not an absolute path: \"x\"".to_owned())),
        ] {
            assert_eq!(objection(url), expected, "{url}");
        }
        for url in [
            "foo",
            "cache.example.org",
            "..",
            "",
            "://x",
            ":x",
            "1x://h",
            "fo_o://h",
            "file://x",
            "https://[::1",
            "https://[zz]",
            "https://a:b",
            "https://a:80x",
            "https://a:99999",
            "https://h/%zz",
            "https://h/ä",
            "https://ä",
            "https://h/a|b",
            "https://h/[",
            "https://h^x",
            "https://h/x^",
            "https://\"h\"",
            "https://h/\\x",
            "file:///a|b",
            "file:///ä",
            "two words",
        ] {
            let expected = format!("Cannot parse Nix store '{url}'");
            assert_eq!(objection(url), Some(expected), "{url}");
        }
        for url in [
            "https://cache.example.org",
            "https://cache.example.org?priority=10&trusted=true",
            "https://u@h",
            "https://h:",
            "https://h:8080/x/",
            "https://h_x",
            "https://h/%20",
            "https://h/a#b",
            "https://h'x",
            "https://[::1]",
            "https://[::1]:80",
            "s3://bucket?region=eu-west-1",
            "file://",
            "file:/x",
            "file:///a%20b?priority=3",
            "ssh-ng://h",
            "unix:///x",
            "local://",
            "dummy://",
            "/x",
            "./x",
            "~/x",
            "a/b",
            "auto",
            "local",
        ] {
            assert_eq!(objection(url), None, "{url}");
        }
    }
}

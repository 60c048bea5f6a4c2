//! URLs of substituters: which of them the reference opens a store at.
//!
//! What is behind a URL is no matter of this module. Source: `StoreReference::parse` and `resolveStoreConfig` in `libstore`; the rules for
//! characters are those of RFC 3986.

/// Schemes of stores that are reached over a network, so that their URLs must name a host.
const WITH_HOST: [&str; 3] = ["http", "https", "s3"];

/// Other schemes that the reference knows.
const WITHOUT_HOST: [&str; 6] = ["dummy", "file", "local", "ssh", "ssh-ng", "unix"];

/// Returns why a substituter cannot be opened, in the reference's words; nothing if the reference would try.
#[must_use]
pub fn objection(url: &str) -> Option<String> {
    let unclear = || Some(format!("Cannot parse Nix store '{url}'"));
    let Some((scheme, rest)) = url.split_once(':').filter(|(scheme, _)| is_scheme(scheme)) else {
        // Without a scheme it is the path of a store on this machine, or a word for the store that it has.
        let is_store = url.contains('/') && !url.contains(':') || url == "auto" || url == "local";
        return if is_store { None } else { unclear() };
    };
    let (before_query, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (before_query, fragment) = before_query.split_once('#').unwrap_or((before_query, ""));
    let (authority, path) = match before_query.strip_prefix("//") {
        Some(after) => after.split_at(after.find('/').unwrap_or(after.len())),
        None => ("", before_query),
    };
    let parts = [(path, "/"), (query, "/?#"), (fragment, "/?")];
    if !parts.iter().all(|(part, more)| is_made_of(part, more)) {
        return unclear();
    }
    let Some(host) = host(authority) else {
        return unclear();
    };
    if WITH_HOST.contains(&scheme) {
        host.is_empty()
            .then(|| format!("`{scheme}` Store requires a non-empty authority in Store URL"))
    } else if !WITHOUT_HOST.contains(&scheme) {
        Some(format!(
            "don't know how to open Nix store with scheme '{scheme}'"
        ))
    } else if scheme == "file" && !authority.is_empty() {
        unclear()
    } else if scheme == "file" && !path.is_empty() && !path.starts_with('/') {
        Some(format!("not an absolute path: \"{path}\""))
    } else {
        None
    }
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|it: char| it.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
}

/// Returns the host of an authority, which may be empty; nothing if the authority is none.
fn host(authority: &str) -> Option<&str> {
    let (user, place) = authority.rsplit_once('@').unwrap_or(("", authority));
    let (host, port) = match place.strip_prefix('[') {
        Some(address) => {
            let (address, after) = address.split_once(']')?;
            address.parse::<std::net::Ipv6Addr>().ok()?;
            let port = after.strip_prefix(':');
            port.or_else(|| after.is_empty().then_some(""))
                .map(|port| (address, port))?
        }
        None => {
            let (host, port) = place.rsplit_once(':').unwrap_or((place, ""));
            let fits = !host.contains([':', '@']) && is_made_of(host, "");
            fits.then_some((host, port))?
        }
    };
    let is_port = port.is_empty()
        || port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok();
    (is_port && is_made_of(user, "")).then_some(host)
}

/// Tells whether a part of a URL consists of characters that may stand in a path, of escapes, and of the characters `more`.
fn is_made_of(part: &str, more: &str) -> bool {
    let mut rest = part.bytes();
    while let Some(byte) = rest.next() {
        let allowed = match byte {
            b'%' => (0..2).all(|_| rest.next().is_some_and(|it| it.is_ascii_hexdigit())),
            _ => {
                byte.is_ascii_alphanumeric()
                    || b"-._~!$&'()*+,;=:@".contains(&byte)
                    || more.as_bytes().contains(&byte)
            }
        };
        if !allowed {
            return false;
        }
    }
    true
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

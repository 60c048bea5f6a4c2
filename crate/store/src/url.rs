//! URLs as the reference reads and writes them: RFC 3986 with a few liberties. Nothing is fetched.

use crate::OrderedMap;
use bstr::BString;

/// The parts of a URL, decoded.
#[derive(Clone, Default, Debug)]
pub struct Url {
    /// What is in front of the first colon, with the case it was written in.
    pub scheme: Vec<u8>,
    /// What is behind `//`, if that is there.
    pub authority: Option<Authority>,
    /// What is between the slashes.
    pub path: Vec<Vec<u8>>,
    /// The parameters; of those with one name the first.
    pub query: Query,
    /// What is behind `#`.
    pub fragment: Vec<u8>,
}

/// Parameters by name.
pub type Query = OrderedMap<Vec<u8>, Vec<u8>>;

/// The host of a URL, with a user and a port.
#[derive(Clone, Default, Debug)]
pub struct Authority {
    user: Option<Vec<u8>>,
    password: Option<Vec<u8>>,
    /// The name or address; an IPv6 address with its brackets.
    pub host: Vec<u8>,
    port: Option<u16>,
}

/// Why a text is no URL.
#[derive(Debug)]
pub struct BadUrl(pub BString);

impl BadUrl {
    #[inline]
    fn new(parts: &[&[u8]]) -> Self {
        BadUrl(parts.concat().into())
    }
}

/// Parameters without a value, which are ignored with a warning.
pub type Ignored = Vec<Vec<u8>>;

impl Url {
    /// Parses a URL. If `lenient`, spaces and quotes need no encoding in parameters and fragments.
    ///
    /// # Errors
    /// A message in the words of the reference.
    #[inline]
    pub fn parse(text: &[u8], lenient: bool, ignored: &mut Ignored) -> Result<Url, BadUrl> {
        let fixed;
        let source = if lenient {
            fixed = fixed_up(text);
            fixed.as_slice()
        } else {
            text
        };
        let invalid = |reason: &[u8]| BadUrl::new(&[b"'", text, b"' is not a valid URL: ", reason]);
        let (mut url, port, mut rest) = match absolute(source) {
            Some(parsed) => parsed,
            None => return Err(relative(source, text)),
        };
        let query = component(&mut rest, b'?', is_query);
        let fragment = component(&mut rest, b'#', is_fragment);
        if !rest.is_empty() {
            return Err(invalid(b"leftover"));
        }
        if let Some(authority) = &mut url.authority {
            if !port.is_empty() {
                let number = std::str::from_utf8(port)
                    .ok()
                    .and_then(|digits| digits.parse().ok());
                let wrong = || BadUrl::new(&[b"port '", port, b"' is invalid"]);
                authority.port = Some(number.ok_or_else(wrong)?);
            }
            if !authority.host.is_empty() && split_scheme(&url.scheme).1 == b"file" {
                return Err(BadUrl::new(&[
                    b"file:// URL '",
                    text,
                    b"' has unexpected authority '",
                    &authority.rendered(),
                    b"'",
                ]));
            }
        }
        url.query = decode_query(query, false, ignored)?;
        url.fragment = decoded(fragment);
        Ok(url)
    }

    /// Writes the URL.
    #[inline]
    pub fn render(&self) -> Vec<u8> {
        let mut text = [self.scheme.as_slice(), b":"].concat();
        if let Some(authority) = &self.authority {
            text.extend_from_slice(b"//");
            text.extend_from_slice(&authority.rendered());
        }
        for (index, part) in self.path.iter().enumerate() {
            if index > 0 {
                text.push(b'/');
            }
            append_encoded(part, b":@", &mut text);
        }
        for (index, (name, value)) in self.query.iter().enumerate() {
            text.push(if index == 0 { b'?' } else { b'&' });
            append_encoded(name, b":@/?", &mut text);
            text.push(b'=');
            append_encoded(value, b":@/?", &mut text);
        }
        if !self.fragment.is_empty() {
            text.push(b'#');
            append_encoded(&self.fragment, b":@/?", &mut text);
        }
        text
    }

    /// The path as one text.
    ///
    /// # Errors
    /// When a part of it cannot be the name of a file.
    #[inline]
    pub fn file_path(&self) -> Result<Vec<u8>, BadUrl> {
        for part in &self.path {
            let (what, shown): (&[u8], _) = if part.contains(&b'/') {
                (
                    b"' contains '/', which is not allowed in file names",
                    part.clone(),
                )
            } else if part.contains(&0) {
                let shown = part.split(|&byte| byte == 0).collect::<Vec<_>>();
                (
                    b"' contains NUL byte which is not allowed",
                    shown.join("␀".as_bytes()),
                )
            } else {
                continue;
            };
            return Err(BadUrl::new(&[b"URL path component '", &shown, what]));
        }
        let last = self.path.len().saturating_sub(1);
        let parts = self.path.iter().enumerate();
        let parts = parts.filter(|(index, part)| *index == 0 || *index == last || !part.is_empty());
        let mut path = Vec::new();
        for (index, (_, part)) in parts.enumerate() {
            if index > 0 {
                path.push(b'/');
            }
            path.extend_from_slice(part);
        }
        if path.is_empty() {
            path.push(b'/');
        }
        Ok(path)
    }
}

impl Authority {
    /// Writes it.
    #[inline]
    pub fn rendered(&self) -> Vec<u8> {
        let mut text = Vec::new();
        if let Some(user) = &self.user {
            append_encoded(user, b"", &mut text);
            if let Some(password) = &self.password {
                text.push(b':');
                append_encoded(password, b"", &mut text);
            }
            text.push(b'@');
        }
        if self.host.starts_with(b"[") {
            text.extend_from_slice(&self.host);
        } else {
            append_encoded(&self.host, b"", &mut text);
        }
        if let Some(port) = self.port {
            text.extend_from_slice(format!(":{port}").as_bytes());
        }
        text
    }
}

/// Splits `git+https` into the application and the transport.
#[inline]
pub fn split_scheme(scheme: &[u8]) -> (Option<&[u8]>, &[u8]) {
    match split_at(scheme, b'+') {
        (application, Some(transport)) => (Some(application), transport),
        (transport, None) => (None, transport),
    }
}

/// The parts of a path.
#[inline]
pub fn segments(path: &[u8]) -> Vec<Vec<u8>> {
    path.split(|&byte| byte == b'/')
        .map(<[u8]>::to_vec)
        .collect()
}

/// Splits at the first byte of a kind.
#[inline]
pub fn split_at(text: &[u8], separator: u8) -> (&[u8], Option<&[u8]>) {
    match text.iter().position(|&byte| byte == separator) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    }
}

/// Parses parameters.
///
/// # Errors
/// When a byte that needs an encoding has none.
#[inline]
pub fn decode_query(query: &[u8], lenient: bool, ignored: &mut Ignored) -> Result<Query, BadUrl> {
    let mut parameters = Query::new();
    if query.is_empty() {
        return Ok(parameters);
    }
    let mut encoded = Vec::new();
    encode_only(query, if lenient { b" \"" } else { b"" }, &mut encoded);
    if run(&encoded, is_query) != Some(encoded.len()) {
        return Err(BadUrl::new(&[
            b"invalid URI query '",
            query,
            b"': leftover",
        ]));
    }
    for parameter in encoded.split(|&byte| byte == b'&') {
        match split_at(parameter, b'=') {
            (name, Some(value)) => {
                parameters
                    .entry(decoded(name))
                    .or_insert_with(|| decoded(value));
            }
            (name, None) => ignored.push(name.to_vec()),
        }
    }
    Ok(parameters)
}

/// Replaces `%XX` by the byte it stands for.
///
/// # Errors
/// When what follows a percent sign are no two digits.
#[inline]
pub fn percent_decoded(text: &[u8]) -> Result<Vec<u8>, BadUrl> {
    let mut at = 0;
    while let Some(next) = text[at..].iter().position(|&byte| byte == b'%') {
        at += next + 1;
        let digits = &text[at..text.len().min(at + 2)];
        let reason: &[u8] = if digits.len() < 2 {
            b"incomplete pct-encoding"
        } else if digits.iter().all(u8::is_ascii_hexdigit) {
            continue;
        } else {
            b"bad hexdig in pct-encoding"
        };
        return Err(BadUrl::new(&[
            b"invalid URI parameter '",
            text,
            b"': ",
            reason,
        ]));
    }
    Ok(decoded(text))
}

#[inline]
fn decoded(text: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, tail)) = rest.split_first() {
        let digit = |at: usize| tail.get(at).and_then(|&byte| (byte as char).to_digit(16));
        match (byte, digit(0), digit(1)) {
            (b'%', Some(high), Some(low)) => {
                decoded.push((high * 16 + low) as u8);
                rest = &tail[2..];
            }
            _ => {
                decoded.push(byte);
                rest = tail;
            }
        }
    }
    decoded
}

/// Encodes what neither a letter, a digit nor otherwise allowed is.
#[inline]
fn append_encoded(text: &[u8], allowed: &[u8], out: &mut Vec<u8>) {
    for &byte in text {
        if is_unreserved(byte) || allowed.contains(&byte) {
            out.push(byte);
        } else {
            append_code(byte, out);
        }
    }
}

/// Encodes these bytes only.
#[inline]
fn encode_only(text: &[u8], bytes: &[u8], out: &mut Vec<u8>) {
    for &byte in text {
        if bytes.contains(&byte) {
            append_code(byte, out);
        } else {
            out.push(byte);
        }
    }
}

#[inline]
fn append_code(byte: u8, out: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    out.extend([
        b'%',
        DIGITS[usize::from(byte >> 4)],
        DIGITS[usize::from(byte & 15)],
    ]);
}

/// Encodes what may stand in the parameters and the fragment of a lenient URL.
#[inline]
fn fixed_up(text: &[u8]) -> Vec<u8> {
    let mut fixed = Vec::with_capacity(text.len());
    let mut rest = text;
    if let (before, Some(after)) = split_at(rest, b'?') {
        let (query, _) = split_at(after, b'#');
        fixed.extend_from_slice(before);
        fixed.push(b'?');
        encode_only(query, b" \"", &mut fixed);
        rest = &after[query.len()..];
    }
    let (before, fragment) = split_at(rest, b'#');
    fixed.extend_from_slice(before);
    if let Some(fragment) = fragment {
        fixed.push(b'#');
        encode_only(fragment, b" \"^", &mut fixed);
    }
    fixed
}

/// Parses the scheme, the authority and the path; also returns the port's digits and what follows.
#[inline]
fn absolute(text: &[u8]) -> Option<(Url, &[u8], &[u8])> {
    let (scheme, rest) = split_at(text, b':');
    let mut rest = rest?;
    let is_scheme = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    if !scheme.first()?.is_ascii_alphabetic() || !scheme.iter().all(|&byte| is_scheme(byte)) {
        return None;
    }
    let mut url = Url {
        scheme: scheme.to_vec(),
        ..Url::default()
    };
    let mut port: &[u8] = b"";
    if let Some(behind) = rest.strip_prefix(b"//") {
        let authority;
        (authority, port, rest) = parse_authority(behind)?;
        url.authority = Some(authority);
    }
    let is_rooted = url.authority.is_none() || rest.starts_with(b"/");
    let length = if is_rooted { run(rest, is_path)? } else { 0 };
    let (path, rest) = rest.split_at(length);
    url.path = path.split(|&byte| byte == b'/').map(decoded).collect();
    Some((url, port, rest))
}

#[inline]
fn parse_authority(text: &[u8]) -> Option<(Authority, &[u8], &[u8])> {
    let mut authority = Authority::default();
    let mut rest = text;
    let is_user = |byte: u8| is_name(byte) || byte == b':';
    if let Some(length) = run(text, is_user).filter(|&length| text.get(length) == Some(&b'@')) {
        let (user, password) = split_at(&text[..length], b':');
        authority.user = Some(decoded(user));
        authority.password = password.map(decoded);
        rest = &text[length + 1..];
    }
    let length = if rest.starts_with(b"[") {
        let end = rest.iter().position(|&byte| byte == b']')?;
        let address = std::str::from_utf8(&rest[1..end]).ok()?;
        address.parse::<std::net::Ipv6Addr>().ok()?;
        end + 1
    } else {
        run(rest, is_name)?
    };
    authority.host = decoded(&rest[..length]);
    rest = &rest[length..];
    let mut port: &[u8] = b"";
    if let Some(behind) = rest.strip_prefix(b":") {
        let digits = behind
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        (port, rest) = behind.split_at(digits);
    }
    Some((authority, port, rest))
}

/// Says what is wrong with a text that starts with no scheme; it may still be a relative reference.
#[inline]
fn relative(source: &[u8], text: &[u8]) -> BadUrl {
    let invalid = |reason: &[u8]| BadUrl::new(&[b"'", text, b"' is not a valid URL: ", reason]);
    let mut rest = source;
    if let Some(behind) = source.strip_prefix(b"//") {
        match parse_authority(behind) {
            Some((_, _, behind)) => rest = behind,
            None => return invalid(b"mismatch"),
        }
    } else {
        // The first part has no colon, so that it is no scheme.
        match run(source, |byte| is_path(byte) && byte != b'/' && byte != b':') {
            Some(length) if length > 0 && source.get(length) == Some(&b':') => {
                return invalid(b"mismatch");
            }
            Some(0) if source.starts_with(b":") => return invalid(b"leftover"),
            _ => {}
        }
    }
    match run(rest, is_path) {
        Some(length) => rest = &rest[length..],
        None => return invalid(b"mismatch"),
    }
    component(&mut rest, b'?', is_query);
    component(&mut rest, b'#', is_fragment);
    if rest.is_empty() {
        BadUrl::new(&[b"'", text, b"' doesn't have a scheme"])
    } else {
        invalid(b"leftover")
    }
}

/// Takes a part that starts with a sign, if one is there and well-formed.
#[inline]
fn component<'a>(rest: &mut &'a [u8], sign: u8, allowed: impl Fn(u8) -> bool) -> &'a [u8] {
    let Some((_, behind)) = rest.split_first().filter(|&(&first, _)| first == sign) else {
        return b"";
    };
    let Some(length) = run(behind, allowed) else {
        return b"";
    };
    let (part, after) = behind.split_at(length);
    *rest = after;
    part
}

/// How many bytes at the start are allowed or encoded; `None` if there is a percent sign without two digits among them.
#[inline]
fn run(text: &[u8], allowed: impl Fn(u8) -> bool) -> Option<usize> {
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        if byte == b'%' {
            let digits = text.get(at + 1..at + 3)?;
            if !digits.iter().all(u8::is_ascii_hexdigit) {
                return None;
            }
            at += 3;
        } else if allowed(byte) {
            at += 1;
        } else {
            break;
        }
    }
    Some(at)
}

#[inline]
fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}

#[inline]
fn is_name(byte: u8) -> bool {
    is_unreserved(byte) || b"!$&'()*+,;=".contains(&byte)
}

#[inline]
fn is_path(byte: u8) -> bool {
    is_name(byte) || b":@/".contains(&byte)
}

#[inline]
fn is_query(byte: u8) -> bool {
    is_path(byte) || b"?[]".contains(&byte)
}

#[inline]
fn is_fragment(byte: u8) -> bool {
    is_path(byte) || b"?#".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the reference makes of a URL that it reads and writes again, or says about it.
    #[test]
    fn urls_are_written_in_one_way() {
        for (text, expected) in [
            ("http://a.b:80/c%20d", "http://a.b:80/c%20d"),
            ("http://u%20x:p%40@h/d%7e%2f", "http://u%20x:p%40@h/d~%2F"),
            ("http://[::1]/c", "http://[::1]/c"),
            ("http://a:/x?&", "http://a/x"),
            ("http://a/x?b=1=2&a=b+c", "http://a/x?a=b%2Bc&b=1%3D2"),
            ("https:a", "https:a"),
            ("x", "'x' doesn't have a scheme"),
            ("a b", "'a b' is not a valid URL: leftover"),
            ("1:a", "'1:a' is not a valid URL: mismatch"),
            (":a", "':a' is not a valid URL: leftover"),
            (
                "http://a/%zz",
                "'http://a/%zz' is not a valid URL: mismatch",
            ),
            (
                "http://a/x?a=%z",
                "'http://a/x?a=%z' is not a valid URL: leftover",
            ),
            (
                "http://[x]/c",
                "'http://[x]/c' is not a valid URL: mismatch",
            ),
            ("http://a:99999/x", "port '99999' is invalid"),
            (
                "git+file://h/a",
                "file:// URL 'git+file://h/a' has unexpected authority 'h'",
            ),
        ] {
            let found = match Url::parse(text.as_bytes(), false, &mut Ignored::new()) {
                Ok(url) => url.render().into(),
                Err(BadUrl(message)) => message,
            };
            assert_eq!(found, expected, "{text}");
        }
    }
}

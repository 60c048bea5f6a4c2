//! Reading the text of `.drv` files.

use crate::{OrderedMap, OrderedSet};

use bstr::{BString, ByteSlice as _};

use super::error::{ParseError, ParseErrorKind};
use crate::content_address::{ContentAddress, ContentAddressMethod};
use crate::derivation::{Derivation, DerivationInputs, DerivationOutput};
use crate::digest::derivation_path;
use crate::hash::{Hash, HashAlgorithm};
use crate::store_path::{StoreDir, StorePath};

/// Deepest nesting of outputs of outputs that is read; real files have one or two levels.
pub const MAX_DYNAMIC_DEPTH: usize = 64;

/// So many bytes of a text are looked at by [`read`]; real files have at most a few million.
pub const MAX_READ: usize = 16 << 20;

/// Parses the text of a `.drv` file; `name` is the name of its store path without `.drv`.
///
/// It is stricter than the reference where leniency would hide damage: order, repetitions, the paths of fixed
/// outputs and bytes behind the end are checked.
///
/// # Errors
/// The first place where the text is no derivation.
pub fn parse(text: &[u8], name: &str, store_dir: &StoreDir) -> Result<Derivation, ParseError> {
    let mut parser = Parser::new(text, store_dir, false);
    let mut derivation = Derivation::new(name);
    parser.derivation(&mut derivation)?;
    Ok(derivation)
}

/// What could be read of a text, and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    /// Everything in front of the place where reading ended.
    pub derivation: Derivation,
    /// In the order of their offsets, as far as they concern the text.
    pub problems: Vec<ParseError>,
    /// Whether the text was read to its end.
    pub complete: bool,
}

/// Reads as much as there is of the text of a `.drv` file, and compares it with the path that it should have.
///
/// Wrong order, repetitions and wrong paths of outputs are problems that do not end the reading. A path of an input-addressed output
/// can only be checked by those who know the inputs: see [`check`](super::check()). Of a text with more than [`MAX_READ`] bytes only
/// the beginning is read.
#[must_use]
pub fn read(text: &[u8], path: &StorePath, store_dir: &StoreDir) -> Read {
    let length = text.len();
    let text = &text[..length.min(MAX_READ)];
    let mut parser = Parser::new(text, store_dir, true);
    let name = path.derivation_name().unwrap_or_else(|| path.name());
    let mut derivation = Derivation::new(name);
    let mut result = parser.derivation(&mut derivation);
    if length > text.len()
        && let Ok(())
        | Err(ParseError {
            kind: ParseErrorKind::Expected(_),
            ..
        }) = result
    {
        let kind = ParseErrorKind::TooLong { bytes: length };
        result = Err(parser.error_at(text.len(), kind));
    }
    let complete = result.is_ok();
    let mut problems = parser.problems;
    problems.extend(result.err());
    if complete {
        let again = super::to_bytes(&derivation, store_dir);
        let difference = again
            .iter()
            .zip(text)
            .position(|(ours, theirs)| ours != theirs);
        if problems.is_empty() && again != text {
            problems.push(ParseError {
                offset: difference.unwrap_or(again.len().min(text.len())),
                field: "text",
                kind: ParseErrorKind::NotCanonical,
            });
        }
        match derivation_path(store_dir, &derivation, text) {
            Ok(expected) if expected != *path => problems.push(ParseError {
                offset: 0,
                field: "path",
                kind: ParseErrorKind::OwnPath { expected },
            }),
            Ok(_) => {}
            Err(error) => problems.push(ParseError {
                offset: 0,
                field: "path",
                kind: ParseErrorKind::Path(error),
            }),
        }
    }
    Read {
        derivation,
        problems,
        complete,
    }
}

struct Parser<'a> {
    text: &'a [u8],
    position: usize,
    field: &'static str,
    store_dir: &'a StoreDir,
    /// Whether problems after which reading can go on are collected rather than returned.
    lenient: bool,
    problems: Vec<ParseError>,
}

type Parsed<T> = Result<T, ParseError>;

impl<'a> Parser<'a> {
    const fn new(text: &'a [u8], store_dir: &'a StoreDir, lenient: bool) -> Self {
        Self {
            text,
            position: 0,
            field: "header",
            store_dir,
            lenient,
            problems: Vec::new(),
        }
    }

    /// Reports a problem after which reading can go on.
    fn complain(&mut self, error: ParseError) -> Parsed<()> {
        if !self.lenient {
            return Err(error);
        }
        self.problems.push(error);
        Ok(())
    }

    fn derivation(&mut self, derivation: &mut Derivation) -> Parsed<()> {
        let dynamic = self.header()?;
        let name = derivation.name.clone();

        self.field = "outputs";
        self.list(|parser| {
            let (start, key, output) = parser.output(&name)?;
            parser.insert(&mut derivation.outputs, start, key, output)
        })?;
        self.expect(",")?;

        self.field = "input derivations";
        self.list(|parser| {
            parser.expect("(")?;
            let start = parser.position;
            let path = parser.path()?;
            parser.expect(",")?;
            let inputs = parser.inputs(dynamic, 0)?;
            parser.expect(")")?;
            let last = derivation.input_drvs.last_key_value();
            if last.is_some_and(|(last, _)| *last >= path) {
                parser.complain(parser.order_error(start, path.to_string()))?;
            }
            derivation.input_drvs.insert(path, inputs);
            Ok(())
        })?;
        self.expect(",")?;

        self.field = "input sources";
        self.list(|parser| {
            let start = parser.position;
            let path = parser.path()?;
            if derivation
                .input_srcs
                .last()
                .is_some_and(|last| *last >= path)
            {
                parser.complain(parser.order_error(start, path.to_string()))?;
            }
            derivation.input_srcs.insert(path);
            Ok(())
        })?;
        self.expect(",")?;

        self.field = "system";
        derivation.system = self.string()?;
        self.expect(",")?;

        self.field = "builder";
        derivation.builder = self.string()?;
        self.expect(",")?;

        self.field = "arguments";
        self.list(|parser| {
            derivation.args.push(parser.string()?);
            Ok(())
        })?;
        self.expect(",")?;

        self.field = "environment";
        // What comes too late is put in place at the end, all at once.
        let mut late = Vec::new();
        let read = self.list(|parser| {
            parser.expect("(")?;
            let start = parser.position;
            let key = parser.string()?;
            parser.expect(",")?;
            let value = parser.string()?;
            parser.expect(")")?;
            let last = derivation.env.last();
            if last.is_some_and(|(last, _)| *last >= *key) {
                parser.complain(parser.order_error(start, key.clone()))?;
                late.push((key, value));
            } else {
                derivation.env.insert(key, value);
            }
            Ok(())
        });
        derivation.env.extend(late);
        read?;
        self.expect(")")?;

        self.field = "end";
        if self.position < self.text.len() {
            return Err(self.expected("the end of the text"));
        }
        Ok(())
    }

    /// Parses what stands before the outputs; tells whether inputs may be outputs of outputs.
    fn header(&mut self) -> Parsed<bool> {
        if self.accept(b"Derive(") {
            return Ok(false);
        }
        if !self.accept(b"DrvWithVersion(") {
            return Err(self.expected("Derive( or DrvWithVersion("));
        }
        let start = self.position;
        let version = self.string()?;
        if version != "xp-dyn-drv" {
            return Err(self.error_at(start, ParseErrorKind::UnknownVersion(version)));
        }
        self.expect(",")?;
        Ok(true)
    }

    /// Parses one output; returns where its name begins, the name, and the output.
    fn output(&mut self, derivation: &str) -> Parsed<(usize, BString, DerivationOutput)> {
        self.expect("(")?;
        let start = self.position;
        let name = self.string()?;
        self.expect(",")?;
        let path_start = self.position;
        let path = self.string()?;
        self.expect(",")?;
        let method_start = self.position;
        let method = self.string()?;
        self.expect(",")?;
        let hash_start = self.position;
        let hash = self.string()?;
        self.expect(")")?;

        let path = match path.as_slice() {
            [] => None,
            path => Some(
                self.store_dir
                    .parse_path(path)
                    .map_err(|error| self.error_at(path_start, ParseErrorKind::Path(error)))?,
            ),
        };
        if method.is_empty() {
            if !hash.is_empty() {
                return Err(self.error_at(hash_start, ParseErrorKind::Expected("no hash")));
            }
            let output = path.map_or(DerivationOutput::Deferred, |path| {
                DerivationOutput::InputAddressed { path }
            });
            return Ok((start, name, output));
        }

        let (method, algorithm) = ContentAddressMethod::split_prefix(&method);
        let algorithm = HashAlgorithm::parse(algorithm)
            .map_err(|error| self.error_at(method_start, ParseErrorKind::Hash(error)))?;
        let output = match hash.as_slice() {
            b"" | b"impure" if path.is_some() => {
                return Err(self.error_at(path_start, ParseErrorKind::UnexpectedPath));
            }
            b"" => DerivationOutput::Floating { method, algorithm },
            b"impure" => DerivationOutput::Impure { method, algorithm },
            digest => {
                let hash = Hash::parse_unprefixed(digest, algorithm)
                    .map_err(|error| self.error_at(hash_start, ParseErrorKind::Hash(error)))?;
                let address = ContentAddress { method, hash };
                let output =
                    DerivationOutput::fixed(self.store_dir, address, derivation, name.as_bstr())
                        .map_err(|error| {
                            self.error_at(hash_start, ParseErrorKind::Address(error))
                        })?;
                if output.path() != path.as_ref()
                    && let Some(expected) = output.path().cloned()
                {
                    self.complain(
                        self.error_at(path_start, ParseErrorKind::FixedPath { expected }),
                    )?;
                }
                output
            }
        };
        Ok((start, name, output))
    }

    /// Parses `["out",…]`, or in a dynamic derivation also `(["out",…],[("out",…),…])`.
    fn inputs(&mut self, dynamic: bool, depth: usize) -> Parsed<DerivationInputs> {
        let mut inputs = DerivationInputs::default();
        if !dynamic || self.text.get(self.position) != Some(&b'(') {
            inputs.outputs = self.names()?;
            return Ok(inputs);
        }
        if depth == MAX_DYNAMIC_DEPTH {
            return Err(self.error_at(self.position, ParseErrorKind::TooDeep));
        }
        self.expect("(")?;
        inputs.outputs = self.names()?;
        self.expect(",")?;
        self.list(|parser| {
            parser.expect("(")?;
            let start = parser.position;
            let name = parser.string()?;
            parser.expect(",")?;
            let child = parser.inputs(dynamic, depth + 1)?;
            parser.expect(")")?;
            parser.insert(&mut inputs.dynamic, start, name, child)
        })?;
        self.expect(")")?;
        Ok(inputs)
    }

    fn names(&mut self) -> Parsed<OrderedSet<BString>> {
        let mut names = OrderedSet::new();
        self.list(|parser| {
            let start = parser.position;
            let name = parser.string()?;
            if names.last().is_some_and(|last| *last >= name) {
                parser.complain(parser.order_error(start, name.clone()))?;
            }
            names.insert(name);
            Ok(())
        })?;
        Ok(names)
    }

    /// Parses `[a,b,…]`.
    fn list(&mut self, mut element: impl FnMut(&mut Self) -> Parsed<()>) -> Parsed<()> {
        self.expect("[")?;
        if self.accept(b"]") {
            return Ok(());
        }
        loop {
            element(self)?;
            if self.accept(b"]") {
                return Ok(());
            }
            if !self.accept(b",") {
                return Err(self.expected("',' or ']'"));
            }
        }
    }

    fn path(&mut self) -> Parsed<StorePath> {
        let start = self.position;
        let path = self.string()?;
        self.store_dir
            .parse_path(&path)
            .map_err(|error| self.error_at(start, ParseErrorKind::Path(error)))
    }

    fn string(&mut self) -> Parsed<BString> {
        let start = self.position;
        if !self.accept(b"\"") {
            return Err(self.expected("a string in double quotes"));
        }
        let mut string = BString::default();
        loop {
            let rest = &self.text[self.position..];
            let special = rest.find_byteset(b"\"\\");
            let escaped = special.and_then(|special| rest.get(special + 1)).copied();
            match (special, escaped) {
                (Some(length), _) if rest[length] == b'"' => {
                    string.extend_from_slice(&rest[..length]);
                    self.position += length + 1;
                    return Ok(string);
                }
                (Some(length), Some(escaped)) => {
                    string.extend_from_slice(&rest[..length]);
                    string.push(match escaped {
                        b'n' => b'\n',
                        b'r' => b'\r',
                        b't' => b'\t',
                        other => other,
                    });
                    self.position += length + 2;
                }
                _ => {
                    let kind = ParseErrorKind::Expected("a closing quote for this string");
                    return Err(self.error_at(start, kind));
                }
            }
        }
    }

    fn insert<T>(
        &mut self,
        map: &mut OrderedMap<BString, T>,
        start: usize,
        key: BString,
        value: T,
    ) -> Parsed<()> {
        if map.last_key_value().is_some_and(|(last, _)| *last >= key) {
            self.complain(self.order_error(start, key.clone()))?;
        }
        map.insert(key, value);
        Ok(())
    }

    fn accept(&mut self, token: &[u8]) -> bool {
        let found = self.text[self.position..].starts_with(token);
        if found {
            self.position += token.len();
        }
        found
    }

    fn expect(&mut self, token: &'static str) -> Parsed<()> {
        if self.accept(token.as_bytes()) {
            Ok(())
        } else {
            Err(self.expected(token))
        }
    }

    fn expected(&self, what: &'static str) -> ParseError {
        self.error_at(self.position, ParseErrorKind::Expected(what))
    }

    fn order_error(&self, offset: usize, name: impl Into<BString>) -> ParseError {
        self.error_at(offset, ParseErrorKind::Order(name.into()))
    }

    fn error_at(&self, offset: usize, kind: ParseErrorKind) -> ParseError {
        ParseError {
            offset,
            field: self.field,
            kind,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = concat!(
        r#"Derive([("out","","","")],[("/nix/store/00000000000000000000000000000000-a.drv",["dev","out"])],"#,
        r#"["/nix/store/00000000000000000000000000000000-s"],"system","builder",["a\n\"\\\x"],"#,
        r#"[("a","1"),("b","2")])"#
    );

    fn message(text: &str) -> String {
        match parse(text.as_bytes(), "name", &StoreDir::default()) {
            Ok(_) => "accepted".to_owned(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn what_could_be_read_is_kept() {
        let store_dir = StoreDir::default();
        let path = StorePath::parse("00000000000000000000000000000000-name.drv").unwrap();
        let read_text = |text: &str| read(text.as_bytes(), &path, &store_dir);
        let problems = |read: &Read| -> Vec<String> {
            read.problems.iter().map(ToString::to_string).collect()
        };

        let whole = read_text(GOOD);
        assert!(whole.complete);
        let [escape, own_path] = &problems(&whole)[..] else {
            panic!("{:?}", whole.problems);
        };
        let place = GOOD.find("\\x").unwrap();
        assert!(escape.contains(&format!("byte {place}, text")), "{escape}");
        assert!(
            own_path.contains("a file with this text has the path '"),
            "{own_path}"
        );

        let cut = read_text(&GOOD[..GOOD.find(",(\"b\"").unwrap()]);
        assert!(!cut.complete);
        assert_eq!(cut.derivation.system, "system");
        assert_eq!(cut.derivation.env.len(), 1);
        assert!(problems(&cut)[0].contains("environment: expected ',' or ']'"));

        let unsorted = read_text(&GOOD.replace("\"a\",\"1\"", "\"c\",\"1\""));
        assert!(unsorted.complete);
        assert_eq!(unsorted.derivation.env.len(), 2);
        assert!(problems(&unsorted)[0].contains("'b' is repeated or not in sorted order"));
    }

    #[test]
    fn of_a_long_text_the_beginning_is_read() {
        let path = StorePath::parse("00000000000000000000000000000000-name.drv").unwrap();
        let long = GOOD.replace("\"2\"", &format!("\"{}\"", "x".repeat(100_000_000)));
        let read = read(long.as_bytes(), &path, &StoreDir::default());
        assert!(!read.complete);
        assert_eq!(read.derivation.env.len(), 1);
        let [problem] = &read.problems[..] else {
            panic!("{} problems", read.problems.len());
        };
        assert_eq!(
            problem.to_string(),
            "error parsing derivation at byte 16777216, environment: the text has 100000200 bytes, of which only these many were read"
        );
    }

    #[test]
    fn unknown_escapes_stand_for_themselves() {
        let derivation = parse(GOOD.as_bytes(), "name", &StoreDir::default()).unwrap();
        assert_eq!(derivation.args, ["a\n\"\\x"]);
    }

    #[test]
    fn errors_name_the_place() {
        for (from, to, expected) in [
            (
                "Derive",
                "derive",
                "byte 0, header: expected Derive( or DrvWithVersion(",
            ),
            (
                "\"system\"",
                "system",
                "byte 146, system: expected a string in double quotes",
            ),
            (
                "\"b\",\"2\"",
                "\"a\",\"2\"",
                "byte 191, environment: 'a' is repeated or not in sorted order",
            ),
            (
                "[\"dev\",\"out\"]",
                "[\"out\",\"dev\"]",
                "byte 87, input derivations: 'dev' is repeated or not in sorted order",
            ),
            (
                "-s\"",
                "-\"",
                "byte 97, input sources: path '00000000000000000000000000000000-' is not a valid store path: name must not be empty",
            ),
            (
                "\"2\")])",
                "\"2\")]) ",
                "byte 201, end: expected the end of the text",
            ),
            (
                "\"2\")])",
                "\"2",
                "byte 195, environment: expected a closing quote for this string",
            ),
            (
                "\"\",\"\",\"\"",
                "\"\",\"sha257\",\"\"",
                "byte 18, outputs: unknown hash algorithm 'sha257', expect 'blake3', 'md5', 'sha1', 'sha256', or 'sha512'",
            ),
            (
                "\"\",\"\",\"\"",
                "\"\",\"\",\"0\"",
                "byte 21, outputs: expected no hash",
            ),
            (
                "Derive(",
                "DrvWithVersion(\"1\",",
                "byte 15, header: unknown derivation ATerm format version '1'",
            ),
        ] {
            assert_eq!(
                message(&GOOD.replacen(from, to, 1)),
                format!("error parsing derivation at {expected}")
            );
        }
    }

    #[test]
    fn paths_of_fixed_outputs_are_checked() {
        let zeros = "0".repeat(32);
        let output = format!(r#""/nix/store/{zeros}-name","sha256","{}""#, "0".repeat(64));
        let text = GOOD.replacen("\"\",\"\",\"\"", &output, 1);
        assert!(message(&text).contains("does not follow from its hash"));
        let output = format!(r#""/nix/store/{zeros}-name","sha256","""#);
        let text = GOOD.replacen("\"\",\"\",\"\"", &output, 1);
        assert!(message(&text).contains("must not have a path"));
    }

    #[test]
    fn nesting_is_limited() {
        let nested = |levels: usize| {
            let open = r#"([],[("out","#.repeat(levels);
            let close = ")])".repeat(levels);
            GOOD.replacen("Derive(", "DrvWithVersion(\"xp-dyn-drv\",", 1)
                .replacen("[\"dev\",\"out\"]", &format!("{open}[\"out\"]{close}"), 1)
        };
        assert_eq!(message(&nested(MAX_DYNAMIC_DEPTH)), "accepted");
        assert!(message(&nested(MAX_DYNAMIC_DEPTH + 1)).contains("nested deeper than 64"));
        assert!(message(&nested(100_000)).contains("nested deeper than 64"));
    }
}

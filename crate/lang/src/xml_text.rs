//! XML as the reference's `XMLWriter` lays it out, and the values that have no parts.

use crate::context::GatheredContext;
use crate::internal::path_text;
use crate::machine::Machine;
use crate::number::Number;
use crate::source::{Origin, Pos};
use crate::value::{Tag, Value};
use drvlab_store::order;
use std::collections::HashSet;

/// A document under construction.
#[derive(Debug)]
pub struct XmlText {
    /// The text so far.
    pub bytes: Vec<u8>,
    /// What the strings in it refer to.
    pub context: GatheredContext,
    pub(crate) strict: bool,
    pub(crate) positions: bool,
    /// The derivations whose attributes have been written.
    pub(crate) seen: HashSet<Vec<u8>>,
    /// The elements that are open, the innermost last.
    open: Vec<&'static str>,
}

impl XmlText {
    /// Starts a document.
    #[inline]
    pub(crate) fn new(strict: bool, positions: bool) -> Self {
        XmlText {
            bytes: b"<?xml version='1.0' encoding='utf-8'?>\n".to_vec(),
            context: GatheredContext::default(),
            strict,
            positions,
            seen: HashSet::new(),
            open: Vec::new(),
        }
    }

    /// Opens an element; its attributes are written in the order of their names.
    #[inline]
    pub(crate) fn open(&mut self, name: &'static str, attributes: &[(&str, Vec<u8>)]) {
        self.tag(name, attributes);
        self.bytes.extend_from_slice(b">\n");
        self.open.push(name);
    }

    /// Closes the innermost element.
    #[inline]
    pub(crate) fn close(&mut self) {
        let Some(name) = self.open.pop() else { return };
        self.indent();
        self.bytes.extend_from_slice(b"</");
        self.bytes.extend_from_slice(name.as_bytes());
        self.bytes.extend_from_slice(b">\n");
    }

    /// Closes all elements, as the reference does when an error ends the writing.
    #[inline]
    pub(crate) fn close_all(&mut self) {
        while !self.open.is_empty() {
            self.close();
        }
    }

    /// Writes an element without contents.
    #[inline]
    pub(crate) fn empty(&mut self, name: &str, attributes: &[(&str, Vec<u8>)]) {
        self.tag(name, attributes);
        self.bytes.extend_from_slice(b" />\n");
    }

    #[inline]
    fn indent(&mut self) {
        self.bytes
            .resize(self.bytes.len() + 2 * self.open.len(), b' ');
    }

    #[inline]
    fn tag(&mut self, name: &str, attributes: &[(&str, Vec<u8>)]) {
        self.indent();
        self.bytes.push(b'<');
        self.bytes.extend_from_slice(name.as_bytes());
        let mut attributes: Vec<_> = attributes.iter().collect();
        order::sort_by_key(&mut attributes, |(name, _)| *name);
        for (name, value) in attributes {
            self.bytes.push(b' ');
            self.bytes.extend_from_slice(name.as_bytes());
            self.bytes.extend_from_slice(b"=\"");
            for &byte in value {
                match byte {
                    b'"' => self.bytes.extend_from_slice(b"&quot;"),
                    b'<' => self.bytes.extend_from_slice(b"&lt;"),
                    b'>' => self.bytes.extend_from_slice(b"&gt;"),
                    b'&' => self.bytes.extend_from_slice(b"&amp;"),
                    b'\n' => self.bytes.extend_from_slice(b"&#xA;"),
                    _ => self.bytes.push(byte),
                }
            }
            self.bytes.push(b'"');
        }
    }
}

impl Machine {
    /// Writes a value that is neither a list nor a set.
    #[inline]
    pub(crate) fn append_xml_leaf(&mut self, value: Value, text: &mut XmlText) {
        let (name, shown) = match value.tag() {
            Tag::String => {
                text.context.add(self.context(value));
                ("string", self.bytes(value).to_vec())
            }
            Tag::Constant if value == Value::NULL => return text.empty("null", &[]),
            Tag::Constant if value == Value::TRUE => ("bool", b"true".to_vec()),
            Tag::Constant if value == Value::FALSE => ("bool", b"false".to_vec()),
            _ if self.is_path(value) => ("path", self.heap.path_bytes(value.addr()).to_vec()),
            _ => match self.number(value) {
                Some(Number::Int(number)) => ("int", number.to_string().into_bytes()),
                Some(Number::Float(number)) => {
                    let mut shown = Vec::new();
                    crate::print::append_float(number, &mut shown);
                    ("float", shown)
                }
                None => match self.lambda_of(value) {
                    Some((lambda, index)) => return self.append_xml_function(lambda, index, text),
                    None => return text.empty("unevaluated", &[]),
                },
            },
        };
        text.empty(name, &[("value", shown)]);
    }

    #[inline]
    fn append_xml_function(&self, lambda: crate::ir::LambdaId, index: usize, text: &mut XmlText) {
        let parameters = self.ir.lambda(lambda).parameters;
        let parameter = self.ir.parameters[parameters.start as usize + index];
        let position = if text.positions {
            self.xml_position(parameter.pos)
        } else {
            Vec::new()
        };
        text.open("function", &position);
        let name = parameter.name.map(|name| self.symbols.name(name).to_vec());
        let named = |name| ("name", name);
        match parameter.pattern {
            None => text.empty("varpat", &[named(name.unwrap_or_default())]),
            Some(pattern) => {
                let mut attributes: Vec<_> = name.map(named).into_iter().collect();
                if pattern.ellipsis {
                    attributes.push(("ellipsis", b"1".to_vec()));
                }
                text.open("attrspat", &attributes);
                let formals = &self.ir.formals[pattern.formals.range()];
                let mut names: Vec<_> = formals
                    .iter()
                    .map(|formal| self.symbols.name(formal.name))
                    .collect();
                order::sort_by(&mut names, Ord::cmp);
                for name in names {
                    text.empty("attr", &[named(name.to_vec())]);
                }
                text.close();
            }
        }
        text.close();
    }

    /// Returns the attributes that tell a position.
    #[inline]
    pub(crate) fn xml_position(&self, pos: Pos) -> Vec<(&'static str, Vec<u8>)> {
        self.note_position(pos);
        let Some(location) = self.sources.locate(pos) else {
            return Vec::new();
        };
        let mut attributes = vec![
            ("line", location.line.to_string().into_bytes()),
            ("column", location.column.to_string().into_bytes()),
        ];
        match location.origin {
            Origin::File(path) => attributes.push(("path", path_text(&path).to_vec())),
            Origin::Internal(path) => attributes.push(("path", path.as_bytes().to_vec())),
            _ => {}
        }
        attributes
    }
}

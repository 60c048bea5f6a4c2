//! Values as text, without evaluating anything: for error messages, with limits, for traces, and as `nix-instantiate --eval` prints
//! them.
//!
//! Sources: `libexpr/print.cc`, `libexpr/print-ambiguous.cc` of the reference.

use crate::builtin::Builtin;
use crate::machine::Machine;
use crate::syntax::{print_attr_name, print_float};
use crate::value::{Addr, Boxed, Tag, Value};
use drvlab_store::{HashedSet, order};

/// Sets and lists nested deeper than this are `{ ... }` and `[ ... ]` in messages.
const MAX_DEPTH: usize = 10;

/// After this many attributes the rest of each set is elided in messages; the same number holds for elements of lists.
const MAX_MEMBERS: usize = 10;

/// After this many bytes the rest of a string is elided in messages.
const MAX_STRING: usize = 1024;

impl Machine {
    /// Prints a value for an error message: what is not evaluated is `«thunk»`, what is long is cut.
    pub fn print_short(&self, value: Value) -> Vec<u8> {
        (self.deferred.print)(self, value, Style::Short)
    }

    /// Prints a value as `nix-instantiate --eval` does. `forced` says that all of it has been evaluated; otherwise what has not been is
    /// `<CODE>`.
    pub(crate) fn print_plain(&self, value: Value, forced: bool) -> Vec<u8> {
        let style = if forced { Style::Forced } else { Style::Lazy };
        (self.deferred.print)(self, value, style)
    }

    /// Prints a value for `builtins.trace`: what is not evaluated is `«thunk»`, nothing is cut.
    pub(crate) fn print_traced(&self, value: Value) -> Vec<u8> {
        (self.deferred.print)(self, value, Style::Described)
    }

    /// Prints a value; what the table in `eval/entries.rs` leads to.
    #[inline]
    pub(crate) fn printed(&self, value: Value, style: Style) -> Vec<u8> {
        if style == Style::Short {
            return self.cut(value);
        }
        let mut printer = WholePrinter {
            machine: self,
            style,
            text: Vec::new(),
            seen: HashedSet::new(),
            tasks: Vec::new(),
        };
        printer.value(value);
        while let Some(task) = printer.tasks.pop() {
            printer.run(task);
        }
        printer.text
    }

    #[inline]
    fn cut(&self, value: Value) -> Vec<u8> {
        let mut printer = ShortPrinter {
            machine: self,
            text: Vec::new(),
            seen: HashedSet::new(),
            attributes: 0,
            items: 0,
        };
        printer.value(self.heap.look(value), value, 0);
        printer.text
    }

    /// Looks at a member of a set or list.
    #[inline]
    fn member(&self, raw: Value) -> Member {
        match self.heap.look(raw) {
            value if value.is_thunk() => Member::Delayed {
                blackhole: self.heap.is_under_evaluation(value),
            },
            value => Member::Value(value),
        }
    }

    /// Tells whether a member of a set or list is one that the reference would still have to evaluate.
    pub(crate) fn is_delayed(&self, raw: Value) -> bool {
        matches!(self.member(raw), Member::Delayed { .. })
    }

    /// What tells apart objects that are the same from objects that look the same: the set itself, but the place of a list.
    #[inline]
    fn identity(value: Value, raw: Value) -> Value {
        if value.tag() == Tag::List { raw } else { value }
    }

    #[inline]
    fn append_number(&self, value: Value, text: &mut Vec<u8>) {
        match self.number(value) {
            Some(crate::number::Number::Int(number)) => {
                text.extend_from_slice(number.to_string().as_bytes())
            }
            Some(crate::number::Number::Float(number)) => append_float(number, text),
            None => {}
        }
    }
}

/// Appends a number with 6 significant digits, as C++ streams do.
pub(crate) fn append_float(number: f64, text: &mut Vec<u8>) {
    let sign: &[u8] = if number.is_sign_negative() { b"-" } else { b"" };
    if number.is_finite() && number != 0.0 {
        print_float(number, text);
        return;
    }
    text.extend_from_slice(sign);
    text.extend_from_slice(match number {
        0.0 => b"0",
        _ if number.is_nan() => b"nan",
        _ => b"inf",
    });
}

/// A member of a set or list, as far as it has been evaluated.
enum Member {
    Delayed { blackhole: bool },
    Value(Value),
}

const BLACKHOLE: &str = "«potential infinite recursion»";
const REPEATED: &str = "«repeated»";

/// Stands for every empty set where identities are compared.
const EMPTY_SET: Value = Value::object(Tag::Attrs, Addr(0));

/// The printer behind messages. Recursive, for its depth is limited.
struct ShortPrinter<'a> {
    machine: &'a Machine,
    text: Vec<u8>,
    seen: HashedSet<Value>,
    attributes: usize,
    items: usize,
}

impl ShortPrinter<'_> {
    #[inline]
    fn push(&mut self, text: &str) {
        self.text.extend_from_slice(text.as_bytes());
    }

    #[inline]
    fn value(&mut self, value: Value, raw: Value, depth: usize) {
        let m = self.machine;
        match value.tag() {
            Tag::Thunk if m.heap.is_under_evaluation(value) => self.push(BLACKHOLE),
            Tag::Thunk => self.push("«thunk»"),
            Tag::Attrs => self.attrs(value.addr(), value, depth),
            Tag::List => self.list(value, raw, depth),
            Tag::String => self.string(m.bytes(value)),
            Tag::Lambda => self.lambda(value.addr(), 0),
            Tag::Constant => match value.as_builtin() {
                Some(index) => {
                    self.push(&format!("«primop {}»", Builtin::from_index(index).name()))
                }
                None if value == Value::TRUE => self.push("true"),
                None if value == Value::FALSE => self.push("false"),
                None => self.push("null"),
            },
            Tag::Boxed => match m.heap.boxed_kind(value.addr()) {
                Boxed::Path => self.text.extend_from_slice(m.heap.path_bytes(value.addr())),
                Boxed::Partial => self.partial(value.addr()),
                Boxed::Int | Boxed::Float => m.append_number(value, &mut self.text),
            },
            Tag::SmallInt => m.append_number(value, &mut self.text),
        }
    }

    #[inline]
    fn member(&mut self, raw: Value, depth: usize) {
        self.machine.show_as_it_is(raw);
        match self.machine.member(raw) {
            Member::Delayed { blackhole: true } => self.push(BLACKHOLE),
            Member::Delayed { blackhole: false } => self.push("«thunk»"),
            Member::Value(value) => self.value(value, raw, depth),
        }
    }

    #[inline]
    fn elided(&mut self, count: usize, one: &str, many: &str) {
        self.push(&format!(
            "«{count} {} elided»",
            if count == 1 { one } else { many }
        ));
    }

    #[inline]
    fn attrs(&mut self, set: Addr, identity: Value, depth: usize) {
        let m = self.machine;
        m.show_as_it_is(identity);
        let mut members = m.heap.all_attributes(set);
        // All empty sets are one object in the reference.
        let identity = if members.is_empty() {
            EMPTY_SET
        } else {
            identity
        };
        if !self.seen.insert(identity) {
            self.push(REPEATED);
            return;
        }
        if depth >= MAX_DEPTH {
            self.push("{ ... }");
            return;
        }
        let key = |name| {
            let name = m.symbols.name(name);
            (!matches!(name, b"type" | b"_type"), name)
        };
        order::sort_by(&mut members, |&(a, _), &(b, _)| key(a).cmp(&key(b)));
        self.push("{");
        for (index, &(name, member)) in members.iter().enumerate() {
            self.push(" ");
            if self.attributes >= MAX_MEMBERS {
                self.elided(members.len() - index, "attribute", "attributes");
                break;
            }
            print_attr_name(m.symbols.name(name), &mut self.text);
            self.push(" = ");
            self.member(member, depth + 1);
            self.push(";");
            self.attributes += 1;
        }
        self.push(" }");
    }

    #[inline]
    fn list(&mut self, list: Value, raw: Value, depth: usize) {
        let m = self.machine;
        m.show_as_it_is(list);
        let len = m.heap.list_len(list.addr());
        if len > 0 && !self.seen.insert(Machine::identity(list, raw)) {
            self.push(REPEATED);
            return;
        }
        if depth >= MAX_DEPTH {
            self.push("[ ... ]");
            return;
        }
        self.push("[");
        for index in 0..len {
            self.push(" ");
            if self.items >= MAX_MEMBERS {
                self.elided(len - index, "item", "items");
                break;
            }
            self.member(m.heap.element(list.addr(), index), depth + 1);
            self.items += 1;
        }
        self.push(" ]");
    }

    #[inline]
    fn string(&mut self, bytes: &[u8]) {
        append_string(
            &bytes[..bytes.len().min(MAX_STRING)],
            bytes.get(MAX_STRING) == Some(&b'{'),
            &mut self.text,
        );
        if bytes.len() > MAX_STRING {
            self.push(" ");
            self.elided(bytes.len() - MAX_STRING, "byte", "bytes");
        }
    }

    /// Prints a function that has got some of the arguments of its curried lambdas: the lambda that waits for the next one.
    #[inline]
    fn lambda(&mut self, function: Addr, passed: usize) {
        let m = self.machine;
        let (id, _) = m.heap.lambda_parts(function);
        let lambda = m.ir.lambda(id);
        self.push("«lambda");
        if let Some(name) = lambda.name {
            self.push(" ");
            print_attr_name(m.symbols.name(name), &mut self.text);
        }
        let waiting = lambda
            .parameters
            .range()
            .nth(passed)
            .unwrap_or(lambda.parameters.range().start);
        self.push(" @ ");
        self.text
            .extend_from_slice(&m.describe_position(m.ir.parameters[waiting].pos));
        self.push("»");
    }

    #[inline]
    fn partial(&mut self, addr: Addr) {
        let m = self.machine;
        let function = m.heap.partial_function(addr);
        match function.as_builtin() {
            Some(index) => self.push(&format!(
                "«partially applied primop {}»",
                Builtin::from_index(index).name()
            )),
            None => self.lambda(function.addr(), m.heap.partial_arguments(addr).len()),
        }
    }
}

/// Appends a string literal; `brace` says that a `{` follows behind the end, where the string has been cut.
#[inline]
fn append_string(bytes: &[u8], brace: bool, text: &mut Vec<u8>) {
    text.push(b'"');
    for (index, &byte) in bytes.iter().enumerate() {
        match byte {
            b'"' | b'\\' => text.extend_from_slice(&[b'\\', byte]),
            b'\n' => text.extend_from_slice(b"\\n"),
            b'\r' => text.extend_from_slice(b"\\r"),
            b'\t' => text.extend_from_slice(b"\\t"),
            b'$' if bytes.get(index + 1).map_or(brace, |&next| next == b'{') => {
                text.extend_from_slice(b"\\$")
            }
            _ => text.push(byte),
        }
    }
    text.push(b'"');
}

/// What is still to be printed.
enum Task {
    Member(Value),
    Text(&'static str),
    Name(crate::symbol::Symbol),
    /// The elements of a list from an index on.
    Elements(Addr, usize),
}

/// How functions and what has not been evaluated are printed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// For error messages: what is not evaluated is `«thunk»`, what is long is cut.
    Short,
    /// As kinds of things, `<CODE>`; everything has been evaluated.
    Forced,
    /// As kinds of things.
    Lazy,
    /// As in messages, `«thunk»`.
    Described,
}

/// The printer behind `nix-instantiate --eval` and traces. Works from a list of tasks, for values can be a million levels deep.
struct WholePrinter<'a> {
    machine: &'a Machine,
    style: Style,
    text: Vec<u8>,
    seen: HashedSet<Value>,
    tasks: Vec<Task>,
}

impl WholePrinter<'_> {
    #[inline]
    fn push(&mut self, text: &str) {
        self.text.extend_from_slice(text.as_bytes());
    }

    #[inline]
    fn run(&mut self, task: Task) {
        match task {
            Task::Text(text) => self.push(text),
            Task::Name(name) => print_attr_name(self.machine.symbols.name(name), &mut self.text),
            Task::Elements(list, index) => {
                if index == self.machine.heap.list_len(list) {
                    self.push("]");
                    return;
                }
                self.tasks.push(Task::Elements(list, index + 1));
                self.tasks.push(Task::Text(" "));
                self.tasks
                    .push(Task::Member(self.machine.heap.element(list, index)));
            }
            Task::Member(raw) => match self.machine.member(raw) {
                Member::Delayed { .. } if self.style == Style::Forced => self.value(raw),
                Member::Delayed { blackhole: true } => self.push(BLACKHOLE),
                Member::Delayed { blackhole: false } if self.style == Style::Described => {
                    self.push("«thunk»");
                }
                Member::Delayed { blackhole: false } => self.push("<CODE>"),
                Member::Value(_) => self.value(raw),
            },
        }
    }

    #[inline]
    fn value(&mut self, raw: Value) {
        let m = self.machine;
        if self.style != Style::Forced {
            m.show_as_it_is(raw);
        }
        let value = m.heap.look(raw);
        match value.tag() {
            _ if self.style == Style::Described
                && !matches!(value.tag(), Tag::Attrs | Tag::List | Tag::String) =>
            {
                self.text.extend_from_slice(&m.cut(value));
            }
            Tag::Thunk if m.heap.is_under_evaluation(value) => self.push(BLACKHOLE),
            Tag::Thunk => self.push("<CODE>"),
            Tag::Attrs => {
                let mut members = m.heap.all_attributes(value.addr());
                // All empty sets are one object in the reference; only some of its printers mind.
                let identity = if members.is_empty() { EMPTY_SET } else { value };
                let is_looked_for = !members.is_empty() || self.style == Style::Described;
                if is_looked_for && !self.seen.insert(identity) {
                    self.push(REPEATED);
                    return;
                }
                order::sort_by(&mut members, |&(a, _), &(b, _)| {
                    m.symbols.name(b).cmp(m.symbols.name(a))
                });
                self.push("{ ");
                self.tasks.push(Task::Text("}"));
                for (name, member) in members {
                    let parts = [
                        Task::Text("; "),
                        Task::Member(member),
                        Task::Text(" = "),
                        Task::Name(name),
                    ];
                    self.tasks.extend(parts);
                }
            }
            Tag::List => {
                let is_empty = m.heap.list_len(value.addr()) == 0;
                if !is_empty && !self.seen.insert(Machine::identity(value, raw)) {
                    self.push(REPEATED);
                    return;
                }
                self.push("[ ");
                self.tasks.push(Task::Elements(value.addr(), 0));
            }
            Tag::String => append_string(m.bytes(value), false, &mut self.text),
            Tag::Lambda => self.push("<LAMBDA>"),
            Tag::Constant => self.push(match value {
                Value::TRUE => "true",
                Value::FALSE => "false",
                Value::NULL => "null",
                _ => "<PRIMOP>",
            }),
            Tag::Boxed => match m.heap.boxed_kind(value.addr()) {
                Boxed::Path => self.text.extend_from_slice(m.heap.path_bytes(value.addr())),
                Boxed::Partial if m.heap.partial_function(value.addr()).as_builtin().is_some() => {
                    self.push("<PRIMOP-APP>");
                }
                Boxed::Partial => self.push("<LAMBDA>"),
                Boxed::Int | Boxed::Float => m.append_number(value, &mut self.text),
            },
            Tag::SmallInt => m.append_number(value, &mut self.text),
        }
    }
}

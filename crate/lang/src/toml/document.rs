//! The tables of a document while it is being read, and the rules for what may be defined where.

use super::name_order;
use super::parser::Message;
use crate::machine::Machine;
use crate::source::Pos;
use crate::value::Value;
use bstr::ByteSlice as _;
use drvlab_store::HashedMap;
use std::ops::Range;

/// The number of a name in the document.
pub(super) type Name = u32;

/// The names of a document, by their numbers, and their hashes.
pub(super) type Names = [(Vec<u8>, u64)];

/// How a table came into being.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Origin {
    /// As a part of the name of another table; its own header may follow.
    Implied,
    /// By a header.
    Header,
    /// By a dotted key.
    Dotted,
}

/// A table, with its members as they came.
#[derive(Debug)]
pub(super) struct Table {
    pub origin: Origin,
    pub members: HashedMap<Name, Member>,
}

/// What a name stands for, and where that is written.
#[derive(Debug)]
pub(super) struct Member {
    pub item: Item,
    pub place: Range<usize>,
}

/// What a name stands for.
#[derive(Debug)]
pub(super) enum Item {
    Value(Value),
    /// What is no value of the language: a string with NUL bytes.
    NulString(Vec<u8>),
    Date,
    Array(Vec<Item>),
    InlineTable(Box<Table>),
    Table(Box<Table>),
    Tables(Vec<Table>),
}

/// Why a name can't be defined: the title of the message, and what it says about both places.
#[derive(Debug)]
pub(super) struct Conflict {
    pub title: &'static str,
    pub label: &'static str,
    pub other: Range<usize>,
    pub other_label: &'static str,
}

impl Table {
    #[inline]
    pub fn new(origin: Origin) -> Self {
        Table {
            origin,
            members: HashedMap::new(),
        }
    }

    /// Finds or makes the table that a part of a name stands for.
    #[inline]
    fn enter(
        &mut self,
        name: Name,
        place: &Range<usize>,
        origin: Origin,
    ) -> Result<&mut Table, Conflict> {
        let member = self.members.entry(name).or_insert_with(|| Member {
            item: Item::Table(Box::new(Table::new(origin))),
            place: place.clone(),
        });
        let other = member.place.clone();
        match &mut member.item {
            Item::Table(table) if origin == Origin::Dotted && table.origin == Origin::Header => {
                Err(Conflict {
                    title: "toml::insert_value: failed to insert a table, table already defined",
                    label: "inserting this",
                    other,
                    other_label: "this table is explicitly defined",
                })
            }
            Item::Table(table) => Ok(table),
            Item::Tables(tables) if origin == Origin::Implied => Ok(tables
                .last_mut()
                .expect("an array of tables is made with its first table")),
            Item::InlineTable(_) => Err(Conflict {
                title: "toml::insert_value: failed to insert a value: inline table is immutable",
                label: "inserting this",
                other,
                other_label: "to this table",
            }),
            _ => Err(Conflict {
                title: "toml::insert_value: failed to insert a value, value already exists",
                label: "while inserting this",
                other,
                other_label: "non-table value already exists",
            }),
        }
    }

    /// Defines what a key with dots stands for.
    #[inline]
    pub fn insert(
        &mut self,
        names: &[Name],
        place: &Range<usize>,
        member: Member,
    ) -> Result<(), Conflict> {
        let mut table = self;
        let Some((last, names)) = names.split_last() else {
            return Ok(());
        };
        for &name in names {
            table = table.enter(name, place, Origin::Dotted)?;
        }
        if let Some(existing) = table.members.get(last) {
            return Err(Conflict {
                title: "toml::insert_value: failed to insert a value, value already exists",
                label: "inserting this",
                other: existing.place.clone(),
                other_label: "but value already exists",
            });
        }
        table.members.insert(*last, member);
        Ok(())
    }

    /// Opens the table of a header.
    #[inline]
    pub fn open(
        &mut self,
        names: &[Name],
        place: &Range<usize>,
        is_array: bool,
    ) -> Result<&mut Table, Conflict> {
        let mut table = self;
        let Some((&last, names)) = names.split_last() else {
            return Ok(table);
        };
        for &name in names {
            table = table.enter(name, place, Origin::Implied)?;
        }
        let made = || Table::new(Origin::Header);
        let is_new = !table.members.contains_key(&last);
        let item = if is_array {
            Item::Tables(Vec::new())
        } else {
            Item::Table(Box::new(made()))
        };
        let member = table.members.entry(last).or_insert(Member {
            item,
            place: place.clone(),
        });
        let other = member.place.clone();
        match &mut member.item {
            Item::Tables(tables) if is_array => {
                tables.push(made());
                Ok(tables.last_mut().expect("it has just been put there"))
            }
            Item::Table(table) if !is_array && (is_new || table.origin == Origin::Implied) => {
                table.origin = Origin::Header;
                Ok(table)
            }
            _ if is_array => Err(Conflict {
                title: "toml::insert_value: failed to insert an array of tables, value already exists",
                label: "while inserting this",
                other,
                other_label: "non-table value already exists",
            }),
            _ => Err(Conflict {
                title: "toml::insert_value: failed to insert a table, table already defined",
                label: "inserting this",
                other,
                other_label: "this table is explicitly defined",
            }),
        }
    }

    /// Makes a set. Recursive; the parser limits the depth.
    ///
    /// # Errors
    /// What is no value of the language.
    #[inline(never)]
    pub fn into_value(self, m: &mut Machine, names: &Names) -> Result<Value, Message> {
        let hash = |&name| names[name as usize].1;
        let order = name_order::order(&self.members.keys().map(hash).collect::<Vec<_>>());
        let mut members: Vec<_> = self.members.into_iter().map(Some).collect();
        let mut attributes = Vec::with_capacity(members.len());
        for index in order {
            let Some((name, member)) = members[index as usize].take() else {
                continue;
            };
            let (name, _) = &names[name as usize];
            check_nul(name)?;
            let name = m.symbols.intern(name);
            attributes.push((name, member.item.into_value(m, names)?, Pos::NONE));
        }
        Ok(m.heap.attrs_from(attributes))
    }
}

impl Item {
    /// Makes a value.
    fn into_value(self, m: &mut Machine, names: &Names) -> Result<Value, Message> {
        let elements = match self {
            Item::Value(value) => return Ok(value),
            Item::NulString(string) => return check_nul(&string).map(|()| Value::NULL),
            Item::Date => return Err(b"Dates and times are not supported".to_vec()),
            Item::InlineTable(table) | Item::Table(table) => return table.into_value(m, names),
            Item::Array(elements) => elements
                .into_iter()
                .map(|element| element.into_value(m, names))
                .collect::<Result<Vec<_>, _>>()?,
            Item::Tables(tables) => tables
                .into_iter()
                .map(|table| table.into_value(m, names))
                .collect::<Result<Vec<_>, _>>()?,
        };
        Ok(m.heap.list(&elements))
    }
}

/// Refuses a string with NUL bytes.
fn check_nul(string: &[u8]) -> Result<(), Message> {
    if !string.contains(&0) {
        return Ok(());
    }
    let shown = string.replace(b"\0", "␀");
    let before = b"error: input string '".as_slice();
    let after = b"' cannot be represented as Nix string because it contains null bytes";
    Err([before, &shown, after].concat())
}

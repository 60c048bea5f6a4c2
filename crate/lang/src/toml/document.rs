//! The tables of a document while it is being read, and the rules for what may be defined where.

use crate::machine::Machine;
use crate::source::Pos;
use crate::symbol::Symbol;
use crate::value::Value;
use drvlab_store::OrderedMap;
use std::ops::Range;

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

/// A table.
#[derive(Debug)]
pub(super) struct Table {
    pub origin: Origin,
    pub members: OrderedMap<Symbol, Member>,
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
    InlineTable(Value),
    Table(Table),
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
            members: OrderedMap::new(),
        }
    }

    /// Finds or makes the table that a part of a name stands for.
    #[inline]
    fn enter(
        &mut self,
        name: Symbol,
        place: &Range<usize>,
        origin: Origin,
    ) -> Result<&mut Table, Conflict> {
        let member = self.members.entry(name).or_insert_with(|| Member {
            item: Item::Table(Table::new(origin)),
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
            Item::Value(_) | Item::Tables(_) => Err(Conflict {
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
        names: &[Symbol],
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
        names: &[Symbol],
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
            Item::Table(made())
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
    #[inline]
    pub fn into_value(self, m: &mut Machine) -> Value {
        let mut members = Vec::with_capacity(self.members.len());
        for (name, member) in self.members {
            let value = match member.item {
                Item::Value(value) | Item::InlineTable(value) => value,
                Item::Table(table) => table.into_value(m),
                Item::Tables(tables) => {
                    let tables: Vec<Value> = tables
                        .into_iter()
                        .map(|table| table.into_value(m))
                        .collect();
                    m.heap.list(&tables)
                }
            };
            members.push((name, value, Pos::NONE));
        }
        m.heap.attrs_from(members)
    }
}

//! `drvlab diff`: which derivations changed themselves, which only follow, and what that does to their paths.

use std::io::Write;

use bstr::{BStr, ByteSlice as _};
use drvlab_cache::compare::text::{PieceKind, difference};
use drvlab_cache::compare::{Compared, Difference, Role};
use drvlab_cache::graph::Node;
use drvlab_cache::{Change, Comparison, DerivationGraph, NodeId, compare};
use drvlab_store::{StoreDir, StorePath};
use serde_json::{Value, json};

use crate::arguments::Input;
use crate::derivations::{Derivations, Missing};
use crate::failure::Failure;

/// The version of the JSON form.
const JSON_VERSION: u32 = 1;

/// Prints the difference of two states.
///
/// # Errors
/// When one of them cannot be had.
pub fn run(old: &Input, new: &Input, as_json: bool, output: &mut dyn Write) -> Result<(), Failure> {
    let (old, new) = (Derivations::load(old)?, Derivations::load(new)?);
    let (before, after) = (old.graph(Missing::Fine), new.graph(Missing::Fine));
    let comparison = compare(&before, &after, new.store_dir());
    let printer = Printer {
        before: &before,
        after: &after,
        comparison: &comparison,
        store_dir: new.store_dir().clone(),
    };
    let text = if as_json {
        format!("{}\n", printer.json())
    } else {
        printer.text()
    };
    output
        .write_all(text.as_bytes())
        .map_err(|error| Failure::output(&error))
}

/// One changed field: its name, and what it held.
struct Field {
    name: String,
    before: Option<String>,
    after: Option<String>,
}

struct Printer<'a> {
    before: &'a DerivationGraph,
    after: &'a DerivationGraph,
    comparison: &'a Comparison,
    store_dir: StoreDir,
}

impl Printer<'_> {
    fn text(&self) -> String {
        let count = |role| self.comparison.count(|compared| compared.role() == role);
        let mut out = format!(
            "{} changed, {} only follow, {} new, {} gone, {} the same\n",
            count(Role::Cause),
            count(Role::Cascade),
            count(Role::New),
            self.comparison.removed.len(),
            count(Role::Unchanged),
        );
        for (id, compared) in self.after.ids().zip(&self.comparison.derivations) {
            if compared.role() != Role::Unchanged {
                self.derivation(&mut out, id, compared);
            }
        }
        for &id in &self.comparison.removed {
            let node = &self.before[id];
            out += &format!(
                "\ngone: {}\n  .drv {}\n",
                node.derivation.name,
                self.path(&node.path)
            );
        }
        out
    }

    fn derivation(&self, out: &mut String, id: NodeId, compared: &Compared) {
        let node = &self.after[id];
        let name = &node.derivation.name;
        let old = compared.before.map(|before| &self.before[before]);
        *out += &match old {
            Some(old) if old.derivation.name != *name => {
                format!(
                    "\n{}: {name}, which was {}\n",
                    role(compared),
                    old.derivation.name
                )
            }
            _ => format!("\n{}: {name}\n", role(compared)),
        };
        if compared.role() == Role::Cascade {
            let names: Vec<&str> = self
                .comparison
                .chain(id)
                .iter()
                .skip(1)
                .map(|&id| self.after[id].derivation.name.as_str())
                .collect();
            *out += &format!("  because of {}\n", names.join(", because of "));
        }
        let Some(old) = old else {
            *out += &format!("  .drv {}\n", self.path(&node.path));
            for (output, path) in node.outputs() {
                *out += &format!("  {output} {}\n", self.output(path));
            }
            return;
        };
        *out += &format!(
            "  .drv {} -> {}\n",
            self.path(&old.path),
            self.path(&node.path)
        );
        for (output, path) in node.outputs() {
            *out += &match output_of(old, output) {
                None => format!("  {output} {} is new\n", self.output(path)),
                Some(before) if before == path && path.is_some() => {
                    format!("  {output} {} is the same\n", self.output(path))
                }
                Some(before) => {
                    format!(
                        "  {output} {} -> {}\n",
                        self.output(before),
                        self.output(path)
                    )
                }
            };
        }
        for Field {
            name,
            before,
            after,
        } in self.fields(compared)
        {
            *out += &match (before, after) {
                (Some(before), Some(after)) => {
                    format!("  {name}: {}\n", marked(&before, &after))
                }
                (Some(before), None) => format!("  {name}: [-{before}-]\n"),
                (None, Some(after)) => format!("  {name}: {{+{after}+}}\n"),
                (None, None) => format!("  {name}: another method or hash\n"),
            };
        }
    }

    fn json(&self) -> Value {
        let derivations: Vec<Value> = self
            .after
            .ids()
            .zip(&self.comparison.derivations)
            .map(|(id, compared)| {
                let node = &self.after[id];
                let old = compared.before.map(|before| &self.before[before]);
                let outputs: serde_json::Map<String, Value> = node
                    .outputs()
                    .map(|(output, path)| {
                        let before = old.and_then(|old| output_of(old, output)).flatten();
                        let paths = json!({
                            "before": before.map(|path| self.path(path)),
                            "after": path.map(|path| self.path(path)),
                        });
                        (output.to_string(), paths)
                    })
                    .collect();
                let chain = self.comparison.chain(id);
                json!({
                    "name": node.derivation.name,
                    "nameBefore": old.map(|old| &old.derivation.name),
                    "role": role(compared),
                    "drvPath": {
                        "before": old.map(|old| self.path(&old.path)),
                        "after": self.path(&node.path),
                    },
                    "drvPathChanged": compared.difference != Difference::Same,
                    "outputPathsChanged": compared.difference >= Difference::Outputs,
                    "outputs": outputs,
                    "becauseOf": chain[1..].iter().map(|&id| self.path(&self.after[id].path)).collect::<Vec<_>>(),
                    "changes": self.fields(compared).into_iter().map(|field| json!({
                        "field": field.name,
                        "before": field.before,
                        "after": field.after,
                    })).collect::<Vec<_>>(),
                })
            })
            .collect();
        let removed = self.comparison.removed.iter().map(|&id| {
            let node = &self.before[id];
            json!({ "name": node.derivation.name, "drvPath": self.path(&node.path) })
        });
        json!({
            "version": JSON_VERSION,
            "derivations": derivations,
            "removed": removed.collect::<Vec<_>>(),
        })
    }

    fn fields(&self, compared: &Compared) -> Vec<Field> {
        compared
            .changes
            .iter()
            .map(|change| self.field(change))
            .collect()
    }

    fn field(&self, change: &Change) -> Field {
        let text = |text: &bstr::BString| text.to_str_lossy().into_owned();
        let input = |graph: &DerivationGraph, id: NodeId| {
            (
                format!("input {}", graph[id].derivation.name),
                Some(self.path(&graph[id].path)),
            )
        };
        let (name, before, after) = match change {
            Change::Name { before, after } => {
                ("name".into(), Some(before.clone()), Some(after.clone()))
            }
            Change::System { before, after } => {
                ("system".into(), Some(text(before)), Some(text(after)))
            }
            Change::Builder { before, after } => {
                ("builder".into(), Some(text(before)), Some(text(after)))
            }
            Change::Argument {
                index,
                before,
                after,
            } => (
                format!("args[{index}]"),
                before.as_ref().map(text),
                after.as_ref().map(text),
            ),
            Change::Environment {
                name,
                before,
                after,
            } => (
                format!("env.{name}"),
                before.as_ref().map(text),
                after.as_ref().map(text),
            ),
            Change::Source { before, after } => {
                let known = after.as_ref().or(before.as_ref());
                let path = |path: &Option<StorePath>| path.as_ref().map(|path| self.path(path));
                (
                    format!("source {}", known.map_or("", |path| path.name())),
                    path(before),
                    path(after),
                )
            }
            Change::OutputAdded(name) => (format!("outputs.{name}"), None, Some("added".into())),
            Change::OutputRemoved(name) => {
                (format!("outputs.{name}"), Some("removed".into()), None)
            }
            Change::OutputAddress(name) => (format!("outputs.{name}"), None, None),
            Change::InputAdded(id) => {
                let (name, path) = input(self.after, *id);
                (name, None, path)
            }
            Change::InputRemoved(id) => {
                let (name, path) = input(self.before, *id);
                (name, path, None)
            }
            Change::InputOutputs(id) => {
                let (name, _) = input(self.after, *id);
                (format!("{name}, outputs"), None, None)
            }
        };
        Field {
            name,
            before,
            after,
        }
    }

    fn path(&self, path: &StorePath) -> String {
        self.store_dir.display(path)
    }

    fn output(&self, path: Option<&StorePath>) -> String {
        path.map_or_else(
            || "known after the build".to_owned(),
            |path| self.path(path),
        )
    }
}

/// The path of an output; `None` if there is no such output.
fn output_of<'a>(node: &'a Node, name: &BStr) -> Option<Option<&'a StorePath>> {
    let mut outputs = node.outputs();
    outputs
        .find(|(other, _)| *other == name)
        .map(|(_, path)| path)
}

fn role(compared: &Compared) -> &'static str {
    match compared.role() {
        Role::Unchanged => "same",
        Role::Cause => "cause",
        Role::Cascade => "cascade",
        Role::New => "new",
    }
}

/// Two texts in one, with what differs in brackets as `wdiff` sets them.
fn marked(before: &str, after: &str) -> String {
    let pieces = difference(before.as_bytes(), after.as_bytes());
    let pieces = pieces.iter().map(|piece| match piece.kind {
        PieceKind::Same => piece.text.to_string(),
        PieceKind::Removed => format!("[-{}-]", piece.text),
        PieceKind::Added => format!("{{+{}+}}", piece.text),
    });
    pieces.collect()
}

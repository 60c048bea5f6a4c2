//! `drvlab why`: how store paths come about, with every byte that is hashed.

use std::fmt::{Display, Write as _};
use std::io::Write;

use bstr::ByteSlice as _;
use drvlab_store::explain::{self, Content, EntryKind, Explanation, Mark, Step, Text, TreeEntry};
use drvlab_store::{DigestCache, StorePath};
use serde_json::json;

use crate::arguments::Input;
use crate::derivations::{Derivations, Missing};
use crate::failure::Failure;

/// A text is cut in the terminal after this many bytes; `--step` prints it whole.
const SHOWN: usize = 4_000;

/// A command is shown in the terminal if it is no longer than this.
const COMMAND_SHOWN: usize = 400;

/// Prints how paths come about: those in `paths`, or all of what the input gives.
///
/// # Errors
/// When the derivations cannot be had, or one of `paths` is not among theirs.
pub fn run(
    input: &Input,
    paths: &[Vec<u8>],
    step: Option<usize>,
    as_json: bool,
    output: &mut dyn Write,
) -> Result<(), Failure> {
    let mut derivations = Derivations::load(input)?;
    let store_dir = derivations.store_dir().clone();
    let graph = derivations.graph(Missing::Problem);
    let mut cache = DigestCache::new(store_dir.clone());
    let mut explanations = Vec::new();
    let failed = |error: &dyn Display| Failure::message(error.to_string());
    let mut explain = |derivations: &Derivations, path: &StorePath| {
        let Some(id) = graph.find(path) else {
            return Err(failed(&format_args!("derivation '{path}' is not known")));
        };
        derivations.digest(&graph, id, &mut cache);
        explain::explain(&graph[id].derivation, path, &cache).map_err(|error| failed(&error))
    };
    if paths.is_empty() {
        for root in graph.roots() {
            explanations.push(explain(&derivations, root)?);
        }
    }
    for wanted in paths {
        let path = store_dir
            .parse_path(wanted)
            .map_err(|error| failed(&error))?;
        let mut nodes = graph.nodes().iter();
        let node = nodes.find(|node| {
            node.path == path || node.outputs().any(|(_, output)| output == Some(&path))
        });
        let Some(node) = node else {
            explanations.push(explain_object(&mut derivations, &path)?);
            continue;
        };
        let mut explanation = explain(&derivations, &node.path)?;
        let text = store_dir.display(&path);
        explanation
            .paths
            .retain(|it| it.path.as_ref() == Some(&text));
        explanations.push(explanation);
    }
    let write = |text: &[u8], output: &mut dyn Write| {
        output
            .write_all(text)
            .map_err(|error| Failure::output(&error))
    };
    if let Some(number) = step {
        let text = text_of_step(&explanations, number)?;
        return write(&text, output);
    }
    if as_json {
        let value = json!({ "version": explain::VERSION, "explanations": explanations });
        return write(format!("{value}\n").as_bytes(), output);
    }
    write(print(&explanations).as_bytes(), output)
}

/// Explains the path of a text or a copy of files.
fn explain_object(derivations: &mut Derivations, path: &StorePath) -> Result<Explanation, Failure> {
    let store_dir = derivations.store_dir().clone();
    let shown = store_dir.display(path);
    let Some(object) = derivations.object(path) else {
        return Err(Failure::message(format!(
            "'{shown}' is neither a derivation nor an output of one here, nor a text or a copy of files that the expression makes"
        )));
    };
    let explained = explain::object(path, &object, &store_dir)
        .map_err(|error| Failure::message(error.to_string()))?;
    let Some(explained) = explained else {
        return Err(Failure::message(format!(
            "what '{shown}' was made from has changed in the meantime"
        )));
    };
    Ok(Explanation {
        name: path.name().to_owned(),
        paths: vec![explained],
        identity: Vec::new(),
    })
}

/// All steps in the order in which they are numbered.
fn steps(explanations: &[Explanation]) -> impl Iterator<Item = &Step> {
    explanations.iter().flat_map(|explanation| {
        let paths = explanation.paths.iter().flat_map(|path| &path.steps);
        paths.chain(&explanation.identity)
    })
}

fn text_of_step(explanations: &[Explanation], number: usize) -> Result<Vec<u8>, Failure> {
    let count = steps(explanations).count();
    let step = number
        .checked_sub(1)
        .and_then(|index| steps(explanations).nth(index))
        .ok_or_else(|| Failure::message(format!("there are steps 1 to {count}")))?;
    match &step.content {
        Content::Text {
            text: Text(text),
            marks,
        } => {
            let mut left = Vec::new();
            let mut done = 0;
            for mark in marks.iter().filter(|mark| mark.masked) {
                left.extend_from_slice(&text[done..mark.start]);
                done = mark.end;
            }
            left.extend_from_slice(&text[done..]);
            Ok(left)
        }
        _ => Err(Failure::message(format!("step {number} is no text"))),
    }
}

fn print(explanations: &[Explanation]) -> String {
    let mut out = String::new();
    let mut number = 0;
    for explanation in explanations {
        for path in &explanation.paths {
            let what = match &path.output {
                None if explanation.identity.is_empty() => "source".to_owned(),
                None => "derivation".to_owned(),
                Some(output) => format!("output {output}"),
            };
            let known = path.path.as_deref().unwrap_or("not known");
            heading(&mut out, &format!("{}, {what}: {known}", explanation.name));
            if let Some(claimed) = &path.claimed {
                out += &format!("but it says: {claimed}\n");
            }
            for step in &path.steps {
                number += 1;
                print_step(&mut out, number, step);
            }
        }
        if !explanation.identity.is_empty() {
            heading(
                &mut out,
                &format!("{}, as an input of others", explanation.name),
            );
        }
        for step in &explanation.identity {
            number += 1;
            print_step(&mut out, number, step);
        }
    }
    out
}

fn heading(out: &mut String, text: &str) {
    let separator = if out.is_empty() { "" } else { "\n" };
    *out += &format!("{separator}{text}\n");
}

fn print_step(out: &mut String, number: usize, step: &Step) {
    *out += &format!("\n{number:>3}. {}\n     {}\n", step.title, step.note);
    let mut line = |text: &str| *out += &format!("     | {text}\n");
    match &step.content {
        Content::Text {
            text: Text(text),
            marks,
        } => {
            for shown in shown_text(text, marks).lines() {
                line(shown);
            }
            if text.len() > SHOWN {
                line(&format!(
                    "… {} bytes in all: --step {number} prints them",
                    text.len()
                ));
            }
        }
        Content::Digest {
            function,
            hex,
            command,
        } => {
            line(&format!("{}: {hex}", function.name()));
            if command.len() <= COMMAND_SHOWN {
                line(&format!("$ {command}"));
            } else {
                line(&format!(
                    "$ drvlab why … --step {} | {}sum",
                    number - 1,
                    function.name()
                ));
            }
        }
        Content::Folding { bytes, .. } => {
            let row = |byte: &dyn Fn(usize) -> Option<u8>| -> String {
                (0..bytes.len()).fold(String::new(), |mut row, place| {
                    match byte(place) {
                        Some(byte) => write!(row, "{byte:02x} "),
                        None => write!(row, "   "),
                    }
                    .expect("a string takes everything");
                    row
                })
            };
            line(format!("bytes  0 to 19: {}", row(&|place| Some(bytes[place].first))).trim_end());
            line(format!("bytes 20 to 31: {}", row(&|place| bytes[place].second)).trim_end());
            line(
                format!(
                    "both, by XOR:   {}",
                    row(&|place| Some(bytes[place].result))
                )
                .trim_end(),
            );
        }
        Content::Base32 {
            characters,
            command,
            ..
        } => {
            line(characters);
            line(&format!("$ {command}"));
        }
        Content::Path { path } => line(path),
        Content::Tree { entries, count } => {
            for entry in entries {
                line(&tree_line(entry));
            }
            if *count > entries.len() {
                line(&format!("… {count} in all"));
            }
        }
        Content::Missing { message } => line(message),
        Content::Unknown { placeholder } => line(&format!("placeholder: {placeholder}")),
    }
}

fn tree_line(entry: &TreeEntry) -> String {
    let path = format!("./{}", entry.path);
    match (entry.kind, entry.bytes, &entry.target) {
        (EntryKind::Executable, Some(bytes), _) => format!("{path}  program, {bytes} bytes"),
        (_, Some(bytes), _) => format!("{path}  {bytes} bytes"),
        (_, None, Some(target)) => format!("{path} -> {target}"),
        (_, None, None) => format!("{path}  directory"),
    }
}

/// The beginning of a text, with what is masked between `[-` and `-]`.
fn shown_text(text: &[u8], marks: &[Mark]) -> String {
    let end = text.len().min(SHOWN);
    let mut shown = String::new();
    let mut done = 0;
    for mark in marks.iter().filter(|mark| mark.masked && mark.end <= end) {
        shown += &text[done..mark.start].to_str_lossy();
        shown += &format!("[-{}-]", text[mark.start..mark.end].to_str_lossy());
        done = mark.end;
    }
    shown += &text[done..end].to_str_lossy();
    shown
}

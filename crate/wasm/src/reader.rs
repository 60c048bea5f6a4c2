//! Derivations that are pasted, dropped or opened instead of evaluated: a graph of them, and the difference of two such states.

use crate::detail::detail;
use crate::diagnostics::{text, translate};
use crate::model::Entry;
use crate::model::detail::DerivationDetail;
use crate::model::reading::{ReadReport, Side, TextProblem, TextReport};
use crate::report::Picture;
use crate::workspace::{Found, Workspace, find};
use drvlab_cache::compare::Comparison;
use drvlab_cache::plan::Plan;
use drvlab_cache::reading::{DerivationTexts, ReadError, store_dir_of};
use drvlab_cache::{DerivationGraph, compare};
use drvlab_store::aterm::{self, ParseError, ParseErrorKind};
use drvlab_store::{Derivation, HashedMap, StoreDir, StorePath};
use std::rc::Rc;
use tsify::{Ts, Tsify as _};
use wasm_bindgen::prelude::*;

/// So many bytes are shown in front of a place and behind it.
const AROUND: usize = 40;

/// Problems that are told of one text; a damaged one can have any number.
const PROBLEMS: usize = 20;

/// Texts and attributes of two states, and the graphs that they make.
#[wasm_bindgen]
#[derive(Default)]
pub struct Reader {
    added: Vec<Added>,
    seen: Option<Seen>,
}

struct Added {
    side: Side,
    what: What,
}

enum What {
    Text {
        /// The name of the file; `None` if it was pasted.
        name: Option<String>,
        /// All, or of a long text more than are read.
        bytes: Vec<u8>,
        /// How many there are in all.
        length: usize,
    },
    Attribute {
        roots: Vec<StorePath>,
        made: Vec<(StorePath, Rc<Derivation>)>,
        problem: Option<String>,
    },
}

/// What came out.
struct Seen {
    store_dir: StoreDir,
    graph: DerivationGraph,
    plan: Plan,
    baseline: Option<(DerivationGraph, Comparison)>,
}

impl Seen {
    fn picture(&self) -> Picture<'_> {
        let baseline = self.baseline.as_ref();
        Picture {
            graph: &self.graph,
            plan: &self.plan,
            baseline: baseline.map(|(before, comparison)| (before, comparison)),
            store_dir: &self.store_dir,
        }
    }
}

#[wasm_bindgen]
impl Reader {
    /// Makes one without texts.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Reader {
        Reader::default()
    }

    /// Adds the text of a `.drv` file, or JSON of `nix derivation show`. A name is that of the file. Of a text with many bytes, `length`
    /// in all, only the beginning need be given.
    ///
    /// # Errors
    /// When the side has not the shape of its type.
    #[wasm_bindgen(js_name = addText)]
    pub fn add_text(
        &mut self,
        side: Ts<Side>,
        name: Option<String>,
        bytes: Vec<u8>,
        length: f64,
    ) -> Result<(), JsError> {
        let side = side.to_rust()?;
        let what = What::Text {
            name,
            length: bytes.len().max(length as usize),
            bytes,
        };
        self.added.push(Added { side, what });
        Ok(())
    }

    /// Adds what an attribute evaluates to, with all that it needs.
    ///
    /// # Errors
    /// When the side or the entry has not the shape of its type.
    #[wasm_bindgen(js_name = addAttribute)]
    pub fn add_attribute(
        &mut self,
        side: Ts<Side>,
        workspace: &Workspace,
        entry: Ts<Entry>,
    ) -> Result<(), JsError> {
        let side = side.to_rust()?;
        let what = evaluated(workspace, &entry.to_rust()?);
        self.added.push(Added { side, what });
        Ok(())
    }

    /// Reads everything, compares the two states if both have something, and plans with the workspace's cache.
    ///
    /// # Errors
    /// None that the user can cause.
    pub fn report(&mut self, workspace: &Workspace) -> Result<Ts<ReadReport>, JsError> {
        Ok(self.read(workspace).into_ts()?)
    }

    /// Returns everything about a derivation; empty texts if it is none of those that are shown.
    ///
    /// # Errors
    /// None that the user can cause.
    pub fn derivation(&self, drv_path: &str) -> Result<Ts<DerivationDetail>, JsError> {
        let found = self.seen.as_ref().and_then(|seen| {
            let path = seen.store_dir.parse_path(drv_path).ok()?;
            let id = seen.graph.find(&path)?;
            Some(detail(&seen.picture(), id, Vec::new()))
        });
        Ok(found.unwrap_or_default().into_ts()?)
    }
}

impl Reader {
    fn read(&mut self, workspace: &Workspace) -> ReadReport {
        let texts = self.added.iter().filter_map(|added| match &added.what {
            What::Text { bytes, .. } => store_dir_of(bytes),
            What::Attribute { .. } => None,
        });
        let store_dir = texts.into_iter().next().unwrap_or_default();
        let mut before = DerivationTexts::new(store_dir.clone());
        let mut after = before.clone();
        let mut reports = Vec::new();
        for added in &self.added {
            let texts = match added.side {
                Side::Before => &mut before,
                Side::After => &mut after,
            };
            reports.push(added.read(texts, &store_dir));
        }
        let states = match (before.is_empty(), after.is_empty()) {
            // A single state is shown as it is, whichever it is.
            (false, true) => (None, (Side::Before, before)),
            (true, _) => (None, (Side::After, after)),
            (false, false) => (Some((Side::Before, before)), (Side::After, after)),
        };
        let graph = tell(&mut reports, states.1, &store_dir);
        let baseline = states.0.map(|before| {
            let before = tell(&mut reports, before, &store_dir);
            let comparison = compare(&before, &graph, &store_dir);
            (before, comparison)
        });
        let seen = self.seen.insert(Seen {
            plan: workspace.plan_for(&graph, &store_dir),
            store_dir,
            graph,
            baseline,
        });
        ReadReport {
            texts: reports,
            report: seen.picture().report(seen.picture().derivations()),
            store_dir: seen.store_dir.as_str().to_owned(),
        }
    }
}

/// Makes the graph of a state, and adds the problems that concern its derivations to what is told of their texts.
fn tell(
    reports: &mut [TextReport],
    (side, texts): (Side, DerivationTexts),
    store_dir: &StoreDir,
) -> DerivationGraph {
    let (graph, problems) = texts.graph();
    let mut places: HashedMap<String, usize> = HashedMap::new();
    for (index, report) in reports.iter().enumerate() {
        if report.side == side {
            let paths = report.drv_paths.iter().cloned();
            places.extend(paths.map(|path| (path, index)));
        }
    }
    for (id, problem) in &problems {
        let node = &graph[*id];
        let place = places.get(&store_dir.display(&node.path));
        if let Some(report) = place.and_then(|&place| reports.get_mut(place))
            && report.problems.len() < PROBLEMS
        {
            let text = aterm::to_bytes(&node.derivation, store_dir);
            report.problems.push(described(problem, &text));
        }
    }
    graph
}

impl Added {
    /// Adds it to the texts of its state.
    fn read(&self, texts: &mut DerivationTexts, store_dir: &StoreDir) -> TextReport {
        let mut report = TextReport {
            side: self.side,
            drv_paths: Vec::new(),
            bytes: 0,
            problems: Vec::new(),
        };
        match &self.what {
            What::Text {
                name,
                bytes,
                length,
            } => {
                report.bytes = u32::try_from(*length).unwrap_or(u32::MAX);
                let path = name.as_deref().and_then(path_of_file);
                if path.is_none() && name.as_ref().is_some_and(|name| name.ends_with(".drv")) {
                    report.problems.push(whole(
                        "path",
                        "the name of the file is no store path, so that the text cannot be checked against it",
                    ));
                }
                match texts.read(path, bytes) {
                    Ok(mut read) => {
                        for problem in &mut read.problems {
                            if let ParseErrorKind::TooLong { bytes } = &mut problem.kind {
                                *bytes = *length;
                            }
                        }
                        let paths = read.paths.iter().map(|path| store_dir.display(path));
                        report.drv_paths = paths.collect();
                        let problems = read.problems.iter().take(PROBLEMS);
                        let problems = problems.map(|problem| described(problem, bytes));
                        report.problems.extend(problems);
                    }
                    Err(ReadError::Header(error)) => report.problems.push(described(&error, bytes)),
                    Err(ReadError::Json(_)) if bytes.len() < *length => {
                        let message =
                            format!("the text has {length} bytes, which is more than is read");
                        report.problems.push(whole("JSON", &message));
                    }
                    Err(ReadError::Json(error)) => {
                        report.problems.push(whole("JSON", &error.to_string()));
                    }
                }
            }
            What::Attribute {
                roots,
                made,
                problem,
            } => {
                for (path, derivation) in made {
                    texts.insert(path.clone(), Rc::clone(derivation));
                }
                report.drv_paths = roots.iter().map(|root| store_dir.display(root)).collect();
                let problem = problem.as_ref().map(|message| whole("attribute", message));
                report.problems.extend(problem);
            }
        }
        report
    }
}

/// Evaluates an attribute from nothing, so that what the page shows stays as it is.
fn evaluated(workspace: &Workspace, entry: &Entry) -> What {
    let mut machine = workspace.machine_for(StoreDir::default());
    let failed = |problem: String| What::Attribute {
        roots: Vec::new(),
        made: Vec::new(),
        problem: Some(problem),
    };
    match find(
        &mut machine,
        entry.file.as_bytes(),
        entry.attr_path.as_bytes(),
    ) {
        Ok(Found::Derivations(instances)) => {
            let roots: Vec<StorePath> = instances
                .into_iter()
                .map(|instance| instance.drv_path)
                .collect();
            // Only what it needs: evaluating makes more than that.
            let derivations = &machine.store.derivations;
            let load = |path: &StorePath| derivations.get(path).cloned();
            let (graph, _) = DerivationGraph::without_cycles(roots.iter().cloned(), load);
            let made = graph.nodes().iter();
            What::Attribute {
                made: made
                    .map(|node| (node.path.clone(), Rc::clone(&node.derivation)))
                    .collect(),
                roots,
                problem: None,
            }
        }
        Ok(Found::Value(_)) => failed("it is neither a derivation nor a set of them".to_owned()),
        Err(error) => failed(translate(&error.diagnostic, &machine.sources).message),
    }
}

/// What the name of a file says about its path in the store; it may stand in a folder.
fn path_of_file(name: &str) -> Option<StorePath> {
    let base_name = name.rsplit('/').next()?;
    let path = StorePath::parse(base_name).ok()?;
    path.derivation_name()?;
    Some(path)
}

fn described(problem: &ParseError, bytes: &[u8]) -> TextProblem {
    let place = problem.offset.min(bytes.len());
    let is_about_a_place = problem.field != "path";
    let (before, behind) = bytes.split_at(place);
    let excerpt = |range: &[u8]| {
        if is_about_a_place {
            text(range)
        } else {
            String::new()
        }
    };
    TextProblem {
        message: problem.kind.to_string(),
        field: problem.field.to_owned(),
        offset: is_about_a_place.then_some(problem.offset as u32),
        text_before: excerpt(&before[before.len().saturating_sub(AROUND)..]),
        text_behind: excerpt(&behind[..behind.len().min(AROUND)]),
    }
}

fn whole(field: &str, message: &str) -> TextProblem {
    TextProblem {
        message: message.to_owned(),
        field: field.to_owned(),
        offset: None,
        text_before: String::new(),
        text_behind: String::new(),
    }
}

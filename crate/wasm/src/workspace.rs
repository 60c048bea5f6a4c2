//! The workspace: what the page holds.

use crate::browser;
use crate::detail::detail;
use crate::diagnostics::{text, translate};
use crate::files::{SharedFiles, Written};
use crate::limits::{Limits, new_machine};
use crate::microscope;
use crate::model::detail::{DerivationDetail, SourceDetail};
use crate::model::run::WorldInput;
use crate::model::{Diagnostic, Entry, Outcome, PlanSummary, Report, ReportUpdate, Severity};
use crate::report::Picture;
use crate::told::Told;
use crate::world::{PageLoader, Past, Scene, evaluated, find_texts, read_sources, turned};
use drvlab_cache::compare::Comparison;
use drvlab_cache::content_addressed::Turned;
use drvlab_cache::plan::{Plan, Wanted};
use drvlab_cache::{DerivationGraph, LocalStore, Settings, Substituters, compare, plan, world};
use drvlab_lang::derivation_search::Instance;
use drvlab_lang::error::{ErrorKind, EvalError};
use drvlab_lang::files::{Files as _, canonical};
use drvlab_lang::value::Value;
use drvlab_lang::{Machine, Message};
use drvlab_store::StoreDir;
use std::rc::Rc;
use tsify::{Ts, Tsify as _};
use wasm_bindgen::prelude::*;

/// Said of evaluations that exceed a limit.
const LIMIT_HINT: &str =
    "if it needs more, allow more: “Caches and settings”, “Limits of the evaluation”";

/// A printed value is cut after this many bytes.
const MAX_VALUE: usize = 100_000;

/// A file of an archive that is larger, in bytes, is not shown in the editor.
const MAX_EDITED: usize = 2 << 20;

/// What an evaluation came to.
pub(crate) struct Evaluated {
    /// What was asked for, as the texts have it.
    pub plain: world::Evaluated,
    /// The same, turned if that was asked for.
    pub shown: world::Evaluated,
    /// How it was turned.
    pub turned: Option<Turned>,
    /// What was asked for.
    pub entry: Entry,
    /// The world in which it was planned.
    revision: u64,
    /// Whether it is known what scripts read.
    sources_are_read: bool,
}

/// Files, their evaluation, the world around them, and what to compare with.
#[wasm_bindgen]
pub struct Workspace {
    pub(crate) files: SharedFiles,
    pub(crate) machine: Machine,
    limits: Limits,
    pub(crate) store_dir: StoreDir,
    pub(crate) past: Past,
    pub(crate) world: WorldInput,
    /// The world in which the set is as the texts have it.
    pub(crate) scene: Scene,
    /// The same with the set turned; made when it is asked for.
    pub(crate) turned_scene: Scene,
    /// The last evaluation that came to derivations.
    pub(crate) current: Option<Evaluated>,
    compare_with_published: bool,
    /// The last plan and comparison, for questions about single derivations.
    plan: Rc<Plan>,
    comparison: Option<(Rc<DerivationGraph>, Comparison)>,
    /// What the page has of derivations.
    pub(crate) told: Told,
}

impl Default for Workspace {
    fn default() -> Self {
        Self::new()
    }
}

#[wasm_bindgen]
impl Workspace {
    /// Makes a workspace without files, with an empty local store and an empty binary cache.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Workspace {
        console_error_panic_hook::set_once();
        let files = SharedFiles::default();
        let store_dir = StoreDir::default();
        Workspace {
            machine: new_machine(&files, store_dir.clone(), Limits::default()),
            limits: Limits::default(),
            files,
            store_dir,
            past: Past::default(),
            world: WorldInput::default(),
            scene: Scene::default(),
            turned_scene: Scene::default(),
            current: None,
            compare_with_published: true,
            plan: Rc::default(),
            comparison: None,
            told: Told::default(),
        }
    }

    /// Adds a file, or replaces it.
    #[wasm_bindgen(js_name = openFile)]
    pub fn open_file(&mut self, path: &str, contents: &str) {
        match self.files.write(path.as_bytes(), contents.as_bytes()) {
            Written::New => self.machine.files_came_or_went(),
            Written::Other => self.machine.file_changed(path.as_bytes()),
            Written::Same => {}
        }
    }

    /// Sets what an evaluation may take: nested calls, and mebibytes of memory; nothing means what is usual. What cannot be set is cut to
    /// what can; other limits than before mean to begin anew.
    #[wasm_bindgen(js_name = setLimits)]
    pub fn set_limits(&mut self, call_depth: Option<u32>, memory: Option<u32>) {
        let limits = Limits::new(call_depth, memory);
        if limits == self.limits {
            return;
        }
        self.limits = limits;
        self.machine = new_machine(&self.files, self.store_dir.clone(), limits);
        // What could not be evaluated for an event may be now.
        self.scene.begin_anew();
        self.turned_scene.begin_anew();
        self.current = None;
    }

    /// Returns the text of a file; nothing if there is none, it is no text, or too long to be edited.
    #[wasm_bindgen(js_name = readFile)]
    pub fn read_file(&self, path: &str) -> Option<String> {
        let contents = self.files.read(&canonical(path.as_bytes())).ok()?;
        let shown = contents.len() <= MAX_EDITED;
        shown.then(|| String::from_utf8(contents.to_vec()).ok())?
    }

    /// Replaces the text of a file, or adds it.
    #[wasm_bindgen(js_name = updateFile)]
    pub fn update_file(&mut self, path: &str, contents: &str) {
        self.open_file(path, contents);
    }

    /// Removes a file.
    #[wasm_bindgen(js_name = closeFile)]
    pub fn close_file(&mut self, path: &str) {
        if self.files.0.borrow_mut().remove(path.as_bytes()) {
            self.machine.files_came_or_went();
        }
    }

    /// Evaluates an attribute, and plans and compares what came out.
    ///
    /// # Errors
    /// When the entry has not the shape of its type.
    pub fn evaluate(&mut self, entry: Ts<Entry>) -> Result<Ts<Report>, JsError> {
        let entry = entry.to_rust()?;
        let mut report = self.evaluate_entry(&entry);
        if let Some(current) = self.reported(&report) {
            report.derivations = self.picture(&current).derivations();
        }
        Ok(report.into_ts()?)
    }

    /// Evaluates as `evaluate` does, and tells again only those derivations that are not as in the last update.
    ///
    /// # Errors
    /// When the entry has not the shape of its type.
    #[wasm_bindgen(js_name = evaluateUpdate)]
    pub fn evaluate_update(&mut self, entry: Ts<Entry>) -> Result<Ts<ReportUpdate>, JsError> {
        let entry = entry.to_rust()?;
        let mut report = self.evaluate_entry(&entry);
        let mut places = Vec::new();
        if let Some(current) = self.reported(&report) {
            let mut told = std::mem::take(&mut self.told);
            (report.derivations, places) =
                told.update(&self.picture(&current), &current, &self.plan);
            self.told = told;
        }
        Ok(ReportUpdate { report, places }.into_ts()?)
    }

    /// Compares later evaluations with the last published state.
    #[wasm_bindgen(js_name = compareWithPublished)]
    pub fn compare_with_published(&mut self) {
        self.compare_with_published = true;
    }

    /// Compares later evaluations with nothing.
    #[wasm_bindgen(js_name = clearBaseline)]
    pub fn clear_baseline(&mut self) {
        self.compare_with_published = false;
    }

    /// Returns everything about a derivation of the last evaluation; empty texts if it is none of it.
    ///
    /// # Errors
    /// None that the user can cause.
    pub fn derivation(&self, drv_path: &str) -> Result<Ts<DerivationDetail>, JsError> {
        Ok(self.detail(drv_path).into_ts()?)
    }

    /// Explains the path of a text or a copy of files that the last evaluation made.
    ///
    /// # Errors
    /// None that the user can cause.
    #[wasm_bindgen(js_name = storeObject)]
    pub fn store_object(&mut self, path: &str) -> Result<Ts<SourceDetail>, JsError> {
        let found = self.store_dir.parse_path(path);
        let detail = found.map_or_else(
            |_| SourceDetail::default(),
            |path| microscope::source(&mut self.machine, &path),
        );
        Ok(detail.into_ts()?)
    }
}

/// What an entry evaluates to.
pub(crate) enum Found {
    Derivations(Vec<Instance>),
    Value(String),
}

impl Workspace {
    fn evaluate_entry(&mut self, entry: &Entry) -> Report {
        let start = browser::now();
        let (file, attr_path) = (entry.file.as_bytes(), entry.attr_path.as_bytes());
        let found = self
            .machine
            .evaluate_again(|machine| find(machine, file, attr_path));
        let mut report = match found {
            Ok(Found::Derivations(instances)) => self.derivations_report(instances, entry),
            Ok(Found::Value(value)) => empty_report(Outcome::Value, Some(value)),
            Err(error) => {
                let mut report = empty_report(Outcome::Error, None);
                let mut diagnostic = translate(&error.diagnostic, &self.machine.sources);
                if error.kind == ErrorKind::Limit {
                    diagnostic.hints.push(LIMIT_HINT.to_owned());
                }
                report.diagnostics.push(diagnostic);
                report
            }
        };
        report.diagnostics.extend(self.messages());
        report.has_baseline = self.baseline(entry).is_some();
        report.micros = (browser::now() - start) * 1000.0;
        report
    }

    /// Returns the graph that a report is about.
    fn reported(&self, report: &Report) -> Option<Rc<DerivationGraph>> {
        let current = self.current.as_ref()?;
        (report.outcome == Outcome::Derivations).then(|| Rc::clone(&current.shown.graph))
    }

    fn detail(&self, drv_path: &str) -> DerivationDetail {
        let Some(graph) = self.current.as_ref().map(|it| &it.shown.graph) else {
            return DerivationDetail::default();
        };
        let path = self.store_dir.parse_path(drv_path).ok();
        let Some(id) = path.and_then(|path| graph.find(&path)) else {
            return DerivationDetail::default();
        };
        let attributes = microscope::attribute_places(&self.machine, &graph[id].path);
        detail(&self.picture(graph), id, attributes)
    }

    fn picture<'a>(&'a self, graph: &'a DerivationGraph) -> Picture<'a> {
        let baseline = self.comparison.as_ref();
        Picture {
            graph,
            plan: &self.plan,
            baseline: baseline.map(|(before, comparison)| (&**before, comparison)),
            store_dir: &self.store_dir,
        }
    }

    /// What a machine of this store directory finds: its binary cache and its store, which are empty for another directory.
    pub(crate) fn plan_for(&self, graph: &DerivationGraph, store_dir: &StoreDir) -> Plan {
        let wanted: Vec<Wanted> = graph.roots().iter().cloned().map(Wanted::all).collect();
        let world = &self.scene.world;
        if *store_dir == self.store_dir {
            let substituters =
                Substituters::new(&world.caches, &world.settings, Some(&world.memory));
            return plan(graph, &wanted, &world.local, &substituters, &world.settings);
        }
        let settings = Settings {
            store_dir: store_dir.clone(),
            ..world.settings.clone()
        };
        let none = Substituters::new([], &settings, None);
        plan(graph, &wanted, &LocalStore::new(), &none, &settings)
    }

    fn derivations_report(&mut self, instances: Vec<Instance>, entry: &Entry) -> Report {
        let derivations = &self.machine.store.derivations;
        let roots = instances.iter().map(|instance| instance.drv_path.clone());
        let graph = match DerivationGraph::new(roots, |path| derivations.get(path).cloned()) {
            Ok(graph) => graph,
            Err(error) => return error_report(error.to_string()),
        };
        let mut plain = evaluated(graph, instances, &self.machine);
        let revision = self.scene_of(entry).revision;
        if let Some(known) = self.known(&plain, entry, revision) {
            return self.picture(known).report(Vec::new());
        }
        let (turned, shown) = if entry.content_addressed {
            find_texts(&mut plain, &self.machine);
            match turned(&plain) {
                Ok((turned, shown)) => (Some(turned), shown),
                Err(error) => return error_report(error.to_string()),
            }
        } else {
            (None, plain.clone())
        };
        let graph = Rc::clone(&shown.graph);
        let plan = self
            .scene_of(entry)
            .on_new_machine(entry.empty_store, |scene| {
                let world = &mut scene.world;
                world.local.set_sources(Rc::clone(&shown.sources));
                let substituters =
                    Substituters::new(&world.caches, &world.settings, Some(&world.memory));
                plan(
                    &graph,
                    &shown.wanted,
                    &world.local,
                    &substituters,
                    &world.settings,
                )
            });
        self.plan = Rc::new(plan);
        self.comparison = self.baseline(entry).map(|before| {
            let comparison = compare(&before, &graph, &self.store_dir);
            (before, comparison)
        });
        self.current = Some(Evaluated {
            plain,
            shown,
            turned,
            entry: entry.clone(),
            revision,
            sources_are_read: false,
        });
        self.picture(&graph).report(Vec::new())
    }

    /// Returns the last graph if the last plan and comparison are also those of what has been evaluated now, as after an edit of a comment.
    fn known(
        &self,
        plain: &world::Evaluated,
        entry: &Entry,
        revision: u64,
    ) -> Option<&DerivationGraph> {
        let current = self.current.as_ref()?;
        let baseline = self.baseline(entry);
        let compared = self.comparison.as_ref().map(|(before, _)| before);
        let same_baseline = match (&baseline, compared) {
            (None, None) => true,
            (Some(now), Some(before)) => Rc::ptr_eq(now, before),
            _ => false,
        };
        let same = same_baseline
            && current.revision == revision
            && current.entry == *entry
            && current.plain.wanted == plain.wanted
            && current.plain.graph.is_same(&plain.graph);
        same.then_some(&*current.shown.graph)
    }

    /// Returns the last evaluation that came to derivations, with what scripts read.
    pub(crate) fn current_with_sources(&mut self) -> Option<&Evaluated> {
        let current = self.current.as_mut()?;
        if !current.sources_are_read {
            current.sources_are_read = true;
            read_sources(&mut current.plain, &mut self.machine, &mut self.past);
            current.shown.sources = match &current.turned {
                Some(turned) => Rc::new(turned.sources(&current.plain.sources, &self.store_dir)),
                None => Rc::clone(&current.plain.sources),
            };
        }
        self.current.as_ref()
    }

    /// Makes another evaluator of the same files.
    pub(crate) fn machine_for(&self, store_dir: StoreDir) -> Machine {
        new_machine(&self.files, store_dir, self.limits)
    }

    /// Returns the last comparison: what was before, what is now, and the difference.
    pub(crate) fn compared(&self) -> Option<(&DerivationGraph, &DerivationGraph, &Comparison)> {
        let (before, comparison) = self.comparison.as_ref()?;
        let after = &self.current.as_ref()?.shown.graph;
        Some((before, after, comparison))
    }

    fn baseline(&self, entry: &Entry) -> Option<Rc<DerivationGraph>> {
        let scene = if entry.content_addressed {
            &self.turned_scene
        } else {
            &self.scene
        };
        let baseline = scene.baseline(&entry.attr_path);
        baseline.filter(|_| self.compare_with_published)
    }

    /// Brings the world of an entry to where the page wants it, and returns it.
    pub(crate) fn scene_of(&mut self, entry: &Entry) -> &mut Scene {
        let scene = if entry.content_addressed {
            &mut self.turned_scene
        } else {
            &mut self.scene
        };
        let mut loader = PageLoader {
            files: &self.files,
            machine: &mut self.machine,
            past: &mut self.past,
            turned: entry.content_addressed,
        };
        scene.bring_to(&self.world.begin, &self.world.changes, &mut loader);
        scene
    }

    /// Takes what the evaluation said: warnings for the page, traces for the console.
    fn messages(&mut self) -> Vec<Diagnostic> {
        let messages = std::mem::take(&mut self.machine.messages);
        let mut diagnostics = Vec::new();
        for message in messages {
            match message {
                Message::Trace(line) => browser::log(&format!("trace: {}", text(&line))),
                Message::File(path) => browser::log(&format!("evaluating file '{}'", text(&path))),
                Message::Unpacking(url) => {
                    browser::log(&format!("unpacking '{}'", text(&url)));
                }
                Message::Warning(line) => diagnostics.push(plain(Severity::Warning, text(&line))),
                Message::Diagnostic(diagnostic) => {
                    diagnostics.push(translate(&diagnostic, &self.machine.sources))
                }
            }
        }
        diagnostics
    }
}

/// Evaluates an attribute of a file to what a report is made of.
pub(crate) fn find(
    machine: &mut Machine,
    file: &[u8],
    attr_path: &[u8],
) -> Result<Found, Box<EvalError>> {
    let arguments = machine.arguments(Vec::new());
    let value = machine.evaluate_file(file)?;
    let value = machine.select_path(value, attr_path, arguments)?;
    let value = machine.auto_call(value, arguments)?;
    let may_contain_derivations = matches!(
        value.tag(),
        drvlab_lang::value::Tag::Attrs | drvlab_lang::value::Tag::List
    );
    if may_contain_derivations {
        let found = machine.derivations(value, arguments);
        match found {
            Ok(instances) if !instances.is_empty() => return Ok(Found::Derivations(instances)),
            Err(error) if error.kind != ErrorKind::NoDerivation => return Err(error),
            Ok(_) | Err(_) => {}
        }
    }
    print(machine, value).map(Found::Value)
}

fn print(machine: &mut Machine, value: Value) -> Result<String, Box<EvalError>> {
    let mut printed = machine.print_value(value, true)?;
    if printed.len() > MAX_VALUE {
        printed.truncate(MAX_VALUE);
        printed.extend_from_slice(format!("\n… (cut after {MAX_VALUE} bytes)").as_bytes());
    }
    Ok(text(&printed))
}

fn empty_report(outcome: Outcome, value: Option<String>) -> Report {
    Report {
        outcome,
        diagnostics: Vec::new(),
        value,
        roots: Vec::new(),
        derivations: Vec::new(),
        removed: Vec::new(),
        plan: PlanSummary::default(),
        has_baseline: false,
        micros: 0.0,
    }
}

fn error_report(message: String) -> Report {
    let mut report = empty_report(Outcome::Error, None);
    report.diagnostics.push(plain(Severity::Error, message));
    report
}

fn plain(severity: Severity, message: String) -> Diagnostic {
    Diagnostic {
        severity,
        message,
        hints: Vec::new(),
        place: crate::model::Place::default(),
        trace: Vec::new(),
    }
}

//! Plans as text: the dry run beside what Nix does, and explanations.

use std::fmt::Write as _;

use drvlab_cache::plan::Decision;
use drvlab_cache::realise::Step;
use drvlab_cache::reason::duration;
use drvlab_cache::world::Run;
use drvlab_cache::{Action, DerivationGraph, NodeId, fix, rules, size};
use drvlab_store::OrderedSet;

/// The word for an action, with the reason behind it.
fn word(action: Action) -> &'static str {
    match action {
        Action::Present => "there",
        Action::Fetch => "fetched",
        Action::Build => "built",
        Action::Impossible => "fails",
        Action::NotNeeded => "not needed",
    }
}

/// Prints a table: for each derivation what the dry run says and what Nix does, then what it costs.
pub fn columns(run: &Run, graph: &DerivationGraph) -> String {
    let mut text = String::new();
    let width = graph
        .nodes()
        .iter()
        .map(|node| node.derivation.name.chars().count())
        .max()
        .unwrap_or(0);
    // Writing into a string cannot fail, here and below.
    let _ = writeln!(text, "{:width$}  {:12}{:12}", "", "dry run", "Nix");
    for id in graph.ids().rev() {
        let planned = &run.plan.derivations[id.index()].decision;
        let done = &run.realised.derivations[id.index()].decision;
        let differs = if planned.action == done.action {
            ""
        } else {
            "  <- the dry run is wrong"
        };
        let name = &graph[id].derivation.name;
        let line = format!(
            "{name:width$}  {:12}{:12}{differs}",
            word(planned.action),
            word(done.action)
        );
        let _ = writeln!(text, "{}", line.trim_end());
    }
    for dropped in &run.dropped {
        let _ = writeln!(text, "not asked: {} ({dropped})", dropped.cache());
    }
    if let Some(failure) = &run.realised.failure {
        let _ = writeln!(text, "fails: {failure}");
    }
    let fetched: u64 = run
        .realised
        .fetches()
        .map(|info| info.file_size)
        .fold(0, u64::wrapping_add);
    let unpacked: u64 = run
        .realised
        .fetches()
        .map(|info| info.nar_size)
        .fold(0, u64::wrapping_add);
    let _ = writeln!(
        text,
        "{} built, {} fetched ({} download, {} unpacked), {} from start to end, {} of builds on the critical path",
        run.realised.builds().count(),
        run.realised.fetches().count(),
        size::render(fetched),
        size::render(unpacked),
        time(run.schedule.total),
        time(run.schedule.critical_path),
    );
    text
}

fn time(milliseconds: u64) -> String {
    duration(milliseconds.div_ceil(1000))
}

/// Explains what happens with a derivation: both columns with their rules, and what would change them.
pub fn explanation(run: &Run, graph: &DerivationGraph, id: NodeId) -> String {
    let planned = &run.plan.derivations[id.index()];
    let done = &run.realised.derivations[id.index()];
    let mut text = format!("{}\n", graph[id].derivation.name);
    let mut deciding = OrderedSet::new();
    let mut line = |label: &str, decision: &Decision| {
        let rule = decision.reason.rule();
        deciding.extend(rule);
        let rule = rule.map_or(String::new(), |rule| format!(" [rule {rule}]"));
        let _ = writeln!(
            text,
            "  {label}: {}: {}{rule}",
            word(decision.action),
            decision.reason
        );
    };
    line("the dry run says", &planned.decision);
    line("Nix does", &done.decision);
    let names = graph[id].derivation.outputs.keys();
    if done.outputs.len() > 1 {
        for (name, decision) in names.zip(&done.outputs) {
            line(&format!("  output {name}"), decision);
        }
    }
    for rule in deciding {
        if let Some(sentence) = rules::sentence(rule) {
            let _ = writeln!(text, "  rule {rule}: {sentence}");
        }
    }
    if let Some(fix) = fix::fix(&done.decision.reason) {
        let _ = writeln!(text, "  to change that: {fix}");
    }
    let step = run
        .realised
        .steps
        .iter()
        .zip(&run.schedule.spans)
        .find(|(step, _)| match &step.step {
            Step::Build { node, .. } => *node == Some(id),
            Step::Fetch { path, .. } => done.paths.iter().flatten().any(|it| it == path),
        });
    if let Some((step, span)) = step {
        let kind = match &step.step {
            Step::Build {
                simulated: Some(why),
                ..
            } => format!("build simulated: {why}"),
            Step::Build { .. } => "really built".to_owned(),
            Step::Fetch { .. } => "download simulated".to_owned(),
        };
        let _ = writeln!(text, "  when: {} to {} ms ({kind})", span.start, span.end);
    }
    text
}

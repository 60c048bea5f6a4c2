//! `cargo xtask bench`: the programs of `tests/bench`, each with what it measures built first.
//!
//! A program gets `DRVLAB` (the terminal program as `cargo xtask program` builds it), and one that drives the browser `DRVLAB_URL` and `CHROME`.

use std::path::{Path, PathBuf};

use anyhow::bail;

use crate::command::{cargo, run as run_command};
use crate::server::Server;
use crate::workspace::Workspace;
use crate::{browser, build_lock, node, page, profiled, size, wasm};

/// Runs the benchmarks with these names, all of them when none is given.
///
/// Fails for an unknown name, and at the first benchmark that fails.
pub fn run(workspace: &Workspace, names: &[String]) -> anyhow::Result<()> {
    const KNOWN: [&str; 9] = [
        "size",
        "digest",
        "instantiate",
        "micro",
        "chromium",
        "keystroke",
        "set",
        "plan",
        "parse",
    ];
    if let Some(unknown) = names.iter().find(|name| !KNOWN.contains(&name.as_str())) {
        bail!(
            "there is no benchmark '{unknown}'; there are: {}",
            KNOWN.join(", ")
        );
    }
    let wanted = |name: &str| names.is_empty() || names.iter().any(|wanted| wanted == name);
    if wanted("size") {
        size::run(workspace)?;
    }
    if wanted("digest") {
        digest(workspace)?;
    }
    if wanted("instantiate") {
        terminal_program(workspace, "instantiate")?;
    }
    if wanted("micro") {
        terminal_program(workspace, "micro")?;
    }
    if wanted("chromium") {
        module_in_worker(workspace, "chromium")?;
    }
    if wanted("keystroke") {
        keystroke(workspace)?;
    }
    if wanted("set") {
        terminal_program(workspace, "set")?;
        set_browser(workspace)?;
    }
    if wanted("plan") {
        plan(workspace)?;
    }
    if wanted("parse") {
        terminal_program(workspace, "parse")?;
        module_in_worker(workspace, "parse-browser")?;
    }
    Ok(())
}

/// A benchmark of the terminal program against the reference's: `instantiate`, of a distribution, `micro`, of small expressions,
/// `set`, of the large package set, or `parse`, of long texts.
fn terminal_program(workspace: &Workspace, name: &str) -> anyhow::Result<()> {
    let program = profiled::build(workspace)?;
    run_command(
        node::node(workspace)?
            .arg(workspace.path(&format!("tests/bench/{name}.mjs")))
            .env("DRVLAB", program),
    )
}

/// A benchmark of the module in a worker of Chromium against the reference: `chromium`, of small expressions, `parse-browser`, or `set-browser`, for which the page must be built.
fn module_in_worker(workspace: &Workspace, name: &str) -> anyhow::Result<()> {
    {
        let lock = build_lock::acquire(workspace)?;
        node::ensure_packages(workspace, "tests", &lock)?;
        wasm::build(workspace, &lock)?;
    }
    let chrome = browser::ensure(workspace)?;
    run_command(
        node::node(workspace)?
            .arg(workspace.path(&format!("tests/bench/{name}.mjs")))
            .env("CHROME", chrome),
    )
}

/// The package set in Chromium against the reference, on visits to a page with the page's own worker.
fn set_browser(workspace: &Workspace) -> anyhow::Result<()> {
    {
        let lock = build_lock::acquire(workspace)?;
        wasm::build(workspace, &lock)?;
        page::build(workspace, &lock)?;
    }
    module_in_worker(workspace, "set-browser")
}

/// What planning costs, by an example of the crate that plans.
fn plan(workspace: &Workspace) -> anyhow::Result<()> {
    let program = example(workspace, "drvlab-cache", "plan_costs")?;
    run_command(
        node::node(workspace)?
            .arg(workspace.path("tests/bench/plan.mjs"))
            .env("PLAN_COSTS", program),
    )
}

/// Digesting graphs natively, in a worker of Chromium, and by the reference.
fn digest(workspace: &Workspace) -> anyhow::Result<()> {
    let program = example(workspace, "drvlab-store", "digest")?;
    let module = {
        let lock = build_lock::acquire(workspace)?;
        node::ensure_packages(workspace, "tests", &lock)?;
        wasm::build_example(workspace, &lock, "digest_module")?
    };
    let chrome = browser::ensure(workspace)?;
    run_command(
        node::node(workspace)?
            .arg(workspace.path("tests/bench/digest.mjs"))
            .env("DIGEST", program)
            .env("DIGEST_MODULE", module)
            .env("CHROME", chrome),
    )
}

/// Builds an example for speed; returns the program.
fn example(workspace: &Workspace, package: &str, name: &str) -> anyhow::Result<PathBuf> {
    let target = workspace.target();
    run_command(
        cargo(workspace.root())
            .args(["build", "--release", "--package", package])
            .args(["--example", name, "--target-dir"])
            .arg(target),
    )?;
    let program = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    Ok(target.join("release/examples").join(program))
}

/// The time from a keystroke to the updated page.
fn keystroke(workspace: &Workspace) -> anyhow::Result<()> {
    let assets = {
        let lock = build_lock::acquire(workspace)?;
        node::ensure_packages(workspace, "tests", &lock)?;
        wasm::build(workspace, &lock)?;
        page::build(workspace, &lock)?
    };
    let chrome = browser::ensure(workspace)?;
    let server = Server::start(assets, 0)?;
    run_browser_program(
        workspace,
        &workspace.path("tests/bench/keystroke.mjs"),
        &server,
        &chrome,
    )
}

fn run_browser_program(
    workspace: &Workspace,
    program: &Path,
    server: &Server,
    chrome: &Path,
) -> anyhow::Result<()> {
    run_command(
        node::node(workspace)?
            .arg(program)
            .env("DRVLAB_URL", server.url())
            .env("CHROME", chrome),
    )
}

//! Building the browser's module: cargo, then wasm-bindgen as a library of the locked version, then wasm-opt.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::{env, fs, process};

use anyhow::{Context as _, ensure};
use wasm_bindgen_cli_support::Bindgen;

use crate::build_lock::BuildLock;
use crate::command::{cargo, run};
use crate::workspace::Workspace;
use crate::{node, parts, rust_toolchain};

/// A module of the page.
struct Module {
    /// The package of the workspace that it is made of.
    package: &'static str,
    /// The features that the package is compiled with.
    features: &'static [&'static str],
    /// Whether it copies and fills memory itself (`crate/wasm/src/memory.rs`).
    copies: bool,
    /// Whether it is divided into what each visit needs and the rest, `NAME_rest.wasm` (`parts.rs`).
    divided: bool,
    /// The name of its glue, `NAME.js`, and of the module, `NAME_bg.wasm`.
    name: &'static str,
    /// Where both go; git ignores the folder.
    output: &'static str,
}

/// What the page is about; loaded with every visit.
const MAIN: Module = Module {
    package: "drvlab-wasm",
    features: &[],
    copies: true,
    divided: true,
    name: "drvlab_wasm",
    output: "web/src/wasm",
};

/// Decompressors, loaded when a cache is imported that needs them.
const UNPACK: Module = Module {
    package: "drvlab-unpack",
    features: &["--features", "module"],
    copies: false,
    divided: false,
    name: "drvlab_unpack",
    output: "web/src/unpack",
};

/// The profile of the workspace's manifest that the module is compiled with.
const PROFILE: &str = "wasm";

/// Features beyond those that rustc uses for this target by default: SHA-256 and searches in texts work on 16 bytes at once.
const TARGET_FEATURES: &str = "+simd128";

/// The processor and the features of a module that copies and fills memory itself: all that rustc uses by default but the instructions for that.
const WITHOUT_COPIES: [&str; 2] = [
    "-Ctarget-cpu=mvp",
    "-Ctarget-feature=+multivalue,+mutable-globals,+nontrapping-fptoint,+reference-types,+sign-ext,+simd128",
];

/// The stack in the module's memory, in bytes. The deepest evaluation takes 135 kB, for what limits it is the stack of the JavaScript engine.
/// Behind less than rustc's 1 MiB, addresses of constants take one byte less each time they are written.
const STACK_SIZE: u32 = 640 << 10;

/// The features that rustc uses for this target: without them wasm-opt refuses its input.
const FEATURES: [&str; 9] = [
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-call-indirect-overlong",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
    "--enable-simd",
];

/// Large functions with one caller stay functions: as a part of it they compress less well, 30 kB in all.
const INLINING: &str = "--one-caller-inline-max-function-size=60";

/// By name, functions stand beside those that are like them, which saves 9 kB; wasm-bindgen's order is by size.
const ORDER: &str = "--reorder-functions-by-name";

/// Functions keep their names for what comes after.
const NAMES: &str = "--debuginfo";

/// What calls the functions of a module that every visit calls.
const VISIT: &str = "tests/bench/training/visit.mjs";

/// The files of the optimised modules: what every visit loads first, the rest of it, and what is for some visits only.
pub fn modules(workspace: &Workspace) -> [PathBuf; 3] {
    [
        file(workspace, &MAIN),
        rest(&file(workspace, &MAIN)),
        file(workspace, &UNPACK),
    ]
}

fn file(workspace: &Workspace, module: &Module) -> PathBuf {
    let folder = workspace.path(module.output);
    folder.join(format!("{}_bg.wasm", module.name))
}

/// Where the rest of a module is, beside the first part.
fn rest(first: &Path) -> PathBuf {
    let name = first.to_string_lossy().replace("_bg.wasm", "_rest.wasm");
    PathBuf::from(name)
}

/// Builds the page's modules and their JavaScript and TypeScript glue into `web/src`; does nothing more when cargo built the same modules as last time.
///
/// Fails when a tool is missing or fails.
pub fn build(workspace: &Workspace, lock: &BuildLock) -> anyhow::Result<()> {
    rust_toolchain::ensure_wasm_target(workspace)?;
    node::ensure_packages(workspace, "web", lock)?;
    build_one(workspace, &MAIN)?;
    build_one(workspace, &UNPACK)
}

fn build_one(workspace: &Workspace, module: &Module) -> anyhow::Result<()> {
    let name = module.name;
    let compiled = compile(workspace, module, &["--lib"], name)?;

    let stamp = workspace.path(module.output).join("built-from.txt");
    let source = source(workspace, &compiled)?;
    if file(workspace, module).is_file()
        && fs::read(&stamp).is_ok_and(|last| last == source.as_bytes())
    {
        return Ok(());
    }

    println!("generating the JavaScript glue of {name}");
    let generated = workspace.scratch().join(format!("wasm-{}", process::id()));
    replace_folder(&generated)?;
    bindgen(&compiled, name, &generated)?;
    println!("optimising {name} with wasm-opt");
    let first = generated.join(format!("{name}_bg.wasm"));
    if module.divided {
        optimise(workspace, &first, &["-O3", INLINING, NAMES])?;
        let rest = rest(&first);
        divide(workspace, &first, &rest)?;
        // The rest is what is rare. Above all, one of several equal functions is kept.
        for (part, level) in [(&first, "-O3"), (&rest, "-Oz")] {
            optimise(workspace, part, &[level, INLINING, ORDER])?;
        }
    } else {
        optimise(workspace, &first, &["-O3", INLINING, ORDER])?;
    }
    identify(&first)?;
    // This also removes the old stamp: a run that is interrupted here is not taken for complete.
    publish(&generated, &workspace.path(module.output))?;
    fs::write(&stamp, &source).with_context(|| format!("cannot write {}", stamp.display()))?;
    fs::remove_dir_all(&generated).context("cannot remove the folder for generated files")
}

/// Builds an example of the module's package as a module of its own with the page's flags, and its glue, into a folder of the build output; returns the folder.
///
/// Fails when a tool is missing or fails.
pub fn build_example(
    workspace: &Workspace,
    lock: &BuildLock,
    name: &str,
) -> anyhow::Result<PathBuf> {
    rust_toolchain::ensure_wasm_target(workspace)?;
    node::ensure_packages(workspace, "web", lock)?;
    let made = format!("examples/{name}");
    let compiled = compile(workspace, &MAIN, &["--example", name], &made)?;
    let output = workspace.scratch().join(name);
    replace_folder(&output)?;
    bindgen(&compiled, name, &output)?;
    let module = output.join(format!("{name}_bg.wasm"));
    optimise(workspace, &module, &["-O3", INLINING, ORDER])?;
    Ok(output)
}

fn compile(
    workspace: &Workspace,
    module: &Module,
    what: &[&str],
    made: &str,
) -> anyhow::Result<PathBuf> {
    let target = workspace.target();
    // Examples do without the module's own code for that.
    let copies = module.copies && what.contains(&"--lib");
    run(cargo(workspace.root())
        .env(
            "CARGO_ENCODED_RUSTFLAGS",
            flags(workspace, copies).join("\u{1f}"),
        )
        .args(["build", "--package", module.package])
        .args(module.features)
        .args(what)
        .args(["--profile", PROFILE])
        .args(["--target", rust_toolchain::WASM_TARGET])
        .arg("--target-dir")
        .arg(target))?;
    let compiled = target
        .join(rust_toolchain::WASM_TARGET)
        .join(PROFILE)
        .join(format!("{made}.wasm"));
    ensure!(
        compiled.is_file(),
        "cargo made no {}: {} needs `crate-type = [\"cdylib\"]` for it",
        compiled.display(),
        module.package
    );
    Ok(compiled)
}

/// Flags for rustc: the target's features, the size of the stack, and messages of panics that do not tell where things lie on the machine
/// that built them.
fn flags(workspace: &Workspace, copies: bool) -> Vec<String> {
    let mut replaced = vec![(workspace.root().to_owned(), "drvlab")];
    let cargo_home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = env::var_os("HOME").map(PathBuf::from);
    if let Some(cargo_home) = cargo_home.or_else(|| Some(home?.join(".cargo"))) {
        replaced.push((cargo_home.join("registry/src"), "crates"));
    }
    let replaced = replaced
        .iter()
        .map(|(from, to)| format!("--remap-path-prefix={}={to}", from.display()));
    let features = if copies {
        WITHOUT_COPIES.map(str::to_owned).to_vec()
    } else {
        vec![format!("-Ctarget-feature={TARGET_FEATURES}")]
    };
    let stack = format!("-Clink-arg=-zstack-size={STACK_SIZE}");
    // So that evaluation can go on on another stack.
    let pointer = "-Clink-arg=--export=__stack_pointer".to_owned();
    replaced.chain(features).chain([stack, pointer]).collect()
}

/// A text that differs when the output would: cargo's module, the tools' versions, and this file with all its flags.
fn source(workspace: &Workspace, compiled: &Path) -> anyhow::Result<String> {
    let package = workspace.path("web/node_modules/binaryen/package.json");
    let mut hasher = DefaultHasher::new();
    let visit = workspace.path(VISIT);
    for file in [compiled, &package, &visit, &workspace.path("Cargo.lock")] {
        fs::read(file)
            .with_context(|| format!("cannot read {}", file.display()))?
            .hash(&mut hasher);
    }
    include_str!("wasm.rs").hash(&mut hasher);
    include_str!("parts.rs").hash(&mut hasher);
    Ok(format!("{:016x}\n", hasher.finish()))
}

fn bindgen(module: &Path, name: &str, output: &Path) -> anyhow::Result<()> {
    let mut bindgen = Bindgen::new();
    bindgen
        .input_path(module)
        .out_name(name)
        .web(true)
        .context("wasm-bindgen does not know the target `web`")?
        .typescript(true)
        // The glue names the module by `new URL(…, import.meta.url)`, which Vite bundles under a hashed name.
        .omit_default_module_path(false)
        .generate(output)
        .context("wasm-bindgen failed")
}

fn optimise(workspace: &Workspace, module: &Path, flags: &[&str]) -> anyhow::Result<()> {
    run(node::node(workspace)?
        .arg(workspace.path("web/node_modules/binaryen/bin/wasm-opt"))
        .arg(module)
        .arg("-o")
        .arg(module)
        .args(flags)
        .args(FEATURES))
}

/// Divides a module by what a visit calls; `rest` is where the rest goes.
fn divide(workspace: &Workspace, module: &Path, rest: &Path) -> anyhow::Result<()> {
    println!("dividing the module by what a visit calls");
    let whole = fs::read(module).with_context(|| format!("cannot read {}", module.display()))?;
    let written = "cannot write a part of the module";
    fs::write(rest, parts::counting(&whole)?).context(written)?;
    let called = module.with_extension("called");
    run(node::node(workspace)?.arg(workspace.path(VISIT)).args([
        module.with_file_name("drvlab_wasm.js").as_path(),
        rest,
        &called,
    ]))?;
    let places = fs::read_to_string(&called).context("cannot read what was called")?;
    fs::remove_file(&called).context("cannot remove what tells what was called")?;
    let called = places
        .split_whitespace()
        .map(str::parse)
        .collect::<Result<_, _>>()
        .context("the visit does not tell what was called")?;
    let parts = parts::divided(&whole, &called)?;
    for (part, file) in parts.iter().zip([module, rest]) {
        fs::write(file, part).context(written)?;
    }
    Ok(())
}

/// Appends a custom section that says which module this is, so that the page can tell whether an image of a module's memory is of this one.
fn identify(module: &Path) -> anyhow::Result<()> {
    const SECTION: &str = "identity";
    let mut bytes =
        fs::read(module).with_context(|| format!("cannot read {}", module.display()))?;
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    let identity = format!("{:016x}", hasher.finish());
    let lengths = [1 + SECTION.len() + identity.len(), SECTION.len()];
    // A section is its kind (0), its length, and here the name with its length; each length is below 128, so one byte.
    let [section, name] = lengths.map(|length| length as u8);
    bytes.extend([0, section, name]);
    bytes.extend(SECTION.bytes().chain(identity.bytes()));
    fs::write(module, bytes).with_context(|| format!("cannot write {}", module.display()))
}

/// Moves the files of `from` over those of `to`, each in one step, and removes those of `to` that are not in `from`.
fn publish(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(to).with_context(|| format!("cannot make {}", to.display()))?;
    let names = names(from)?;
    for old in self::names(to)?.difference(&names) {
        let old = to.join(old);
        let removed = if old.is_dir() {
            fs::remove_dir_all(&old)
        } else {
            fs::remove_file(&old)
        };
        removed.with_context(|| format!("cannot remove {}", old.display()))?;
    }
    for name in &names {
        move_over(&from.join(name), &to.join(name))?;
    }
    Ok(())
}

fn move_over(from: &Path, to: &Path) -> anyhow::Result<()> {
    if from.is_dir() {
        return publish(from, to);
    }
    let mut temporary = to.as_os_str().to_owned();
    temporary.push(".new");
    // A copy first: the folder for build output may be another file system, where a file cannot be renamed to.
    fs::copy(from, &temporary)
        .and_then(|_| fs::rename(&temporary, to))
        .with_context(|| format!("cannot write {}", to.display()))
}

fn names(folder: &Path) -> anyhow::Result<BTreeSet<OsString>> {
    folder
        .read_dir()
        .and_then(|entries| entries.map(|entry| Ok(entry?.file_name())).collect())
        .with_context(|| format!("cannot read {}", folder.display()))
}

fn replace_folder(folder: &Path) -> anyhow::Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)
            .with_context(|| format!("cannot remove {}", folder.display()))?;
    }
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))
}

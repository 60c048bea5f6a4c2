//! One build: from a derivation and its inputs to an [`Outcome`].

use drvlab_store::{OrderedMap, OrderedSet};
use std::rc::Rc;

use bstr::{BStr, BString, ByteSlice as _};
use drvlab_store::derivation::DerivationKind;
use drvlab_store::nar::MAX_DEPTH;
use drvlab_store::placeholder::placeholder;
use drvlab_store::store_path::{PathType, output_path_name};
use drvlab_store::{Derivation, DerivationOutput, FileTree, StoreDir, StorePath};

use crate::environment::{BUILD_DIRECTORY, surroundings};
use crate::file_system::{Errno, FileSystem, FileType};
use crate::host::{Host, StoreObjects};
use crate::limits::Limits;
use crate::machine::{Descriptors, Machine, Stop, Stream, WorkingDirectory, incoming};
use crate::outcome::{Built, Failure, FailureKind, GiveUp, Outcome};
use crate::outputs::{Produced, register};
use crate::programs;
use crate::rewriting::Rewrites;
use crate::shell::Start;
use crate::shell::launch::{Launched, execute};

/// A derivation that is to be built, with all that a build depends on.
#[derive(Debug)]
pub struct Task<'a, O> {
    /// Directory of the store.
    pub store_dir: &'a StoreDir,
    /// Path of the `.drv` file. If the derivation has been resolved, that of the resolved one.
    pub path: &'a StorePath,
    /// The derivation. Floating and deferred ones with inputs must be resolved first ([`crate::resolve()`]).
    pub derivation: &'a Derivation,
    /// Paths of the outputs of other derivations that it needs; sources follow from the derivation.
    pub inputs: OrderedSet<StorePath>,
    /// Where store objects are found.
    pub objects: &'a O,
    /// The machine that builds.
    pub host: &'a Host,
    /// Bounds of the build.
    pub limits: &'a Limits,
}

/// How the builder's part of a build ended.
enum Ran {
    /// The paths at which outputs are, with their contents.
    Produced(OrderedMap<BString, Produced>),
    Failed(FailureKind, String),
}

/// Builds a derivation: runs its builder if that is a shell script that is understood.
///
/// Nothing but the arguments has an influence. The answer is the one of the reference on Linux with its sandbox, or
/// [`Outcome::GivenUp`].
#[must_use]
pub fn build<O: StoreObjects>(task: &Task<'_, O>) -> Outcome {
    match build_inside(task) {
        Ok(outcome) => outcome,
        Err(reason) => Outcome::GivenUp(reason),
    }
}

fn build_inside<O: StoreObjects>(task: &Task<'_, O>) -> Result<Outcome, GiveUp> {
    check_kind(task.derivation)?;
    let closure = closure(task)?;
    let scratch = scratch_paths(task)?;
    let mut machine = Machine::new(FileSystem::new(task.limits.files), *task.limits);
    let ran = match builtin(task)? {
        Some(produced) => Ran::Produced(produced),
        None => run_builder(task, &closure, &scratch, &mut machine)?,
    };
    let log: BString = std::mem::take(&mut machine.log).into();
    let slept = machine.slept;
    let (kind, message) = match ran {
        Ran::Produced(produced) => match register(task, &closure, &scratch, produced)? {
            Ok(outputs) => {
                return Ok(Outcome::Built(Built {
                    outputs,
                    log,
                    slept,
                }));
            }
            Err(failure) => failure,
        },
        Ran::Failed(kind, message) => (kind, message),
    };
    Ok(Outcome::Failed(Failure {
        kind,
        message,
        log,
        slept,
    }))
}

/// Refuses what is never built here.
fn check_kind(derivation: &Derivation) -> Result<(), GiveUp> {
    match derivation.kind() {
        Ok(DerivationKind::Impure) => return Err(GiveUp::Derivation("impure derivations")),
        Ok(DerivationKind::Deferred) => {
            return Err(GiveUp::Derivation("derivations that are not resolved"));
        }
        Ok(DerivationKind::Floating) if !derivation.input_drvs.is_empty() => {
            return Err(GiveUp::Derivation("derivations that are not resolved"));
        }
        Ok(_) => {}
        Err(_) => return Err(GiveUp::Derivation("derivations with such outputs")),
    }
    let attributes = crate::environment::structured_attributes(derivation);
    let has = |name: &str| match &attributes {
        Some(attributes) => attributes.contains_key(name),
        None => derivation.env.contains_key(BStr::new(name)),
    };
    if has("exportReferencesGraph") {
        return Err(GiveUp::Derivation("derivations with exportReferencesGraph"));
    }
    if has("unsafeDiscardReferences") {
        return Err(GiveUp::Derivation(
            "derivations with unsafeDiscardReferences",
        ));
    }
    Ok(())
}

/// Returns the inputs and everything they refer to.
fn closure<O: StoreObjects>(task: &Task<'_, O>) -> Result<OrderedSet<StorePath>, GiveUp> {
    let mut closure = OrderedSet::new();
    let mut pending: Vec<&StorePath> = task
        .inputs
        .iter()
        .chain(&task.derivation.input_srcs)
        .collect();
    while let Some(path) = pending.pop() {
        if !closure.insert(path.clone()) {
            continue;
        }
        let object = task
            .objects
            .object(path)
            .ok_or_else(|| GiveUp::MissingInput(path.clone()))?;
        pending.extend(&object.references);
    }
    Ok(closure)
}

/// Returns the paths at which the builder puts its outputs: the final ones, or temporary ones where these are not known.
fn scratch_paths<O>(task: &Task<'_, O>) -> Result<OrderedMap<BString, StorePath>, GiveUp> {
    let mut paths = OrderedMap::new();
    for (name, output) in &task.derivation.outputs {
        let path = match output {
            DerivationOutput::InputAddressed { path } => path.clone(),
            // A fixed output is built at its own path, too, unless that exists already.
            DerivationOutput::Fixed { path, .. } => path.clone(),
            _ => {
                let kind = PathType::Scratch {
                    derivation: task.path,
                    output: name.as_bstr(),
                };
                let path_name = output_path_name(&task.derivation.name, name.as_bstr());
                task.store_dir
                    .make_store_path(kind, &[0; 32], &path_name)
                    .map_err(|_| GiveUp::Derivation("outputs of such names"))?
            }
        };
        paths.insert(name.clone(), path);
    }
    Ok(paths)
}

/// Builds what the reference itself builds: `builtin:fetchurl` of something known.
fn builtin<O>(task: &Task<'_, O>) -> Result<Option<OrderedMap<BString, Produced>>, GiveUp> {
    let derivation = task.derivation;
    if !derivation.builder.starts_with(b"builtin:") {
        return Ok(None);
    }
    let attribute = |name: &str| derivation.env.get(BStr::new(name));
    let unpacked = attribute("unpack").is_some_and(|value| value == "1");
    if derivation.builder != "builtin:fetchurl" || unpacked {
        return Err(GiveUp::Builder(derivation.builder.clone()));
    }
    let contents = attribute("url")
        .and_then(|url| task.host.downloads.get(url))
        .ok_or(GiveUp::Derivation("downloads of unknown contents"))?;
    let executable = attribute("executable").is_some_and(|value| value == "1");
    let tree = FileTree::File {
        contents: Rc::clone(contents),
        executable,
    };
    Ok(Some(OrderedMap::from([(
        "out".into(),
        Produced::Tree(tree),
    )])))
}

fn run_builder<'a, O: StoreObjects>(
    task: &Task<'a, O>,
    closure: &OrderedSet<StorePath>,
    scratch: &OrderedMap<BString, StorePath>,
    machine: &mut Machine<'a>,
) -> Result<Ran, GiveUp> {
    let derivation = task.derivation;
    let mut rewrites = Rewrites::default();
    let mut outputs = OrderedMap::new();
    for (name, path) in scratch {
        let path = task.store_dir.display(path);
        rewrites.add(placeholder(name.as_bstr()), path.clone());
        outputs.insert(name.clone(), path);
    }
    let surroundings = surroundings(derivation, task.store_dir, task.host, &rewrites, &outputs);
    mount(task, closure, &mut machine.fs)?;
    let cwd = WorkingDirectory {
        node: machine.fs.mount_directory(BUILD_DIRECTORY, 0o700, true),
        path: BUILD_DIRECTORY.into(),
    };
    for (name, contents) in &surroundings.files {
        if let Ok(Stream::File(file)) =
            machine.open_to_write(cwd.node, name, false, true, false, 0o022)
        {
            machine.fs.write(file.borrow().node, 0, contents);
        }
    }
    let name = base_name(&derivation.builder);
    let root = machine.fs.root();
    let host_program = machine
        .fs
        .find(root, &derivation.builder)
        .is_ok_and(|node| machine.fs.is_program(node));
    if host_program && name != "sh" && name != "dash" {
        return Err(GiveUp::Builder(derivation.builder.clone()));
    }
    let mut arguments = vec![name];
    arguments.extend(derivation.args.iter().map(|it| rewrites.apply(it).into()));
    let mut descriptors = Descriptors::default();
    // Standard input is /dev/null.
    descriptors.set(0, Some(incoming(Vec::new())));
    descriptors.set(1, Some(Stream::Log));
    descriptors.set(2, Some(Stream::Log));
    let start = Start {
        arguments,
        environment: surroundings.environment.into_iter().collect(),
        descriptors,
        cwd,
        umask: 0o022,
    };
    let status = match execute(machine, derivation.builder.as_bstr(), start) {
        Ok(Launched::Ended(status)) => status,
        Ok(Launched::Failed(Errno::NotProgram)) => {
            return Err(GiveUp::Builder(derivation.builder.clone()));
        }
        Ok(Launched::Failed(error)) => {
            // The reference writes it with its colours, and without an end of the line.
            let text = format!(
                "\x1b[31;1merror:\x1b[0m executing '\x1b[35;1m{}\x1b[0m': \x1b[35;1m{error}\x1b[0m",
                derivation.builder
            );
            machine.log.extend_from_slice(text.as_bytes());
            1
        }
        Err(Stop::GiveUp(reason)) => {
            return Err(match reason {
                // An unknown program that is the builder itself.
                GiveUp::Unsupported { line: 0, .. } | GiveUp::Unknown { line: 0, .. } => {
                    GiveUp::Builder(derivation.builder.clone())
                }
                reason => reason,
            });
        }
        Err(_) => return Err(GiveUp::Builder(derivation.builder.clone())),
    };
    if status != 0 {
        return Ok(Ran::Failed(
            FailureKind::ExitCode(status),
            cannot_build(
                task.store_dir,
                task.path,
                derivation,
                &format!("builder failed with exit code {status}"),
            ),
        ));
    }
    Ok(collect(task, scratch, machine))
}

/// Returns the reference's message about a derivation that cannot be built.
#[must_use]
pub fn cannot_build(
    store_dir: &StoreDir,
    path: &StorePath,
    derivation: &Derivation,
    reason: &str,
) -> String {
    let mut message = format!(
        "Cannot build '{}'.\nReason: {reason}.",
        store_dir.display(path)
    );
    // Sorted by path, not by the output's name.
    let known: OrderedSet<&StorePath> = derivation
        .outputs
        .values()
        .filter_map(DerivationOutput::path)
        .collect();
    let known: Vec<String> = known
        .into_iter()
        .map(|path| format!("\n  {}", store_dir.display(path)))
        .collect();
    if !known.is_empty() {
        message += "\nOutput paths:";
        message += &known.concat();
    }
    message
}

/// Makes the files that a builder sees.
fn mount<'a, O: StoreObjects>(
    task: &Task<'a, O>,
    closure: &OrderedSet<StorePath>,
    fs: &mut FileSystem<'a>,
) -> Result<(), GiveUp> {
    fs.mount_null();
    for (directory, name) in [("/", "etc"), ("/", "proc"), ("/", "lib"), ("/", "lib64")] {
        fs.mount_unknown(directory, name.as_bytes());
    }
    if task.host.programs {
        fs.mount_programs("/usr/bin", programs::host());
        for name in [
            "lib", "sbin", "share", "lib64", "include", "local", "libexec",
        ] {
            fs.mount_unknown("/usr", name.as_bytes());
        }
        fs.mount_symlink("/", b"bin", b"usr/bin");
    } else {
        fs.mount_programs("/bin", ["sh"]);
    }
    fs.mount_directory("/tmp", 0o1777, false);
    let store = fs.mount_store(task.store_dir);
    for path in closure {
        let object = task
            .objects
            .object(path)
            .ok_or_else(|| GiveUp::MissingInput(path.clone()))?;
        fs.mount_object(store, path, object.tree.as_deref());
    }
    match fs.take_trouble() {
        Some(crate::file_system::Trouble::Limit(limit)) => Err(GiveUp::Limit(limit)),
        _ => Ok(()),
    }
}

/// Takes the outputs from where the builder put them.
fn collect<O>(
    task: &Task<'_, O>,
    scratch: &OrderedMap<BString, StorePath>,
    machine: &mut Machine<'_>,
) -> Ran {
    let mut produced = OrderedMap::new();
    for (name, path) in scratch {
        let path = task.store_dir.display(path);
        // Inside the store of the sandbox, which messages show.
        let shown = format!("{}.chroot/root{path}", task.store_dir.display(task.path));
        let root = machine.fs.root();
        let Ok(node) = machine.fs.find_link(root, path.as_bytes()) else {
            let message = format!(
                "builder for '{}' failed to produce output path for output '{name}' at \"{shown}\"",
                task.store_dir.display(task.path)
            );
            return Ran::Failed(FailureKind::MissingOutput, message);
        };
        let writable = machine.fs.mode(node) & 0o022 != 0;
        if writable && machine.fs.file_type(node) != FileType::Symlink {
            let message = format!(
                "suspicious ownership or permission on \"{shown}\" for output '{name}'; rejecting this build output"
            );
            return Ran::Failed(FailureKind::BadOutput, message);
        }
        let item = match machine.fs.tree(node, MAX_DEPTH) {
            Some(tree) => Produced::Tree(tree),
            None => Produced::TooDeep,
        };
        produced.insert(name.clone(), item);
    }
    Ran::Produced(produced)
}

fn base_name(path: &BString) -> BString {
    path.rsplit_str("/").next().unwrap_or_default().into()
}

//! Early cutoff: an edit that changes a derivation but not what comes out of it leaves its dependents as they were, once resolved.

#![expect(clippy::unwrap_used, reason = "a panic is a failed test")]

use drvlab_store::{OrderedMap, OrderedSet};

use bstr::{BStr, BString, ByteSlice as _};
use drvlab_build::{Host, Limits, Outcome, StoreObject, Task, build, needs_resolution, resolve};
use drvlab_store::placeholder::upstream_placeholder;
use drvlab_store::{
    ContentAddressMethod, Derivation, DerivationInputs, DerivationOutput, DigestCache,
    HashAlgorithm, StorePath,
};

/// What builds need from each other.
#[derive(Default)]
struct Store {
    digests: DigestCache,
    objects: OrderedMap<StorePath, StoreObject>,
    outputs: OrderedMap<StorePath, StorePath>,
}

impl Store {
    /// Makes a floating derivation that runs a script, in which `@` stands for the input.
    fn floating(
        &mut self,
        name: &str,
        script: &str,
        input: Option<&StorePath>,
    ) -> (StorePath, Derivation) {
        let mut derivation = Derivation::new(name);
        derivation.system = "x86_64-linux".into();
        derivation.builder = "/bin/sh".into();
        derivation.env.insert("PATH".into(), "/bin".into());
        let mut script = script.to_owned();
        if let Some(input) = input {
            let inputs = DerivationInputs::of("out");
            derivation.input_drvs.insert(input.clone(), inputs);
            script = script.replace('@', &upstream_placeholder(input, BStr::new("out")));
        }
        derivation.args = vec!["-c".into(), script.into()];
        derivation.outputs.insert(
            "out".into(),
            DerivationOutput::Floating {
                method: ContentAddressMethod::Nar,
                algorithm: HashAlgorithm::Sha256,
            },
        );
        let path = self.digests.instantiate(&mut derivation).unwrap();
        (path, derivation)
    }

    /// Resolves and builds a derivation; returns the path of the resolved one and of its output.
    fn build(&mut self, path: &StorePath, derivation: &Derivation) -> (StorePath, StorePath) {
        let mut resolved = (path.clone(), derivation.clone());
        if needs_resolution(derivation) {
            let outputs = &self.outputs;
            let find = |input: &StorePath, _: &[&BStr]| outputs.get(input).cloned();
            resolved = resolve(derivation, &mut self.digests, find).unwrap();
        }
        let outcome = build(&Task {
            store_dir: self.digests.store_dir(),
            path: &resolved.0,
            derivation: &resolved.1,
            inputs: OrderedSet::new(),
            objects: &self.objects,
            host: &Host::default(),
            limits: &Limits::default(),
        });
        let Outcome::Built(built) = outcome else {
            panic!("{outcome:?}");
        };
        let (output, object) = built.outputs[&BString::from("out")].clone();
        self.objects.insert(output.clone(), object);
        self.outputs.insert(path.clone(), output.clone());
        (resolved.0, output)
    }
}

/// Builds a library by a script and a program with it: the program's derivation, what it is resolved to, and its output.
fn program(library: &str) -> [StorePath; 3] {
    let mut store = Store::default();
    let (library, derivation) = store.floating("library", library, None);
    store.build(&library, &derivation);
    let script = "read text < @; echo \"program with $text\" > $out";
    let (program, derivation) = store.floating("program", script, Some(&library));
    let (resolved, output) = store.build(&program, &derivation);
    [program, resolved, output]
}

#[test]
fn a_comment_in_a_library_does_not_reach_its_dependents() {
    let [before, before_resolved, before_output] = program("echo one > $out");
    let [after, after_resolved, after_output] = program("# better\necho one > $out");
    assert_ne!(before, after);
    assert_eq!(before_resolved, after_resolved);
    assert_eq!(before_output, after_output);
}

#[test]
fn other_contents_do() {
    let [_, before_resolved, before_output] = program("echo one > $out");
    let [_, after_resolved, after_output] = program("echo two > $out");
    assert_ne!(before_resolved, after_resolved);
    assert_ne!(before_output, after_output);
}

#[test]
fn inputs_that_were_not_built_cannot_be_resolved() {
    let mut store = Store::default();
    let (library, _) = store.floating("library", "echo > $out", None);
    let (_, derivation) = store.floating("program", "cat @ > $out", Some(&library));
    assert!(derivation.args[1].contains_str("/"));
    assert!(resolve(&derivation, &mut store.digests, |_, _| None).is_err());
}

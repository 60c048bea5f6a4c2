//! From collected attributes to a derivation, its store paths, and strings that refer to them.

use crate::context::{ContextElement, ContextId};
use crate::error::{EvalError, Result};
use crate::files::FileKind;
use crate::files::Files as _;
use crate::machine::Machine;
use crate::source::Pos;
use crate::symbol::well_known;
use crate::value::{Addr, Value};
use bstr::{BStr, BString, ByteSlice};
use drvlab_store::placeholder::{
    computed_digest, computed_placeholder, placeholder, upstream_digest, upstream_placeholder,
};
use drvlab_store::store_path::check_name;
use drvlab_store::{
    ContentAddress, ContentAddressMethod, Derivation, DerivationOutput, DigestError, Hash,
    HashAlgorithm, HashFormat,
};
use drvlab_store::{OrderedMap, OrderedSet, Variables};
use std::rc::Rc;

/// What the attributes of a derivation say, before paths are computed.
#[derive(Debug)]
pub(crate) struct Recipe {
    pub name: String,
    pub system: BString,
    pub builder: BString,
    pub args: Vec<BString>,
    pub env: Variables,
    pub output_hash: Option<BString>,
    /// Why the structured attributes cannot be written.
    pub invalid_json: Option<String>,
    pub content_addressed: bool,
    pub impure: bool,
    /// The flat set that all this was read from.
    pub attributes: Option<Addr>,
    outputs: Vec<BString>,
    hash_algorithm: Option<HashAlgorithm>,
    hash_method: Option<ContentAddressMethod>,
}

impl Recipe {
    /// Starts with nothing but a name, and room for so many variables; says what is wrong with the name.
    pub fn new(name: &[u8], variables: usize) -> std::result::Result<Self, Vec<u8>> {
        let checked = check_name(name).map_err(|error| {
            [
                b"invalid derivation name: ".as_slice(),
                &error.message(),
                b". Please pass a different 'name'.",
            ]
            .concat()
        })?;
        Ok(Recipe {
            name: checked.to_owned(),
            system: BString::default(),
            builder: BString::default(),
            args: Vec::new(),
            env: Variables::with_capacity(variables),
            output_hash: None,
            invalid_json: None,
            content_addressed: false,
            impure: false,
            attributes: None,
            outputs: vec!["out".into()],
            hash_algorithm: None,
            hash_method: None,
        })
    }

    /// Replaces the names of the outputs.
    pub fn set_outputs(&mut self, names: Vec<BString>) -> std::result::Result<(), Vec<u8>> {
        for (index, name) in names.iter().enumerate() {
            if names[..index].contains(name) {
                return Err([b"duplicate derivation output '".as_slice(), name, b"'"].concat());
            }
            // A derivation with an output of this name would collide with the attribute `drvPath`.
            if name == "drvPath" {
                return Err(b"invalid derivation output name 'drvPath'".to_vec());
            }
        }
        if names.is_empty() {
            return Err(b"derivation cannot have an empty set of outputs".to_vec());
        }
        self.outputs = names;
        Ok(())
    }

    /// Sets `outputHashAlgo`. An unknown or empty one is left to the hash itself, as the reference does.
    pub fn set_hash_algorithm(&mut self, name: &[u8]) -> std::result::Result<(), Vec<u8>> {
        self.hash_algorithm = HashAlgorithm::parse(name).ok();
        Ok(())
    }

    /// Sets `outputHashMode`.
    pub fn set_hash_mode(&mut self, mode: &[u8]) -> std::result::Result<(), Vec<u8>> {
        match ContentAddressMethod::parse_mode(mode) {
            Some(method) => {
                self.hash_method = Some(method);
                Ok(())
            }
            None => Err([
                b"invalid value '".as_slice(),
                mode,
                b"' for 'outputHashMode' attribute",
            ]
            .concat()),
        }
    }
}

impl Machine {
    /// Computes the paths of a derivation, keeps it, and returns the set that `derivationStrict` returns.
    #[inline]
    pub(crate) fn instantiate(
        &mut self,
        recipe: Recipe,
        context: ContextId,
        pos: Pos,
    ) -> Result<Value> {
        let wrong = |message: String| EvalError::other(message, pos);
        if recipe.builder.is_empty() {
            return Err(wrong("required attribute 'builder' missing".into()));
        }
        if recipe.system.is_empty() {
            return Err(wrong("required attribute 'system' missing".into()));
        }
        let makes_derivation = recipe.hash_method == Some(ContentAddressMethod::Text)
            && recipe.outputs.len() == 1
            && recipe.outputs[0] == "out";
        if recipe.name.ends_with(".drv") && !makes_derivation {
            return Err(wrong(
                "derivation names are allowed to end in '.drv' only if they produce a single derivation file".into(),
            ));
        }
        let mut derivation = Derivation::new(recipe.name.clone());
        self.add_inputs(&mut derivation, context, pos)?;
        derivation.system = recipe.system;
        derivation.builder = recipe.builder;
        derivation.args = recipe.args;
        derivation.env = recipe.env;
        let algorithm = recipe.hash_algorithm;
        if let Some(hash) = &recipe.output_hash {
            if recipe.outputs.len() != 1 || recipe.outputs[0] != "out" {
                return Err(wrong(
                    "multiple outputs are not supported in fixed-output derivations".into(),
                ));
            }
            let hash = self.parse_output_hash(hash, algorithm).map_err(wrong)?;
            let address = ContentAddress {
                method: recipe.hash_method.unwrap_or(ContentAddressMethod::Flat),
                hash,
            };
            let output =
                DerivationOutput::fixed(&self.store.dir, address, &recipe.name, BStr::new("out"))
                    .map_err(|error| wrong(error.to_string()))?;
            derivation.outputs.insert("out".into(), output);
        } else if recipe.content_addressed || recipe.impure {
            if recipe.content_addressed && recipe.impure {
                return Err(wrong(
                    "derivation cannot be both content-addressed and impure".into(),
                ));
            }
            let method = recipe.hash_method.unwrap_or(ContentAddressMethod::Nar);
            let algorithm = algorithm.unwrap_or(HashAlgorithm::Sha256);
            for name in &recipe.outputs {
                let output = if recipe.impure {
                    DerivationOutput::Impure { method, algorithm }
                } else {
                    DerivationOutput::Floating { method, algorithm }
                };
                derivation.outputs.insert(name.clone(), output);
            }
        } else {
            for name in &recipe.outputs {
                derivation
                    .outputs
                    .insert(name.clone(), DerivationOutput::Deferred);
            }
        }
        let name = derivation.name.clone();
        if let Some(reason) = recipe.invalid_json {
            return Err(wrong(format!("JSON serialization error: {reason}")));
        }
        let path =
            self.store
                .digests
                .instantiate(&mut derivation)
                .map_err(|error| match error {
                    DigestError::MissingInput { input, .. } => wrong(format!(
                        "store path '{}' does not exist",
                        self.store.dir.display(&input)
                    )),
                    // The reference names the derivation that needs the output.
                    DigestError::MissingOutput { output, .. } => wrong(format!(
                        "no hash for output '{output}' of derivation '{name}'"
                    )),
                    other => wrong(other.to_string()),
                })?;
        let mut attributes = Vec::with_capacity(1 + derivation.outputs.len());
        let drv_context = self
            .contexts
            .singleton(ContextElement::DrvDeep(path.clone()));
        let drv_path = self.store.dir.display(&path);
        attributes.push((
            well_known::DRV_PATH,
            self.heap.string(drv_path.as_bytes(), drv_context),
            Pos::NONE,
        ));
        for (name, output) in &derivation.outputs {
            let text = match output.path() {
                Some(path) => self.store.dir.display(path),
                None => upstream_placeholder(&path, name.as_bstr()),
            };
            let built = ContextElement::Built {
                drv: path.clone(),
                output: name.as_slice().into(),
            };
            let context = self.contexts.singleton(built);
            let symbol = self.symbols.intern(name);
            attributes.push((
                symbol,
                self.heap.string(text.as_bytes(), context),
                Pos::NONE,
            ));
        }
        // The store's table refers to the attributes.
        self.heap.pin();
        if !self.store.derivations.contains_key(&path) {
            self.store.order.push(path.clone());
            if let Some(attributes) = recipe.attributes {
                self.store.attributes.insert(path.clone(), attributes);
            }
            self.store.derivations.insert(path, Rc::new(derivation));
        } else if let Some(attributes) = recipe.attributes
            && let Some(earlier) = self.store.attributes.get_mut(&path)
            && self.heap.is_kept(*earlier)
        {
            // Made again, so that the text it comes from may have changed.
            let earlier = std::mem::replace(earlier, attributes);
            self.store.replaced_attributes.push((path, earlier));
        }
        Ok(self.heap.attrs_from(attributes))
    }

    /// Returns where the attributes of a derivation that this evaluation made are defined, those that are in a text.
    pub fn attribute_positions(&self, drv_path: &drvlab_store::StorePath) -> Vec<(BString, Pos)> {
        let Some(&flat) = self.store.attributes.get(drv_path) else {
            return Vec::new();
        };
        let attributes = self.heap.attributes(&self.ir, flat);
        attributes
            .into_iter()
            .filter(|(_, _, pos)| pos.is_some())
            .map(|(name, _, pos)| (self.symbols.name(name).into(), pos))
            .collect()
    }

    /// Parses the hash of a fixed output. An empty text stands for zeros, with a warning.
    #[inline]
    pub(crate) fn parse_output_hash(
        &mut self,
        text: &BString,
        algorithm: Option<HashAlgorithm>,
    ) -> std::result::Result<Hash, String> {
        if text.is_empty() {
            let Some(algorithm) = algorithm else {
                return Err("empty hash requires explicit hash algorithm".into());
            };
            let zeros = Hash::zero(algorithm);
            let shown = zeros.render_prefixed(HashFormat::Sri);
            let warned = self.warn(format!("found empty hash, assuming '{shown}'"));
            warned.map_err(|error| error.diagnostic.message.to_string())?;
            return Ok(zeros);
        }
        Hash::parse_output_hash(text, algorithm).map_err(|error| error.to_string())
    }

    /// Turns what the attributes refer to into inputs.
    #[inline]
    fn add_inputs(&self, derivation: &mut Derivation, context: ContextId, pos: Pos) -> Result<()> {
        let elements = self.contexts.borrowed_elements(context);
        derivation.input_drvs = OrderedMap::with_capacity(elements.len());
        for element in elements {
            match element {
                ContextElement::Opaque(path) => {
                    derivation.input_srcs.insert(path.clone());
                }
                ContextElement::Built { drv, output } => {
                    let output = output.as_ref().into();
                    let needed = derivation.input_drvs.entry(drv.clone()).or_default();
                    if needed.outputs.is_empty() {
                        needed.outputs = OrderedSet::from([output]);
                    } else {
                        needed.outputs.insert(output);
                    }
                }
                ContextElement::DrvDeep(drv) => self.add_closure(derivation, drv, pos)?,
                ContextElement::Dynamic { drv, outputs } => {
                    let mut needed = derivation.input_drvs.entry(drv.clone()).or_default();
                    let Some((last, derivations)) = outputs.split_last() else {
                        continue;
                    };
                    for output in derivations {
                        needed = needed.dynamic.entry(output.as_ref().into()).or_default();
                    }
                    needed.outputs.insert(last.as_ref().into());
                }
            }
        }
        Ok(())
    }

    /// Adds a derivation with all that it is made from, and all outputs of all of these.
    fn add_closure(
        &self,
        derivation: &mut Derivation,
        drv: &drvlab_store::StorePath,
        pos: Pos,
    ) -> Result<()> {
        let mut pending = vec![drv.clone()];
        let mut seen = OrderedSet::new();
        while let Some(path) = pending.pop() {
            if !seen.insert(path.clone()) {
                continue;
            }
            derivation.input_srcs.insert(path.clone());
            if let Some(inner) = self.store.derivations.get(&path) {
                let outputs = &mut derivation
                    .input_drvs
                    .entry(path.clone())
                    .or_default()
                    .outputs;
                outputs.extend(inner.outputs.keys().cloned());
                pending.extend(inner.input_drvs.keys().cloned());
                pending.extend(inner.input_srcs.iter().cloned());
            } else if path.is_derivation() && !self.store.texts.contains_key(&path) {
                let message = format!("path '{}' is not valid", self.store.dir.display(&path));
                return Err(EvalError::other(message, pos));
            } else {
                pending.extend(self.references_of(self.store.dir.display(&path).as_bytes()));
            }
        }
        Ok(())
    }

    /// Returns the text that stands for an output of an output … of a derivation: a path where that is known, else a placeholder.
    /// No outputs stand for the derivation itself.
    #[inline]
    pub(crate) fn output_chain_text(
        &self,
        drv: &drvlab_store::StorePath,
        outputs: &[Rc<[u8]>],
        pos: Pos,
    ) -> Result<Vec<u8>> {
        let Some((first, rest)) = outputs.split_first() else {
            return Ok(self.store.dir.display(drv).into_bytes());
        };
        let first = first.as_bstr();
        if let Some((second, rest)) = rest.split_first() {
            let mut digest = upstream_digest(drv, first);
            let mut last = second;
            for next in rest {
                digest = computed_digest(&digest, last.as_bstr());
                last = next;
            }
            return Ok(computed_placeholder(&digest, last.as_bstr()).into_bytes());
        }
        let Some(derivation) = self.store.derivations.get(drv) else {
            let path = self.store.dir.display(drv);
            let source = self.store.sources.get(drv);
            let kind = source.and_then(|source| self.files.kind(source).ok().flatten());
            let is_empty = match (source, self.store.texts.get(drv)) {
                (Some(source), _) => self.files.read(source).is_ok_and(|text| text.is_empty()),
                (None, text) => text.is_some_and(|text| text.contents.is_empty()),
            };
            let message = if kind == Some(FileKind::Directory) {
                "read of 4096 bytes: Is a directory".to_owned()
            } else if is_empty {
                format!(
                    "error parsing derivation '{path}': file is empty (possible filesystem corruption)"
                )
            } else if source.is_some() || self.store.texts.contains_key(drv) {
                format!(
                    "error parsing derivation '{path}': store path '{drv}' is not a valid derivation path"
                )
            } else {
                format!("path '{path}' is not a valid store path")
            };
            return Err(EvalError::other(message, pos));
        };
        let Some(output) = derivation.outputs.get(first) else {
            let path = self.store.dir.display(drv);
            return Err(crate::loading::no_such_output(&path, first, pos));
        };
        let text = match output.path() {
            Some(path) => self.store.dir.display(path),
            None => upstream_placeholder(drv, first),
        };
        Ok(text.into_bytes())
    }

    /// Returns what stands for the path of one's own output while that is unknown.
    pub(crate) fn output_placeholder(&mut self, output: &[u8]) -> Value {
        let text = placeholder(output.as_bstr());
        self.string(text.as_bytes())
    }
}

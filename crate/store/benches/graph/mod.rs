//! Graphs of derivations to measure with: always the same, about as large as those of a Linux distribution.

use std::fmt::Write as _;

use bstr::BString;
use drvlab_store::hash::sha256;
use drvlab_store::store_path::PathType;
use drvlab_store::{
    Derivation, DerivationInputs, DerivationOutput, DigestCache, StoreDir, StorePath, aterm,
};

/// How many derivations depend on the leaf that changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cone {
    /// One.
    One,
    /// A tenth of the graph.
    Tenth,
    /// All others.
    All,
}

impl Cone {
    /// All of them, from small to large.
    pub const EACH: [Self; 3] = [Self::One, Self::Tenth, Self::All];

    /// The place of the leaf.
    const fn leaf(self) -> usize {
        match self {
            Self::One => 0,
            Self::Tenth => 1,
            Self::All => 2,
        }
    }
}

/// Leaves of the cones; everything behind them has inputs.
const LEAVES: usize = 3;

const SYSTEM: &str = "x86_64-linux";
const BUILDER: &str = "/nix/store/00bgd045z0d4icpbc2yyz4gx48ak44la-bash-5.2/bin/bash";
const ARGUMENTS: [&str; 2] = [
    "-e",
    "/nix/store/l622p70vy8k5sh7y5wizi5f2mic6ynpg-source-stdenv.sh",
];

/// What the values of variables are made of.
const LINE: &str = "configure --prefix=$out; make -j4\n";

/// Variables of each environment, as many as a usual package has.
const VARIABLES: usize = 30;

/// What a derivation is made from.
struct Recipe {
    name: String,
    inputs: Vec<usize>,
}

/// A graph that has been digested once.
pub struct Graph {
    recipes: Vec<Recipe>,
    /// In dependency order.
    derivations: Vec<Derivation>,
    paths: Vec<StorePath>,
    cache: DigestCache,
    /// How often leaves were changed.
    edits: u32,
    /// The path of the last derivation before any change.
    first_last: StorePath,
}

impl Graph {
    /// Makes a graph of `size` derivations, at least ten.
    pub fn new(size: usize) -> Self {
        let mut random = 0x9e37_79b9_7f4a_7c15_u64;
        let mut below = |limit: usize| {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            (random % limit.max(1) as u64) as usize
        };
        let recipes = (0..size).map(|index| {
            let mut inputs = Vec::new();
            if index >= LEAVES {
                inputs.push(Cone::All.leaf());
                for _ in 0..4 {
                    inputs.push(LEAVES + below(index - LEAVES));
                }
                if index >= size - size / 10 {
                    inputs.push(Cone::Tenth.leaf());
                }
                if index == size - 1 {
                    inputs.push(Cone::One.leaf());
                }
            }
            inputs.retain(|&input| input < index);
            inputs.sort_unstable();
            inputs.dedup();
            Recipe {
                name: format!("package-{index}-1.{}.{}", index % 17, index % 5),
                inputs,
            }
        });
        let mut graph = Self {
            recipes: recipes.collect(),
            derivations: Vec::with_capacity(size),
            paths: Vec::with_capacity(size),
            cache: DigestCache::new(StoreDir::default()),
            edits: 0,
            first_last: StorePath::new([0; 20], b"none").expect("the name is allowed"),
        };
        for index in 0..size {
            let mut derivation = graph.write(index);
            let path = graph.cache.instantiate(&mut derivation);
            graph.paths.push(path.expect("the derivation is good"));
            graph.derivations.push(derivation);
        }
        graph.first_last.clone_from(&graph.paths[size - 1]);
        graph
    }

    /// Writes a derivation from its recipe and the paths of its inputs.
    fn write(&self, index: usize) -> Derivation {
        let Recipe { name, inputs } = &self.recipes[index];
        let mut derivation = Derivation::new(name.clone());
        derivation.system = SYSTEM.into();
        derivation.builder = BUILDER.into();
        derivation.args = ARGUMENTS.map(BString::from).into();
        let output = DerivationOutput::Deferred;
        derivation.outputs.insert("out".into(), output);
        let mut build_inputs = Vec::new();
        for &input in inputs {
            let needed = DerivationInputs::of("out");
            derivation
                .input_drvs
                .insert(self.paths[input].clone(), needed);
            if let Some(text) = self.derivations[input].env.get(bstr::BStr::new("out")) {
                build_inputs.extend_from_slice(text);
                build_inputs.push(b' ');
            }
        }
        let env = &mut derivation.env;
        env.insert("buildInputs".into(), build_inputs.into());
        env.insert("builder".into(), BUILDER.into());
        env.insert("name".into(), name.as_str().into());
        env.insert("system".into(), SYSTEM.into());
        if index < LEAVES {
            env.insert("edits".into(), self.edits.to_string().into());
        }
        for variable in 0..VARIABLES {
            let value = LINE.repeat(variable % 5);
            env.insert(format!("variable{variable}").into(), BString::from(value));
        }
        derivation
    }

    /// Digests everything from nothing; returns what was known before, so that giving it back is not measured.
    pub fn digest_all(&mut self) -> DigestCache {
        let mut cache = DigestCache::new(StoreDir::default());
        for derivation in &mut self.derivations {
            cache
                .instantiate(derivation)
                .expect("the derivation is good");
        }
        std::mem::replace(&mut self.cache, cache)
    }

    /// Changes a leaf, and writes and digests anew what depends on it, which are `places`.
    pub fn change(&mut self, cone: Cone, places: &[usize]) {
        self.edits += 1;
        for &index in std::iter::once(&cone.leaf()).chain(places) {
            let mut derivation = self.write(index);
            let path = self.cache.instantiate(&mut derivation);
            self.paths[index] = path.expect("the derivation is good");
            self.derivations[index] = derivation;
        }
    }

    /// Finds what depends on the leaf of a cone, inputs first.
    pub fn places(&self, cone: Cone) -> Vec<usize> {
        let mut inside = vec![false; self.recipes.len()];
        inside[cone.leaf()] = true;
        let mut places = Vec::new();
        for (index, recipe) in self.recipes.iter().enumerate() {
            if recipe.inputs.iter().any(|&input| inside[input]) {
                inside[index] = true;
                places.push(index);
            }
        }
        places
    }

    /// The graph as an expression of the language that evaluates all of it; its value is the path of the last derivation.
    pub fn expression(&self) -> String {
        let mut text = String::from("let\n  common = {\n");
        let mut line = |line: std::fmt::Arguments<'_>| {
            text.write_fmt(line).expect("a string takes everything");
        };
        line(format_args!(
            "    system = {SYSTEM:?}; builder = {BUILDER:?}; args = [ {:?} {:?} ];\n",
            ARGUMENTS[0], ARGUMENTS[1]
        ));
        for variable in 0..VARIABLES {
            let value = LINE.repeat(variable % 5).replace('\n', "\\n");
            line(format_args!("    variable{variable} = \"{value}\";\n"));
        }
        line(format_args!("  }};\n"));
        for (index, Recipe { name, inputs }) in self.recipes.iter().enumerate() {
            let inputs: String = inputs
                .iter()
                .map(|input| format!("${{p{input}}} "))
                .collect();
            let edits = if index < LEAVES {
                " edits = \"0\";"
            } else {
                ""
            };
            line(format_args!(
                "  p{index} = derivation (common // {{ name = \"{name}\"; buildInputs = \"{inputs}\";{edits} }});\n"
            ));
        }
        let all: String = (0..self.recipes.len())
            .map(|index| format!(" p{index}"))
            .collect();
        line(format_args!(
            "in builtins.foldl' (_: package: package.drvPath) \"\" [{all} ]\n"
        ));
        text
    }

    /// The path of the last derivation as it was at first.
    pub fn last_path(&self) -> String {
        StoreDir::default().display(&self.first_last)
    }

    /// The bytes that are hashed for all derivations, for a comparison with hashing alone.
    ///
    /// For a derivation with inputs: its text masked, as it is, and with inputs replaced, for one without the first two; and the
    /// fingerprints of two paths.
    pub fn hashed_texts(&self) -> Vec<Vec<u8>> {
        let store_dir = StoreDir::default();
        let mut texts = Vec::new();
        for derivation in &self.derivations {
            let text = aterm::to_bytes(derivation, &store_dir);
            texts.push(text.clone());
            if !derivation.input_drvs.is_empty() {
                // A digest in hex has about as many bytes as a path.
                texts.push(text.clone());
            }
            texts.push(text);
            let references: Vec<&StorePath> = derivation.input_drvs.keys().collect();
            let name = derivation.name.as_bytes();
            for kind in [PathType::Output("out".into()), PathType::Text(&references)] {
                let mut fingerprint = Vec::new();
                store_dir.write_fingerprint(kind, &[0; 32], name, &mut fingerprint);
                texts.push(fingerprint);
            }
        }
        texts
    }
}

/// Hashes texts and does nothing else; returns something that depends on all of them.
pub fn hash_alone(texts: &[Vec<u8>]) -> u8 {
    texts.iter().fold(0, |all, text| all ^ sha256(text)[0])
}

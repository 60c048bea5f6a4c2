//! What an evaluation may take, as the visitor sets it: what is usual, and between what it can be set.

use drvlab_lang::Machine;
use drvlab_store::StoreDir;
use serde::Serialize;
use tsify::{Ts, Tsify};
use wasm_bindgen::prelude::*;

use crate::browser;
use crate::files::SharedFiles;
use crate::stacks;

/// Between what a limit can be set, and what it is if it is not.
#[derive(Clone, Copy, Debug, Serialize, Tsify)]
pub struct LimitRange {
    /// The least that can be set.
    pub least: u32,
    /// What holds if nothing is set.
    pub usual: u32,
    /// The most that can be set.
    pub most: u32,
}

/// The limits that the visitor can set.
#[derive(Clone, Copy, Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct LimitRanges {
    /// Nested calls (`max-call-depth`): with [`HEAP_LEVELS`] levels of recursion they are what ends first.
    pub call_depth: LimitRange,
    /// Mebibytes of heap: the module's whole memory is 4096, and a heap that grows is there twice for a moment.
    pub memory: LimitRange,
}

const RANGES: LimitRanges = LimitRanges {
    call_depth: LimitRange {
        least: 1,
        usual: 10_000,
        most: 100_000,
    },
    memory: LimitRange {
        least: 16,
        usual: 512,
        most: 2048,
    },
};

/// Tells what limits can be set and what is usual.
///
/// # Errors
/// None that the user can cause.
#[wasm_bindgen(js_name = limitRanges)]
pub fn limit_ranges() -> Result<Ts<LimitRanges>, JsError> {
    Ok(RANGES.into_ts()?)
}

/// Levels of recursion on a native stack: two thirds of what fits in the worst case. Packages of a large set need some 450 to 630.
///
/// Measured in a worker of Chromium 156, by the largest limit with which no stack overflows, each time in a new instance, whose code is not
/// yet optimised and takes the most stack; of a stack besides the first, which is a little smaller: sets in sets 937, computed
/// names 983, `__overrides` 1017, selections 1029, `outPath` 1063, `import` 1167, operators on Booleans and equality 1259, interpolation 1306,
/// `//` 1317, `mapAttrs` 1329, functors and subtraction 1398, `assert` 1421, `with` 1582, calls 1721, other builtins 1600 and more.
const NATIVE_LEVELS: u32 = 640;

/// Levels of recursion in all: so many that the message about the rest comes well before the page's patience ends.
const HEAP_LEVELS: u32 = 400_000;

impl LimitRange {
    fn within(self, chosen: Option<u32>) -> u32 {
        chosen.map_or(self.usual, |it| it.clamp(self.least, self.most))
    }
}

/// What an evaluation may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limits {
    call_depth: u32,
    memory: u32,
}

impl Limits {
    /// Takes what was chosen, cut to what can be.
    pub fn new(call_depth: Option<u32>, memory: Option<u32>) -> Self {
        Self {
            call_depth: RANGES.call_depth.within(call_depth),
            memory: RANGES.memory.within(memory),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::new(None, None)
    }
}

/// Makes an evaluator with limits.
pub(crate) fn new_machine(files: &SharedFiles, store_dir: StoreDir, limits: Limits) -> Machine {
    let settings = drvlab_lang::Settings {
        store_dir,
        memory_limit: (limits.memory as usize) << 20,
        call_depth_limit: limits.call_depth,
        native_levels: NATIVE_LEVELS,
        native_stacks: stacks::of_browser(),
        heap_levels: HEAP_LEVELS,
        current_time: browser::current_time(),
        ..drvlab_lang::Settings::default()
    };
    Machine::new(Box::new(files.clone()), settings)
}

//! What the machine that builds has, apart from the inputs.

use drvlab_store::OrderedMap;
use std::rc::Rc;

use bstr::BString;
use drvlab_store::StorePath;

use crate::store_object::StoreObject;

/// The machine that builds: what its sandbox shows, and what its network answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host {
    /// Whether builds see the host's programs as `/bin` and `/usr/bin` (`sandbox-paths`); `/bin/sh` is there in any case.
    pub programs: bool,
    /// `$NIX_BUILD_CORES`, the setting `cores`.
    pub cores: u32,
    /// What `builtin:fetchurl` finds at which URL.
    pub downloads: OrderedMap<BString, Rc<[u8]>>,
}

impl Default for Host {
    fn default() -> Self {
        Self {
            programs: true,
            cores: 1,
            downloads: OrderedMap::new(),
        }
    }
}

/// Where builds find the contents of their inputs.
pub trait StoreObjects {
    /// Returns a store object; `None` if the path is not valid.
    fn object(&self, path: &StorePath) -> Option<&StoreObject>;
}

impl StoreObjects for OrderedMap<StorePath, StoreObject> {
    fn object(&self, path: &StorePath) -> Option<&StoreObject> {
        self.get(path)
    }
}

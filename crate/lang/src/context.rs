//! String contexts: what a string refers to in the store. Interned, so that a string carries one number.

use drvlab_store::order;
use drvlab_store::store_path::StorePath;
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// One thing that a string refers to.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ContextElement {
    /// A store path as it is.
    Opaque(StorePath),
    /// A derivation with its whole closure and all outputs (`=path` in the reference's notation).
    DrvDeep(StorePath),
    /// An output of a derivation (`!output!path`).
    Built {
        /// The derivation.
        drv: StorePath,
        /// The output's name.
        output: Rc<[u8]>,
    },
    /// An output of a derivation that is itself the output of a derivation (experimental feature `dynamic-derivations`).
    Dynamic {
        /// The outermost derivation.
        drv: StorePath,
        /// Two names or more: each but the last one is a derivation's.
        outputs: Rc<[Rc<[u8]>]>,
    },
}

/// An interned set of context elements.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct ContextId(pub u32);

impl ContextId {
    /// The set without elements.
    pub const EMPTY: ContextId = ContextId(0);

    /// Tells whether the set has no elements.
    pub fn is_empty(self) -> bool {
        self == ContextId::EMPTY
    }
}

/// The table of context sets.
#[derive(Debug)]
pub struct Contexts {
    sets: Vec<Rc<[ContextElement]>>,
    ids: FxHashMap<Rc<[ContextElement]>, ContextId>,
    unions: FxHashMap<(ContextId, ContextId), ContextId>,
    /// The keys of `unions` in the order they were added.
    united: Vec<(ContextId, ContextId)>,
}

/// How many sets there are, and how many unions are known.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Extent {
    sets: usize,
    united: usize,
}

impl Default for Contexts {
    fn default() -> Self {
        let empty: Rc<[ContextElement]> = Rc::new([]);
        Contexts {
            sets: vec![empty.clone()],
            ids: FxHashMap::from_iter([(empty, ContextId::EMPTY)]),
            unions: FxHashMap::default(),
            united: Vec::new(),
        }
    }
}

impl Contexts {
    /// Returns the elements of a set, sorted.
    pub fn elements(&self, id: ContextId) -> &Rc<[ContextElement]> {
        &self.sets[id.0 as usize]
    }

    /// Interns a set given in any order.
    pub fn intern(&mut self, mut elements: Vec<ContextElement>) -> ContextId {
        order::sort_by(&mut elements, Ord::cmp);
        elements.dedup();
        if let Some(&id) = self.ids.get(elements.as_slice()) {
            return id;
        }
        let id = ContextId(self.sets.len() as u32);
        let set: Rc<[ContextElement]> = elements.into();
        self.sets.push(set.clone());
        self.ids.insert(set, id);
        id
    }

    /// Interns the set of one element.
    pub fn singleton(&mut self, element: ContextElement) -> ContextId {
        if let Some(&id) = self.ids.get(std::slice::from_ref(&element)) {
            return id;
        }
        self.intern(vec![element])
    }

    /// Returns the union of two sets.
    #[inline]
    pub fn union(&mut self, a: ContextId, b: ContextId) -> ContextId {
        if a == b || b.is_empty() {
            return a;
        }
        if a.is_empty() {
            return b;
        }
        self.union_of_different(a, b)
    }

    fn union_of_different(&mut self, a: ContextId, b: ContextId) -> ContextId {
        let key = if a.0 < b.0 { (a, b) } else { (b, a) };
        if let Some(&id) = self.unions.get(&key) {
            return id;
        }
        let mut elements = self.elements(a).to_vec();
        elements.extend_from_slice(self.elements(b));
        let id = self.intern(elements);
        self.unions.insert(key, id);
        self.united.push(key);
        id
    }

    /// Returns how much there is.
    pub(crate) fn extent(&self) -> Extent {
        Extent {
            sets: self.sets.len(),
            united: self.united.len(),
        }
    }

    /// Forgets what has been added since there was that much.
    pub(crate) fn truncate(&mut self, to: Extent) {
        for key in self.united.drain(to.united..) {
            self.unions.remove(&key);
        }
        for set in self.sets.drain(to.sets..) {
            self.ids.remove(&set);
        }
    }
}

//! String contexts: what a string refers to in the store. Interned, so that a string carries one number.

use drvlab_store::order;
use drvlab_store::store_path::StorePath;
use rustc_hash::FxHashMap;
use smallvec::SmallVec;
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

/// Sets to be united all at once: one by one, each union on the way would be a set of its own.
#[derive(Debug, Default)]
pub struct GatheredContext {
    sets: SmallVec<[ContextId; 4]>,
    /// How many sets were different when they were last counted.
    different: usize,
}

impl GatheredContext {
    /// Fewer sets are not looked through for those that are there twice.
    const MANY: usize = 64;

    /// Adds a set.
    #[inline]
    pub fn add(&mut self, set: ContextId) {
        if !set.is_empty() && self.sets.last() != Some(&set) {
            self.sets.push(set);
            if self.sets.len() >= Self::MANY.max(2 * self.different) {
                self.keep_different();
            }
        }
    }

    #[inline(never)]
    fn keep_different(&mut self) {
        order::sort_by_number(&mut self.sets, |set| set.0);
        self.sets.dedup();
        self.different = self.sets.len();
    }
}

/// The index of an element in [`Contexts::elements`].
type ElementId = u32;

/// The table of context sets.
///
/// A set is the sorted list of its elements' numbers: unions are made much more often than anybody asks what is in them.
#[derive(Debug)]
pub struct Contexts {
    elements: Vec<ContextElement>,
    element_ids: FxHashMap<ContextElement, ElementId>,
    /// The sets of one element each, by element; empty where there is none.
    singletons: Vec<ContextId>,
    sets: Vec<Rc<[ElementId]>>,
    /// The sets of several elements, and the empty one.
    ids: FxHashMap<Rc<[ElementId]>, ContextId>,
    unions: FxHashMap<(ContextId, ContextId), ContextId>,
    /// The keys of `unions` in the order they were added.
    united: Vec<(ContextId, ContextId)>,
}

/// How many elements and sets there are, and how many unions are known.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Extent {
    elements: usize,
    sets: usize,
    united: usize,
}

impl Default for Contexts {
    #[inline]
    fn default() -> Self {
        let empty: Rc<[ElementId]> = Rc::new([]);
        Contexts {
            elements: Vec::new(),
            element_ids: FxHashMap::default(),
            singletons: Vec::new(),
            sets: vec![empty.clone()],
            ids: FxHashMap::from_iter([(empty, ContextId::EMPTY)]),
            unions: FxHashMap::default(),
            united: Vec::new(),
        }
    }
}

impl Contexts {
    /// Returns the elements of a set, sorted.
    pub fn elements(&self, id: ContextId) -> Vec<ContextElement> {
        self.borrowed_elements(id).into_iter().cloned().collect()
    }

    /// Returns the elements of a set, sorted, where they lie.
    pub(crate) fn borrowed_elements(&self, id: ContextId) -> Vec<&ContextElement> {
        let set = self.sets[id.0 as usize].iter();
        let mut elements: Vec<_> = set
            .map(|&element| &self.elements[element as usize])
            .collect();
        order::sort_by(&mut elements, Ord::cmp);
        elements
    }

    /// Interns a set given in any order.
    pub fn intern(&mut self, elements: Vec<ContextElement>) -> ContextId {
        let mut set: Vec<ElementId> = elements
            .into_iter()
            .map(|element| self.intern_element(element))
            .collect();
        order::sort_by_number(&mut set, |&element| element);
        set.dedup();
        self.intern_set(set)
    }

    /// Interns the set of one element.
    pub fn singleton(&mut self, element: ContextElement) -> ContextId {
        let element = self.intern_element(element);
        self.singleton_of(element)
    }

    fn singleton_of(&mut self, element: ElementId) -> ContextId {
        let known = self.singletons[element as usize];
        if !known.is_empty() {
            return known;
        }
        let id = self.add_set(Rc::new([element]));
        self.singletons[element as usize] = id;
        id
    }

    fn intern_element(&mut self, element: ContextElement) -> ElementId {
        if let Some(&id) = self.element_ids.get(&element) {
            return id;
        }
        let id = self.elements.len() as ElementId;
        self.elements.push(element.clone());
        self.singletons.push(ContextId::EMPTY);
        self.element_ids.insert(element, id);
        id
    }

    fn intern_set(&mut self, set: Vec<ElementId>) -> ContextId {
        if let [element] = *set {
            return self.singleton_of(element);
        }
        if let Some(&id) = self.ids.get(set.as_slice()) {
            return id;
        }
        let set: Rc<[ElementId]> = set.into();
        let id = self.add_set(set.clone());
        self.ids.insert(set, id);
        id
    }

    fn add_set(&mut self, set: Rc<[ElementId]>) -> ContextId {
        let id = ContextId(self.sets.len() as u32);
        self.sets.push(set);
        id
    }

    /// Returns the union of gathered sets.
    #[inline]
    pub fn unite(&mut self, gathered: &GatheredContext) -> ContextId {
        match gathered.sets.as_slice() {
            [] => ContextId::EMPTY,
            &[only] => only,
            &[a, b] => self.union(a, b),
            many => self.union_of_many(many),
        }
    }

    #[inline(never)]
    fn union_of_many(&mut self, sets: &[ContextId]) -> ContextId {
        let mut all: Vec<ElementId> = Vec::new();
        for set in sets {
            all.extend_from_slice(&self.sets[set.0 as usize]);
        }
        order::sort_by_number(&mut all, |&element| element);
        all.dedup();
        self.intern_set(all)
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
        let (mut one, mut other) = (&*self.sets[a.0 as usize], &*self.sets[b.0 as usize]);
        let mut all = Vec::with_capacity(one.len() + other.len());
        while let ([first, one_rest @ ..], [second, other_rest @ ..]) = (one, other) {
            all.push(*first.min(second));
            if first <= second {
                one = one_rest;
            }
            if second <= first {
                other = other_rest;
            }
        }
        all.extend_from_slice(one);
        all.extend_from_slice(other);
        let id = self.intern_set(all);
        self.unions.insert(key, id);
        self.united.push(key);
        id
    }

    /// Returns how much there is.
    #[inline]
    pub(crate) fn extent(&self) -> Extent {
        Extent {
            elements: self.elements.len(),
            sets: self.sets.len(),
            united: self.united.len(),
        }
    }

    /// Forgets what has been added since there was that much.
    #[inline]
    pub(crate) fn truncate(&mut self, to: Extent) {
        for key in self.united.drain(to.united..) {
            self.unions.remove(&key);
        }
        for set in self.sets.drain(to.sets..) {
            match *set {
                [element] => self.singletons[element as usize] = ContextId::EMPTY,
                _ => _ = self.ids.remove(&set),
            }
        }
        for element in self.elements.drain(to.elements..) {
            self.element_ids.remove(&element);
        }
        self.singletons.truncate(to.elements);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_do_not_depend_on_how_they_were_made() {
        let mut contexts = Contexts::default();
        let path = |name: &str| {
            let path = StorePath::new([7; 20], name.as_bytes()).expect("a valid name");
            ContextElement::Opaque(path)
        };
        let [c, a, b] = ["c", "a", "b"].map(|name| contexts.singleton(path(name)));
        let ca = contexts.union(c, a);
        let ab = contexts.union(a, b);
        let all = contexts.union(ca, b);
        assert_eq!(contexts.union(c, ab), all);
        assert_eq!(contexts.union(ab, ca), all);
        assert_eq!(contexts.union(all, a), all);
        assert_eq!(contexts.union(all, ContextId::EMPTY), all);
        let sorted = vec![path("a"), path("b"), path("c")];
        assert_eq!(contexts.elements(all), sorted);
        let mut gathered = GatheredContext::default();
        for set in [b, c, b, ContextId::EMPTY, ab]
            .into_iter()
            .cycle()
            .take(1000)
        {
            gathered.add(set);
        }
        assert_eq!(contexts.unite(&gathered), all);
        let mut given = sorted;
        given.reverse();
        assert_eq!(contexts.intern(given), all);
    }

    #[test]
    fn nothing_stays_of_what_is_given_back() {
        let mut contexts = Contexts::default();
        let singleton = |contexts: &mut Contexts, name: String| {
            let path = StorePath::new([7; 20], name.as_bytes()).expect("a valid name");
            contexts.singleton(ContextElement::Opaque(path))
        };
        let kept = singleton(&mut contexts, "kept".into());
        let extent = contexts.extent();
        for round in 0..10 {
            let [a, b] = ["a", "b"].map(|name| singleton(&mut contexts, format!("{name}-{round}")));
            let all = contexts.union(kept, a);
            let all = contexts.union(all, b);
            assert_eq!(contexts.elements(all).len(), 3);
            contexts.truncate(extent);
            let sizes = (contexts.elements.len(), contexts.element_ids.len());
            assert_eq!(sizes, (1, 1));
            let sizes = (
                contexts.sets.len(),
                contexts.ids.len(),
                contexts.singletons.len(),
            );
            assert_eq!(sizes, (2, 1, 1));
            assert!(contexts.unions.is_empty() && contexts.united.is_empty());
        }
        assert_eq!(singleton(&mut contexts, "kept".into()), kept);
    }
}

//! The order of names; that of many is remembered for whoever asks for the same again: programs read large sets over and over.

use crate::symbol::{Symbol, Symbols};

/// Fewer names are put in order each time.
pub(crate) const MANY: usize = 200;

/// Returns the indices of distinct names in the order of the names, as bytes.
pub(crate) fn by_name(
    names: impl Iterator<Item = Symbol>,
    symbols: &Symbols,
) -> impl Iterator<Item = u32> {
    // Most names differ in what fits into a number. They are often nearly in order, of which a stable sort makes use.
    let mut keys: Vec<_> = names
        .zip(0..)
        .map(|(name, index)| (symbols.prefix(name), name, index))
        .collect();
    keys.sort_by(|a, b| {
        let names = || symbols.name(a.1).cmp(symbols.name(b.1));
        a.0.cmp(&b.0).then_with(names)
    });
    keys.into_iter().map(|(_, _, index)| index)
}

/// The names that were put in order last, and how.
#[derive(Clone, Debug, Default)]
pub(crate) struct NameOrder {
    names: Vec<Symbol>,
    /// Indices into `names`.
    order: Vec<u32>,
}

impl NameOrder {
    /// Returns what [`by_name`] does.
    pub(crate) fn of(
        &mut self,
        names: impl ExactSizeIterator<Item = Symbol> + Clone,
        symbols: &Symbols,
    ) -> &[u32] {
        if names.len() != self.names.len() || !names.clone().eq(self.names.iter().copied()) {
            self.forget();
            self.names.extend(names);
            self.order
                .extend(by_name(self.names.iter().copied(), symbols));
        }
        &self.order
    }

    /// Forgets the names, some of which may be taken out of the table.
    pub(crate) fn forget(&mut self) {
        self.names.clear();
        self.order.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::MANY;
    use crate::symbol::{Symbol, Symbols};

    #[test]
    fn a_remembered_order_is_that_of_the_present_names() {
        let mut symbols = Symbols::new();
        let known = symbols.len();
        for step in [1, 7, 1] {
            // The same symbols for other names, of which all have more than eight letters.
            symbols.truncate(known);
            let names: Vec<Vec<u8>> = (0..MANY)
                .map(|index| format!("attribute{}", index * step % MANY).into_bytes())
                .collect();
            let interned: Vec<Symbol> = names.iter().map(|name| symbols.intern(name)).collect();
            for _ in 0..2 {
                let ordered = symbols.with_order(interned.iter().copied(), |order| {
                    let names = order.iter().map(|&index| names[index as usize].clone());
                    names.collect::<Vec<_>>()
                });
                assert!(ordered.is_sorted());
                assert_eq!(ordered.len(), MANY);
            }
        }
    }
}

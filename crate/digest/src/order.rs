//! Sorting with little code: what is compiled for each type of element is a few instructions, not the 10 kB of `slice::sort_by`.
//!
//! A WASM module is loaded with every visit. So sorts in `store`, `lang` and `cache` are these, unless a measurement shows that the speed
//! of one matters; maps and sets are those of [`crate::ordered`].

use std::cmp::Ordering;

/// Up to so many elements are sorted by insertion.
const FEW: usize = 20;

/// Sorts; elements that are equal stay in their order.
pub fn sort_by<T>(items: &mut [T], mut compare: impl FnMut(&T, &T) -> Ordering) {
    let order = sorted(items.len(), &mut |a, b| {
        compare(&items[a], &items[b]).is_gt()
    });
    arrange(order, &mut |a, b| items.swap(a, b));
}

/// Sorts by a part of each element; elements that are equal in it stay in their order.
pub fn sort_by_key<T, K: Ord>(items: &mut [T], mut key: impl FnMut(&T) -> K) {
    sort_by(items, |a, b| key(a).cmp(&key(b)));
}

/// Sorts by a number; elements with the same number stay in their order. As fast as the standard library's sort.
pub fn sort_by_number<T>(items: &mut [T], number: impl Fn(&T) -> u32) {
    if items.len() <= FEW {
        for end in 1..items.len() {
            let mut at = end;
            while at > 0 && number(&items[at - 1]) > number(&items[at]) {
                items.swap(at - 1, at);
                at -= 1;
            }
        }
        return;
    }
    if items.is_sorted_by_key(&number) {
        return;
    }
    let numbers = items.iter().zip(0u64..);
    let keys = numbers.map(|(item, index)| u64::from(number(item)) << 32 | index);
    arrange(by_upper_half(keys.collect()), &mut |a, b| items.swap(a, b));
}

/// Sorts numbers whose lower halves are indices, and returns these.
fn by_upper_half(mut keys: Vec<u64>) -> Vec<u32> {
    keys.sort_unstable();
    keys.into_iter().map(|key| key as u32).collect()
}

/// Returns the indices of elements in the order of the elements, or none where that changes nothing. Merges runs that double in length.
fn sorted(len: usize, is_greater: &mut dyn FnMut(usize, usize) -> bool) -> Vec<u32> {
    if (1..len).all(|index| !is_greater(index - 1, index)) {
        return Vec::new();
    }
    let mut order: Vec<u32> = (0..len as u32).collect();
    let mut merged = order.clone();
    let mut run = 1;
    while run < len {
        let mut start = 0;
        while start < len {
            let (middle, end) = ((start + run).min(len), (start + 2 * run).min(len));
            let (mut left, mut right) = (start, middle);
            for place in &mut merged[start..end] {
                let takes_right = left == middle
                    || right < end && is_greater(order[left] as usize, order[right] as usize);
                let taken = if takes_right { &mut right } else { &mut left };
                *place = order[*taken];
                *taken += 1;
            }
            start = end;
        }
        std::mem::swap(&mut order, &mut merged);
        run *= 2;
    }
    order
}

/// Puts the elements into an order, by swaps along its cycles.
pub fn arrange(mut order: Vec<u32>, swap: &mut dyn FnMut(usize, usize)) {
    for start in 0..order.len() {
        let mut at = start;
        loop {
            let from = order[at] as usize;
            order[at] = at as u32;
            if from == start {
                break;
            }
            swap(at, from);
            at = from;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{sort_by, sort_by_key, sort_by_number};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn sorts_are_those_of_the_standard_library(numbers in prop::collection::vec(0u32..50, 0..200)) {
            let items: Vec<(u32, usize)> = numbers.into_iter().zip(0..).collect();
            let mut expected = items.clone();
            expected.sort_by_key(|&(number, _)| number);
            let mut sorted = items.clone();
            sort_by_number(&mut sorted, |&(number, _)| number);
            prop_assert_eq!(&sorted, &expected);
            let mut sorted = items.clone();
            sort_by_key(&mut sorted, |&(number, _)| number);
            prop_assert_eq!(&sorted, &expected);
            let mut sorted = items;
            sort_by(&mut sorted, |a, b| b.0.cmp(&a.0));
            prop_assert!(sorted.is_sorted_by(|a, b| a.0 > b.0 || a.0 == b.0 && a.1 < b.1));
        }

        #[test]
        fn large_numbers_do_not_mix_with_indices(mut numbers in prop::collection::vec(any::<u32>(), 0..100)) {
            sort_by_number(&mut numbers, |&number| number);
            prop_assert!(numbers.is_sorted());
        }
    }
}

//! The order in which the reference's library keeps the names of a table: that of libstdc++'s `std::unordered_map`. It shows in the numbers
//! of symbols, and in which of several errors comes first.

use drvlab_store::order::sort_by_number;

/// How many buckets a map has: as few of these as it has had names.
const BUCKETS: [usize; 23] = [
    13,
    29,
    59,
    127,
    257,
    541,
    1109,
    2357,
    5087,
    10273,
    20753,
    42043,
    85229,
    172_933,
    351_061,
    712_697,
    1_447_153,
    2_938_679,
    5_967_347,
    12_117_689,
    24_607_243,
    49_969_847,
    101_473_717,
];

/// Returns the indices of names in that order; their hashes are in the order in which they were added.
#[inline]
pub(super) fn order(hashes: &[u64]) -> Vec<u32> {
    let mut order = Vec::with_capacity(hashes.len());
    for buckets in BUCKETS {
        let known = order.len() as u32;
        order.extend(known..hashes.len().min(buckets) as u32);
        // Whoever comes is the first in its bucket, and a bucket that was empty the first of all.
        let bucket = |index: u32| (hashes[index as usize] % buckets as u64) as usize;
        let mut later = vec![0; buckets];
        for (&index, rank) in order.iter().rev().zip(1..) {
            later[bucket(index)] = rank;
        }
        order.reverse();
        sort_by_number(&mut order, |&index| later[bucket(index)]);
        if order.len() == hashes.len() {
            break;
        }
    }
    order
}

/// Returns the hash of a name: `MurmurHash64A` as libstdc++ has it (`libsupc++/hash_bytes.cc`).
#[inline]
pub(super) fn hash(name: &[u8]) -> u64 {
    const FACTOR: u64 = 0xc6a4_a793_5bd1_e995;
    let mix = |number: u64| number ^ number >> 47;
    let mut hash = 0xc70f_6907 ^ (name.len() as u64).wrapping_mul(FACTOR);
    let mut rest = name;
    while let Some((word, behind)) = rest.split_first_chunk() {
        let word = mix(u64::from_le_bytes(*word).wrapping_mul(FACTOR)).wrapping_mul(FACTOR);
        hash = (hash ^ word).wrapping_mul(FACTOR);
        rest = behind;
    }
    if !rest.is_empty() {
        let bytes = rest.iter().rev();
        let word = bytes.fold(0, |word, &byte| word << 8 | u64::from(byte));
        hash = (hash ^ word).wrapping_mul(FACTOR);
    }
    mix(mix(hash).wrapping_mul(FACTOR))
}

#[cfg(test)]
mod tests {
    use super::hash;

    #[test]
    fn hashes_are_those_of_libstdcxx() {
        assert_eq!(hash(b""), 0x553e_9390_1e46_2a6e);
        assert_eq!(hash(b"a"), 0x454d_dee4_88c1_ed6b);
        assert_eq!(hash(b"abcdefg"), 0xdeee_6830_a3af_82af);
        assert_eq!(hash(b"abcdefgh"), 0x783d_b3e3_8db8_98bb);
        let long = b"a longer string of some more bytes";
        assert_eq!(hash(long), 0xfb2e_7091_0f44_3713);
    }
}

//! Copies and fills of memory, where the compiler asks for them.
//!
//! WASM has instructions for both, but V8 leaves the generated code for each of them, which takes longer than most copies of an evaluation:
//! names, pieces of texts, objects of a few words. So the module is compiled without these instructions (`cargo xtask wasm`), and what the
//! compiler calls instead copies up to [`SHORT`] bytes itself; only what is longer is left to the instructions. Natively there are only the
//! tests.

/// The most bytes that are copied by loads and stores.
const SHORT: usize = 128;

/// What is loaded and stored at once.
#[cfg(target_arch = "wasm32")]
type Block = std::arch::wasm32::v128;
#[cfg(not(target_arch = "wasm32"))]
type Block = u128;

/// Copies `count` bytes; where they came from and where they go to may overlap.
///
/// # Safety
/// As for the function of the C library.
#[cfg(target_arch = "wasm32")]
#[unsafe(no_mangle)]
unsafe extern "C" fn memmove(target: *mut u8, source: *const u8, count: usize) -> *mut u8 {
    // SAFETY: by the caller's promise both have so many bytes.
    unsafe { copy(target, source, count) };
    target
}

/// Copies `count` bytes.
///
/// # Safety
/// As for the function of the C library.
#[cfg(target_arch = "wasm32")]
#[unsafe(no_mangle)]
unsafe extern "C" fn memcpy(target: *mut u8, source: *const u8, count: usize) -> *mut u8 {
    // SAFETY: by the caller's promise both have so many bytes.
    unsafe { copy(target, source, count) };
    target
}

/// Writes the lowest byte of `value` to `count` bytes.
///
/// # Safety
/// As for the function of the C library.
#[cfg(target_arch = "wasm32")]
#[unsafe(no_mangle)]
unsafe extern "C" fn memset(target: *mut u8, value: i32, count: usize) -> *mut u8 {
    // SAFETY: by the caller's promise the target has so many bytes.
    unsafe { fill(target, value as u8, count) };
    target
}

/// Copies bytes that may overlap with where they go to: of a short copy all are read before any is written.
///
/// # Safety
/// Both have `count` bytes.
#[inline(always)]
unsafe fn copy(target: *mut u8, source: *const u8, count: usize) {
    // SAFETY: each branch takes a type of which one or two make up `count`.
    unsafe {
        if count > 64 {
            if count > SHORT {
                return copy_many(target, source, count);
            }
            copy_ends::<[Block; 4]>(target, source, count);
        } else if count > 32 {
            copy_ends::<[Block; 2]>(target, source, count);
        } else if count >= 16 {
            copy_ends::<Block>(target, source, count);
        } else if count >= 8 {
            copy_ends::<u64>(target, source, count);
        } else if count >= 4 {
            copy_ends::<u32>(target, source, count);
        } else if count >= 2 {
            copy_ends::<u16>(target, source, count);
        } else if count == 1 {
            target.write(source.read());
        }
    }
}

/// Copies the first bytes and the last ones, as many of each as a `T` has; together these are all.
///
/// # Safety
/// Both have `count` bytes, and `count` is from one to two times the size of `T`.
#[inline(always)]
unsafe fn copy_ends<T: Copy>(target: *mut u8, source: *const u8, count: usize) {
    let last = count - size_of::<T>();
    // SAFETY: the caller's promise.
    unsafe {
        let first_bytes = source.cast::<T>().read_unaligned();
        let last_bytes = source.add(last).cast::<T>().read_unaligned();
        target.cast::<T>().write_unaligned(first_bytes);
        target.add(last).cast::<T>().write_unaligned(last_bytes);
    }
}

/// Writes a byte `count` times.
///
/// # Safety
/// The target has `count` bytes.
#[inline(always)]
unsafe fn fill(target: *mut u8, byte: u8, count: usize) {
    let word = u64::from_ne_bytes([byte; 8]);
    // SAFETY: each branch takes a type of which one or two make up `count`.
    unsafe {
        if count > 64 {
            if count > SHORT {
                return fill_many(target, byte, count);
            }
            fill_ends(target, [word; 8], count);
        } else if count > 32 {
            fill_ends(target, [word; 4], count);
        } else if count >= 16 {
            fill_ends(target, [word; 2], count);
        } else if count >= 8 {
            fill_ends(target, word, count);
        } else if count >= 4 {
            fill_ends(target, word as u32, count);
        } else if count >= 2 {
            fill_ends(target, word as u16, count);
        } else if count == 1 {
            target.write(byte);
        }
    }
}

/// Writes the same to the first bytes and to the last ones; together these are all.
///
/// # Safety
/// The target has `count` bytes, and `count` is from one to two times the size of `T`.
#[inline(always)]
unsafe fn fill_ends<T: Copy>(target: *mut u8, bytes: T, count: usize) {
    // SAFETY: the caller's promise.
    unsafe {
        target.cast::<T>().write_unaligned(bytes);
        let last = target.add(count - size_of::<T>());
        last.cast::<T>().write_unaligned(bytes);
    }
}

#[cfg_attr(target_arch = "wasm32", target_feature(enable = "bulk-memory"))]
#[inline(never)]
unsafe fn copy_many(target: *mut u8, source: *const u8, count: usize) {
    // SAFETY: the caller's promise.
    unsafe { target.copy_from(source, count) };
}

#[cfg_attr(target_arch = "wasm32", target_feature(enable = "bulk-memory"))]
#[inline(never)]
unsafe fn fill_many(target: *mut u8, byte: u8, count: usize) {
    // SAFETY: the caller's promise.
    unsafe { target.write_bytes(byte, count) };
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOM: usize = 3 * SHORT;

    /// Counts of bytes, all of them where that does not take minutes.
    fn counts() -> impl Iterator<Item = usize> {
        (0..=SHORT + 40).step_by(if cfg!(miri) { 5 } else { 1 })
    }

    /// Bytes of which neighbours differ.
    fn bytes() -> Vec<u8> {
        (0..ROOM).map(|index| (index * 7 % 251) as u8).collect()
    }

    #[test]
    fn any_count_is_copied_also_over_itself() {
        for count in counts() {
            for (source, target) in [(0, 200), (3, 4), (4, 3), (1, 18), (33, 0), (5, 5), (0, 70)] {
                let (mut copied, mut expected) = (bytes(), bytes());
                // SAFETY: both places and so many bytes behind them are inside of the vector.
                unsafe {
                    let start = copied.as_mut_ptr();
                    copy(start.add(target), start.add(source), count);
                }
                expected.copy_within(source..source + count, target);
                assert_eq!(copied, expected, "{count} from {source} to {target}");
            }
        }
    }

    #[test]
    fn any_count_is_filled() {
        for count in counts() {
            let (mut filled, mut expected) = (bytes(), bytes());
            // SAFETY: the place and so many bytes behind it are inside of the vector.
            unsafe { fill(filled.as_mut_ptr().add(5), 0xa5, count) };
            expected[5..5 + count].fill(0xa5);
            assert_eq!(filled, expected, "{count}");
        }
    }
}

//! The allocator of the program.
//!
//! Large allocations, such as the heap of an evaluation and the tables of the parser, get huge pages, since every first touch of a small page
//! is a call of the kernel, which takes up to half of the time of an evaluation that allocates much; and they grow without being copied.
//! Small ones are `blocks`. What is in between is the system's.

#[cfg(target_os = "linux")]
pub mod ahead;
#[cfg(target_os = "linux")]
mod blocks;

use std::alloc::{GlobalAlloc, Layout, System};
#[cfg(target_os = "linux")]
use std::sync::atomic::{AtomicPtr, Ordering};

/// The system's allocator, with blocks for what is small and huge pages for what is large.
#[derive(Debug)]
pub struct Allocator;

/// Allocations from this size on are mapped for themselves: they are tables, and grow.
#[cfg(target_os = "linux")]
const LARGE: usize = 256 << 10;

/// Mappings are multiples of so many bytes, so that what grows a little stays where it is; what is not touched takes no memory. A multiple
/// of the size of a huge page also has the kernel begin the mapping where one can be.
#[cfg(target_os = "linux")]
const MAPPING: usize = 16 << 20;

/// The size of a huge page.
#[cfg(target_os = "linux")]
const HUGE_PAGE: usize = 2 << 20;

/// A mapping of [`MAPPING`] bytes that nobody uses, or null: large strings come and go, and new pages would be cleared for each.
#[cfg(target_os = "linux")]
static SPARE: AtomicPtr<u8> = AtomicPtr::new(std::ptr::null_mut());

// SAFETY: where memory comes from and where it goes back to is decided by its layout alone.
unsafe impl GlobalAlloc for Allocator {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        #[cfg(target_os = "linux")]
        {
            if blocks::is_small(layout) {
                return blocks::alloc(layout);
            }
            if is_large(layout) {
                let spare = spare(layout.size());
                return if spare.is_null() {
                    map(layout.size())
                } else {
                    spare
                };
            }
        }
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        #[cfg(target_os = "linux")]
        {
            if blocks::is_small(layout) {
                let block = blocks::alloc(layout);
                if !block.is_null() {
                    // SAFETY: a block has room for its layout's size. One that was used before is not zero.
                    unsafe { block.write_bytes(0, layout.size()) };
                }
                return block;
            }
            if is_large(layout) {
                return map(layout.size());
            }
        }
        // SAFETY: the caller's promise.
        unsafe { System.alloc_zeroed(layout) }
    }

    #[inline]
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        #[cfg(target_os = "linux")]
        {
            if blocks::is_small(layout) {
                // SAFETY: by its layout it is such a block, and the caller gives it up.
                unsafe { blocks::dealloc(pointer, layout) };
                return;
            }
            if is_large(layout) {
                // SAFETY: `map` has made this mapping for the same size, and the caller gives it up.
                unsafe { unmap(pointer, layout.size()) };
                return;
            }
        }
        // SAFETY: the caller's promise; by its size it came from the system's allocator.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        #[cfg(target_os = "linux")]
        {
            // SAFETY: the caller promises that the size, rounded up to the alignment, does not overflow.
            let new = unsafe { Layout::from_size_align_unchecked(size, layout.align()) };
            match (blocks::is_small(layout), blocks::is_small(new)) {
                (true, true) if blocks::fits(layout.size(), size) => return pointer,
                (false, false) if !is_large(layout) && !is_large(new) => {}
                (false, false) if is_large(layout) && is_large(new) => {
                    // SAFETY: the memory was mapped for the old size, and the caller gives it up.
                    let remapped = unsafe { remap(pointer, layout.size(), size) };
                    // The kernel moves no mapping that is two to it, as one is that begins with small pages.
                    if remapped.is_null() {
                        return self.moved(pointer, layout, new);
                    }
                    return remapped;
                }
                _ => return self.moved(pointer, layout, new),
            }
        }
        // SAFETY: the caller's promise; old and new memory are the system allocator's.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[cfg(target_os = "linux")]
impl Allocator {
    /// Reallocates where the old and the new memory do not both come from the system's allocator.
    fn moved(&self, pointer: *mut u8, old: Layout, new: Layout) -> *mut u8 {
        // SAFETY: `pointer` is memory of the layout `old` that the caller gives up, and the new memory is another.
        unsafe {
            let moved = self.alloc(new);
            if !moved.is_null() {
                moved.copy_from_nonoverlapping(pointer, old.size().min(new.size()));
                self.dealloc(pointer, old);
            }
            moved
        }
    }
}

#[cfg(target_os = "linux")]
fn is_large(layout: Layout) -> bool {
    // A mapping is aligned to pages of at least 4 KiB.
    layout.size() >= LARGE && layout.align() <= 4096
}

/// Returns the length of the mapping for so many bytes.
#[cfg(target_os = "linux")]
const fn mapped(size: usize) -> usize {
    // The size of a layout is at most half of what an address can be.
    size.next_multiple_of(MAPPING)
}

/// Takes the spare mapping for so many bytes, which need not be zero; null if there is none of this length.
#[cfg(target_os = "linux")]
fn spare(size: usize) -> *mut u8 {
    if mapped(size) == MAPPING {
        SPARE.swap(std::ptr::null_mut(), Ordering::AcqRel)
    } else {
        std::ptr::null_mut()
    }
}

/// Gives up a mapping, or keeps it as the spare one.
///
/// # Safety
/// `pointer` comes from [`map`], [`remap`] or [`spare`] for so many bytes; nobody uses it afterwards.
#[cfg(target_os = "linux")]
unsafe fn unmap(pointer: *mut u8, size: usize) {
    let length = mapped(size);
    let unused = if length == MAPPING {
        SPARE.swap(pointer, Ordering::AcqRel)
    } else {
        pointer
    };
    if !unused.is_null() {
        // SAFETY: the caller's promise; what was the spare mapping is nobody's, and as long.
        unsafe { libc::munmap(unused.cast(), length) };
    }
}

/// Gives a mapping another size, perhaps in another place; null, and the mapping as it was, where there is no memory.
///
/// # Safety
/// `pointer` comes from [`map`] for `old` bytes, or from here; nobody uses it afterwards unless the result is null.
#[cfg(target_os = "linux")]
unsafe fn remap(pointer: *mut u8, old: usize, new: usize) -> *mut u8 {
    let (used, size) = (old, new);
    let (old, new) = (mapped(old), mapped(new));
    if old == new {
        ahead::table_grown(pointer as usize + used, pointer as usize + size);
        return pointer;
    }
    // SAFETY: the caller's promise; advice does not change what memory holds.
    unsafe {
        let moved = libc::mremap(pointer.cast(), old, new, libc::MREMAP_MAYMOVE);
        if moved == libc::MAP_FAILED {
            return std::ptr::null_mut();
        }
        libc::madvise(moved, new, libc::MADV_HUGEPAGE);
        ahead::table_grown(moved as usize + used, moved as usize + size);
        moved.cast()
    }
}

/// Maps zeroed memory and asks for huge pages; null where there is none.
///
/// What is so large that most of it is never touched begins with small pages, for a small program uses little of a huge one, and clearing
/// it takes longer than the program.
#[cfg(target_os = "linux")]
fn map(size: usize) -> *mut u8 {
    let size = mapped(size);
    if size == MAPPING {
        let prepared = ahead::prepared_mapping();
        if !prepared.is_null() {
            return prepared;
        }
    }
    map_anew(size)
}

/// [`map`] without the mapping that has been prepared; `size` is a multiple of [`MAPPING`].
#[cfg(target_os = "linux")]
fn map_anew(size: usize) -> *mut u8 {
    // SAFETY: a new anonymous mapping touches no other memory; advice does not change what memory holds.
    unsafe {
        let pointer = libc::mmap(
            std::ptr::null_mut(),
            size,
            libc::PROT_READ | libc::PROT_WRITE,
            libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE,
            -1,
            0,
        );
        if pointer == libc::MAP_FAILED {
            return std::ptr::null_mut();
        }
        let small = if size > MAPPING { HUGE_PAGE } else { 0 };
        libc::madvise(pointer.byte_add(small), size - small, libc::MADV_HUGEPAGE);
        pointer.cast()
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn what_is_larger_than_a_mapping_from_the_start_can_grow() {
        let sizes = [MAPPING + LARGE, 3 * MAPPING];
        let [old, new] = sizes.map(|size| Layout::array::<u8>(size).expect("a small size"));
        // SAFETY: the memory is written and read within its size, and given up with the layout it has.
        unsafe {
            let first = Allocator.alloc(old);
            assert!(!first.is_null());
            let written = [0, HUGE_PAGE, MAPPING, old.size() - 1];
            for (place, byte) in written.into_iter().zip(1..) {
                first.add(place).write(byte);
            }
            let grown = Allocator.realloc(first, old, new.size());
            assert!(!grown.is_null());
            assert_eq!(written.map(|place| grown.add(place).read()), [1, 2, 3, 4]);
            Allocator.dealloc(grown, new);
        }
    }
}

//! Small blocks of memory: of a few sizes, cut from large mappings, and kept by the thread that gives them back.
//!
//! Nothing here is shared between threads, so nothing is locked. Memory that is given back serves blocks of the same size again; what a
//! thread keeps when it ends is lost, which the few threads of the program make little of.

use std::alloc::Layout;
use std::cell::Cell;
use std::ptr;

/// Larger blocks come from elsewhere.
pub const LARGEST: usize = 32 << 10;

/// Blocks are aligned to so many bytes, and sizes up to [`FINE`] are multiples of it.
const ALIGNMENT: usize = 16;

/// Up to this size there is a class for each multiple of [`ALIGNMENT`]; beyond, four for each doubling.
const FINE: usize = 1024;

const FINE_CLASSES: usize = FINE / ALIGNMENT;

/// From 1 to 32 KiB there are five doublings.
const CLASSES: usize = FINE_CLASSES + 4 * 5;

/// Bytes of a mapping that blocks are cut from; what is not touched takes no memory.
const MAPPING: usize = 1 << 30;

/// After so many bytes is said how far the mapping is used.
const STEP: usize = 512 << 10;

thread_local! {
    /// Constant and without a destructor, so that asking for it allocates nothing.
    static BLOCKS: Blocks = const { Blocks::new() };
}

/// The blocks of a thread.
struct Blocks {
    /// The first free block of each class; a free block begins with the address of the next one.
    free: [Cell<*mut u8>; CLASSES],
    /// What is left of the mapping until it is said how far that is used.
    rest: Cell<*mut u8>,
    step_end: Cell<*mut u8>,
    end: Cell<*mut u8>,
}

/// Tells whether blocks of a layout come from here.
#[inline(always)]
pub fn is_small(layout: Layout) -> bool {
    layout.size() <= LARGEST && layout.align() <= ALIGNMENT
}

/// Returns the class of the smallest blocks that hold so many bytes.
#[inline(always)]
fn class_of(size: usize) -> usize {
    if size <= FINE {
        size.saturating_sub(1) / ALIGNMENT
    } else {
        let last = size - 1;
        let doubling = last.ilog2() - FINE.ilog2();
        let quarter = (last >> (last.ilog2() - 2)) & 3;
        FINE_CLASSES + 4 * doubling as usize + quarter
    }
}

/// Returns the size of a class's blocks.
#[inline(always)]
fn size_of(class: usize) -> usize {
    if class < FINE_CLASSES {
        (class + 1) * ALIGNMENT
    } else {
        let (doubling, quarter) = ((class - FINE_CLASSES) / 4, (class - FINE_CLASSES) % 4);
        (FINE << doubling) / 4 * (5 + quarter)
    }
}

/// Allocates a block for a layout that [`is_small`]; null where the system has no memory.
#[inline(always)]
pub fn alloc(layout: Layout) -> *mut u8 {
    let class = class_of(layout.size());
    BLOCKS.with(|blocks| {
        let block = blocks.free[class].get();
        if block.is_null() {
            return blocks.cut(size_of(class));
        }
        // SAFETY: a block in the list was given back by `dealloc`, which wrote the next one into it; nobody else has it.
        let next = unsafe { block.cast::<*mut u8>().read() };
        blocks.free[class].set(next);
        block
    })
}

/// Takes a block back.
///
/// # Safety
/// The block is one that [`alloc`] made, on whatever thread, for a layout of the same class, and nobody uses it any more.
#[inline(always)]
pub unsafe fn dealloc(block: *mut u8, layout: Layout) {
    let class = class_of(layout.size());
    BLOCKS.with(|blocks| {
        // SAFETY: by the caller's promise the block is free, and every block has room for an address and is aligned for it.
        unsafe { block.cast::<*mut u8>().write(blocks.free[class].get()) };
        blocks.free[class].set(block);
    });
}

/// Tells whether a block for one size has room for another, and is not too large for it.
#[inline(always)]
pub fn fits(size: usize, new_size: usize) -> bool {
    class_of(size) == class_of(new_size)
}

impl Blocks {
    const fn new() -> Self {
        Self {
            free: [const { Cell::new(ptr::null_mut()) }; CLASSES],
            rest: Cell::new(ptr::null_mut()),
            step_end: Cell::new(ptr::null_mut()),
            end: Cell::new(ptr::null_mut()),
        }
    }

    /// Cuts a new block off the mapping.
    #[inline(always)]
    fn cut(&self, size: usize) -> *mut u8 {
        let block = self.rest.get();
        if (self.step_end.get() as usize) - (block as usize) < size {
            return self.cut_from_next_step(size);
        }
        self.rest.set(block.wrapping_add(size));
        block
    }

    /// Cuts a block off the rest of the mapping, or of a new one, and says how far that is used.
    #[cold]
    #[inline(never)]
    fn cut_from_next_step(&self, size: usize) -> *mut u8 {
        if (self.end.get() as usize) - (self.rest.get() as usize) < size {
            let mapping = super::map(MAPPING);
            if mapping.is_null() {
                return mapping;
            }
            self.rest.set(mapping);
            self.end.set(mapping.wrapping_add(MAPPING));
        }
        let block = self.rest.get();
        let left = self.end.get() as usize - block as usize;
        self.rest.set(block.wrapping_add(size));
        self.step_end.set(block.wrapping_add(left.min(size + STEP)));
        super::ahead::blocks_reached(block as usize, self.end.get() as usize);
        block
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_have_room_and_waste_little() {
        for size in 0..=LARGEST {
            let class = class_of(size);
            let room = size_of(class);
            assert!(class < CLASSES && room >= size && room.is_multiple_of(ALIGNMENT));
            assert!(class == 0 || size_of(class - 1) < size, "{size}");
        }
    }

    #[test]
    fn blocks_do_not_overlap_and_keep_what_is_written() {
        let mut blocks: Vec<(*mut u8, Layout, u8)> = Vec::new();
        let mut state = 1u64;
        for round in 0..20_000u32 {
            state = state
                .wrapping_mul(6364136223846793005)
                .wrapping_add(1442695040888963407);
            let random = (state >> 33) as usize;
            if random.is_multiple_of(3) && !blocks.is_empty() {
                let (block, layout, mark) = blocks.swap_remove(random % blocks.len());
                // SAFETY: the block was made for this layout, has been written to its end, and is given back once.
                unsafe {
                    let bytes = std::slice::from_raw_parts(block, layout.size());
                    assert!(bytes.iter().all(|&byte| byte == mark));
                    dealloc(block, layout);
                }
            } else {
                let size = 1 + random
                    % if round.is_multiple_of(16) {
                        LARGEST
                    } else {
                        300
                    };
                let layout = Layout::from_size_align(size, 8).unwrap();
                let block = alloc(layout);
                assert!(!block.is_null() && (block as usize).is_multiple_of(ALIGNMENT));
                // SAFETY: the block has room for the layout's size.
                unsafe { block.write_bytes(round as u8, size) };
                blocks.push((block, layout, round as u8));
            }
        }
    }
}

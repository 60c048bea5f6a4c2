//! Pages ahead of the program: another thread has the kernel clear them, which takes a quarter of the time of an evaluation that allocates much.
//!
//! What grows from one end to the other (the heap of an evaluation, the mapping that small blocks are cut from) says how far it is used. A
//! thread makes the next pages present, a few MB of them. Where there is no such thread, for want of a second
//! processor or of a kernel that can do it (Linux 5.14), pages come when they are touched, as ever.

use std::num::NonZero;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, Thread};

use super::HUGE_PAGE;

/// Memory that is used from one end to the other.
#[derive(Debug)]
struct Region {
    /// The first address that has not been used.
    reached: AtomicUsize,
    end: AtomicUsize,
}

/// The heap of the evaluation.
static HEAP: Region = Region::new();

/// The mapping that small blocks are cut from.
static BLOCKS: Region = Region::new();

static HELPER: OnceLock<Thread> = OnceLock::new();

/// So much is made present at once. The kernel lets nobody change the program's mappings meanwhile.
const PIECE: usize = HUGE_PAGE;

/// The first bytes of a region have small pages, of which so much is made present at once.
const FIRST_PIECE: usize = PIECE / 8;

/// The stack of a thread that calls the kernel and nothing else.
const STACK: usize = 64 << 10;

/// How many bytes are made present ahead of what is used, by how much is used: little for a small program, since what is never used would
/// still count.
fn most_ahead(used: usize) -> usize {
    if used < PIECE / 2 {
        PIECE / 4
    } else {
        used.clamp(PIECE, 4 * PIECE)
    }
}

/// Starts the thread, if that makes sense on this machine. It ends with the program.
pub fn start() {
    if thread::available_parallelism().is_ok_and(|processors| processors > NonZero::<usize>::MIN) {
        // Without it, everything works as well.
        let _ = thread::Builder::new().stack_size(STACK).spawn(|| {
            if HELPER.set(thread::current()).is_ok() {
                help();
            }
        });
    }
}

/// Says how far the heap is used, as the evaluator wants to be told it.
pub fn heap_reached(address: usize, end: usize) {
    HEAP.reached(address, end);
}

/// Says how far the mapping of small blocks is used. Allocates nothing.
pub fn blocks_reached(address: usize, end: usize) {
    BLOCKS.reached(address, end);
}

impl Region {
    const fn new() -> Self {
        Self {
            reached: AtomicUsize::new(0),
            end: AtomicUsize::new(0),
        }
    }

    fn reached(&self, address: usize, end: usize) {
        self.end.store(end, Ordering::Relaxed);
        self.reached.store(address, Ordering::Release);
        if let Some(helper) = HELPER.get() {
            helper.unpark();
        }
    }
}

/// What the thread knows of a region.
#[derive(Debug, Default)]
struct Followed {
    /// Where the region started to be used.
    start: usize,
    /// Up to here pages are present.
    present: usize,
    /// Where it ends.
    end: usize,
}

impl Followed {
    /// Returns the next piece that should be present, given how far the region is used.
    fn next(&mut self, reached: usize, end: usize) -> Option<(usize, usize)> {
        if end != self.end {
            // Another mapping.
            (self.start, self.present, self.end) = (reached, reached, end);
        }
        self.present = self.present.max(reached);
        let wanted =
            end.min(reached.saturating_add(most_ahead(reached.saturating_sub(self.start))));
        if self.present >= wanted {
            return None;
        }
        let piece = if self.present < (self.start + 1).next_multiple_of(PIECE) {
            FIRST_PIECE
        } else {
            PIECE
        };
        let piece_end = (self.present + 1).next_multiple_of(piece).min(end);
        let piece = (self.present & !(piece - 1), piece_end);
        self.present = piece_end;
        Some(piece)
    }
}

fn help() {
    let mut followed = [(&HEAP, Followed::default()), (&BLOCKS, Followed::default())];
    loop {
        let mut rests = true;
        for (region, followed) in &mut followed {
            let reached = region.reached.load(Ordering::Acquire);
            let end = region.end.load(Ordering::Relaxed);
            if reached == 0 {
                continue;
            }
            if let Some((start, end)) = followed.next(reached, end) {
                rests = false;
                if !make_present(start, end) {
                    return;
                }
            }
        }
        if rests {
            thread::park();
        }
    }
}

/// Makes pages present, and tells whether the kernel can do so at all.
fn make_present(start: usize, end: usize) -> bool {
    // SAFETY: this changes what no memory holds, also where the mapping is gone by now or begins later: then the call fails, or what is there instead becomes present.
    let result = unsafe {
        libc::madvise(
            std::ptr::without_provenance_mut(start),
            end - start,
            libc::MADV_POPULATE_WRITE,
        )
    };
    result == 0 || std::io::Error::last_os_error().raw_os_error() != Some(libc::EINVAL)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_follow_what_is_used_within_bounds() {
        let base = 1 << 40;
        let end = base + 100 * PIECE;
        let mut followed = Followed::default();
        let first = base + 4096;
        let mut reached = first;
        let mut present = base;
        while reached < end {
            while let Some((start, piece_end)) = followed.next(reached, end) {
                let length = if start < base + PIECE {
                    FIRST_PIECE
                } else {
                    PIECE
                };
                assert!(start == present && piece_end - start == length && piece_end <= end);
                present = piece_end;
            }
            let ahead = present - reached;
            assert!(ahead <= 5 * PIECE, "{ahead}");
            let least = if reached - first < PIECE / 2 {
                PIECE / 4
            } else {
                PIECE
            };
            assert!(present == end || ahead >= least);
            reached += PIECE / 5;
        }
        // Another mapping, in front of it.
        assert_eq!(
            followed.next(PIECE, 3 * PIECE),
            Some((PIECE, PIECE + FIRST_PIECE))
        );
    }

    #[test]
    fn memory_becomes_present_and_stays_as_it_is() {
        let length = 2 * PIECE;
        let memory = super::super::map(length);
        assert!(!memory.is_null());
        // SAFETY: the mapping is that long and nobody else's.
        let bytes = unsafe { std::slice::from_raw_parts_mut(memory, length) };
        bytes[5] = 7;
        // A kernel that cannot do it says so.
        let _ = make_present(memory as usize, memory as usize + length);
        assert!(
            bytes
                .iter()
                .enumerate()
                .all(|(at, &byte)| byte == if at == 5 { 7 } else { 0 })
        );
        // What is no memory is left alone.
        assert!(make_present(0, 4096));
    }
}

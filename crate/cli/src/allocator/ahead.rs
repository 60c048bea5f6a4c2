//! Pages ahead of the program: another thread has the kernel clear them, which takes a quarter of the time of an evaluation that allocates much.
//!
//! What grows from one end to the other (the heap of an evaluation, the mapping that small blocks are cut from) says how far it is used. A
//! thread makes the next pages present, a few MB of them, so too where a table has grown, and has a mapping ready for the next table. Where there is no such thread, for want of a second
//! processor or of a kernel that can do it (Linux 5.14), pages come when they are touched, as ever.

use std::num::NonZero;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};
use std::thread::{self, Thread};

use super::{HUGE_PAGE, MAPPING};

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

/// What the tables that have grown last have grown by: several grow together.
static TABLES: [Region; 8] = [const { Region::new() }; 8];

/// The next of [`TABLES`] to be replaced, modulo their number.
static TURN: AtomicUsize = AtomicUsize::new(0);

/// A mapping of [`MAPPING`] bytes that nobody has used, whose first pages are present, or null.
static PREPARED: AtomicPtr<u8> = AtomicPtr::new(std::ptr::null_mut());

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

/// So many bytes are made present of what a table has grown by.
const TABLE_AHEAD: usize = 4 * PIECE;

/// A program that has used so much of its heap or of its small blocks will want tables.
const NOT_SMALL: usize = PIECE / 4;

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

/// Says that a table has grown from one address to another. Allocates nothing.
pub fn table_grown(from: usize, to: usize) {
    let turn = TURN.fetch_add(1, Ordering::Relaxed);
    TABLES[turn % TABLES.len()].reached(from, to);
}

/// Takes the mapping of `MAPPING` zero bytes that has been prepared; null if there is none.
pub fn prepared_mapping() -> *mut u8 {
    let mapping = PREPARED.swap(std::ptr::null_mut(), Ordering::AcqRel);
    if !mapping.is_null()
        && let Some(helper) = HELPER.get()
    {
        helper.unpark();
    }
    mapping
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

    /// Returns how far the region is used, and where it ends, if it is used at all.
    fn get(&self) -> Option<(usize, usize)> {
        let reached = self.reached.load(Ordering::Acquire);
        let end = self.end.load(Ordering::Relaxed);
        (reached != 0).then_some((reached, end))
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
        self.follow(reached, end);
        let ahead = most_ahead(reached.saturating_sub(self.start));
        let piece = if self.present < (self.start + 1).next_multiple_of(PIECE) {
            FIRST_PIECE
        } else {
            PIECE
        };
        self.piece(reached, ahead, piece)
    }

    /// Returns the next piece that should be present of what a table has grown by.
    fn next_of_table(&mut self, reached: usize, end: usize) -> Option<(usize, usize)> {
        self.follow(reached, end);
        self.piece(reached, TABLE_AHEAD, PIECE)
    }

    fn follow(&mut self, reached: usize, end: usize) {
        if end != self.end {
            // Another mapping.
            (self.start, self.present, self.end) = (reached, reached, end);
        }
        self.present = self.present.max(reached);
    }

    fn piece(&mut self, reached: usize, ahead: usize, piece: usize) -> Option<(usize, usize)> {
        if self.present >= self.end.min(reached.saturating_add(ahead)) {
            return None;
        }
        let start = self.present & !(piece - 1);
        self.present = (self.present + 1).next_multiple_of(piece).min(self.end);
        Some((start, self.present))
    }
}

fn help() {
    let mut followed = [(&HEAP, Followed::default()), (&BLOCKS, Followed::default())];
    let mut tables = TABLES.each_ref().map(|table| (table, Followed::default()));
    loop {
        let mut rests = true;
        let mut is_small = true;
        let mut make = |piece: Option<(usize, usize)>| {
            rests &= piece.is_none();
            piece.is_none_or(|(start, end)| make_present(start, end))
        };
        for (region, followed) in &mut followed {
            let Some((reached, end)) = region.get() else {
                continue;
            };
            if !make(followed.next(reached, end)) {
                return;
            }
            is_small &= reached.saturating_sub(followed.start) < NOT_SMALL;
        }
        for (table, followed) in &mut tables {
            let Some((reached, end)) = table.get() else {
                continue;
            };
            if !make(followed.next_of_table(reached, end)) {
                return;
            }
        }
        if !is_small && PREPARED.load(Ordering::Relaxed).is_null() {
            let mapping = super::map_anew(MAPPING);
            if mapping.is_null() || !make_present(mapping as usize, mapping as usize + PIECE) {
                return;
            }
            // Nobody else puts one there.
            PREPARED.store(mapping, Ordering::Release);
        } else if rests {
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
    fn a_table_is_followed_where_it_has_grown() {
        let (from, to) = ((1 << 40) + PIECE / 2, (1 << 40) + 20 * PIECE);
        let mut followed = Followed::default();
        let first = followed.next_of_table(from, to);
        assert_eq!(first, Some((from - PIECE / 2, from + PIECE / 2)));
        let pieces = std::iter::from_fn(|| followed.next_of_table(from, to)).count();
        assert_eq!(pieces * PIECE, TABLE_AHEAD);
        // It has grown again, by less than a piece.
        let grown = to + PIECE / 4;
        assert_eq!(followed.next_of_table(to, grown), Some((to, grown)));
        assert_eq!(followed.next_of_table(to, grown), None);
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

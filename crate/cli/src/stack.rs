//! A thread with room for deep recursion, so that evaluation seldom has to leave the native stack for the slower one on the heap.

use std::cell::Cell;
use std::thread;

/// Bytes of a level at most, in development builds; optimised ones take half of it (see `Settings::native_levels`).
const LEVEL: usize = 1700;

/// Levels of recursion that the thread has room for: 10,000 nested calls of six levels each.
const LEVELS: u32 = 60_000;

/// Levels that fit into the 2 MB that any other thread has at least.
const LEVELS_ELSEWHERE: u32 = 1000;

thread_local! {
    static ROOM: Cell<u32> = const { Cell::new(LEVELS_ELSEWHERE) };
}

/// Returns how many levels of recursion the stack of the current thread has room for.
pub fn levels() -> u32 {
    ROOM.get()
}

/// Calls a function on a thread with a large stack, of which only what is used takes memory; on the current one if there can't be such.
pub fn with_room<T: Send>(call: impl Fn() -> T + Send + Sync) -> T {
    let run = || {
        ROOM.set(LEVELS);
        call()
    };
    thread::scope(|scope| {
        let stack = LEVELS as usize * LEVEL;
        let started = thread::Builder::new()
            .stack_size(stack)
            .spawn_scoped(scope, run);
        match started.map(thread::ScopedJoinHandle::join) {
            Ok(Ok(result)) => result,
            Ok(Err(panic)) => std::panic::resume_unwind(panic),
            Err(_) => call(),
        }
    })
}

//! A stack on the heap for recursive `async fn`: a call suspends its caller, and a loop runs the call on top.
//!
//! This is no executor: nothing runs beside anything else, and nothing waits but for the one call that it has made. The machinery is
//! compiled once for each type of result; there are hundreds of recursive functions, and only their own code is there for each.

use std::cell::Cell;
use std::future::Future;
use std::marker::{PhantomData, PhantomPinned};
use std::pin::Pin;
use std::ptr::{self, NonNull};
use std::task::{Context, Poll, RawWaker, RawWakerVTable, Waker};

/// What recursive functions make their calls with. Its type parameter decides only where they are compiled.
#[derive(Debug)]
pub struct Stk<Site = ()>(PhantomData<fn() -> Site>);

impl<Site: 'static> Stk<Site> {
    /// Prepares a recursive call, which runs when its result is awaited.
    pub fn run<'s, 'a, R, F>(&'s mut self, call: impl FnOnce(&'s mut Self) -> F) -> Call<'a, R>
    where
        F: Future<Output = R> + 'a,
    {
        Call {
            callee: Some(Box::pin(call(self))),
            state: State::Prepared,
            _pinned: PhantomPinned,
        }
    }
}

/// Runs a recursive function on a new stack to its end. Never inlined, lest what this takes makes every level of the native stack larger.
#[cold]
#[inline(never)]
pub fn run_to_end<'a, Site, R, F>(call: impl FnOnce(&'static mut Stk<Site>) -> F) -> R
where
    Site: 'static,
    F: Future<Output = R> + 'a,
{
    // Without size, so nothing is allocated.
    let mut first = Box::pin(Box::leak(Box::new(Stk(PhantomData))).run(call));
    let called = Called(Cell::new(None));
    // SAFETY: the functions of the table do nothing, so none can do wrong with the pointer.
    let waker = unsafe { Waker::new((&raw const called).cast(), &WAKER) };
    let mut context = Context::from_waker(&waker);
    if let Poll::Ready(result) = first.as_mut().poll(&mut context) {
        return result;
    }
    {
        let mut running = Running(Vec::new());
        running.0.extend(called.0.take());
        while let Some(&top) = running.0.last() {
            // SAFETY: a call stays pinned in its caller until its result is taken, which is after it has left `running`; `Drop` of
            // `Call` sees to that. Nothing else refers to it in the meantime, since its caller waits.
            let finished = unsafe { Pin::new_unchecked(&mut *top.as_ptr()) }.step(&mut context);
            if finished {
                running.0.pop();
            } else {
                let next = called.0.take();
                running
                    .0
                    .push(next.expect("only a call suspends a function"));
            }
        }
    }
    match first.as_mut().poll(&mut context) {
        Poll::Ready(result) => result,
        Poll::Pending => unreachable!("the first call has finished"),
    }
}

/// A recursive call of a function with a result of type `R`.
#[must_use = "a call runs when its result is awaited"]
pub struct Call<'a, R> {
    callee: Option<Pin<Box<dyn Future<Output = R> + 'a>>>,
    state: State<R>,
    /// The stack points to a running call.
    _pinned: PhantomPinned,
}

enum State<R> {
    Prepared,
    /// On the stack, unless there is no callee any more.
    Running,
    Finished(R),
    Taken,
}

impl<R> Future for Call<'_, R> {
    type Output = R;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<R> {
        // SAFETY: nothing is moved out of what is pinned: the callee is in a box, and results need not be pinned.
        let this = unsafe { self.get_unchecked_mut() };
        match this.state {
            State::Prepared => {
                let waker = context.waker();
                assert!(
                    ptr::eq(waker.vtable(), &WAKER),
                    "a recursive call is awaited on a heap stack"
                );
                this.state = State::Running;
                let frame: *mut (dyn Frame + '_) = this;
                // SAFETY: a pointer with another lifetime; where it is used it is said why what it points to is alive.
                let frame: *mut (dyn Frame + 'static) = unsafe { std::mem::transmute(frame) };
                // SAFETY: a waker with this table has a pointer to a `Called` that lives longer than the waker.
                let called = unsafe { &*waker.data().cast::<Called>() };
                called.0.set(NonNull::new(frame));
                Poll::Pending
            }
            State::Running | State::Taken => Poll::Pending,
            State::Finished(_) => match std::mem::replace(&mut this.state, State::Taken) {
                State::Finished(result) => Poll::Ready(result),
                _ => Poll::Pending,
            },
        }
    }
}

impl<R> Drop for Call<'_, R> {
    fn drop(&mut self) {
        if matches!(self.state, State::Running) && self.callee.is_some() {
            // The stack would go on with memory that is free. No `async fn` does this, since it waits for the calls that it makes.
            std::process::abort();
        }
    }
}

/// A call on the stack, whatever its result is.
trait Frame {
    /// Goes on with the callee until it makes a call itself or ends, and tells whether it has ended.
    fn step(self: Pin<&mut Self>, context: &mut Context<'_>) -> bool;

    /// Drops the callee.
    fn cancel(self: Pin<&mut Self>);
}

impl<R> Frame for Call<'_, R> {
    fn step(self: Pin<&mut Self>, context: &mut Context<'_>) -> bool {
        // SAFETY: as in `poll`.
        let this = unsafe { self.get_unchecked_mut() };
        let Some(callee) = &mut this.callee else {
            return true;
        };
        match callee.as_mut().poll(context) {
            Poll::Ready(result) => {
                this.callee = None;
                this.state = State::Finished(result);
                true
            }
            Poll::Pending => false,
        }
    }

    fn cancel(self: Pin<&mut Self>) {
        // SAFETY: as in `poll`.
        unsafe { self.get_unchecked_mut() }.callee = None;
    }
}

/// Where a call that is awaited is left for the loop.
struct Called(Cell<Option<NonNull<dyn Frame>>>);

/// The calls under way, each pinned in the callee of the one before.
struct Running(Vec<NonNull<dyn Frame>>);

impl Drop for Running {
    /// Drops what a panic has left: from the top, since what is below owns what is above, a million levels deep.
    fn drop(&mut self) {
        while let Some(top) = self.0.pop() {
            // SAFETY: as in `run_to_end`.
            unsafe { Pin::new_unchecked(&mut *top.as_ptr()) }.cancel();
        }
    }
}

/// Marks the wakers whose pointer is to a [`Called`]. Nothing ever has to be woken.
static WAKER: RawWakerVTable = RawWakerVTable::new(
    // A copy could outlive what the pointer is to, so it has none.
    |_| RawWaker::new(ptr::null(), Waker::noop().vtable()),
    |_| {},
    |_| {},
    |_| {},
);

#[cfg(test)]
mod tests {
    use super::{Stk, run_to_end};
    use std::cell::Cell;
    use std::rc::Rc;

    async fn sum_to(stk: &mut Stk, number: u64) -> u64 {
        if number == 0 {
            return 0;
        }
        number + stk.run(|stk| sum_to(stk, number - 1)).await
    }

    /// Levels that a native stack does not hold, fewer where each is interpreted.
    const DEEP: u64 = if cfg!(miri) { 200 } else { 1_000_000 };

    #[test]
    fn calls_return_results_of_any_type() {
        async fn describe(stk: &mut Stk, depth: usize) -> Result<String, Box<[usize]>> {
            if depth == 7 {
                return Err(Box::new([depth]));
            }
            let inner = stk.run(|stk| describe(stk, depth + 1)).await?;
            Ok(inner + "!")
        }
        assert_eq!(run_to_end(|stk| sum_to(stk, 100)), 5050);
        assert_eq!(run_to_end(|stk| describe(stk, 0)), Err([7].into()));
    }

    #[test]
    fn several_calls_follow_each_other() {
        async fn fibonacci(stk: &mut Stk, number: u32) -> u32 {
            if number < 2 {
                return number;
            }
            let one = stk.run(|stk| fibonacci(stk, number - 1)).await;
            one + stk.run(|stk| fibonacci(stk, number - 2)).await
        }
        assert_eq!(run_to_end(|stk| fibonacci(stk, 10)), 55);
    }

    #[test]
    fn depth_is_limited_by_memory_only() {
        let sum = run_to_end(|stk| sum_to(stk, DEEP));
        assert_eq!(sum, DEEP * (DEEP + 1) / 2);
    }

    #[test]
    fn stacks_can_be_nested() {
        async fn outer(stk: &mut Stk, number: u64) -> u64 {
            let inner = run_to_end(|stk| sum_to(stk, number));
            inner + stk.run(|stk| sum_to(stk, number)).await
        }
        assert_eq!(run_to_end(|stk| outer(stk, 10)), 110);
    }

    #[test]
    fn a_panic_drops_everything_once_from_the_top() {
        async fn fall(stk: &mut Stk, number: u64, token: Rc<()>) -> u64 {
            assert!(number > 0, "the bottom");
            let own = Rc::clone(&token);
            let result = stk.run(|stk| fall(stk, number - 1, token)).await;
            drop(own);
            result
        }
        let token = Rc::new(());
        let copy = Rc::clone(&token);
        let attempt = std::panic::AssertUnwindSafe(|| run_to_end(|stk| fall(stk, DEEP, copy)));
        assert!(std::panic::catch_unwind(attempt).is_err());
        assert_eq!(Rc::strong_count(&token), 1);
    }

    #[test]
    fn a_call_that_nobody_awaits_does_not_run() {
        async fn count(_: &mut Stk, runs: &Cell<u32>) {
            runs.set(runs.get() + 1);
        }
        async fn careless(stk: &mut Stk, runs: &Cell<u32>) {
            drop(stk.run(|stk| count(stk, runs)));
            stk.run(|stk| count(stk, runs)).await;
        }
        let runs = Cell::new(0);
        run_to_end(|stk| careless(stk, &runs));
        assert_eq!(runs.get(), 1);
    }
}

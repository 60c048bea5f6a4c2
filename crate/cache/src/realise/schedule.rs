//! The time line of a run: which step begins when, with so many builds and downloads at the same time.
//!
//! A step begins when it is known to be needed, what it waits for is done, and a slot is free; of several the one that
//! comes first in the run begins. Times are simulated: they follow from sizes, latencies and a table, not from a clock.

use drvlab_store::OrderedSet;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::{Done, Step};
use crate::settings::Settings;

/// When a step runs, in milliseconds from the beginning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// When it begins.
    pub start: u64,
    /// When it ends.
    pub end: u64,
    /// In which of the slots of its kind, from 0.
    pub slot: usize,
}

/// The time line of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schedule {
    /// For each step, in their order.
    pub spans: Vec<Span>,
    /// Milliseconds from the beginning to the end of the last step.
    pub total: u64,
    /// Milliseconds of all builds together.
    pub build_time: u64,
    /// Milliseconds of the longest chain of builds that wait for each other.
    pub critical_path: u64,
    /// The builds of that chain, by index, first to last.
    pub critical_steps: Vec<usize>,
}

/// Slots of one kind.
struct Slots {
    free: OrderedSet<usize>,
}

impl Slots {
    fn new(count: u32) -> Self {
        // More slots than steps could fill would only take memory.
        Self {
            free: (0..count.clamp(1, 1024) as usize).collect(),
        }
    }
}

/// Puts the steps of a run on a time line.
#[must_use]
pub fn schedule(steps: &[Done], settings: &Settings) -> Schedule {
    let mut schedule = Schedule {
        spans: vec![Span::default(); steps.len()],
        ..Schedule::default()
    };
    let mut waits_for: Vec<usize> = steps.iter().map(|done| done.after.len()).collect();
    let mut dependents: Vec<Vec<usize>> = vec![Vec::new(); steps.len()];
    for (index, done) in steps.iter().enumerate() {
        for before in &done.after {
            dependents[*before].push(index);
        }
    }
    let mut slots = [
        Slots::new(settings.max_jobs),
        Slots::new(settings.max_substitution_jobs),
    ];
    let mut ready: [OrderedSet<usize>; 2] = Default::default();
    // What happens next: a step becomes known, or one ends.
    let mut events: BinaryHeap<Reverse<(u64, bool, usize)>> = BinaryHeap::new();
    for (index, done) in steps.iter().enumerate() {
        if waits_for[index] == 0 {
            events.push(Reverse((done.known_at, true, index)));
        }
    }
    while let Some(Reverse((now, begins, index))) = events.pop() {
        if begins {
            ready[kind(&steps[index].step)].insert(index);
        } else {
            slots[kind(&steps[index].step)]
                .free
                .insert(schedule.spans[index].slot);
            for &dependent in &dependents[index] {
                waits_for[dependent] -= 1;
                if waits_for[dependent] == 0 {
                    let at = steps[dependent].known_at.max(now);
                    events.push(Reverse((at, true, dependent)));
                }
            }
        }
        // Everything that happens at this moment comes before what begins.
        if events
            .peek()
            .is_some_and(|Reverse((next, ..))| *next == now)
        {
            continue;
        }
        for (ready, slots) in ready.iter_mut().zip(&mut slots) {
            while let (Some(&index), Some(&slot)) = (ready.first(), slots.free.first()) {
                ready.remove(&index);
                slots.free.remove(&slot);
                let end = now.saturating_add(duration(&steps[index].step));
                schedule.spans[index] = Span {
                    start: now,
                    end,
                    slot,
                };
                schedule.total = schedule.total.max(end);
                events.push(Reverse((end, false, index)));
            }
        }
    }
    critical_path(steps, &mut schedule);
    schedule
}

/// Finds the longest chain of builds.
fn critical_path(steps: &[Done], schedule: &mut Schedule) {
    // Steps come after what they wait for.
    let mut longest: Vec<(u64, Option<usize>)> = Vec::with_capacity(steps.len());
    for done in steps {
        let own = match &done.step {
            Step::Build { duration, .. } => *duration,
            Step::Fetch { .. } => 0,
        };
        schedule.build_time = schedule.build_time.saturating_add(own);
        let before = done
            .after
            .iter()
            .copied()
            .max_by_key(|before| longest[*before].0);
        let time = before
            .map_or(0, |before| longest[before].0)
            .saturating_add(own);
        longest.push((time, before));
    }
    let last = (0..steps.len()).max_by_key(|index| (longest[*index].0, Reverse(*index)));
    schedule.critical_path = last.map_or(0, |last| longest[last].0);
    let mut chain = last.filter(|last| longest[*last].0 > 0);
    while let Some(index) = chain {
        if matches!(steps[index].step, Step::Build { .. }) {
            schedule.critical_steps.push(index);
        }
        chain = longest[index].1;
    }
    schedule.critical_steps.reverse();
}

const fn kind(step: &Step) -> usize {
    match step {
        Step::Build { .. } => 0,
        Step::Fetch { .. } => 1,
    }
}

const fn duration(step: &Step) -> u64 {
    match step {
        Step::Build { duration, .. } | Step::Fetch { duration, .. } => *duration,
    }
}

//! Measures cases side by side: what counts is the ratio to the first of them, or what they take more, in the same run.
//!
//! Absolute times on a shared machine mean little. The cases take turns, so whatever slows the machine slows all of them; the
//! median of many rounds of thread CPU time is what is compared; allocations are exact.
//!
//! Allocations may have a ceiling. `cargo test --bench NAME` looks at nothing else, so that it can gate.

pub mod documents;

use cpu_time::ThreadTime;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use std::alloc::System;
use std::hint::black_box;
use std::time::Duration;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const ROUNDS: usize = 41;
/// A round lasts at least so long, so that the clock's own cost vanishes in it.
const ROUND: Duration = Duration::from_millis(4);
/// So many things to work on are made at once: enough that the clock costs little, few enough to stay in the caches.
const BATCH: usize = 64;

/// One way to do the work.
pub struct Case<'a> {
    name: &'static str,
    /// Does the work so often and says what that cost.
    work: Box<dyn FnMut(usize) -> Cost + 'a>,
    most_allocations: Option<usize>,
}

impl Case<'_> {
    /// More allocations than these are an error.
    #[must_use]
    pub fn at_most(mut self, allocations: usize) -> Self {
        self.most_allocations = Some(allocations);
        self
    }
}

#[derive(Default)]
struct Cost {
    time: Duration,
    allocations: usize,
}

/// One way to do the work; the name stands in the table.
pub fn case<'a, T>(name: &'static str, mut work: impl FnMut() -> T + 'a) -> Case<'a> {
    let work = move |times| {
        cost(|| {
            for _ in 0..times {
                drop(black_box(work()));
            }
        })
    };
    Case {
        name,
        work: Box::new(work),
        most_allocations: None,
    }
}

/// One way to work on something: that it is made before and dropped after costs nothing.
pub fn case_on<'a, I, O>(
    name: &'static str,
    mut make: impl FnMut() -> I + 'a,
    mut work: impl FnMut(I) -> O + 'a,
) -> Case<'a> {
    let work = move |times: usize| {
        let mut all = Cost::default();
        let mut left = times;
        while left > 0 {
            let batch = left.min(BATCH);
            left -= batch;
            let inputs: Vec<I> = (0..batch).map(|_| make()).collect();
            let mut outputs = Vec::with_capacity(batch);
            let one = cost(|| {
                for input in inputs {
                    outputs.push(black_box(work(black_box(input))));
                }
            });
            all.time += one.time;
            all.allocations += one.allocations;
        }
        all
    };
    Case {
        name,
        work: Box::new(work),
        most_allocations: None,
    }
}

/// Measures the cases and prints a table; the first is what the others are compared with.
///
/// # Panics
/// If a case allocates more often than it may.
pub fn compare(what: &str, mut cases: Vec<Case<'_>>) {
    // What is compiled for tests is slow, and its times say nothing.
    let medians = (!cfg!(debug_assertions)).then(|| medians(&mut cases));
    let times = if medians.is_some() {
        "        µs    ratio    µs more"
    } else {
        ""
    };
    println!("{what}\n  {:<48} allocations {times}", "");
    let mut over = Vec::new();
    for (at, case) in cases.iter_mut().enumerate() {
        // Not the first run, which may have something to set up.
        (case.work)(1);
        let allocations = (case.work)(1).allocations;
        print!("  {:<48} {allocations:>11}", case.name);
        if let Some(medians) = &medians {
            let ratio = medians[at] / medians[0];
            let more = medians[at] - medians[0];
            print!(" {:>10.2} {ratio:>8.3} {more:>10.2}", medians[at]);
        }
        println!();
        if case.most_allocations.is_some_and(|most| allocations > most) {
            over.push(case.name);
        }
    }
    println!();
    assert!(over.is_empty(), "more allocations than allowed: {over:?}");
}

fn medians(cases: &mut [Case<'_>]) -> Vec<f64> {
    let mut repeats: Vec<usize> = cases
        .iter_mut()
        .map(|case| repeats(&mut case.work))
        .collect();
    let mut times = vec![Vec::with_capacity(ROUNDS); cases.len()];
    for _ in 0..ROUNDS {
        for ((case, repeats), times) in cases.iter_mut().zip(&mut repeats).zip(&mut times) {
            times.push(micros(&mut case.work, *repeats));
        }
    }
    times.iter_mut().map(|times| median(times)).collect()
}

fn cost(work: impl FnOnce()) -> Cost {
    let region = Region::new(ALLOCATOR);
    let start = ThreadTime::now();
    work();
    let time = start.elapsed();
    let change = region.change();
    Cost {
        time,
        allocations: change.allocations + change.reallocations,
    }
}

fn repeats(work: &mut dyn FnMut(usize) -> Cost) -> usize {
    let mut repeats = 1;
    while work(repeats).time < ROUND {
        repeats *= 2;
    }
    repeats
}

/// Microseconds of one run.
fn micros(work: &mut dyn FnMut(usize) -> Cost, repeats: usize) -> f64 {
    // What another case left in the caches is not this one's fault.
    work(repeats.div_ceil(4));
    work(repeats).time.as_secs_f64() * 1e6 / repeats as f64
}

fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or(f64::NAN)
}

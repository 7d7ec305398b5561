//! Measures cases side by side: what counts is the ratio to the first of them, in the same run.
//!
//! Absolute times on a shared machine mean little. The cases take turns, so whatever slows the machine slows all of them; the
//! median of many rounds of thread CPU time is what is compared; allocations are exact.

use cpu_time::ThreadTime;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use std::alloc::System;
use std::time::Duration;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const ROUNDS: usize = 41;
/// A round lasts at least so long, so that the clock's own cost vanishes in it.
const ROUND: Duration = Duration::from_millis(4);

/// One way to do the work.
pub struct Case<'a> {
    name: &'static str,
    work: Box<dyn FnMut() + 'a>,
}

/// One way to do the work; the name stands in the table.
pub fn case<'a, T>(name: &'static str, mut work: impl FnMut() -> T + 'a) -> Case<'a> {
    Case {
        name,
        work: Box::new(move || drop(std::hint::black_box(work()))),
    }
}

/// Measures the cases and prints a table; the first is what the others are compared with.
pub fn compare(what: &str, mut cases: Vec<Case<'_>>) {
    let mut repeats: Vec<u32> = cases
        .iter_mut()
        .map(|case| repeats(&mut case.work))
        .collect();
    let mut times = vec![Vec::with_capacity(ROUNDS); cases.len()];
    for _ in 0..ROUNDS {
        for ((case, repeats), times) in cases.iter_mut().zip(&mut repeats).zip(&mut times) {
            times.push(time(&mut case.work, *repeats));
        }
    }
    let medians: Vec<f64> = times.iter_mut().map(|times| median(times)).collect();
    println!("{what}");
    println!(
        "  {:<44} {:>10} {:>7} {:>12}",
        "", "µs", "ratio", "allocations"
    );
    for (case, median) in cases.iter_mut().zip(&medians) {
        let region = Region::new(ALLOCATOR);
        (case.work)();
        let allocations = region.change().allocations + region.change().reallocations;
        let ratio = median / medians.first().copied().unwrap_or(f64::NAN);
        println!(
            "  {:<44} {median:>10.2} {ratio:>7.3} {allocations:>12}",
            case.name
        );
    }
    println!();
}

fn repeats(work: &mut dyn FnMut()) -> u32 {
    let mut repeats = 1;
    while time(work, repeats) * f64::from(repeats) < ROUND.as_secs_f64() * 1e6 {
        repeats *= 2;
    }
    repeats
}

/// Microseconds of one run.
fn time(work: &mut dyn FnMut(), repeats: u32) -> f64 {
    let start = ThreadTime::now();
    for _ in 0..repeats {
        work();
    }
    start.elapsed().as_secs_f64() * 1e6 / f64::from(repeats)
}

fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or(f64::NAN)
}

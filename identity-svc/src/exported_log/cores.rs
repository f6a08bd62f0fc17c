//! The same done to many things, on all cores.

use std::num::NonZero;
use std::thread;

/// Fewer are not worth another thread.
const FEWEST: usize = 64;

/// What came of each, in the order of the things.
pub fn each<T: Sync, R: Send>(things: &[T], done: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let share = things.len().div_ceil(cores).max(FEWEST);
    let done = &done;
    thread::scope(|scope| {
        let some = |part: &'_ [T]| part.iter().map(done).collect::<Vec<R>>();
        let mut parts = things.chunks(share);
        let first = parts.next().unwrap_or_default();
        let others: Vec<_> = parts.map(|part| scope.spawn(move || some(part))).collect();
        let mut all = some(first);
        for other in others {
            match other.join() {
                Ok(found) => all.extend(found),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        all
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_of_each_stands_where_it_stood() {
        for count in [0, 1, 63, 64, 65, 1000] {
            let numbers: Vec<usize> = (0..count).collect();
            assert_eq!(each(&numbers, |number| *number), numbers);
        }
    }
}

//! Deferred acceptance: applicants propose to their choices in order, a specialty keeps the best so far,
//! and whoever is pushed out goes on to the next choice. Each choice is proposed to once at most, so it
//! ends; in which order people come makes no difference to the result.

use super::Placed;
use super::lists::Lists;
use super::seats::Seats;

pub fn place(lists: &Lists) -> Placed {
    let specialties = (0..lists.specialties()).map(|it| it as usize);
    let seats = specialties.map(|it| Seats::new(&lists.stages[it], &lists.quotas[it]));
    let mut seats: Vec<Seats> = seats.collect();
    let applicants = u32::try_from(lists.applicants()).unwrap_or(u32::MAX);
    // By applicant: the choices that are behind them.
    let mut tried = vec![0_u8; lists.applicants()];
    let mut placed: Placed = vec![None; lists.applicants()];
    for newcomer in 0..applicants {
        let mut moving = newcomer;
        while let Some((specialty, position)) = lists.wish(moving, tried[moving as usize]) {
            let choice = tried[moving as usize];
            tried[moving as usize] += 1;
            let Some(position) = position else { continue };
            let list = lists.of(specialty);
            let out = seats[specialty as usize].offer(position, list);
            if out != Some(position) {
                placed[moving as usize] = Some(choice);
            }
            let Some(out) = out else { break };
            moving = list[out as usize].applicant;
            placed[moving as usize] = None;
        }
    }
    placed
}

//! Long rosters, read as they are sent: with a break in the middle, and never all of it in memory.

use futures_util::StreamExt;
use proto::partner::v1 as pb;

use crate::site::{CENTRE, partner, world};
use crate::world::World;

/// Rows of one statement.
const ROWS: usize = 500;

/// So many who are booked for a session: more than any has, written by hand.
async fn crowd(world: &World, session: &str, people: usize) {
    let ids: Vec<&str> = session.split('/').collect();
    let (campaign, stage, session) = (ids[1], ids[3], ids[5]);
    let all: Vec<usize> = (1..=people).collect();
    for some in all.chunks(ROWS) {
        let (mut known, mut booked) = (Vec::new(), Vec::new());
        for number in some {
            let id = uuid::Uuid::from_u128(*number as u128);
            // In another order than the bookings'.
            let drawn = (*number as u64 * 7_919_777) % 9_999_999_967;
            known.push(format!(
                "('{campaign}', '{id}', '-', 'GRANTED', 1, 0, '{drawn:010}')"
            ));
            booked.push(format!(
                "('{id}', '{campaign}', '{stage}', '{session}', '{id}', 'BOOKED', 0, 0, 0, 1)"
            ));
        }
        let known = known.join(", ");
        world
            .sql(&format!(
                "INSERT INTO eligibilities (campaign, account, application, standing, stage_number,
                    changed_us, candidate_number) VALUES {known}"
            ))
            .await;
        let booked = booked.join(", ");
        world
            .sql(&format!(
                "INSERT INTO bookings (id, campaign, stage, session, account, state, created_us,
                    moves, sequence, version) VALUES {booked}"
            ))
            .await;
    }
}

async fn streams(people: usize) {
    let world = world().await;
    let stage = world.stage(1).await.name;
    let session = world.session(&stage, 3 * 24 * 60, 10).await.name;
    crowd(&world, &session, people).await;
    let mut token = String::new();
    let (mut seen, mut last) = (0, String::new());
    // The connection breaks in the middle, and not at the edge of a page.
    for breaks in [Some(people / 2 + 7), None] {
        let request = pb::StreamRosterRequest {
            parent: session.clone(),
            resume_token: token.clone(),
        };
        let stream = partner(&world, CENTRE).stream_roster(request).await;
        let mut stream = stream.expect("a stream").into_inner();
        while let Some(entry) = stream.next().await {
            let entry = entry.expect("a line");
            assert!(entry.candidate_number > last, "in order, and nobody twice");
            last = entry.candidate_number;
            token = entry.resume_token;
            seen += 1;
            if Some(seen) == breaks {
                break;
            }
        }
    }
    assert_eq!(seen, people, "nobody was left out");
    let download = pb::DownloadRosterRequest {
        parent: session.clone(),
    };
    let file = partner(&world, CENTRE).download_roster(download).await;
    let mut file = file.expect("a file").into_inner();
    let (mut lines, mut largest) = (0, 0);
    while let Some(piece) = file.next().await {
        let piece = piece.expect("a piece").data;
        largest = largest.max(piece.len());
        lines += piece.iter().filter(|byte| **byte == b'\n').count();
    }
    assert_eq!(lines, people + 2, "a head, everybody, a signature");
    assert!(largest < 400_000, "a page at a time: {largest} bytes");
}

#[tokio::test]
async fn who_gives_the_seat_up_while_a_roster_is_read_is_not_told_and_the_others_are() {
    let world = world().await;
    let stage = world.stage(1).await.name;
    let session = world.session(&stage, 3 * 24 * 60, 10).await.name;
    crowd(&world, &session, 2_000).await;
    let request = pb::StreamRosterRequest {
        parent: session.clone(),
        resume_token: String::new(),
    };
    let stream = partner(&world, CENTRE).stream_roster(request).await;
    let mut stream = stream.expect("a stream").into_inner();
    let first = stream.next().await.expect("a line").expect("a line");
    // All who come after the first page, whatever their number.
    let cancel = "UPDATE bookings SET state = 'CANCELLED' WHERE id IN
        (SELECT b.id FROM bookings b JOIN eligibilities e ON e.account = b.account
         ORDER BY e.candidate_number DESC LIMIT 1200)";
    world.sql(cancel).await;
    let mut last = first.candidate_number;
    let mut seen = 1;
    while let Some(entry) = stream.next().await {
        let entry = entry.expect("a line");
        assert!(entry.candidate_number > last, "in order, and nobody twice");
        last = entry.candidate_number;
        seen += 1;
    }
    assert!((800..=1_300).contains(&seen), "{seen}");
}

#[tokio::test]
async fn twenty_thousand_lines_are_streamed_with_a_break_in_the_middle() {
    streams(20_000).await;
}

#[tokio::test]
#[ignore = "a measurement: some minutes where nothing is optimised"]
async fn a_hundred_thousand_lines_are_streamed_with_a_break_in_the_middle() {
    streams(100_000).await;
}

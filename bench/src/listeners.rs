//! Many who listen to the seats of one session: how soon the last one knows, and what they weigh.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use chassis::clock::Stopwatch;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::child::Child;
use crate::load::{self, Http};
use crate::machine;
use crate::report::Row;
use crate::served;

const LISTENERS: usize = 500;
const REPEATS: u64 = 5;
const PATH: &str = "/v1/campaigns/c/stages/s/sessions/x/watchSeats";
/// Nobody waits for longer to hear of a change.
const LONGEST: Duration = Duration::from_secs(10);

pub async fn measure() -> Result<Vec<Row>> {
    ensure!(
        proto::RPCS.iter().any(|it| it.path == served::SEATS),
        "the contract has no WatchSeats"
    );
    let child = Child::start("hop").await?;
    let address = child.text("http")?.to_owned();
    let mut desk = load::connect(&address).await?;
    let (told, mut heard) = unbounded_channel();
    // The first brings the stream itself into being; what it costs is not the others'.
    let mut all = vec![listen(&address, told.clone()).await?];
    while say(&mut desk, 1).await? == 0 {
        load::pause(Duration::from_millis(10)).await;
    }
    hear(&mut heard, 1, 1).await?;
    let before = machine::resident(child.pid())?;
    while all.len() < LISTENERS {
        all.push(listen(&address, told.clone()).await?);
        // Who comes later is told how it is now.
        hear(&mut heard, 1, 1).await?;
    }
    let mut took = Vec::new();
    for seats in 2..2 + REPEATS {
        took.push(change(&mut desk, seats, &mut heard, LISTENERS).await?);
    }
    let weight = machine::resident(child.pid())? - before;
    let megabytes = (weight / 1e6).max(0.0);
    drop(all);
    Ok(vec![
        Row::below(
            "500 listeners of one session's seats: until the last one knows",
            "1 s",
            load::median(took.clone()),
            1.0,
            format!(
                "{:.0} ms, the slowest of {REPEATS} {:.0} ms; one call to the service for all",
                load::median(took.clone()) * 1e3,
                took.iter().copied().fold(0.0, f64::max) * 1e3
            ),
        ),
        Row::below(
            "their memory in the gateway",
            "20 MB",
            megabytes / 20.0,
            1.0,
            format!("{megabytes:.1} MB more than with one listener"),
        ),
    ])
}

/// Changes the seats, and tells how long it took until so many knew.
async fn change(
    desk: &mut load::Connection,
    seats: u64,
    heard: &mut UnboundedReceiver<u64>,
    listeners: usize,
) -> Result<f64> {
    let watch = Stopwatch::start();
    let streams = say(desk, seats).await?;
    hear(heard, seats, listeners).await?;
    ensure!(streams == 1, "{streams} calls to the service");
    Ok(watch.elapsed().as_secs_f64())
}

/// Says how many seats there are now, and tells how many calls to the service heard it.
async fn say(desk: &mut load::Connection, seats: u64) -> Result<u64> {
    let said = Http::get(&format!("/bench/say/{seats}"), "");
    let said = said.good(desk).await?;
    said["streams"].as_u64().context("a number of streams")
}

async fn hear(heard: &mut UnboundedReceiver<u64>, seats: u64, listeners: usize) -> Result<()> {
    let all = async {
        for _ in 0..listeners {
            let number = heard.recv().await.context("nobody listens")?;
            ensure!(
                number == seats,
                "somebody heard of {number} seats, not {seats}"
            );
        }
        anyhow::Ok(())
    };
    tokio::time::timeout(LONGEST, all)
        .await
        .context("somebody was not told")?
}

/// A page that listens on a connection of its own, until the handle is dropped.
async fn listen(address: &str, told: UnboundedSender<u64>) -> Result<Listening> {
    let mut stream = TcpStream::connect(address).await?;
    let head = format!(
        "GET {PATH} HTTP/1.1\r\nhost: localhost\r\naccept: text/event-stream\r\n\
         authorization: Bearer a-token\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await?;
    let task = tokio::spawn(async move {
        let (mut text, mut part) = (String::new(), vec![0; 4096]);
        while let Ok(read @ 1..) = stream.read(&mut part).await {
            text += &String::from_utf8_lossy(&part[..read]);
            while let Some((event, rest)) = text.split_once("\n\n") {
                let seats = event.split_once("\"seatsLeft\":").map(|(_, rest)| rest);
                let digits = seats.map(|it| it.split(|it: char| !it.is_ascii_digit()));
                if let Some(number) = digits.and_then(|mut it| it.next()?.parse().ok()) {
                    let _ = told.send(number);
                }
                text = rest.to_owned();
            }
        }
    });
    Ok(Listening(task))
}

struct Listening(tokio::task::JoinHandle<()>);

impl Drop for Listening {
    fn drop(&mut self) {
        self.0.abort();
    }
}

//! Signing in through the whole suite against bare argon2id on every core, and what other calls feel:
//! beside nothing, beside sign-ins, and beside as many hashes that nobody signs in with.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use argon2::{Algorithm, Argon2, Params, Version};
use chassis::clock::{Clock, Stopwatch};
use chassis::ids::Ids;
use chassis::mask::Masked;
use identity_svc::hashing::{Hasher, HashingCost};
use serde_json::Value;
use standalone::demo::PASSWORD;

use crate::child::Child;
use crate::load::{self, AsyncCall, Connection, Http};
use crate::report::Row;
use crate::served;

const REPEATS: usize = 5;
const TURN: Duration = Duration::from_secs(3);
/// Between two of the other calls: enough of them for a percentile, few enough not to be the load.
const PACE: Duration = Duration::from_millis(25);

/// Somebody who signs in again and again.
struct Person {
    sign_in: Http,
    connection: Connection,
}

#[derive(Clone)]
struct SignIn;

impl AsyncCall<Person> for SignIn {
    async fn once(&mut self, person: &mut Person) -> Result<()> {
        person.sign_in.once(&mut person.connection).await
    }
}

pub async fn measure() -> Result<Vec<Row>> {
    let child = Child::start("suite").await?;
    let address = child.text("http")?.to_owned();
    // Everybody signs in as somebody else: tries with one login take turns.
    let mut people = Vec::new();
    for person in served::people() {
        people.push(Person {
            sign_in: Http::post("/v1/sessions", &person),
            connection: load::connect(&address).await?,
        });
    }
    let mut first = load::connect(&address).await?;
    let someone = people.first().context("the demonstration has people")?;
    let session: Value = someone.sign_in.good(&mut first).await?;
    let token = session["accessToken"].as_str().context("an access token")?;
    let other = Http::get("/v1/accounts/me", token);
    other.good(&mut first).await?;

    let (mut ratios, mut ours, mut bare) = (Vec::new(), Vec::new(), Vec::new());
    let (mut idle, mut busy, mut beside) = (Vec::new(), Vec::new(), Vec::new());
    let ids = Ids::random(Clock::machine());
    let hasher = Hasher::new(&HashingCost::default(), &ids).await?;
    for turn in 0..=REPEATS {
        let hashes = hashes_per_second().await?;
        let quiet = other_calls(&address, &other, async {
            load::pause(TURN).await;
            Ok(())
        });
        let (quiet, ()) = quiet.await?;
        let (hashing, ()) = other_calls(&address, &other, hashes_only(&hasher)).await?;
        let work = load::run(people, TURN, SignIn);
        let (felt, (done, back)) = other_calls(&address, &other, work).await?;
        people = back;
        // The first turn warms up.
        if turn > 0 {
            ratios.push(done.rate() / hashes);
            ours.push(done.rate());
            bare.push(hashes);
            idle.push(load::p99(quiet));
            busy.push(load::p99(felt));
            beside.push(load::p99(hashing));
        }
    }
    let detail = format!(
        "{:.1} sign-ins/s against {:.1} hashes/s",
        load::median(ours),
        load::median(bare)
    );
    let [idle, busy, beside] = [idle, busy, beside].map(|it| load::median(it) * 1e3);
    Ok(vec![
        Row::at_least(
            "signing in, every core",
            "bare argon2id (19 MiB, 2 passes), every core",
            load::median(ratios),
            0.95,
            detail,
        ),
        Row::below(
            "p99 of other calls meanwhile",
            "their p99 without sign-ins",
            busy / idle,
            2.0,
            format!(
                "{busy:.2} against {idle:.2} ms; {beside:.2} beside hashes of the same priority \
                 alone"
            ),
        ),
    ])
}

/// What all cores do when they do nothing else.
async fn hashes_per_second() -> Result<f64> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let over = Arc::new(AtomicBool::new(false));
    let watch = Stopwatch::start();
    let mut threads = Vec::new();
    for _ in 0..cores {
        let over = over.clone();
        threads.push(tokio::task::spawn_blocking(move || {
            let params =
                Params::new(19 * 1024, 2, 1, None).map_err(|error| anyhow::anyhow!("{error}"))?;
            let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
            let mut hashes = 0_u64;
            while !over.load(Ordering::Relaxed) {
                let mut hash = [0; 32];
                argon2
                    .hash_password_into(PASSWORD.as_bytes(), b"0123456789abcdef", &mut hash)
                    .map_err(|error| anyhow::anyhow!("{error}"))?;
                hashes += 1;
            }
            anyhow::Ok(hashes)
        }));
    }
    load::pause(TURN).await;
    over.store(true, Ordering::Relaxed);
    let mut hashes = 0;
    for thread in threads {
        hashes += thread.await??;
    }
    Ok(hashes as f64 / watch.elapsed().as_secs_f64())
}

/// Hashes on the threads that hash for sign-ins, as many at once as sign in, in a process of their own.
async fn hashes_only(hasher: &Hasher) -> Result<()> {
    let over = AtomicBool::new(false);
    let hash = async || {
        while !over.load(Ordering::Relaxed) {
            let password = Masked::new(PASSWORD.to_owned());
            let known = hasher.verify(&password, None).await;
            ensure!(known.is_ok_and(|known| !known), "a hash came to no end");
        }
        Ok(())
    };
    let all = futures_util::future::try_join_all((0..served::people().count()).map(|_| hash()));
    let end = async {
        load::pause(TURN).await;
        over.store(true, Ordering::Relaxed);
        Ok(())
    };
    futures_util::try_join!(all, end).map(drop)
}

/// Makes one other call after another while some work is done; seconds that each took.
async fn other_calls<T>(
    address: &str,
    other: &Http,
    work: impl Future<Output = Result<T>>,
) -> Result<(Vec<f64>, T)> {
    let over = Arc::new(AtomicBool::new(false));
    let (stop, other) = (over.clone(), other.clone());
    let mut connection = load::connect(address).await?;
    let calls = tokio::spawn(async move {
        let mut took = Vec::new();
        while !stop.load(Ordering::Relaxed) {
            let watch = Stopwatch::start();
            other.good(&mut connection).await?;
            took.push(watch.elapsed().as_secs_f64());
            load::pause(PACE).await;
        }
        anyhow::Ok(took)
    });
    let done = work.await?;
    over.store(true, Ordering::Relaxed);
    Ok((calls.await??, done))
}

//! A run on `irikteu` and SQLite: the process is killed in the middle of writes, again and again, on
//! the same folder, while a season is played and people want seats.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use chassis::database::{Database, query_all};
use tempfile::TempDir;

use super::history::{History, Hurt};
use super::play::{Actors, Play};
use super::report::{Counts, Report};
use super::rows::{Rows, settled};
use super::rules::{Evidence, check};
use super::scene;
use super::schedule::{self, SERVICES};
use super::worker::Retries;
use crate::person::{Someone, exchange};
use crate::processes::binaries;
use crate::season::admission::places::Mode;
use crate::season::partner::Partners;
use crate::season::patience::pause;
use crate::season::{Options, Staff};

const PLAYERS: usize = 8;
const LOOK: Duration = Duration::from_millis(25);
/// A debug build on a busy machine takes its time to start.
const START: Duration = Duration::from_secs(60);
/// What to do.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    pub seed: u64,
    pub kills: usize,
    pub retries: Retries,
    /// Whether whole seasons are played beside.
    pub seasons: bool,
}

/// The program on its folder; gone when it is dropped.
struct Embedded {
    folder: TempDir,
    http: SocketAddr,
    grpc: SocketAddr,
    partner: SocketAddr,
    child: Option<Child>,
    log: PathBuf,
}

/// Kills as planned and says how everything stands.
pub async fn run(wanted: Wanted) -> anyhow::Result<Report> {
    let begun = Instant::now();
    let mut program = Embedded::start().await?;
    let options = program.options(wanted.seed).await?;
    let testing = program.database("testing-svc").await?;
    let scene = scene::set(&options, &testing, PLAYERS + 1).await?;
    testing.close().await?;

    let history = Arc::new(History::default());
    let actors = Actors {
        retries: wanted.retries,
        seasons: wanted.seasons.then(|| options.clone()),
        seed: wanted.seed,
    };
    let play = Play::begin(&scene, actors, &history);
    for moment in schedule::of_one(wanted.seed, wanted.kills) {
        pause(moment).await;
        let began_us = history.now_us();
        program.kill()?;
        program.restart().await?;
        history.hurt(Hurt {
            what: "kill -9".into(),
            began_us,
            ended_us: history.now_us(),
        });
    }
    let played = play.end(&history).await;

    let mut wrong = played.wrong;
    let outboxes = settled(async |service| program.database(service).await).await?;
    program.end().await?;
    wrong.extend(program.damage().await?);
    wrong.extend(panics(&std::fs::read_to_string(&program.log)?));
    let testing = program.database("testing-svc").await?;
    let identity = program.database("identity-svc").await?;
    let campaign = scene.stand.campaign_id();
    let mut rows = Rows::of(&campaign, &testing, &identity).await?;
    rows.outboxes = outboxes;
    let (calls, hurts) = (history.calls(), history.hurts());
    let rules = check(&Evidence {
        calls: &calls,
        hurts: &hurts,
        rows: &rows,
        sessions: &scene.sessions,
    });
    let mut report = Report {
        what: "irikteu on SQLite, kill -9 in the middle of writes".into(),
        seed: wanted.seed,
        faults: wanted.kills,
        took: begun.elapsed(),
        counts: Counts::of(&history),
        rules,
        seasons: played.seasons,
        wrong,
        kept: None,
    };
    report.keep(&history)?;
    Ok(report)
}

impl Embedded {
    async fn start() -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let mut program = Self {
            log: folder.path().join("log"),
            http: free()?,
            grpc: free()?,
            partner: free()?,
            child: None,
            folder,
        };
        program.restart().await?;
        Ok(program)
    }

    /// On the same folder, at the same addresses; returns when it is ready.
    async fn restart(&mut self) -> anyhow::Result<()> {
        let log = std::fs::File::options()
            .create(true)
            .append(true)
            .open(&self.log)?;
        let child = Command::new(binaries::folder()?.join("irikteu"))
            .arg("--data-dir")
            .arg(self.folder.path().join("data"))
            .args(["--http-addr", &self.http.to_string()])
            .args(["--grpc-addr", &self.grpc.to_string()])
            .args(["--partner-addr", &self.partner.to_string()])
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .context("irikteu can't be started")?;
        self.child = Some(child);
        let begun = Instant::now();
        let door = Someone::new(self.url());
        while begun.elapsed() < START {
            let request = door.request(reqwest::Method::GET, "/readyz");
            if let Ok(answer) = exchange(request.timeout(Duration::from_secs(1))).await
                && answer.status == 200
            {
                return Ok(());
            }
            let ended = self.child.as_mut().map(Child::try_wait).transpose()?;
            if let Some(status) = ended.flatten() {
                bail!(
                    "irikteu ended: {status}\n{}",
                    std::fs::read_to_string(&self.log)?
                );
            }
            pause(LOOK).await;
        }
        bail!("irikteu was not ready in {START:?}")
    }

    /// kill -9.
    fn kill(&mut self) -> anyhow::Result<()> {
        if let Some(mut child) = self.child.take() {
            child.kill()?;
            child.wait()?;
        }
        Ok(())
    }

    /// SIGTERM, and it has to end by itself.
    async fn end(&mut self) -> anyhow::Result<()> {
        let Some(mut child) = self.child.take() else {
            return Ok(());
        };
        let pid = child.id().to_string();
        let told = Command::new("kill").args(["-TERM", &pid]).status()?;
        ensure!(told.success(), "SIGTERM was not sent");
        let begun = Instant::now();
        while begun.elapsed() < START {
            if let Some(status) = child.try_wait()? {
                ensure!(status.success(), "irikteu ended with {status}");
                return Ok(());
            }
            pause(LOOK).await;
        }
        self.child = Some(child);
        bail!("irikteu did not end in {START:?}")
    }

    fn url(&self) -> String {
        format!("http://{}", self.http)
    }

    async fn options(&self, seed: u64) -> anyhow::Result<Options> {
        let data = self.folder.path().join("data");
        let url = format!("https://localhost:{}", self.partner.port());
        Ok(Options {
            programme: "reserve".into(),
            people: 20,
            seed,
            url: self.url(),
            partners: Partners {
                kaztest: standalone::partner::connect(&data, "kaztest", &url).await?,
                qrt: standalone::partner::connect(&data, "qrt", &url).await?,
            },
            staff: Staff {
                manager: "manager@demo.irikteu.kz".into(),
                desk: "examdesk@demo.irikteu.kz".into(),
                administrator: "admin@demo.irikteu.kz".into(),
                password: standalone::demo::PASSWORD.into(),
            },
            mail_url: self.url(),
            signatures: None,
            insists: true,
            at_once: 4,
            first_round: Mode::DeferredAcceptance,
            shows_progress: false,
        })
    }

    async fn database(&self, service: &str) -> anyhow::Result<Database> {
        let file = self.folder.path().join("data/db").join(service);
        let url = format!("sqlite://{}.db", file.display());
        Database::connect(&url, 1).await
    }

    /// What SQLite finds wrong with its files.
    async fn damage(&self) -> anyhow::Result<Vec<String>> {
        let mut found = Vec::new();
        for service in SERVICES {
            let db = self.database(service).await?;
            for sql in ["PRAGMA integrity_check", "PRAGMA foreign_key_check"] {
                for row in query_all(db.read(), sql, []).await? {
                    let told = row.try_get::<String>("", "integrity_check");
                    let told = told.unwrap_or_else(|_| "a row without its parent".into());
                    if told != "ok" {
                        found.push(format!("{service}: {sql}: {told}"));
                    }
                }
            }
            db.close().await?;
        }
        Ok(found)
    }
}

impl Drop for Embedded {
    fn drop(&mut self) {
        // A child that is gone can't be killed.
        let _ = self.kill();
    }
}

/// Lines of a log that should not be there.
pub fn panics(log: &str) -> Vec<String> {
    let panicked = log.lines().filter(|line| line.contains("panicked at"));
    panicked
        .map(|line| format!("V3 no panic: {line}"))
        .collect()
}

fn free() -> anyhow::Result<SocketAddr> {
    let listener = std::net::TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0))?;
    Ok(listener.local_addr()?)
}

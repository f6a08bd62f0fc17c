//! A run on many processes: two of each service, the gateway, PostgreSQL that means its fsync, Redis,
//! and a proxy on every line between them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use chassis::database::{Database, execute};

use super::embedded::panics;
use super::history::{History, Hurt};
use super::lines::Lines;
use super::play::{Actors, Play};
use super::proxy::{Proxy, Weather};
use super::report::{Counts, Report};
use super::rows::{Rows, settled};
use super::rules::{Evidence, check};
use super::scene::{self, Scene};
use super::schedule::{self, SERVICES, Step};
use super::strike::flush;
use super::worker::Retries;
use crate::processes::{Fleet, Layout, Link, Process};
use crate::season::admission::places::Mode;
use crate::season::partner::Partners;
use crate::season::patience::pause;
use crate::season::{Options, Staff};

const PLAYERS: usize = 8;
/// A call's own limit and half a second, on a machine that is busy with twenty programs. Whoever asks
/// waits longer: what nobody ends shows.
const LONGEST: Duration = Duration::from_secs(12);
/// A debug-built program on a busy machine.
pub const START: Duration = Duration::from_secs(60);
/// What a service may take of the memory, in KiB: many times what one needs.
const MOST_MEMORY: u64 = 512 * 1024;

/// The suite and the lines between its parts.
pub struct Many {
    pub fleet: Fleet,
    pub lines: Lines,
    /// Where people come in.
    pub people: Proxy,
    /// Where partners come in, by instance.
    pub partners: Vec<Proxy>,
}

/// What to do.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    pub seed: u64,
    pub faults: usize,
    pub seasons: bool,
}

impl Many {
    pub async fn start() -> anyhow::Result<Self> {
        let lines = Lines::default();
        let laid = lines.clone();
        let fleet = Fleet::start(Layout {
            via: Some(Arc::new(move |link: &Link| laid.lay(link))),
            ..Layout::default()
        })
        .await?;
        let people = Proxy::to(fleet.gateway().address())?;
        let mut partners = Vec::new();
        for instance in 0..2 {
            let url = fleet.partner_url(instance);
            let address = url.trim_start_matches("https://").parse()?;
            partners.push(Proxy::to(address)?);
        }
        Ok(Self {
            fleet,
            lines,
            people,
            partners,
        })
    }

    pub fn options(&self, seed: u64) -> anyhow::Result<Options> {
        let partner = |name: &str, instance: usize| {
            let url = format!("https://{}", self.partners[instance].address());
            self.fleet.partner_at(name, &url)
        };
        Ok(Options {
            programme: "reserve".into(),
            people: 20,
            seed,
            url: format!("http://{}", self.people.address()),
            partners: Partners {
                kaztest: partner("kaztest", 0)?,
                qrt: partner("qrt", 1)?,
            },
            staff: Staff {
                manager: "manager@demo.irikteu.kz".into(),
                desk: "examdesk@demo.irikteu.kz".into(),
                administrator: "admin@demo.irikteu.kz".into(),
                password: standalone::demo::PASSWORD.into(),
            },
            mail_url: self.fleet.mail_url(),
            signatures: None,
            insists: true,
            at_once: 4,
            first_round: Mode::DeferredAcceptance,
            shows_progress: false,
        })
    }

    pub async fn database(&self, service: &str) -> anyhow::Result<Database> {
        Database::connect(&self.fleet.database_url(service), 2).await
    }

    /// A campaign of its own for what follows.
    pub async fn scene(&self, options: &Options) -> anyhow::Result<Scene> {
        let testing = self.database("testing-svc").await?;
        let scene = scene::set(options, &testing, PLAYERS + 1).await?;
        testing.close().await?;
        Ok(scene)
    }

    /// Faults as planned, and how everything stands after them.
    pub async fn run(&self, wanted: Wanted) -> anyhow::Result<Report> {
        let begun = Instant::now();
        let options = self.options(wanted.seed)?;
        let scene = self.scene(&options).await?;
        let history = Arc::new(History::default());
        let actors = Actors {
            retries: Retries::UnderTheSameKey,
            seasons: wanted.seasons.then(|| options.clone()),
            seed: wanted.seed,
        };
        let play = Play::begin(&scene, actors, &history);
        let steps = schedule::of_many(wanted.seed, wanted.faults);
        let mut wrong = self.hurt(&steps, &history).await?;
        self.heal().await?;
        let played = play.end(&history).await;
        wrong.extend(played.wrong);
        self.take_poison_out().await?;
        let rows = self.rows(&scene).await?;
        wrong.extend(self.looks(&history));
        let mut report = Report {
            what: "two of each service on PostgreSQL and Redis".into(),
            seed: wanted.seed,
            faults: wanted.faults,
            took: begun.elapsed(),
            counts: Counts::of(&history),
            rules: rules(&history, &rows, &scene),
            seasons: played.seasons,
            wrong,
            kept: None,
        };
        report.keep(&history)?;
        Ok(report)
    }

    /// One fault after the other, each in the history; what went wrong beside.
    pub async fn hurt(&self, steps: &[Step], history: &History) -> anyhow::Result<Vec<String>> {
        let mut wrong = Vec::new();
        for step in steps {
            pause(step.after).await;
            let began_us = history.now_us();
            let told = self.strike(*step).await;
            let told = told.with_context(|| step.fault.to_string())?;
            wrong.extend(told);
            history.hurt(Hurt {
                what: step.fault.to_string(),
                began_us,
                ended_us: history.now_us(),
            });
        }
        Ok(wrong)
    }

    /// Everything runs and every line is fair.
    pub async fn heal(&self) -> anyhow::Result<()> {
        self.lines.clear_up();
        self.partners
            .iter()
            .for_each(|line| line.set(Weather::Fair));
        let fleet = &self.fleet;
        for engine in [fleet.postgres(), fleet.redis()] {
            engine.thaw();
            if !engine.is_running() {
                engine.start()?;
            }
            engine.ready(START).await?;
        }
        for process in fleet.processes() {
            process.thaw();
            // Whoever came up while the database was away ends once more.
            if !process.is_running() || process.ready(START).await.is_err() {
                process.kill();
                process.start()?;
            }
            process.ready(START).await?;
        }
        Ok(())
    }

    /// What the databases say, once the events have arrived or should have.
    pub async fn rows(&self, scene: &Scene) -> anyhow::Result<Rows> {
        let outboxes = settled(async |service| self.database(service).await).await?;
        let testing = self.database("testing-svc").await?;
        let identity = self.database("identity-svc").await?;
        let campaign = scene.stand.campaign_id();
        let rows = Rows::of(&campaign, &testing, &identity).await?;
        testing.close().await?;
        identity.close().await?;
        Ok(Rows { outboxes, ..rows })
    }

    /// What the programs themselves show: panics, memory; and whether a call ever hung.
    fn looks(&self, history: &History) -> Vec<String> {
        let mut wrong = Vec::new();
        for process in self.fleet.processes() {
            let name = process.name();
            wrong.extend(
                panics(&process.log())
                    .iter()
                    .map(|it| format!("{name}: {it}")),
            );
            let memory = memory_kib(process).unwrap_or_default();
            if memory > MOST_MEMORY {
                wrong.push(format!("V4 memory is bounded: {name} has {memory} KiB"));
            }
        }
        if history.longest() > LONGEST {
            wrong.push(format!(
                "V2 nothing hangs: a call took {:?}",
                history.longest()
            ));
        }
        wrong
    }

    /// An event that nobody can read, as if a service had written it.
    pub async fn poison(&self, service: &str) -> anyhow::Result<()> {
        let db = self.database(service).await?;
        let id = crate::person::new_key();
        let tx = db.begin().await?;
        execute(
            &tx,
            "INSERT INTO outbox (id, kind, about, payload, created_us) VALUES ($1, $2, $3, $4, $5)",
            [
                id.clone().into(),
                "irikteu.events.v1.BookingConfirmed".into(),
                format!("{}{id}", super::rows::POISON).into(),
                b"\xff\xff\xff".to_vec().into(),
                0_i64.into(),
            ],
        )
        .await?;
        db.commit(tx).await?;
        Ok(db.close().await?)
    }

    /// What nobody can read is tried for forty minutes, and for as long outboxes keep what came after
    /// it, delivered or not. So it is taken out by hand, and the stream begins anew without it.
    async fn take_poison_out(&self) -> anyhow::Result<()> {
        let mut any = false;
        for service in SERVICES {
            let db = self.database(service).await?;
            let tx = db.begin().await?;
            let about = format!("{}%", super::rows::POISON);
            let gone = execute(
                &tx,
                "DELETE FROM outbox WHERE about LIKE $1",
                [about.into()],
            );
            any |= gone.await?.rows_affected() > 0;
            db.commit(tx).await?;
            db.close().await?;
        }
        match any {
            true => flush(self.fleet.redis()).await,
            false => Ok(()),
        }
    }
}

pub fn rules(history: &History, rows: &Rows, scene: &Scene) -> Vec<super::rules::Rule> {
    let (calls, hurts) = (history.calls(), history.hurts());
    check(&Evidence {
        calls: &calls,
        hurts: &hurts,
        rows,
        sessions: &scene.sessions,
    })
}

fn memory_kib(process: &Process) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", process.pid()?)).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.split_whitespace().next()?.parse().ok()
}

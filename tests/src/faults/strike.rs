//! How each fault is done, and undone.

use std::time::{Duration, Instant};

use chassis::database::{Database, query_all};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::many::{Many, START};
use super::proxy::{Proxy, Way, Weather};
use super::schedule::{Fault, SERVICES, Step};
use crate::processes::Process;
use crate::season::patience::pause;

/// A service is ready again so soon after its database is back.
const READY_AGAIN: Duration = Duration::from_secs(5);
const GLANCE: Duration = Duration::from_millis(200);
const LATE: Duration = Duration::from_millis(120);

impl Many {
    /// One fault from its beginning to its end; what a service owes and did not keep.
    pub(super) async fn strike(&self, step: Step) -> anyhow::Result<Vec<String>> {
        let (fleet, lasts) = (&self.fleet, step.lasts);
        let mut wrong = Vec::new();
        self.raise_the_dead()?;
        match step.fault {
            Fault::Kill(it) => {
                let process = fleet.service(it.service, it.number);
                process.kill();
                pause(lasts).await;
                process.start()?;
            }
            Fault::Terminate(it) => ends_by_itself(fleet.service(it.service, it.number)).await?,
            Fault::Freeze(it) => stands_still(fleet.service(it.service, it.number), lasts).await,
            Fault::Clock(it, minutes) => {
                let process = fleet.service(it.service, it.number);
                restarted_at(process, &format!("{minutes:+}m")).await?;
                pause(lasts * 3).await;
                restarted_at(process, "machine").await?;
            }
            Fault::Roll(service) => {
                for number in 0..2 {
                    let process = fleet.service(service, number);
                    ends_by_itself(process).await?;
                    process.ready(START).await?;
                }
            }
            Fault::Migrate => self.migrate_beside().await?,
            Fault::Poison(service) => self.poison(service).await?,
            Fault::ServiceParted(it) => self.weather(it, Weather::Parted, lasts).await,
            Fault::ServiceDeaf(it) => self.weather(it, Weather::Deaf(Way::Back), lasts).await,
            Fault::ServiceReset(it) => self.lines.to(it, Proxy::reset),
            Fault::PartnersParted => self.partners_weather(Weather::Parted, lasts).await,
            Fault::PartnersStall => self.partners_weather(Weather::Slow(LATE), lasts).await,
            Fault::PeopleReset => self.people.reset(),
            Fault::PartnersReset => self.partners.iter().for_each(Proxy::reset),
            Fault::RedisKill => {
                fleet.redis().kill();
                pause(lasts).await;
                fleet.redis().restart(START).await?;
            }
            Fault::RedisFlush => flush(fleet.redis()).await?,
            Fault::RedisFrozen => stands_still(fleet.redis(), lasts).await,
            Fault::RedisParted => self.weather("redis", Weather::Parted, lasts).await,
            _ => wrong = self.strike_postgres(step).await?,
        }
        Ok(wrong)
    }

    async fn strike_postgres(&self, step: Step) -> anyhow::Result<Vec<String>> {
        let (postgres, lasts) = (self.fleet.postgres(), step.lasts);
        match step.fault {
            Fault::PostgresRestart => {
                let up = self.up().await;
                postgres.signal("QUIT");
                postgres.ended(START).await?;
                postgres.restart(START).await?;
                return self.ready_again(&up).await;
            }
            Fault::PostgresParted => {
                let up = self.up().await;
                self.weather("postgres", Weather::Parted, lasts).await;
                return self.ready_again(&up).await;
            }
            Fault::PostgresDeaf => {
                let deaf = Weather::Deaf(Way::Back);
                self.weather("postgres", deaf, lasts).await;
            }
            Fault::PostgresSlow => self.weather("postgres", Weather::Slow(LATE), lasts).await,
            Fault::PostgresReset => self.lines.to("postgres", Proxy::reset),
            Fault::PostgresBackends => {
                terminate_backends(&self.fleet.database_url("testing-svc")).await?
            }
            _ => stands_still(postgres, lasts).await,
        }
        Ok(Vec::new())
    }

    /// What an orchestrator does: whoever has ended is started again. A service that comes up while
    /// its database is away ends.
    fn raise_the_dead(&self) -> anyhow::Result<()> {
        for process in self.fleet.processes().filter(|it| !it.is_running()) {
            process.start()?;
        }
        Ok(())
    }

    /// The programs that are ready now: others have a start of their own to make.
    async fn up(&self) -> Vec<&Process> {
        let mut up = Vec::new();
        for process in self.fleet.processes() {
            if process.ready(GLANCE).await.is_ok() {
                up.push(process);
            }
        }
        up
    }

    /// The database is back: everybody who was ready before is so again soon.
    async fn ready_again(&self, up: &[&Process]) -> anyhow::Result<Vec<String>> {
        let begun = Instant::now();
        let mut late = Vec::new();
        for process in up {
            let left = READY_AGAIN.saturating_sub(begun.elapsed()).max(GLANCE);
            if process.ready(left).await.is_err() {
                late.push(process.name());
            }
        }
        Ok(match late.is_empty() {
            true => Vec::new(),
            false => vec![format!(
                "V1 ready 5 s after the database: {late:?} were not"
            )],
        })
    }

    async fn weather(&self, whom: &str, weather: Weather, lasts: Duration) {
        self.lines.to(whom, |line| line.set(weather));
        pause(lasts).await;
        self.lines.to(whom, |line| line.set(Weather::Fair));
    }

    async fn partners_weather(&self, weather: Weather, lasts: Duration) {
        self.partners.iter().for_each(|line| line.set(weather));
        pause(lasts).await;
        self.partners
            .iter()
            .for_each(|line| line.set(Weather::Fair));
    }

    async fn migrate_beside(&self) -> anyhow::Result<()> {
        for service in SERVICES {
            let migration = self.fleet.migration(service, "-beside")?;
            migration.start()?;
            let status = migration.ended(START).await?;
            anyhow::ensure!(status.success(), "{}", migration.last_lines());
        }
        Ok(())
    }
}

/// SIGTERM: it drains and goes, and comes again.
async fn ends_by_itself(process: &Process) -> anyhow::Result<()> {
    if process.is_running() {
        process.terminate();
        process.ended(START).await?;
    }
    process.start()
}

async fn stands_still(process: &Process, lasts: Duration) {
    process.freeze();
    pause(lasts).await;
    process.thaw();
}

async fn restarted_at(process: &Process, clock: &str) -> anyhow::Result<()> {
    process.kill();
    process.set("IRIKTEU_CLOCK", clock);
    process.restart(START).await
}

pub(super) async fn flush(redis: &Process) -> anyhow::Result<()> {
    let mut stream = TcpStream::connect(redis.address()).await?;
    stream.write_all(b"FLUSHALL\r\n").await?;
    let mut answer = [0; 5];
    stream.read_exact(&mut answer).await?;
    Ok(())
}

async fn terminate_backends(url: &str) -> anyhow::Result<()> {
    let db = Database::connect(url, 1).await?;
    let sql = "SELECT pg_terminate_backend(pid) AS done FROM pg_stat_activity
        WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'";
    query_all(db.read(), sql, []).await?;
    Ok(db.close().await?)
}

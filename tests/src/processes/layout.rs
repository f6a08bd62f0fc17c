//! What to start, and by which addresses the programs reach each other.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::bail;

/// The services, each with the first of its ports.
pub const SERVICES: [(&str, u16); 4] = [
    ("identity-svc", 50_051),
    ("questionnaire-svc", 50_061),
    ("review-svc", 50_071),
    ("testing-svc", 50_081),
];

/// A way from a program to what it depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// `testing-svc-1`, `gateway`, `mailbox`.
    pub from: String,
    /// `postgres`, `redis`, `identity-svc-0`.
    pub to: String,
    /// Where that is.
    pub address: SocketAddr,
}

/// Says which address `from` is to be given for `to`: its own, or that of something in between.
pub type Via = Arc<dyn Fn(&Link) -> SocketAddr + Send + Sync>;

/// A setting for one program, or for all with `*`.
#[derive(Debug, Clone)]
pub struct Setting {
    pub program: String,
    pub name: String,
    pub value: String,
}

impl Setting {
    pub fn of(program: &str, name: &str, value: impl Into<String>) -> Self {
        Self {
            program: program.to_owned(),
            name: name.to_owned(),
            value: value.into(),
        }
    }

    /// Whether it is for this program: by its name, by its service's, or for all.
    pub fn is_for(&self, program: &str) -> bool {
        self.program == "*"
            || self.program == program
            || program
                .strip_prefix(&self.program)
                .is_some_and(|rest| rest.starts_with('-') && rest[1..].parse::<usize>().is_ok())
    }
}

/// What to start.
#[derive(Clone)]
pub struct Layout {
    /// How many of each service.
    pub instances: usize,
    /// With the demonstration's accounts, campaign and sessions.
    pub demo: bool,
    /// The time that all live in, as `IRIKTEU_CLOCK` takes it.
    pub clock: String,
    /// Settings beside those that every fleet has; they go before them.
    pub settings: Vec<Setting>,
    /// `None`: everybody reaches everybody straight.
    pub via: Option<Via>,
    /// Mail is sent over SMTP to the mailbox, instead of being kept by identity-svc.
    pub sends_mail: bool,
    /// Redis keeps what it has over a restart.
    pub redis_keeps: bool,
    /// Where everything is kept; `None` is a new folder that goes with the fleet.
    pub folder: Option<PathBuf>,
    /// Where the programs are; `None` is where those are that were built with us.
    pub programs: Option<PathBuf>,
    /// Where HTTP and the partners' port are; `None` is the fleet's own loopback address.
    pub doors: Option<IpAddr>,
}

impl Default for Layout {
    fn default() -> Self {
        Self {
            instances: 2,
            demo: true,
            clock: "machine".into(),
            settings: Vec::new(),
            via: None,
            sends_mail: false,
            redis_keeps: false,
            folder: None,
            programs: None,
            doors: None,
        }
    }
}

/// Where each program of a fleet listens.
#[derive(Debug, Clone, Copy)]
pub struct Addresses {
    own: IpAddr,
    doors: IpAddr,
}

impl Addresses {
    /// A loopback address that nobody else uses: made of the process's id.
    pub fn find(doors: Option<IpAddr>) -> anyhow::Result<Self> {
        static FLEETS: AtomicU32 = AtomicU32::new(0);
        for _ in 0..64 {
            let number = FLEETS.fetch_add(1, Ordering::Relaxed);
            let id = (std::process::id() << 2 | (number & 3)) & 0x00ff_ffff;
            let [_, a, b, c] = id.to_be_bytes();
            let own = IpAddr::V4(Ipv4Addr::new(127, a, b, c));
            let found = Self {
                own,
                doors: doors.unwrap_or(own),
            };
            // PostgreSQL holds its port for as long as a fleet lives.
            if TcpListener::bind(found.postgres()).is_ok() {
                return Ok(found);
            }
        }
        bail!("no loopback address is free")
    }

    pub fn postgres(&self) -> SocketAddr {
        (self.own, 5432).into()
    }

    pub fn redis(&self) -> SocketAddr {
        (self.own, 6379).into()
    }

    pub fn mailbox(&self) -> SocketAddr {
        (self.doors, 8025).into()
    }

    /// Where the mailbox takes mail.
    pub fn smtp(&self) -> SocketAddr {
        (self.doors, 2525).into()
    }

    pub fn gateway(&self) -> SocketAddr {
        (self.doors, 8080).into()
    }

    pub fn partners(&self, instance: usize) -> SocketAddr {
        (self.doors, 8443 + number(instance)).into()
    }

    pub fn service(&self, first_port: u16, instance: usize) -> SocketAddr {
        (self.own, first_port + number(instance)).into()
    }
}

fn number(instance: usize) -> u16 {
    u16::try_from(instance).unwrap_or(u16::MAX).min(9)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_is_for_a_program_for_a_service_or_for_all() {
        let is_for = |whose: &str, program: &str| Setting::of(whose, "X", "").is_for(program);
        assert!(is_for("*", "gateway"));
        assert!(is_for("gateway", "gateway"));
        assert!(is_for("testing-svc", "testing-svc-1"));
        assert!(is_for("testing-svc-1", "testing-svc-1"));
        assert!(!is_for("testing-svc-0", "testing-svc-1"));
        assert!(!is_for("testing", "testing-svc-1"));
    }

    #[test]
    fn two_fleets_have_two_addresses() {
        let (one, other) = (
            Addresses::find(None).unwrap(),
            Addresses::find(None).unwrap(),
        );
        assert_ne!(one.gateway(), other.gateway());
        assert!(one.gateway().ip().is_loopback());
    }
}

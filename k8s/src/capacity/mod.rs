//! How much the last day of a campaign needs: replicas, connections, storage, from figures that were
//! measured and figures that are assumed, each said to be the one or the other. It writes
//! `docs/capacity.md`; the overlay of the deadline day has to agree with it, and docs/performance.md may
//! not have become much worse than what it was computed from.

mod page;

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::finding::Finding;
use crate::object::Overlay;
use crate::programs::Programs;
use crate::project;
use crate::rules::numbers;

/// A figure of docs/performance.md: its row, what follows it there, and what it was.
pub struct Measured {
    row: &'static str,
    unit: &'static str,
    figure: f64,
    /// More is better, or less is.
    more_is_better: bool,
}

/// The dearest answer that was measured: the gateway and the service behind it together. All of it is
/// counted as the gateway's, for all calls.
const HOP: Measured = Measured {
    row: "the gateway's hop, a list of 50",
    unit: "µs of CPU a call",
    figure: 464.0,
    more_is_better: false,
};

/// On two cores.
const SIGN_INS: Measured = Measured {
    row: "signing in, every core",
    unit: "sign-ins/s",
    figure: 45.3,
    more_is_better: true,
};

/// By how much a figure may have become worse before all this is to be computed anew.
const WORSE: f64 = 1.25;

/// The overlay of that day.
pub const DAY: &str = "deadline-day";

const APPLICATIONS: f64 = 300_000.0;

/// Assumed: what no measurement here can say. Name, figure, unit, why.
const ASSUMED: [(&str, f64, &str, &str); 13] = [
    (
        "busiest hour",
        0.15,
        "of the day's applications",
        "the evening before a deadline; a past campaign's log would say",
    ),
    (
        "busiest minute",
        3.0,
        "times the mean of its hour",
        "the last minutes; the same log would say",
    ),
    (
        "calls",
        60.0,
        "for an application",
        "registration, reading, some twenty saves, uploads, submission",
    ),
    (
        "sign-ins",
        1.5,
        "for an application",
        "one registration, and half of them come back",
    ),
    (
        "to identity-svc",
        0.15,
        "of the calls",
        "beside sign-ins: exchanged sessions, the inbox",
    ),
    (
        "to questionnaire-svc",
        0.70,
        "of the calls",
        "that is where people work on that day",
    ),
    (
        "to testing-svc",
        0.10,
        "of the calls",
        "promo codes; seats are booked on other days",
    ),
    (
        "a call in a service",
        1000.0,
        "µs of CPU",
        "saving a section on PostgreSQL; written as a row of the bench, not measured yet",
    ),
    (
        "documents",
        4.0,
        "for an application",
        "the forms ask for two to six",
    ),
    ("a document", 1.5, "MiB", "a photographed page"),
    (
        "its way through questionnaire-svc",
        10_000.0,
        "µs of CPU",
        "hashed, stored, read back, decoded",
    ),
    (
        "its way through clamd",
        40_000.0,
        "µs of CPU",
        "some 40 MB/s; depends on the signatures of the day",
    ),
    (
        "rows and indexes",
        60.0,
        "kB for an application",
        "answers, submissions, events, audit, kept replies",
    ),
];

fn assumed(name: &str) -> f64 {
    let found = ASSUMED.iter().find(|(it, ..)| *it == name);
    found.map_or(f64::NAN, |(_, figure, ..)| *figure)
}

/// What a program needs in its busiest minute.
pub struct Need {
    pub program: &'static str,
    pub cores: f64,
    /// Thousandths of a core that a pod asks for, and the share of it that it is to use.
    pub request: u64,
    pub target: u64,
    pub least: u64,
}

impl Need {
    fn of(overlay: &Overlay, program: &'static str, cores: f64) -> Option<Self> {
        let pods = overlay.pods();
        let pod = pods.iter().find(|pod| pod.name() == program)?;
        let request = numbers::cpu_request(pod);
        // What no autoscaler follows may use what it asks for.
        let target = numbers::cpu_target(overlay, program);
        Some(Self {
            program,
            cores,
            request,
            target,
            least: if program == "review-svc" { 2 } else { 3 },
        })
    }

    fn busiest(&self) -> u64 {
        let each = whole(self.request) / 1000.0 * whole(self.target) / 100.0;
        counted((self.cores / each).ceil())
    }

    /// With one zone of three gone there is still enough.
    pub fn replicas(&self) -> u64 {
        (self.busiest() * 3).div_ceil(2).max(self.least)
    }

    /// And half as much again for what is not foreseen; nothing follows clamd.
    pub fn most(&self) -> u64 {
        if self.program == "clamd" {
            return self.replicas();
        }
        (self.replicas() * 3).div_ceil(2)
    }
}

fn whole(number: u64) -> f64 {
    u32::try_from(number).map_or(f64::INFINITY, f64::from)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a count of pods, rounded up before"
)]
fn counted(number: f64) -> u64 {
    number as u64
}

fn calls_a_second() -> f64 {
    applications_a_second() * assumed("calls")
}

fn applications_a_second() -> f64 {
    APPLICATIONS * assumed("busiest hour") / 3600.0 * assumed("busiest minute")
}

fn documents_a_second() -> f64 {
    applications_a_second() * assumed("documents")
}

/// In the order of the page.
pub fn needs(overlay: &Overlay) -> Vec<Need> {
    let micros = 1e-6;
    let call = assumed("a call in a service") * micros;
    let sign_in = 2.0 / SIGN_INS.figure;
    let calls_to = |service: &str| calls_a_second() * assumed(&format!("to {service}")) * call;
    let sign_ins = applications_a_second() * assumed("sign-ins") * sign_in;
    let way = assumed("its way through questionnaire-svc") * micros;
    let scan = assumed("its way through clamd") * micros;
    let cores = [
        ("gateway", calls_a_second() * HOP.figure * micros),
        ("identity-svc", sign_ins + calls_to("identity-svc")),
        (
            "questionnaire-svc",
            calls_to("questionnaire-svc") + documents_a_second() * way,
        ),
        ("testing-svc", calls_to("testing-svc")),
        ("review-svc", 0.0),
        ("clamd", documents_a_second() * scan),
    ];
    let needs = cores.into_iter();
    needs
        .filter_map(|(program, cores)| Need::of(overlay, program, cores))
        .collect()
}

fn file() -> PathBuf {
    project("docs/capacity.md")
}

/// # Errors
/// If it can't be written.
pub fn write(overlay: &Overlay, programs: &Programs) -> Result<()> {
    let file = file();
    fs::write(&file, page::text(overlay, programs)?).with_context(|| file.display().to_string())
}

/// # Errors
/// If a page is missing.
pub fn check(overlay: &Overlay, programs: &Programs) -> Result<Vec<Finding>> {
    let written = fs::read_to_string(file()).unwrap_or_default();
    let say = |what: String| Finding::at("docs/capacity.md", "capacity", what);
    let mut findings = Vec::new();
    if written != page::text(overlay, programs)? {
        findings.push(say(
            "it is not what is computed: cargo run -p k8s -- capacity writes it".into(),
        ));
    }
    for need in needs(overlay) {
        let pods = overlay.pods();
        let Some(pod) = pods.iter().find(|pod| pod.name() == need.program) else {
            continue;
        };
        let (wanted, found) = (
            (need.replicas(), need.most()),
            numbers::replicas(overlay, pod),
        );
        if wanted != found {
            let what = format!("{found:?} replicas at least and at most, computed are {wanted:?}");
            findings.push(Finding::of(pod.owner, "capacity", what));
        }
    }
    let performance = fs::read_to_string(project("docs/performance.md"))?;
    findings.extend(outdated(&performance).into_iter().map(say));
    Ok(findings)
}

/// What has become so much worse that it is to be computed anew.
pub fn outdated(performance: &str) -> Vec<String> {
    let mut found = Vec::new();
    for it in [&HOP, &SIGN_INS] {
        let row = performance
            .lines()
            .find(|line| line.starts_with(&format!("| {} |", it.row)));
        let part = row.and_then(|row| row.split(['|', ';']).find(|part| part.contains(it.unit)));
        let figure = part.and_then(|part| part.split_whitespace().next()?.parse::<f64>().ok());
        match figure {
            None => found.push(format!(
                "docs/performance.md has no {:?} in {:?}",
                it.unit, it.row
            )),
            Some(now) => {
                let worse = if it.more_is_better {
                    it.figure / now
                } else {
                    now / it.figure
                };
                if worse > WORSE {
                    found.push(format!(
                        "{}: it was {} {}, it is {now}",
                        it.row, it.figure, it.unit
                    ));
                }
            }
        }
    }
    found
}

//! What the machine did while we measured, read from /proc: all of it, ours, and so the others'.

use std::collections::HashSet;
use std::fs;

use anyhow::{Context, Result};

/// A run in which other programs took more than this part of the CPU says nothing.
pub const MOST_OF_OTHERS: f64 = 0.15;

/// Kernel ticks a second, the same on every Linux.
const TICKS: f64 = 100.0;

/// The CPU's time from some moment on.
pub struct Watch {
    busy: f64,
    total: f64,
    ours: f64,
}

impl Watch {
    pub fn start() -> Result<Self> {
        let (busy, total) = whole()?;
        Ok(Self {
            busy,
            total,
            ours: ours()?,
        })
    }

    /// The part of the CPU that others took since the start.
    pub fn others(&self) -> Result<f64> {
        let (busy, total) = whole()?;
        let others = (busy - self.busy) - (ours()? - self.ours);
        Ok((others / (total - self.total).max(1.0)).max(0.0))
    }
}

/// Ticks that the machine was busy, and ticks at all.
fn whole() -> Result<(f64, f64)> {
    let text = fs::read_to_string("/proc/stat").context("this needs Linux")?;
    let line = text.lines().next().context("/proc/stat is empty")?;
    let fields: Vec<f64> = line
        .split_whitespace()
        .skip(1)
        .take(8)
        .filter_map(|it| it.parse().ok())
        .collect();
    let total: f64 = fields.iter().sum();
    let idle: f64 = fields.iter().skip(3).take(2).sum();
    Ok((total - idle, total))
}

/// Ticks of this process, of all that it started, and of all that those started: those that ended count
/// with whoever waited for them.
fn ours() -> Result<f64> {
    tree(std::process::id())
}

fn tree(root: u32) -> Result<f64> {
    let all = fs::read_dir("/proc")?.filter_map(|it| it.ok()?.file_name().to_str()?.parse().ok());
    let all: Vec<(u32, Stat)> = all.filter_map(|pid| Some((pid, stat(pid)?))).collect();
    let mut known = HashSet::from([root]);
    let mut ticks = stat(root).map(|it| it.with_children).unwrap_or_default();
    // Until nobody is found any more: parents may have larger numbers than their children.
    loop {
        let before = known.len();
        for (pid, found) in &all {
            if known.contains(&found.parent) && known.insert(*pid) {
                ticks += found.with_children;
            }
        }
        if known.len() == before {
            return Ok(ticks);
        }
    }
}

/// Seconds of CPU that a process and all that it started took so far.
pub fn cpu_of_tree(pid: u32) -> Result<f64> {
    Ok(tree(pid)? / TICKS)
}

struct Stat {
    parent: u32,
    own: f64,
    with_children: f64,
}

fn stat(pid: u32) -> Option<Stat> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name may hold anything, so the fields are counted from behind it.
    let (_, rest) = text.rsplit_once(')')?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let number = |at: usize| fields.get(at)?.parse::<f64>().ok();
    let own = number(11)? + number(12)?;
    Some(Stat {
        parent: fields.get(1)?.parse().ok()?,
        own,
        with_children: own + number(13)? + number(14)?,
    })
}

/// Seconds of CPU that a process took so far.
pub fn cpu_seconds(pid: u32) -> Result<f64> {
    let found = stat(pid).context("the process is gone")?;
    Ok(found.own / TICKS)
}

/// Memory that a process has in RAM, in bytes.
pub fn resident(pid: u32) -> Result<f64> {
    let text = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = text.lines().find_map(|it| it.strip_prefix("VmRSS:"));
    let kib = line.and_then(|it| it.split_whitespace().next()?.parse::<f64>().ok());
    Ok(kib.context("no VmRSS")? * 1024.0)
}

/// The processor's name and how many cores there are.
pub fn name() -> String {
    let text = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = text.lines().find_map(|it| it.strip_prefix("model name"));
    let model = model
        .and_then(|it| it.split_once(':'))
        .map(|(_, name)| name.trim());
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    format!("{}, {cores} cores", model.unwrap_or("unknown processor"))
}

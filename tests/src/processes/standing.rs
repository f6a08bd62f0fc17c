//! A fleet that outlives who started it: `cargo xtask up` starts it, `cargo xtask down` ends exactly it.

use std::fs;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use standalone::demo;

use super::process::{BETWEEN_LOOKS, send};
use super::watchdog::{noted, notes};
use super::{Fleet, Layout};
use crate::season::patience::pause;

/// Where it is kept, below the folder in which one is.
pub const FOLDER: &str = ".irikteu-up";

/// Longer than any program drains.
const DRAIN: Duration = Duration::from_secs(45);

/// Where a standing suite is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addresses {
    pub url: String,
    pub mail_url: String,
    pub partner_url: String,
    pub partner_certificates: PathBuf,
}

impl Addresses {
    /// # Errors
    /// If nothing was started from this folder.
    pub fn read(folder: &Path) -> anyhow::Result<Self> {
        let file = folder.join("addresses");
        let text = fs::read_to_string(&file)
            .with_context(|| format!("{} can't be read: cargo xtask up", file.display()))?;
        let mut lines = text.lines().map(str::to_owned);
        let mut next = || lines.next().context("a file of addresses that was cut off");
        Ok(Self {
            url: next()?,
            mail_url: next()?,
            partner_url: next()?,
            partner_certificates: next()?.into(),
        })
    }

    fn write(&self, folder: &Path) -> anyhow::Result<()> {
        let certificates = self.partner_certificates.display();
        let lines = format!(
            "{}\n{}\n{}\n{certificates}\n",
            self.url, self.mail_url, self.partner_url
        );
        Ok(fs::write(folder.join("addresses"), lines)?)
    }
}

/// Starts everything and leaves it running; gives what to tell about it.
pub async fn up(folder: &Path, address: IpAddr) -> anyhow::Result<String> {
    ensure!(
        alive(folder).is_empty(),
        "it is up already, in {}: cargo xtask down",
        folder.display()
    );
    ensure!(
        address.is_loopback(),
        "{address} is not an address of this machine alone"
    );
    let fleet = Fleet::start(Layout {
        folder: Some(folder.to_owned()),
        doors: Some(address),
        redis_keeps: true,
        sends_mail: true,
        ..Layout::default()
    })
    .await?;
    let addresses = Addresses {
        url: fleet.url(),
        mail_url: fleet.mail_url(),
        partner_url: fleet.partner_url(0),
        partner_certificates: fleet.partner_certificates(),
    };
    addresses.write(fleet.folder())?;
    let text = banner(&fleet, &addresses);
    fleet.leave();
    Ok(text)
}

/// Ends what was started from this folder; gives how many programs that were.
pub async fn down(folder: &Path) -> anyhow::Result<usize> {
    let all = alive(folder);
    let is_engine = |name: &str| matches!(name, "postgres" | "redis");
    // The programs first: an engine is needed until the last of them has drained.
    for (ends, signal) in [(false, "TERM"), (true, "INT")] {
        let these: Vec<&PathBuf> = all
            .iter()
            .filter(|note| is_engine(&name_of(note)) == ends)
            .collect();
        for note in &these {
            if let Some(pid) = noted(note) {
                send(signal, pid);
                send("CONT", pid);
            }
        }
        for note in these {
            gone(note).await?;
        }
    }
    Ok(all.len())
}

/// Waits until a program has ended; one that takes too long is made to.
async fn gone(note: &Path) -> anyhow::Result<()> {
    let begun = Instant::now();
    while let Some(pid) = noted(note) {
        if begun.elapsed() > DRAIN {
            send("KILL", pid);
        }
        if begun.elapsed() > DRAIN * 2 {
            bail!("{} does not end", name_of(note));
        }
        pause(BETWEEN_LOOKS).await;
    }
    Ok(fs::remove_file(note)?)
}

/// The notes of programs that run.
fn alive(folder: &Path) -> Vec<PathBuf> {
    let all = notes(folder).into_iter();
    all.filter(|note| noted(note).is_some()).collect()
}

fn name_of(note: &Path) -> String {
    let name = note.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// What a partner says from a terminal, with the certificate that was made for it.
fn partners_call(at: &Addresses) -> String {
    let file = |name: &str| at.partner_certificates.join(name).display().to_string();
    format!(
        "\nA partner asks about a code\n  grpcurl -cacert {authority} \\\n    -cert {certificate} -key {key} \\\n    \
         -d '{{\"code\": \"…\", \"iin\": \"…\", \"testSystem\": \"TEST_SYSTEM_KAZTEST\"}}' \\\n    \
         {port} irikteu.partner.v1.Redemptions/LookUpPromoCode\n\
         or, without grpcurl\n  cargo run -q -- --data-dir {data} partner --name kaztest --url {url} look-up CODE IIN\n",
        authority = file("authority.pem"),
        certificate = file("kaztest.pem"),
        key = file("kaztest.key"),
        port = at.partner_url.trim_start_matches("https://"),
        url = at.partner_url,
        data = at
            .partner_certificates
            .parent()
            .unwrap_or(Path::new("."))
            .display(),
    )
}

fn banner(fleet: &Fleet, at: &Addresses) -> String {
    let mut text = format!(
        "\nIrikteu is up, as many processes.\n\n  API page        {url}/docs\n  mail            {mail}/dev/mail  (taken by SMTP with STARTTLS at {smtp}, files in {folder}/data/mail/taken)\n  \
         partners        {partner}  (mutual TLS, certificates in {certificates})\n  open campaign   {campaign}\n  \
         logs            {folder}/logs\n\n",
        url = at.url,
        mail = at.mail_url,
        smtp = fleet.smtp().map(|it| it.to_string()).unwrap_or_default(),
        partner = at.partner_url,
        certificates = at.partner_certificates.display(),
        campaign = fleet.campaign(),
        folder = fleet.folder().display(),
    );
    for process in [fleet.postgres(), fleet.redis()]
        .into_iter()
        .chain(fleet.processes())
    {
        let pid = process.pid().unwrap_or_default();
        text.push_str(&format!(
            "  {:<22}{:<24}{pid}\n",
            process.name(),
            process.address()
        ));
    }
    text.push_str(&format!(
        "\nAccounts, all with the password {}\n",
        demo::PASSWORD
    ));
    for account in &demo::ACCOUNTS {
        text.push_str(&format!("  {:<28} {}\n", account.email, account.what));
    }
    text.push_str(&partners_call(at));
    text.push_str(
        "\nTo try\n  cargo xtask season --people 40 --against up\n  kill -9 one of the numbers above meanwhile\n  \
         cargo xtask down\n",
    );
    text
}

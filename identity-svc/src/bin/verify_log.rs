//! Verifies an exported log without the services that wrote it: a file in, a sentence out.
#![expect(
    clippy::print_stdout,
    reason = "a command-line tool talks to a terminal"
)]

use std::fs::{self, File};
use std::io::BufReader;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use chassis::chain::{Hash, Head};
use clap::Parser;
use identity_svc::exported_log::verify;
use identity_svc::signature::Auditor;

/// Follows a log from its first row, and names the first that was changed, dropped, moved or put in.
#[derive(Parser)]
#[command(name = "verify-log")]
struct Arguments {
    /// The log, a row of JSON in each line, as its list call answers them: `sequence`, `previousHash`,
    /// `content`, `hash`. That of signed acts is downloaded as such a file (`/v1/boardLogEntries/content`), with
    /// `signedContent` and `cms` beside the acts that one may see.
    file: PathBuf,
    /// A head that you know from before, as it is shown at the end: `SEQUENCE:HASH`. Without it rows that
    /// are missing at the end can't be seen.
    #[arg(long, value_parser = head)]
    head: Option<Head>,
    /// Certificates in PEM of the authorities of that time: signatures of the export are held against
    /// them, for the time when each was taken. Whether a key was revoked was asked then, and is not again.
    #[arg(long)]
    authorities: Option<PathBuf>,
}

fn main() -> Result<ExitCode> {
    let arguments = Arguments::parse();
    let auditor = arguments.authorities.as_ref().map(|file| {
        let pem = fs::read(file).with_context(|| format!("can't read {}", file.display()))?;
        Auditor::new(&pem)
    });
    let auditor = auditor.transpose()?;
    let open = || File::open(&arguments.file).map(BufReader::new);
    let verified = verify(open, arguments.head, auditor.as_ref())
        .with_context(|| format!("can't read {}", arguments.file.display()))?;
    Ok(match verified {
        Ok(found) => {
            println!("whole, {} rows", found.head.sequence);
            if found.acts > 0 {
                println!(
                    "{} signed acts: {} signatures checked, {} by a national algorithm not checked here, {} without",
                    found.acts,
                    found.signatures,
                    found.unchecked,
                    found.without()
                );
            }
            let Head { sequence, hash } = found.head;
            println!("head {sequence}:{}", hex::encode(hash));
            ExitCode::SUCCESS
        }
        Err(fault) => {
            println!("{fault}");
            ExitCode::FAILURE
        }
    })
}

fn head(text: &str) -> Result<Head, String> {
    let wrong = || "a head is SEQUENCE:HASH, as verify-log shows it".to_owned();
    let (sequence, hash) = text.split_once(':').ok_or_else(wrong)?;
    let hash = hex::decode(hash).map_err(|_| wrong())?;
    Ok(Head {
        sequence: sequence.parse().map_err(|_| wrong())?,
        hash: Hash::try_from(hash).map_err(|_| wrong())?,
    })
}

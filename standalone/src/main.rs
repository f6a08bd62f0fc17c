//! `cargo run`: starts the suite, or plays a partner against a running one.

use std::process::ExitCode;

use anyhow::Context;
use clap::Parser;
use standalone::settings::{Cli, Command};

fn main() -> ExitCode {
    let cli = Cli::parse();
    let outcome = chassis::telemetry::start("standalone", &cli.start.common)
        .and_then(|()| {
            Ok(tokio::runtime::Builder::new_multi_thread()
                .enable_all()
                .build()?)
        })
        .and_then(|runtime| runtime.block_on(run(cli)));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

#[expect(
    clippy::print_stdout,
    reason = "what a person at the terminal asked for"
)]
async fn run(cli: Cli) -> anyhow::Result<()> {
    match cli.command {
        Some(Command::Partner(args)) => {
            println!(
                "{}",
                standalone::partner::run(&cli.start.data_dir, args).await?
            );
            Ok(())
        }
        Some(Command::Sign { file, bin }) => {
            let signer = standalone::signing::Organisation::of(&bin);
            let signer = signer.with_context(|| {
                format!("no organisation of the demonstration has the BIN {bin}")
            })?;
            let files = standalone::signing::Files::open(&cli.start.data_dir)?;
            println!("{}", files.sign_file(signer, &file)?);
            Ok(())
        }
        Some(Command::Keys { out }) => {
            standalone::folder::write_keys(&out, &standalone::compose::SERVICES)?;
            println!("{}", out.display());
            Ok(())
        }
        Some(Command::Certificates { out }) => {
            standalone::folder::write_service_certificates(&out, &standalone::compose::SERVICES)?;
            println!("{}", out.display());
            Ok(())
        }
        None => {
            let suite = standalone::compose::start(cli.start.try_into()?).await?;
            // Whoever plays with the demonstration may have closed what could be applied for.
            if let Err(error) = standalone::demo_applicant::applies(&suite).await {
                tracing::warn!("nobody of the demonstration applied to its colleges: {error:#}");
            }
            println!("{}", standalone::banner::banner(&suite));
            chassis::program::told_to_end().await;
            tracing::info!("draining");
            let stopped = suite.stop().await;
            chassis::telemetry::stop().await;
            stopped
        }
    }
}

//! The development mailbox beside a suite of many processes: the mail that identity-svc kept, to read
//! and to follow its links, as `cargo run` has it on its own pages.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use chassis::caller::ServiceIdentity;
use chassis::client::FarNet;
use chassis::config::{CommonArgs, TlsArgs};
use chassis::token::Signer;
use clap::Parser;
use tokio_util::sync::CancellationToken;

/// Shows the mail that a running identity-svc kept.
#[derive(Debug, Parser)]
struct Arguments {
    #[command(flatten)]
    common: CommonArgs,

    #[command(flatten)]
    tls: TlsArgs,

    /// Where to listen for HTTP.
    #[arg(long, env = "IRIKTEU_HTTP_ADDR", default_value = "127.0.0.1:8025")]
    http_addr: SocketAddr,

    /// Where identity-svc listens for gRPC; several with commas between.
    #[arg(long, env = "IRIKTEU_IDENTITY_URL")]
    identity_url: String,

    /// The key of `standalone`, which alone may read kept mail.
    #[arg(long, env = "IRIKTEU_KEY_FILE")]
    key_file: PathBuf,
}

#[tokio::main(worker_threads = 2)]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    chassis::telemetry::start("mailbox", &arguments.common)?;
    chassis::tls::use_ring();
    let file = &arguments.key_file;
    let key = std::fs::read(file).with_context(|| format!("{} can't be read", file.display()))?;
    let signer = Arc::new(Signer::new("standalone", &key)?);
    let identity = ServiceIdentity::new(signer, arguments.common.clock.clone());
    let net = FarNet::new(proto::DESCRIPTOR, arguments.tls.read()?)?;
    let mails = net.connect("identity-svc", &arguments.identity_url)?;
    let pages = standalone::pages::routes(mails.signed(identity));
    let listener = chassis::server::bind(arguments.http_addr).await?;
    let stop = CancellationToken::new();
    let told = stop.clone();
    tokio::spawn(async move {
        chassis::program::told_to_end().await;
        told.cancel();
    });
    gateway::serve(listener, pages, stop).await
}

//! The development mailbox beside a suite of many processes: the mail that identity-svc sent here, or
//! that it kept, to read and to follow its links, as `cargo run` has it on its own pages.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use chassis::caller::ServiceIdentity;
use chassis::client::{Connection, FarNet, LocalNet};
use chassis::config::{CommonArgs, TlsArgs};
use chassis::token::Signer;
use clap::Parser;
use proto::identity::v1::mails_server::MailsServer;
use tests::mailbox::{Sink, Taken};
use tokio_util::sync::CancellationToken;
use tonic::service::Routes;

/// Shows the mail that a running identity-svc kept; or takes it over SMTP, and shows that.
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

    #[command(flatten)]
    smtp: SmtpArgs,
}

/// Where mail is taken over SMTP with STARTTLS. Without these settings it is read where it was kept.
#[derive(Debug, clap::Args)]
struct SmtpArgs {
    /// Where to listen for SMTP.
    #[arg(long, env = "IRIKTEU_SMTP_ADDR")]
    smtp_addr: Option<SocketAddr>,

    /// The certificate that is shown there, PEM.
    #[arg(long, env = "IRIKTEU_SMTP_CERTIFICATE_FILE")]
    smtp_certificate_file: Option<PathBuf>,

    /// Its key, PEM.
    #[arg(long, env = "IRIKTEU_SMTP_KEY_FILE")]
    smtp_key_file: Option<PathBuf>,

    /// The folder in which mails are kept, a file each.
    #[arg(long, env = "IRIKTEU_MAIL_DIR")]
    mail_dir: Option<PathBuf>,
}

#[tokio::main(worker_threads = 2)]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    chassis::telemetry::start("mailbox", &arguments.common)?;
    chassis::tls::use_ring();
    // The mails are there for as long as it is.
    let here = LocalNet::default();
    let mails = match arguments.smtp.smtp_addr {
        Some(address) => take(address, &arguments.smtp, &here).await?,
        None => kept(&arguments)?,
    };
    let pages = standalone::pages::routes(mails);
    let listener = chassis::server::bind(arguments.http_addr).await?;
    let stop = CancellationToken::new();
    let told = stop.clone();
    tokio::spawn(async move {
        chassis::program::told_to_end().await;
        told.cancel();
    });
    gateway::serve(listener, pages, chassis::lanes::Lanes::default(), stop).await
}

/// The mails that are sent here from now on, and those that were before.
async fn take(address: SocketAddr, smtp: &SmtpArgs, here: &LocalNet) -> anyhow::Result<Connection> {
    let needed = "--smtp-addr needs --smtp-certificate-file, --smtp-key-file and --mail-dir";
    let certificate = smtp.smtp_certificate_file.as_ref().context(needed)?;
    let key = smtp.smtp_key_file.as_ref().context(needed)?;
    let taken = Taken::in_folder(smtp.mail_dir.as_ref().context(needed)?)?;
    let sink = Sink {
        listener: chassis::server::bind(address).await?,
        acceptor: Sink::acceptor(certificate, key)?,
        taken: taken.clone(),
    };
    tokio::spawn(sink.run());
    here.add("identity-svc", Routes::new(MailsServer::new(taken)));
    Ok(here.connect("identity-svc"))
}

/// The mails that identity-svc kept.
fn kept(arguments: &Arguments) -> anyhow::Result<Connection> {
    let file = &arguments.key_file;
    let key = std::fs::read(file).with_context(|| format!("{} can't be read", file.display()))?;
    let signer = Arc::new(Signer::new("standalone", &key)?);
    let identity = ServiceIdentity::new(signer, arguments.common.clock.clone());
    let net = FarNet::new(proto::DESCRIPTOR, arguments.tls.read()?)?;
    let mails = net.connect("identity-svc", &arguments.identity_url)?;
    Ok(mails.signed(identity))
}

//! `cargo xtask season`: plays a campaign against a running suite, or one of its own, and says what
//! came of it. It ends with an error if something broke off or does not hold.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line tool talks to a terminal"
)]

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Context;
use chassis::clock::Clock;
use clap::Parser;
use tests::processes::{Fleet, Layout, standing};
use tests::season::admission::places::Mode;
use tests::season::partner::Partners;
use tests::season::{Options, Staff, admission, invariants, play, report, teachers};
use tests::town::Town;

/// As long as a pod is given to end.
const GRACE: Duration = Duration::from_secs(35);

/// Plays a whole season: people register, upload, sit tests; partners, experts and the exam desk do
/// their part; then everything is read back and held against what was acknowledged.
#[derive(Debug, Parser)]
#[command(name = "season")]
struct Arguments {
    /// The programme: the Reserve, the test of teachers, or the admission to colleges.
    #[arg(long, default_value = "reserve", value_parser = ["reserve", "nqt", "college"])]
    programme: String,

    /// Of the admission to colleges: how the places of the first round are given. Those of the second are given
    /// the other way, so both are played to their end.
    #[arg(long, value_enum, default_value_t = Mode::DeferredAcceptance)]
    first_round: Mode,

    /// How many register.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(20..=20_000))]
    people: u32,

    /// The same seed is the same plan.
    #[arg(long, default_value_t = 1)]
    seed: u64,

    /// How many act at the same time.
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u32).range(1..=512))]
    at_once: u32,

    /// A running suite that keeps its mail (`cargo run`); without it, and without --against, the season
    /// starts one of its own.
    #[arg(long)]
    url: Option<String>,

    /// Where that suite's kept mail is read [default: the suite itself].
    #[arg(long, requires = "url")]
    mail_url: Option<String>,

    /// A suite that `cargo xtask up` started: instead of all addresses.
    #[arg(long, value_parser = ["up"], conflicts_with = "url")]
    against: Option<String>,

    /// Where that suite keeps what it has.
    #[arg(long, default_value = standing::FOLDER)]
    up_folder: PathBuf,

    /// A folder of programs, such as some that start images: the season is played against many
    /// processes of them, which are asked to end after it.
    #[arg(long, conflicts_with_all = ["url", "against"])]
    programs: Option<PathBuf>,

    /// The folder in which a suite that was started by `cargo run` has the keys of its colleges.
    #[arg(long, default_value = ".irikteu/signatures")]
    signatures: PathBuf,

    #[command(flatten)]
    partner: PartnerArguments,

    #[command(flatten)]
    staff: StaffArguments,
}

/// How to be the partners of a running suite.
#[derive(Debug, clap::Args)]
struct PartnerArguments {
    /// The partners' port of the running suite.
    #[arg(long, default_value = "https://localhost:8443")]
    partner_url: String,

    /// The host that the port's certificate names, where that is not the address's own.
    #[arg(long)]
    partner_host: Option<String>,

    /// The folder in which a suite that was started by `cargo run` has its certificates.
    #[arg(long, default_value = ".irikteu/certificates")]
    partner_certificates: PathBuf,

    /// The authority of the suite's certificate, PEM [default: authority.pem of the folder].
    #[arg(long)]
    partner_ca: Option<PathBuf>,

    /// A certificate of a partner for KAZTEST, PEM [default: kaztest.pem of the folder].
    #[arg(long, requires = "partner_key")]
    partner_cert: Option<PathBuf>,

    /// Its key, PEM.
    #[arg(long, requires = "partner_cert")]
    partner_key: Option<PathBuf>,

    /// A certificate of a partner for Qazaq Resmi Test, PEM [default: qrt.pem of the folder].
    #[arg(long, requires = "qrt_key")]
    qrt_cert: Option<PathBuf>,

    /// Its key, PEM.
    #[arg(long, requires = "qrt_cert")]
    qrt_key: Option<PathBuf>,
}

/// Who runs the house of a running suite.
#[derive(Debug, clap::Args)]
struct StaffArguments {
    #[arg(long, default_value = "manager@demo.irikteu.kz")]
    manager: String,

    #[arg(long, default_value = "examdesk@demo.irikteu.kz")]
    exam_desk: String,

    #[arg(long, default_value = "admin@demo.irikteu.kz")]
    administrator: String,

    /// A file with the password of the three; the demonstration's own without it.
    #[arg(long)]
    staff_password_file: Option<PathBuf>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let played = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("no runtime")
        .and_then(|runtime| runtime.block_on(season(arguments)));
    match played {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("\nthe season broke off: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Plays and tells; whether everything holds.
async fn season(mut arguments: Arguments) -> anyhow::Result<bool> {
    let begun = Instant::now();
    if arguments.against.is_some() {
        let up = standing::Addresses::read(&arguments.up_folder)?;
        arguments.url = Some(up.url);
        arguments.mail_url = Some(up.mail_url);
        arguments.partner.partner_url = up.partner_url;
        arguments.partner.partner_certificates = up.partner_certificates;
        arguments.partner.partner_host = Some("localhost".into());
    }
    let fleet = match arguments.programs.take() {
        Some(programs) => Some(many(programs, &mut arguments).await?),
        None => None,
    };
    let own = match &arguments.url {
        Some(_) => None,
        None => Some(Town::by(Clock::machine()).await),
    };
    let options = options(&arguments, own.as_ref()).await?;
    println!(
        "season of {} people, seed {}, at {}",
        options.people, options.seed, options.url
    );
    let lines = match options.programme.as_str() {
        "nqt" => {
            let played = teachers::play(&options).await?;
            println!("\n{}", report::steps(&played.stand.ledger));
            teachers::invariants::check(&played).await?
        }
        "college" => {
            let played = admission::play(&options).await?;
            println!("\n{}", report::steps(&played.stand.ledger));
            admission::invariants::check(&played)
        }
        _ => {
            let season = play(&options).await?;
            println!("\n{}", report::steps(&season.stand.ledger));
            println!("{}", report::outcome(&season));
            invariants::check(&season).await?
        }
    };
    println!("{}", report::invariants(&lines));
    let holds = lines.iter().all(invariants::Line::holds);
    let verdict = if holds {
        "everything holds"
    } else {
        "NOT everything holds"
    };
    println!("{verdict}, after {:.0} s", begun.elapsed().as_secs_f32());
    if let Some(own) = own {
        own.close().await;
    }
    if let Some(fleet) = fleet {
        fleet.terminate(GRACE).await?;
        println!("every program ended by itself when it was asked to");
    }
    Ok(holds)
}

/// Many processes of these programs, each asked over gRPC whether it serves.
async fn many(programs: PathBuf, arguments: &mut Arguments) -> anyhow::Result<Fleet> {
    let fleet = Fleet::start(Layout {
        programs: Some(programs),
        ..Layout::default()
    })
    .await?;
    arguments.url = Some(fleet.url());
    arguments.mail_url = Some(fleet.mail_url());
    arguments.partner.partner_url = fleet.partner_url(0);
    arguments.partner.partner_certificates = fleet.partner_certificates();
    arguments.partner.partner_host = Some("localhost".into());
    Ok(fleet)
}

async fn options(arguments: &Arguments, own: Option<&Town>) -> anyhow::Result<Options> {
    let password = match &arguments.staff.staff_password_file {
        Some(file) => {
            let text = std::fs::read_to_string(file);
            let text = text.with_context(|| format!("{} can't be read", file.display()))?;
            text.trim_end().to_owned()
        }
        None => standalone::demo::PASSWORD.to_owned(),
    };
    let (url, partners) = match own {
        Some(town) => (format!("http://{}", town.suite.http), town.partners().await),
        None => (
            arguments.url.clone().unwrap_or_default(),
            arguments.partner.connect().await?,
        ),
    };
    Ok(Options {
        mail_url: arguments.mail_url.clone().unwrap_or_else(|| url.clone()),
        programme: arguments.programme.clone(),
        people: usize::try_from(arguments.people)?,
        seed: arguments.seed,
        url,
        partners,
        staff: Staff {
            manager: arguments.staff.manager.clone(),
            desk: arguments.staff.exam_desk.clone(),
            administrator: arguments.staff.administrator.clone(),
            password,
        },
        signatures: Some(match own {
            Some(town) => town.suite.data_dir().join("signatures"),
            None => arguments.signatures.clone(),
        }),
        insists: false,
        at_once: usize::try_from(arguments.at_once)?,
        first_round: arguments.first_round,
        shows_progress: true,
    })
}

impl PartnerArguments {
    async fn connect(&self) -> anyhow::Result<Partners> {
        let in_folder = |file: &str| self.partner_certificates.join(file);
        let or =
            |given: &Option<PathBuf>, file: &str| given.clone().unwrap_or_else(|| in_folder(file));
        let authority = or(&self.partner_ca, "authority.pem");
        let door = |certificate: PathBuf, key: PathBuf| standalone::partner::Certificates {
            authority: authority.clone(),
            certificate,
            key,
        };
        let kaztest = door(
            or(&self.partner_cert, "kaztest.pem"),
            or(&self.partner_key, "kaztest.key"),
        );
        let qrt = door(or(&self.qrt_cert, "qrt.pem"), or(&self.qrt_key, "qrt.key"));
        let host = self.partner_host.as_deref();
        Ok(Partners {
            kaztest: kaztest.connect(&self.partner_url, host).await?,
            qrt: qrt.connect(&self.partner_url, host).await?,
        })
    }
}

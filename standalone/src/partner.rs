//! A partner's side of the promo codes, to try from a terminal while the suite runs.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use chassis::clock::Clock;
use chassis::ids::Ids;
use proto::google::r#type::Date;
use proto::partner::v1::redemptions_client::RedemptionsClient;
use proto::partner::v1::test_result::Outcome;
use proto::partner::v1::{
    LookUpPromoCodeRequest, RedeemPromoCodeRequest, Redemption, ReportResultRequest,
    ReservePromoCodeRequest, TestResult,
};
use proto::testing::v1::{LanguageLevel, TestSystem};
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Identity};

#[derive(Debug, Clone, clap::Args)]
pub struct PartnerArgs {
    /// Which partner to be: its certificate is in the data folder.
    #[arg(long, value_parser = ["kaztest", "qrt"])]
    name: String,

    /// The suite's partner port.
    #[arg(
        long,
        env = "IRIKTEU_PARTNER_URL",
        default_value = "https://localhost:8443"
    )]
    url: String,

    #[command(subcommand)]
    call: Call,
}

#[derive(Debug, Clone, clap::Subcommand)]
enum Call {
    /// Asks whether a code is good for this person.
    LookUp { code: String, iin: String },
    /// Reserves and redeems a code; prints the redemption's name.
    Redeem { code: String, iin: String },
    /// Reports that the test was passed, with a certificate valid for two years.
    Report {
        redemption: String,
        level: String,
        certificate_number: String,
    },
}

/// Where the certificates of a partner are, PEM.
pub struct Certificates {
    /// Whose word the suite's own certificate is taken on.
    pub authority: PathBuf,
    pub certificate: PathBuf,
    pub key: PathBuf,
}

impl Certificates {
    /// Those that a data folder has for a partner.
    pub fn of(data_dir: &Path, name: &str) -> Self {
        let folder = data_dir.join("certificates");
        Self {
            authority: folder.join("authority.pem"),
            certificate: folder.join(format!("{name}.pem")),
            key: folder.join(format!("{name}.key")),
        }
    }

    /// Connects as the partner, to who says by its certificate that it is `host`, or the host of the
    /// address.
    pub async fn connect(
        &self,
        url: &str,
        host: Option<&str>,
    ) -> anyhow::Result<RedemptionsClient<Channel>> {
        let connected = self.endpoint(url, host)?.connect().await;
        let channel = connected.with_context(|| format!("no partners' port at {url}"))?;
        Ok(RedemptionsClient::new(channel))
    }

    /// What connects to the port, which says by its certificate that it is `host`, where that is not
    /// the host of the address.
    pub fn endpoint(&self, url: &str, host: Option<&str>) -> anyhow::Result<Endpoint> {
        chassis::tls::use_ring();
        let read = |path: &Path| {
            fs::read(path).with_context(|| {
                format!("{} can't be read: was the suite started?", path.display())
            })
        };
        let mut tls = ClientTlsConfig::new()
            .ca_certificate(Certificate::from_pem(read(&self.authority)?))
            .identity(Identity::from_pem(
                read(&self.certificate)?,
                read(&self.key)?,
            ));
        if let Some(host) = host {
            tls = tls.domain_name(host);
        }
        Ok(Channel::from_shared(url.to_owned())?.tls_config(tls)?)
    }
}

/// Connects as a partner, with the certificates of a data folder.
pub async fn connect(
    data_dir: &Path,
    name: &str,
    url: &str,
) -> anyhow::Result<RedemptionsClient<Channel>> {
    Certificates::of(data_dir, name).connect(url, None).await
}

/// Carries out one call and gives what to print.
pub async fn run(data_dir: &Path, args: PartnerArgs) -> anyhow::Result<String> {
    let mut partner = connect(data_dir, &args.name, &args.url).await?;
    let system = if args.name == "qrt" {
        TestSystem::Qrt
    } else {
        TestSystem::Kaztest
    };
    let ids = Ids::random(Clock::machine());
    let request_id = || ids.uuid().to_string();
    match args.call {
        Call::LookUp { code, iin } => {
            let request = LookUpPromoCodeRequest {
                code,
                iin,
                test_system: system.into(),
            };
            let answer = partner.look_up_promo_code(request).await?.into_inner();
            Ok(answer.status().as_str_name().to_owned())
        }
        Call::Redeem { code, iin } => {
            let request = ReservePromoCodeRequest {
                code,
                iin,
                test_system: system.into(),
                partner_reference: String::new(),
                request_id: request_id(),
            };
            let reserved = partner.reserve_promo_code(request).await?.into_inner();
            let request = RedeemPromoCodeRequest {
                name: reserved.name,
                request_id: request_id(),
            };
            Ok(told(
                &partner.redeem_promo_code(request).await?.into_inner(),
            ))
        }
        Call::Report {
            redemption,
            level,
            certificate_number,
        } => {
            let level =
                LanguageLevel::from_str_name(&format!("LANGUAGE_LEVEL_{}", level.to_uppercase()))
                    .context("the level is one of A1, A2, B1, B2, C1, C2")?;
            let today = chassis::clock::astana_date(Clock::machine().now());
            let result = TestResult {
                outcome: Outcome::Passed.into(),
                level: level.into(),
                certificate_number,
                issue_date: Some(date(today)),
                valid_until: Some(date(today.saturating_add(jiff::Span::new().years(2)))),
            };
            let request = ReportResultRequest {
                name: redemption,
                result: Some(result),
                request_id: request_id(),
            };
            Ok(told(&partner.report_result(request).await?.into_inner()))
        }
    }
}

fn told(redemption: &Redemption) -> String {
    format!("{} {}", redemption.name, redemption.state().as_str_name())
}

fn date(date: jiff::civil::Date) -> Date {
    Date {
        year: date.year().into(),
        month: date.month().into(),
        day: date.day().into(),
    }
}

//! The settings of questionnaire-svc, each with its variable and its reason.

use std::str::FromStr;

use jiff::SignedDuration;

use crate::domain::document::MAX_SIZE_BYTES;
use crate::scan::clamd::Address;

#[derive(Debug, Clone, clap::Args)]
pub struct Config {
    /// How long a document may stay announced without its bytes, and a blob without a document:
    /// longer than any upload lasts, and short enough that with the turns of the sweep nothing is
    /// left after an hour.
    #[arg(long = "questionnaire-upload-term", env = "IRIKTEU_QUESTIONNAIRE_UPLOAD_TERM",
          default_value = "50m", value_parser = SignedDuration::from_str)]
    pub upload_term: SignedDuration,

    /// How long answers to request ids are kept: a client that repeats a call later than this
    /// does it anew.
    #[arg(long = "questionnaire-answers-kept", env = "IRIKTEU_QUESTIONNAIRE_ANSWERS_KEPT",
          default_value = "24h", value_parser = SignedDuration::from_str)]
    pub answers_kept: SignedDuration,

    /// How long a draft that was never submitted is kept after its campaign closed: long enough for
    /// a question about it, no longer than personal data have a use.
    #[arg(long = "questionnaire-drafts-kept", env = "IRIKTEU_QUESTIONNAIRE_DRAFTS_KEPT",
          default_value = "2160h", value_parser = SignedDuration::from_str)]
    pub drafts_kept: SignedDuration,

    /// How many documents are checked at once: each takes up to 300 MiB while it is decoded.
    #[arg(long = "questionnaire-scans", env = "IRIKTEU_QUESTIONNAIRE_SCANS",
          default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=64))]
    pub scans: u32,

    /// clamd, which looks through documents for malware: `tcp://host:3310` or `unix:///path`. While
    /// it is away documents wait. Without it nobody looks, which is for development.
    #[arg(long = "clamd", env = "IRIKTEU_CLAMD")]
    pub clamd: Option<Address>,

    /// Seconds that clamd may take for one document.
    #[arg(long = "clamd-timeout-seconds", env = "IRIKTEU_CLAMD_TIMEOUT_SECONDS",
          default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub clamd_timeout_seconds: u64,

    /// The most bytes that are sent to clamd: its StreamMaxLength or less, and not less than the
    /// largest document, which would never be checked.
    #[arg(long = "clamd-most-bytes", env = "IRIKTEU_CLAMD_MOST_BYTES", default_value_t = 25 * 1024 * 1024,
          value_parser = clap::value_parser!(u64).range(MAX_SIZE_BYTES..))]
    pub clamd_most_bytes: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            upload_term: SignedDuration::from_mins(50),
            answers_kept: SignedDuration::from_hours(24),
            drafts_kept: SignedDuration::from_hours(90 * 24),
            scans: 2,
            clamd: None,
            clamd_timeout_seconds: 60,
            clamd_most_bytes: 25 * 1024 * 1024,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(clap::Parser)]
    struct Program {
        #[command(flatten)]
        config: Config,
    }

    #[test]
    fn the_defaults_of_the_flags_are_the_defaults_of_the_code() {
        let flags = Program::try_parse_from(["questionnaire-svc"])
            .expect("defaults")
            .config;
        assert_eq!(format!("{flags:?}"), format!("{:?}", Config::default()));
    }
}

//! The settings of questionnaire-svc, each with its variable and its reason.

use std::str::FromStr;

use jiff::SignedDuration;

#[derive(Debug, Clone, clap::Args)]
pub struct Config {
    /// How long a document may stay announced without its bytes, and a blob without a document:
    /// longer than any upload lasts, short enough that nothing piles up.
    #[arg(long = "questionnaire-upload-term", env = "IRIKTEU_QUESTIONNAIRE_UPLOAD_TERM",
          default_value = "1h", value_parser = SignedDuration::from_str)]
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
}

impl Default for Config {
    fn default() -> Self {
        Self {
            upload_term: SignedDuration::from_hours(1),
            answers_kept: SignedDuration::from_hours(24),
            drafts_kept: SignedDuration::from_hours(90 * 24),
            scans: 2,
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

//! The settings of review-svc, each with its variable and its reason.

use std::path::PathBuf;

use jiff::SignedDuration;

use crate::domain::policy::ReviewPolicy;

#[derive(Debug, Clone, clap::Args)]
pub struct Config {
    /// How many working days an expert has for a submission, in campaigns without a policy of their
    /// own. The announcement promises three.
    #[arg(long = "review-working-days", env = "IRIKTEU_REVIEW_WORKING_DAYS", default_value_t = 3,
          value_parser = clap::value_parser!(u32).range(1..=60))]
    pub working_days: u32,

    /// How long a claim lasts unless it is renewed: long enough to read a dossier, short enough
    /// that a task is not kept by somebody who went home.
    #[arg(long = "review-lease", env = "IRIKTEU_REVIEW_LEASE", default_value = "30m",
          value_parser = lease)]
    pub lease: SignedDuration,

    /// How long a claim lasts that a campaign manager gave to an expert, who may not be there at
    /// that moment.
    #[arg(long = "review-assignment-lease", env = "IRIKTEU_REVIEW_ASSIGNMENT_LEASE",
          default_value = "24h", value_parser = lease)]
    pub assignment_lease: SignedDuration,

    /// How many working days an applicant has for a correction where the campaign's own rules
    /// give no number.
    #[arg(long = "review-correction-working-days", env = "IRIKTEU_REVIEW_CORRECTION_WORKING_DAYS",
          default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=60))]
    pub correction_working_days: u32,

    /// How many working days an enquiry may wait for its answer: as long as a review.
    #[arg(long = "enquiry-working-days", env = "IRIKTEU_ENQUIRY_WORKING_DAYS", default_value_t = 3,
          value_parser = clap::value_parser!(u32).range(1..=60))]
    pub enquiry_working_days: u32,

    /// A folder of calendars, one `<year>.json` each, in the form of those compiled in. They add
    /// years and replace years of a lower version, so that a decree needs no new program.
    #[arg(long = "review-calendars", env = "IRIKTEU_REVIEW_CALENDARS")]
    pub calendars: Option<PathBuf>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            working_days: 3,
            lease: SignedDuration::from_mins(30),
            assignment_lease: SignedDuration::from_hours(24),
            correction_working_days: 3,
            enquiry_working_days: 3,
            calendars: None,
        }
    }
}

impl Config {
    /// By what campaigns are reviewed that have no policy of their own.
    pub fn policy(&self) -> ReviewPolicy {
        ReviewPolicy::of_settings(self.working_days)
    }
}

/// Between a minute and a day: what is outside is a slip of the pen.
fn lease(text: &str) -> Result<SignedDuration, String> {
    let lease: SignedDuration = text.parse().map_err(|error| format!("{error}"))?;
    if (SignedDuration::from_mins(1)..=SignedDuration::from_hours(24)).contains(&lease) {
        Ok(lease)
    } else {
        Err("a lease lasts from 1m to 24h".into())
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

    fn parsed(line: &[&str]) -> Option<Config> {
        let arguments = std::iter::once("review-svc").chain(line.iter().copied());
        Program::try_parse_from(arguments)
            .ok()
            .map(|program| program.config)
    }

    #[test]
    fn the_defaults_of_the_flags_are_the_defaults_of_the_code() {
        let flags = parsed(&[]).expect("defaults");
        assert_eq!(format!("{flags:?}"), format!("{:?}", Config::default()));
    }

    #[test]
    fn a_lease_of_no_length_or_of_a_week_is_refused() {
        assert!(parsed(&["--review-lease", "45m"]).is_some());
        for bad in ["0s", "7d", "168h", "soon", ""] {
            assert!(parsed(&["--review-lease", bad]).is_none(), "{bad}");
        }
    }
}

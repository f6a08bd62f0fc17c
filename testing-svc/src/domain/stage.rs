//! A stage of a campaign: its place in the order, the terms of booking and starting, and who goes on
//! from it.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::certificate;
use super::cut::{Places, Rule};
use super::localized::Localized;
use super::refusal::Refusal;
use super::score::Scale;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    pub id: Uuid,
    pub campaign: String,
    /// From 1.
    pub number: i32,
    pub title: Localized,
    pub terms: Terms,
    /// Where "Start test" leads.
    pub launch_url: String,
    pub selection: Selection,
    /// What permits say of coming and bringing.
    pub permit_note: Option<Localized>,
    /// When its results were published.
    pub published: Option<Timestamp>,
    /// Since when there are results of single sessions; none where there are none.
    pub begun: Option<Timestamp>,
    pub version: i32,
}

/// Who goes on, and what follows from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    pub rule: Option<Rule>,
    pub scale: Option<Scale>,
    /// Zero: there are no appeals.
    pub appeal_term: SignedDuration,
    pub sat: Sat,
    pub place: Place,
    pub membership_years: i16,
    /// Its subjects, and what is passed; none: it gives no certificates.
    pub terms: Option<certificate::terms::Terms>,
}

/// Whether people sit it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sat {
    Booked,
    /// A commission gives everybody's results.
    Never,
}

/// What comes after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    More,
    /// Who advances from it is a member.
    Last,
}

impl Default for Selection {
    fn default() -> Self {
        Self {
            rule: None,
            scale: None,
            appeal_term: SignedDuration::from_hours(72),
            sat: Sat::Booked,
            place: Place::More,
            membership_years: 3,
            terms: None,
        }
    }
}

/// How booking and starting go. Each is a setting of the stage; these are the usual ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    pub hold: SignedDuration,
    pub change_notice: SignedDuration,
    pub max_changes: i32,
    pub early_start: SignedDuration,
    pub late_start: SignedDuration,
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            hold: SignedDuration::from_mins(10),
            change_notice: SignedDuration::from_hours(24),
            max_changes: 2,
            early_start: SignedDuration::from_mins(10),
            late_start: SignedDuration::from_mins(15),
        }
    }
}

/// The longest address that fits a link in a letter.
const LONGEST_URL: usize = 500;

impl Stage {
    pub fn name(&self) -> String {
        format!("campaigns/{}/stages/{}", self.campaign, self.id)
    }

    /// What is published stays as it is.
    pub fn is_open(&self) -> Result<(), Refusal> {
        match self.published {
            None => Ok(()),
            Some(time) => Err(Refusal::StagePublished { time }),
        }
    }

    /// What single sessions were published with stays as it is.
    pub fn may_become(&self, changed: &Self) -> Result<(), Refusal> {
        match self.begun {
            Some(time) if changed.selection != self.selection => {
                Err(Refusal::StagePublished { time })
            }
            _ => Ok(()),
        }
    }

    /// The rule, where it measures everybody by themselves.
    pub fn threshold(&self) -> Result<&Rule, Refusal> {
        let rule = self.rule()?;
        match rule.places {
            Places::Threshold(_) => Ok(rule),
            Places::Share { .. } | Places::Number { .. } => Err(Refusal::ResultsCompete),
        }
    }

    pub fn scale(&self) -> Result<Scale, Refusal> {
        let missing = Refusal::RuleMissing {
            field: "score_scale",
        };
        self.selection.scale.ok_or(missing)
    }

    pub fn rule(&self) -> Result<&Rule, Refusal> {
        let missing = Refusal::RuleMissing {
            field: "advance_rule",
        };
        self.selection.rule.as_ref().ok_or(missing)
    }

    /// Until when an appeal against what is published now can be filed.
    pub fn appeals_until(&self, published: Timestamp) -> Option<Timestamp> {
        let term = self.selection.appeal_term;
        let until = published.saturating_add(term).unwrap_or(Timestamp::MAX);
        (!term.is_zero()).then_some(until)
    }

    /// Whom a launch token is for: the origin of the launch address.
    pub fn audience(&self) -> &str {
        let host = self.launch_url.get("https://".len()..).unwrap_or_default();
        let end = host.find(['/', '?']).unwrap_or(host.len());
        &self.launch_url[.."https://".len() + end]
    }

    /// The launch address with the token in its fragment: a fragment is not sent to servers and
    /// so stands in no log.
    pub fn launch_url_with(&self, token: &str) -> String {
        format!("{}#token={token}", self.launch_url)
    }
}

/// An https address without a user, a fragment or anything that would need escaping.
///
/// # Errors
/// `REQUIRED` or `INVALID_FORMAT`.
pub fn launch_url(text: &str) -> Result<String, &'static str> {
    let text = text.trim();
    if text.is_empty() {
        return Err("REQUIRED");
    }
    let rest = text.strip_prefix("https://").ok_or("INVALID_FORMAT")?;
    let host = rest.split(['/', '?']).next().unwrap_or_default();
    let (name, port) = host.split_once(':').unwrap_or((host, "443"));
    let good_name = !name.is_empty()
        && name.split('.').all(|label| {
            !label.is_empty()
                && label
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        });
    let good_port = port.parse::<u16>().is_ok_and(|port| port > 0);
    let good_rest = rest
        .bytes()
        .all(|b| b.is_ascii_graphic() && b != b'#' && b != b'"' && b != b'<' && b != b'>');
    if good_name && good_port && good_rest && text.len() <= LONGEST_URL {
        Ok(text.to_owned())
    } else {
        Err("INVALID_FORMAT")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_plain_https_address_leads_to_the_test() {
        for good in [
            "https://test.example.kz/start",
            "https://test.example.kz:8443/start?stage=1",
            "https://test.example.kz",
        ] {
            assert_eq!(launch_url(good), Ok(good.to_owned()), "{good}");
        }
        assert_eq!(launch_url(" "), Err("REQUIRED"));
        for bad in [
            "http://test.example.kz",
            "https://",
            "https:///start",
            "https://user@test.example.kz/",
            "https://test.example.kz/#here",
            "https://test.example.kz:0/",
            "https://test.example.kz/a b",
            "https://тест.kz/",
            "javascript:alert(1)",
        ] {
            assert_eq!(launch_url(bad), Err("INVALID_FORMAT"), "{bad}");
        }
    }

    #[test]
    fn the_audience_is_the_origin() {
        let mut stage = Stage {
            id: Uuid::nil(),
            campaign: "c".into(),
            number: 1,
            title: Localized::default(),
            terms: Terms::default(),
            launch_url: "https://test.example.kz:8443/start?stage=1".into(),
            selection: Selection::default(),
            permit_note: None,
            published: None,
            begun: None,
            version: 1,
        };
        assert_eq!(stage.audience(), "https://test.example.kz:8443");
        stage.launch_url = "https://test.example.kz".into();
        assert_eq!(stage.audience(), "https://test.example.kz");
        assert_eq!(
            stage.launch_url_with("a.b.c"),
            "https://test.example.kz#token=a.b.c"
        );
    }
}

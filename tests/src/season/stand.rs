//! Where a season is played: a running suite, its people of the house, the campaign of this run.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use chassis::clock::astana_date;
use chassis::identifier::Iin;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::actor::Actor;
use super::admission::places::Mode;
use super::dice::Dice;
use super::ledger::Ledger;
use super::partner::Partners;
use crate::person::Someone;

/// Who runs the house, and by which password.
#[derive(Debug, Clone)]
pub struct Staff {
    pub manager: String,
    pub desk: String,
    pub administrator: String,
    pub password: String,
}

/// What a season needs to be played.
#[derive(Clone)]
pub struct Options {
    pub programme: String,
    pub people: usize,
    pub seed: u64,
    pub url: String,
    /// Where the development mailbox is: the suite itself has it, or something beside it.
    pub mail_url: String,
    pub partners: Partners,
    pub staff: Staff,
    /// Where the keys of the demonstration's colleges are; an admission needs them.
    pub signatures: Option<PathBuf>,
    /// How an admission gives the places of its first round; those of the second it gives the other way.
    pub first_round: Mode,
    /// Whether everybody asks again until there is an answer: parts of the suite come and go.
    pub insists: bool,
    /// How many act at the same time.
    pub at_once: usize,
    /// Whether a line on the terminal tells how far it is.
    pub shows_progress: bool,
}

/// The scene, shared by all who act.
#[derive(Clone)]
pub struct Stand {
    pub visitor: Actor,
    /// Reads the development mailbox.
    pub mailbox: Actor,
    pub manager: Actor,
    pub desk: Actor,
    pub administrator: Actor,
    pub partners: Partners,
    pub ledger: Arc<Ledger>,
    /// The suite's time when the season began.
    pub began: Timestamp,
    /// Different in every run, for all that has to be new.
    pub run: u64,
    pub programme: String,
    /// Paths that the suite has, as its OpenAPI document tells.
    pub offers: Arc<Vec<String>>,
}

impl Stand {
    /// Signs the people of the house in; the suite tells its time in doing so.
    pub async fn of(options: &Options) -> anyhow::Result<Self> {
        let ledger = Arc::new(Ledger::default());
        let at = |url: &str| {
            let someone = Someone::new(url.trim_end_matches('/').to_owned());
            match options.insists {
                true => Actor::new(someone, ledger.clone()).insisting(),
                false => Actor::new(someone, ledger.clone()),
            }
        };
        let visitor = at(&options.url);
        let mailbox = at(&options.mail_url);
        let staff = &options.staff;
        let house = async |login: &str| {
            let session = visitor.sign_in(login, &staff.password).await;
            session.with_context(|| format!("{login} can't sign in"))
        };
        let manager = house(&staff.manager).await?;
        let desk = house(&staff.desk).await?;
        let administrator = house(&staff.administrator).await?;
        let session = manager.read("read session", "/v1/sessions/current").await?;
        let began: Timestamp = session["createTime"]
            .as_str()
            .context("a session without a time")?
            .parse()?;
        let offers = visitor.read("read OpenAPI", "/openapi.json").await?;
        let offers = offers["paths"].as_object().into_iter().flatten();
        let started = u64::try_from(began.as_microsecond()).unwrap_or_default();
        Ok(Self {
            visitor,
            mailbox,
            manager,
            desk,
            administrator,
            partners: options.partners.clone(),
            ledger,
            began,
            run: Dice::new(options.seed ^ started.rotate_left(32)).throw(),
            programme: options.programme.clone(),
            offers: Arc::new(offers.map(|(path, _)| path.clone()).collect()),
        })
    }

    /// Whether the suite has a path that ends like this.
    pub fn offers(&self, end: &str) -> bool {
        self.offers.iter().any(|path| path.ends_with(end))
    }

    pub fn today(&self) -> Date {
        astana_date(self.began)
    }

    pub fn days_ago(&self, days: i32) -> Date {
        let days = SignedDuration::from_hours(i64::from(days) * 24);
        self.today().saturating_sub(days)
    }

    pub fn in_days(&self, days: i64) -> Timestamp {
        self.began + SignedDuration::from_hours(days * 24)
    }

    /// The campaign's id in this run.
    pub fn campaign_id(&self) -> String {
        format!("season-{:012x}", self.run & 0xffff_ffff_ffff)
    }

    pub fn campaign(&self) -> String {
        format!("campaigns/{}", self.campaign_id())
    }

    pub fn email(&self, person: usize) -> String {
        format!(
            "season-{:012x}-{person}@example.kz",
            self.run & 0xffff_ffff_ffff
        )
    }

    /// A number with a right check digit and no possible birth date, so that it is nobody's.
    pub fn iin(&self, person: usize, female: bool) -> String {
        let mut dice = Dice::new(self.run ^ (person as u64).wrapping_mul(0x9e37_79b9));
        loop {
            let base = format!(
                "{:02}{:02}{:02}{}{:04}",
                dice.below(100),
                dice.between(13, 99),
                dice.below(32),
                if female { 6 } else { 5 },
                dice.below(10_000)
            );
            let all = (0..10).map(|digit| format!("{base}{digit}"));
            if let Some(iin) = all.into_iter().find(|iin| Iin::parse(iin).is_ok()) {
                return iin;
            }
        }
    }

    /// The newest mail to an address whose text has what is looked for.
    pub async fn mail(
        &self,
        to: &str,
        find: impl Fn(&str) -> Option<String>,
    ) -> anyhow::Result<String> {
        let newest = |mails: &Value| {
            let all = mails["mails"].as_array().into_iter().flatten();
            all.filter_map(|mail| find(mail["text"].as_str()?)).next()
        };
        let path = format!("/dev/mail/to/{to}");
        let mails = self
            .mailbox
            .until("read mail", &path, |mails| newest(mails).is_some())
            .await?;
        newest(&mails).context("a mail that was just there")
    }
}

/// The six digits of a mail.
pub fn code_of(text: &str) -> Option<String> {
    let words = text
        .split_whitespace()
        .map(|word| word.trim_matches(['.', ',', ':', ';']));
    words
        .into_iter()
        .find(|word| word.len() == 6 && word.bytes().all(|b| b.is_ascii_digit()))
        .map(str::to_owned)
}

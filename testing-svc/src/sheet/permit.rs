//! A permit as a sheet of paper: who comes with it by number, where to and when. Why somebody sits longer,
//! or elsewhere, is not on it.

use chassis::text::Language;
use jiff::Zoned;

use super::pen::{Pen, Style};
use super::{Sheet, labelled, words};
use crate::TEXTS;
use crate::domain::localized::Localized;
use crate::domain::session;

/// What is put on the sheet. Times are by the clocks of the place.
pub struct PermitSheet<'a> {
    pub stage: &'a Localized,
    pub candidate_number: &'a str,
    pub center: &'a Localized,
    pub address: Option<&'a Localized>,
    pub room: Option<&'a Localized>,
    pub start: Zoned,
    pub end: Zoned,
    /// When the test can be started.
    pub open: Zoned,
    pub close: Zoned,
    pub form: Option<session::Language>,
    /// Its code, and what it is called where that is known.
    pub subject: Option<(&'a str, Option<&'a Localized>)>,
    /// What the campaign says of coming and bringing.
    pub note: Option<&'a Localized>,
    pub language: Language,
}

impl Sheet for PermitSheet<'_> {
    fn language(&self) -> Language {
        self.language
    }

    fn title(&self) -> String {
        format!(
            "{} {}",
            words(self.language, "PERMIT_TITLE"),
            self.candidate_number
        )
    }

    fn draw(&self, pen: &mut Pen<'_>) -> anyhow::Result<()> {
        pen.heading(&words(self.language, "PERMIT_TITLE"))?;
        pen.paragraph(self.stage.get(self.language), Style::Subtitle)?;
        pen.space(14.0);
        let number = labelled(self.language, "PERMIT_NUMBER", self.candidate_number);
        pen.paragraph(&number, Style::Name)?;
        pen.space(14.0);
        for (label, value) in self.lines() {
            pen.paragraph(&labelled(self.language, label, &value), Style::Plain)?;
        }
        let Some(note) = self.note else {
            return Ok(());
        };
        pen.space(14.0);
        pen.paragraph(&words(self.language, "PERMIT_NOTE"), Style::Subtitle)?;
        for line in note.get(self.language).lines() {
            pen.paragraph(line, Style::Plain)?;
        }
        Ok(())
    }
}

impl PermitSheet<'_> {
    fn lines(&self) -> Vec<(&'static str, String)> {
        let text = |text: &Localized| text.get(self.language).to_owned();
        let between = |from: &Zoned, to: &Zoned| {
            format!("{} – {}", from.strftime("%H:%M"), to.strftime("%H:%M"))
        };
        let mut lines = vec![
            ("PERMIT_DATE", self.start.strftime("%d.%m.%Y").to_string()),
            ("PERMIT_TIME", between(&self.start, &self.end)),
            ("PERMIT_START", between(&self.open, &self.close)),
            ("PERMIT_PLACE", text(self.center)),
        ];
        lines.extend(self.address.map(|it| ("PERMIT_ADDRESS", text(it))));
        lines.extend(self.room.map(|it| ("PERMIT_ROOM", text(it))));
        let subject = |(code, title): (&str, Option<&Localized>)| {
            ("PERMIT_SUBJECT", title.map_or(code.to_owned(), text))
        };
        lines.extend(self.subject.map(subject));
        lines.extend(self.form.map(|it| ("PERMIT_LANGUAGE", self.form_words(it))));
        lines
    }

    fn form_words(&self, form: session::Language) -> String {
        let args = [("language", form.as_str().to_owned())];
        let words = TEXTS.sentence(self.language, "PERMIT_FORM", &args);
        words.unwrap_or_else(|| form.as_str().to_owned())
    }
}

//! Field violations: everything wrong with a request, gathered before anything is refused.

/// One thing wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The path of the field as the client wrote it: `section.answers.rows[2].start_date`.
    pub field: String,
    /// The reason, in SCREAMING_SNAKE_CASE: it leads to a sentence in three languages.
    pub reason: &'static str,
    /// What the sentence needs to be exact: limits, allowed values. Never personal data.
    pub args: Vec<(&'static str, String)>,
}

/// All violations of a request, told at once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Violations(Vec<Violation>);

impl Violations {
    pub fn new() -> Self {
        Self::default()
    }

    /// A list with a single violation, for rules that can only fail one way.
    pub fn one(field: impl Into<String>, reason: &'static str) -> Self {
        let mut all = Self::new();
        all.add(field, reason);
        all
    }

    pub fn add(&mut self, field: impl Into<String>, reason: &'static str) -> &mut Self {
        self.add_with(field, reason, [])
    }

    pub fn add_with<const N: usize>(
        &mut self,
        field: impl Into<String>,
        reason: &'static str,
        args: [(&'static str, String); N],
    ) -> &mut Self {
        self.0.push(Violation {
            field: field.into(),
            reason,
            args: args.into(),
        });
        self
    }

    pub fn push(&mut self, violation: Violation) {
        self.0.push(violation);
    }

    pub fn extend(&mut self, others: Violations) {
        self.0.extend(others.0);
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = &Violation> {
        self.0.iter()
    }

    /// `value` where it can be had; otherwise the violation is noted and `None` comes back,
    /// so that the next field is still looked at.
    pub fn take<T>(&mut self, field: &str, parsed: Result<T, &'static str>) -> Option<T> {
        match parsed {
            Ok(value) => Some(value),
            Err(reason) => {
                self.add(field, reason);
                None
            }
        }
    }

    /// The text without white space around it; noted where it is empty or longer than `max` characters.
    pub fn text(&mut self, field: &str, value: &str, max: usize) -> String {
        let value = value.trim();
        if value.is_empty() {
            self.add(field, "REQUIRED");
        }
        self.optional_text(field, value, max)
    }

    /// Like [`Self::text`], for a field that may be empty.
    pub fn optional_text(&mut self, field: &str, value: &str, max: usize) -> String {
        let value = value.trim();
        if value.chars().count() > max {
            self.add_with(field, "TOO_LONG", [("max", max.to_string())]);
        }
        value.to_owned()
    }

    /// Like [`Self::optional_text`], for what is looked for and not kept: nothing else looks at its
    /// characters, and no text of PostgreSQL has a zero in it.
    pub fn sought(&mut self, field: &str, value: &str, max: usize) -> String {
        if value.contains('\0') {
            self.add(field, "INVALID_FORMAT");
        }
        self.optional_text(field, value, max)
    }

    /// Every violation at once, or nothing.
    pub fn into_result(self) -> crate::Result<()> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(crate::Error::Invalid(self))
        }
    }
}

impl IntoIterator for Violations {
    type Item = Violation;
    type IntoIter = std::vec::IntoIter<Violation>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

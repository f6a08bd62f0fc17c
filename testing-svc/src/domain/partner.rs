//! Partners: which test systems each may redeem codes for. Data of the deployment, not code.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, bail};
use serde::Deserialize;

use super::test_system::TestSystem;

/// The partners of this deployment, by the name in their client certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partners(BTreeMap<String, BTreeSet<TestSystem>>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    partner: String,
    test_systems: Vec<String>,
}

impl Partners {
    /// Reads `[{"partner": "kaztest", "test_systems": ["KAZTEST"]}]`.
    ///
    /// # Errors
    /// If it is not such a list, names a system nobody knows, or a partner twice.
    pub fn parse(json: &str) -> anyhow::Result<Self> {
        let rows: Vec<Row> = serde_json::from_str(json)
            .context("partners are a list of {\"partner\", \"test_systems\"}")?;
        let mut partners = BTreeMap::new();
        for row in rows {
            if !chassis::name::is_slug(&row.partner) {
                bail!("{:?} is not the name of a partner", row.partner);
            }
            let mut systems = BTreeSet::new();
            for name in &row.test_systems {
                let system = TestSystem::from_name(name)
                    .with_context(|| format!("{name:?} is not a test system"))?;
                systems.insert(system);
            }
            if let Some(twice) = partners.insert(row.partner.clone(), systems) {
                bail!("{:?} is listed twice, before with {twice:?}", row.partner);
            }
        }
        Ok(Self(partners))
    }

    /// Whether this partner may ask about codes of this system.
    pub fn may(&self, partner: &str, system: TestSystem) -> bool {
        self.0
            .get(partner)
            .is_some_and(|systems| systems.contains(&system))
    }

    pub fn knows(&self, partner: &str) -> bool {
        self.0.contains_key(partner)
    }
}

impl Default for Partners {
    fn default() -> Self {
        let each = [("kaztest", TestSystem::Kaztest), ("qrt", TestSystem::Qrt)];
        Self(
            each.into_iter()
                .map(|(name, system)| (name.to_owned(), BTreeSet::from([system])))
                .collect(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_partner_may_do_what_it_is_listed_with_and_no_more() {
        let partners = Partners::default();
        assert!(partners.may("kaztest", TestSystem::Kaztest));
        assert!(!partners.may("kaztest", TestSystem::Qrt));
        assert!(!partners.may("somebody", TestSystem::Qrt));
        assert!(!partners.knows("somebody"));
    }

    #[test]
    fn the_list_is_read_with_every_spelling_and_a_wrong_one_is_refused() {
        let read = Partners::parse(
            r#"[{"partner": "kaztest", "test_systems": ["ҚАЗТЕСТ"]}, {"partner": "qrt", "test_systems": ["QAZAQ RESMI TEST"]}]"#,
        );
        assert_eq!(read.expect("a good list"), Partners::default());
        for bad in [
            "{}",
            r#"[{"partner": "kaztest", "test_systems": ["TOEFL"]}]"#,
            r#"[{"partner": "Kaz Test", "test_systems": []}]"#,
            r#"[{"partner": "a", "test_systems": []}, {"partner": "a", "test_systems": []}]"#,
            r#"[{"partner": "a", "test_systems": [], "scopes": []}]"#,
        ] {
            assert!(Partners::parse(bad).is_err(), "{bad}");
        }
    }
}

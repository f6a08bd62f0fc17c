//! Partners: what each may do here. Data of the deployment, not code.
//!
//! A partner takes promo codes of some test systems; and it holds examinations, of some campaigns, at all
//! their places or at some.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, bail, ensure};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use chassis::name;
use serde::Deserialize;
use uuid::Uuid;

use super::test_system::TestSystem;

/// Keys of one partner at most: the one in use, and those before and after it.
const MOST_KEYS: usize = 10;

/// Who has no campaign listed has none: all of them have to be asked for.
const EVERY_CAMPAIGN: &str = "campaigns/-";

/// The partners of this deployment, by the name in their client certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partners(BTreeMap<String, Scope>);

/// What one of them may do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Scope {
    systems: BTreeSet<TestSystem>,
    examinations: Option<Examinations>,
    /// With which its files are checked.
    file_keys: Vec<[u8; 32]>,
}

/// Where a partner holds examinations.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Examinations {
    /// None where it has every campaign, those to come included.
    campaigns: Option<BTreeSet<String>>,
    /// None where it has every place of these campaigns.
    centers: Option<BTreeSet<Uuid>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    partner: String,
    #[serde(default)]
    test_systems: Vec<String>,
    examinations: Option<ExaminationsRow>,
    #[serde(default)]
    file_keys: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExaminationsRow {
    campaigns: Vec<String>,
    test_centers: Option<Vec<String>>,
}

impl Partners {
    /// Reads `[{"partner": "kaztest", "test_systems": ["KAZTEST"]}]`; beside `test_systems` there may be
    /// `"examinations": {"campaigns": ["campaigns/nqt-2026"], "test_centers": ["testCenters/…"]}` –
    /// `campaigns/-` alone is every campaign – and `"file_keys": ["…"]`, public keys of Ed25519 in base64url.
    ///
    /// # Errors
    /// If it is not such a list, names what can't be, or a partner twice.
    pub fn parse(json: &str) -> anyhow::Result<Self> {
        let rows: Vec<Row> = serde_json::from_str(json)
            .context("partners are a list of {\"partner\", \"test_systems\"}")?;
        let mut partners = BTreeMap::new();
        for row in rows {
            let partner = row.partner.clone();
            if !name::is_slug(&partner) {
                bail!("{partner:?} is not the name of a partner");
            }
            let scope = Scope::read(&row).with_context(|| format!("of partner {partner:?}"))?;
            if partners.insert(partner.clone(), scope).is_some() {
                bail!("{partner:?} is listed twice");
            }
        }
        Ok(Self(partners))
    }

    /// Whether this partner may ask about codes of this system.
    pub fn may(&self, partner: &str, system: TestSystem) -> bool {
        self.0
            .get(partner)
            .is_some_and(|scope| scope.systems.contains(&system))
    }

    pub fn knows(&self, partner: &str) -> bool {
        self.0.contains_key(partner)
    }

    /// Whether this partner holds examinations at all.
    pub fn examines(&self, partner: &str) -> bool {
        self.0
            .get(partner)
            .is_some_and(|scope| scope.examinations.is_some())
    }

    /// Whether a session of this campaign at this place is the partner's.
    pub fn serves(&self, partner: &str, campaign: &str, center: Uuid) -> bool {
        let scope = self.0.get(partner).and_then(|it| it.examinations.as_ref());
        scope.is_some_and(|it| {
            let is_there = it.centers.as_ref().is_none_or(|all| all.contains(&center));
            let is_of = it
                .campaigns
                .as_ref()
                .is_none_or(|all| all.contains(campaign));
            is_of && is_there
        })
    }

    /// The keys that the partner signs its files with.
    pub fn file_keys(&self, partner: &str) -> &[[u8; 32]] {
        self.0.get(partner).map_or(&[], |scope| &scope.file_keys)
    }
}

impl Scope {
    fn read(row: &Row) -> anyhow::Result<Self> {
        let mut scope = Self::default();
        for name in &row.test_systems {
            let system = TestSystem::from_name(name)
                .with_context(|| format!("{name:?} is not a test system"))?;
            scope.systems.insert(system);
        }
        if let Some(examinations) = &row.examinations {
            scope.examinations = Some(Examinations::read(examinations)?);
        }
        ensure!(
            row.file_keys.len() <= MOST_KEYS,
            "at most {MOST_KEYS} file_keys"
        );
        for text in &row.file_keys {
            let bytes = BASE64.decode(text.trim()).ok();
            let key = bytes.and_then(|it| it.try_into().ok());
            let key = key.context("a key of file_keys is not 32 bytes in base64url")?;
            scope.file_keys.push(key);
        }
        Ok(scope)
    }
}

impl Examinations {
    fn read(row: &ExaminationsRow) -> anyhow::Result<Self> {
        let is_any = row.campaigns.iter().any(|text| text == EVERY_CAMPAIGN);
        ensure!(
            !is_any || row.campaigns.len() == 1,
            "{EVERY_CAMPAIGN:?} stands alone"
        );
        let mut campaigns = BTreeSet::new();
        for text in row.campaigns.iter().filter(|_| !is_any) {
            let read = name::capture::<1>("campaigns/*", text).filter(|[id]| name::is_slug(id));
            let [id] = read.with_context(|| format!("{text:?} is not the name of a campaign"))?;
            campaigns.insert(id.to_owned());
        }
        let center = |text: &String| {
            let read = name::capture::<1>("testCenters/*", text);
            let id = read.and_then(|[id]| Uuid::parse_str(id).ok());
            id.with_context(|| format!("{text:?} is not the name of a test centre"))
        };
        let centers = row.test_centers.as_ref();
        let centers = centers.map(|all| all.iter().map(center).collect());
        Ok(Self {
            campaigns: (!is_any).then_some(campaigns),
            centers: centers.transpose()?,
        })
    }
}

impl Default for Partners {
    fn default() -> Self {
        let each = [("kaztest", TestSystem::Kaztest), ("qrt", TestSystem::Qrt)];
        let scope = |system| Scope {
            systems: BTreeSet::from([system]),
            ..Scope::default()
        };
        Self(
            each.into_iter()
                .map(|(name, system)| (name.to_owned(), scope(system)))
                .collect(),
        )
    }
}

#[cfg(test)]
#[path = "partner_tests.rs"]
mod tests;

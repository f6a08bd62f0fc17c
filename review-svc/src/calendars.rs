//! The working days in force: the years compiled in, and newer ones of a folder.

use std::path::Path;

use anyhow::{Context, ensure};

use crate::domain::calendar::{WorkCalendar, YearCalendar};

/// # Errors
/// If a file of the folder can't be read or is not a calendar. A wrong calendar would be felt only
/// when a term is wrong, so the service does not start with one.
pub fn load(folder: Option<&Path>) -> anyhow::Result<WorkCalendar> {
    let mut calendar = WorkCalendar::published().clone();
    let Some(folder) = folder else {
        return Ok(calendar);
    };
    let entries = std::fs::read_dir(folder)
        .with_context(|| format!("the calendars in {} can't be read", folder.display()))?;
    for entry in entries {
        let file = entry?.path();
        if file
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            let year =
                read(&file).with_context(|| format!("{} is not a calendar", file.display()))?;
            let known = calendar.year(year.year).map_or(0, |known| known.version);
            if year.version > known {
                tracing::info!(
                    year = year.year,
                    version = year.version,
                    "a newer calendar is used"
                );
                calendar = calendar.with(year);
            }
        }
    }
    Ok(calendar)
}

fn read(file: &Path) -> anyhow::Result<YearCalendar> {
    let year: YearCalendar = serde_json::from_slice(&std::fs::read(file)?)?;
    ensure!(year.version > 0, "its version is 0");
    let in_order = year.days.windows(2).all(|pair| pair[0].date < pair[1].date);
    ensure!(
        in_order,
        "its days are not in order, or one is listed twice"
    );
    for day in &year.days {
        ensure!(
            day.date.year() == year.year,
            "{} is in another year",
            day.date
        );
        ensure!(
            day.title.is_complete(),
            "{} has no name in some language",
            day.date
        );
    }
    Ok(year)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loaded(year: i16, version: u32, days: &str) -> anyhow::Result<WorkCalendar> {
        let folder = tempfile::tempdir()?;
        let text = format!(
            r#"{{"year": {year}, "version": {version}, "status": "OFFICIAL", "source": "a test",
            "days": [{days}]}}"#
        );
        std::fs::write(folder.path().join("calendar.json"), text)?;
        load(Some(folder.path()))
    }

    fn day(date: &str) -> String {
        format!(
            r#"{{"date": "{date}", "kind": "HOLIDAY", "kk": "Күн", "ru": "День", "en": "Day"}}"#
        )
    }

    #[test]
    fn a_folder_adds_years_and_replaces_lower_versions_only() {
        let added = loaded(2030, 1, &day("2030-05-07")).expect("a calendar");
        assert_eq!(added.year(2030).expect("the year").days.len(), 1);
        let replaced = loaded(2026, 9, "").expect("a calendar");
        assert_eq!(replaced.year(2026).expect("the year").version, 9);
        let kept = loaded(2026, 1, "").expect("a calendar");
        assert!(!kept.year(2026).expect("the year").days.is_empty());
    }

    #[test]
    fn a_folder_with_a_wrong_calendar_is_refused() {
        let two = [day("2030-05-07"), day("2030-05-07")].join(",");
        for days in ["{}", &day("2031-05-07"), &two, &day("soon")] {
            assert!(loaded(2030, 1, days).is_err(), "{days}");
        }
        assert!(loaded(2030, 0, "").is_err());
        assert!(load(Some(Path::new("/there/is/no/such/folder"))).is_err());
    }
}

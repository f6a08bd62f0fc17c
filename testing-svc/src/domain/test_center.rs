//! A test centre: a place with seats, or the internet.

use jiff::tz::TimeZone;
use uuid::Uuid;

use super::localized::Localized;
use super::words;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestCenter {
    pub id: Uuid,
    pub title: Localized,
    /// Street and house; none for the internet.
    pub address: Option<Localized>,
    pub mode: Mode,
    /// An IANA name, as the zone database writes it.
    pub time_zone: String,
    pub version: i32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Onsite,
    Online,
}

words!(Mode {
    Onsite = "ONSITE",
    Online = "ONLINE",
});

impl TestCenter {
    pub fn name(&self) -> String {
        name(self.id)
    }
}

pub fn name(id: Uuid) -> String {
    format!("testCenters/{id}")
}

/// The zone's own spelling.
///
/// # Errors
/// `REQUIRED`, or `TIME_ZONE_UNKNOWN` where the zone database has no such zone.
pub fn time_zone(text: &str) -> Result<String, &'static str> {
    let text = text.trim();
    if text.is_empty() {
        return Err("REQUIRED");
    }
    let zone = TimeZone::get(text).map_err(|_| "TIME_ZONE_UNKNOWN")?;
    zone.iana_name()
        .map(str::to_owned)
        .ok_or("TIME_ZONE_UNKNOWN")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_zones_that_exist_are_taken() {
        assert_eq!(time_zone("Asia/Almaty").as_deref(), Ok("Asia/Almaty"));
        assert_eq!(time_zone("asia/qyzylorda").as_deref(), Ok("Asia/Qyzylorda"));
        assert_eq!(time_zone("Asia/Astana"), Err("TIME_ZONE_UNKNOWN"));
        assert_eq!(time_zone(""), Err("REQUIRED"));
    }
}

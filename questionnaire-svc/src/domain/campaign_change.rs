//! What may change about a campaign, and when: before it opens nearly everything, under people little.

use chassis::violation::Violations;
use jiff::Timestamp;

use super::application_kind::are_taken_away;
use super::campaign::{Campaign, State};
use super::refusal::Refusal;

/// The fields that a campaign manager can change, in the order of the contract.
pub const FIELDS: [&str; 10] = [
    "title",
    "open_time",
    "close_time",
    "time_zone",
    "rules",
    "places",
    "form_revision",
    "declarations",
    "directions",
    "application_kinds",
];

/// What people apply under; it stays once somebody has.
const FROZEN_UNDER_PEOPLE: [&str; 3] = ["time_zone", "rules", "declarations"];

/// The fields in which two campaigns differ.
pub fn changed_fields(before: &Campaign, after: &Campaign) -> Vec<&'static str> {
    let is_changed = |field: &&&str| match **field {
        "title" => before.title != after.title,
        "open_time" => before.window.open != after.window.open,
        "close_time" => before.window.close != after.window.close,
        "time_zone" => before.time_zone != after.time_zone,
        "rules" => before.rules != after.rules,
        "places" => before.places != after.places,
        "form_revision" => before.form_revision != after.form_revision,
        "declarations" => before.declarations != after.declarations,
        "directions" => before.directions != after.directions,
        _ => before.kinds != after.kinds,
    };
    FIELDS.iter().filter(is_changed).copied().collect()
}

/// Whether somebody has applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applied {
    Somebody,
    Nobody,
}

/// Whether `before` may become `after` now.
///
/// # Errors
/// `CAMPAIGN_RULES_FROZEN`, `CAMPAIGN_NOT_SCHEDULED`, `CAMPAIGN_WINDOW_SHORTENED`, `CAMPAIGN_CLOSED`.
pub fn may_change(
    before: &Campaign,
    after: &Campaign,
    applied: Applied,
    now: Timestamp,
) -> Result<(), Refusal> {
    let changed = changed_fields(before, after);
    let state = before.state(now);
    let is_frozen = |field: &&&str| match **field {
        "application_kinds" => are_taken_away(&before.kinds, &after.kinds),
        field => FROZEN_UNDER_PEOPLE.contains(&field),
    };
    let frozen: Vec<_> = changed.iter().filter(is_frozen).copied().collect();
    if applied == Applied::Somebody && !frozen.is_empty() {
        return Err(Refusal::CampaignRulesFrozen {
            fields: frozen.join(", "),
        });
    }
    if state != State::Scheduled && changed.contains(&"open_time") {
        return Err(Refusal::CampaignNotScheduled { state: code(state) });
    }
    let of_the_window = ["close_time", "form_revision", "application_kinds"];
    if state == State::Closed && changed.iter().any(|field| of_the_window.contains(field)) {
        return Err(Refusal::CampaignClosed {
            campaign: before.name.clone(),
            close_time: before.window.close,
        });
    }
    if state == State::Open && after.window.close < before.window.close {
        return Err(Refusal::CampaignWindowShortened {
            close_time: before.window.close,
        });
    }
    Ok(())
}

/// What is wrong with the new values because of the old ones and of the time.
pub fn violations(before: &Campaign, after: &Campaign, now: Timestamp) -> Violations {
    let mut wrong = Violations::new();
    // To open at once is a step of its own, which is audited as such.
    if after.window.open != before.window.open && after.window.open <= now {
        wrong.add("campaign.open_time", "TIME_IN_PAST");
    }
    if after.window.close != before.window.close && after.window.close <= now {
        wrong.add("campaign.close_time", "TIME_IN_PAST");
    }
    if is_older(&before.form_revision, &after.form_revision) {
        wrong.add("campaign.form_revision", "FORM_REVISION_OLDER");
    }
    for (at, kind) in after.kinds.iter().enumerate() {
        let was = before.kinds.iter().find(|it| it.code == kind.code);
        if was.is_some_and(|was| is_older(&was.form_revision, &kind.form_revision)) {
            let field = format!("campaign.application_kinds[{at}].form_revision");
            wrong.add(field, "FORM_REVISION_OLDER");
        }
    }
    wrong
}

/// Whether the second names another form or an earlier revision. Where kinds bring the forms, or no
/// longer do, there is nothing to compare.
fn is_older(before: &str, after: &str) -> bool {
    if before.is_empty() || after.is_empty() {
        return false;
    }
    fn parts(name: &str) -> (&str, u32) {
        let (form, number) = name.rsplit_once('/').unwrap_or((name, ""));
        (form, number.parse().unwrap_or_default())
    }
    let (before, after) = (parts(before), parts(after));
    before.0 != after.0 || after.1 < before.1
}

/// Opens a campaign before its time.
///
/// # Errors
/// `CAMPAIGN_NOT_SCHEDULED`.
pub fn open(campaign: &mut Campaign, now: Timestamp) -> Result<(), Refusal> {
    match campaign.state(now) {
        State::Scheduled => {
            campaign.window.open = now;
            Ok(())
        }
        state => Err(Refusal::CampaignNotScheduled { state: code(state) }),
    }
}

/// Closes an open campaign before its time.
///
/// # Errors
/// `CAMPAIGN_NOT_OPEN_YET`, `CAMPAIGN_CLOSED`.
pub fn close(campaign: &mut Campaign, now: Timestamp) -> Result<(), Refusal> {
    campaign.must_be_open(now)?;
    // In the very instant of its opening: a window has a length.
    let least = campaign.window.open + jiff::SignedDuration::from_micros(1);
    campaign.window.close = now.max(least);
    Ok(())
}

pub fn code(state: State) -> &'static str {
    match state {
        State::Scheduled => "SCHEDULED",
        State::Open => "OPEN",
        State::Closed => "CLOSED",
    }
}

#[cfg(test)]
mod tests {
    use super::super::campaign::tests::reserve_2025;
    use super::*;

    const BEFORE: &str = "2025-05-01T00:00:00Z";
    const INSIDE: &str = "2025-06-10T00:00:00Z";
    const AFTER: &str = "2025-07-10T00:00:00Z";

    fn at(instant: &str) -> Timestamp {
        instant.parse().expect("an instant")
    }

    fn with(change: impl FnOnce(&mut Campaign)) -> Campaign {
        let mut campaign = reserve_2025();
        change(&mut campaign);
        campaign
    }

    fn asked(after: &Campaign, applied: Applied, now: &str) -> Result<(), Refusal> {
        may_change(&reserve_2025(), after, applied, at(now))
    }

    #[test]
    fn the_fields_that_differ_are_told() {
        let after = with(|it| {
            it.places = 60;
            it.window.close = at(AFTER);
        });
        assert_eq!(
            changed_fields(&reserve_2025(), &after),
            ["close_time", "places"]
        );
        assert_eq!(changed_fields(&after, &after), [""; 0]);
    }

    #[test]
    fn rules_stay_once_somebody_has_applied() {
        let older = with(|it| it.rules.max_age_years = Some(40));
        assert_eq!(asked(&older, Applied::Nobody, INSIDE), Ok(()));
        assert_eq!(
            asked(&older, Applied::Somebody, INSIDE),
            Err(Refusal::CampaignRulesFrozen {
                fields: "rules".into()
            })
        );
        let more = with(|it| it.places = 60);
        assert_eq!(asked(&more, Applied::Somebody, INSIDE), Ok(()));
        assert_eq!(asked(&more, Applied::Somebody, AFTER), Ok(()));
    }

    #[test]
    fn an_open_window_is_made_longer_and_never_shorter() {
        let close = reserve_2025().window.close;
        let shorter = with(|it| it.window.close = at("2025-06-20T00:00:00Z"));
        let longer = with(|it| it.window.close = at(AFTER));
        assert_eq!(asked(&longer, Applied::Somebody, INSIDE), Ok(()));
        assert_eq!(asked(&shorter, Applied::Nobody, BEFORE), Ok(()));
        assert_eq!(
            asked(&shorter, Applied::Nobody, INSIDE),
            Err(Refusal::CampaignWindowShortened { close_time: close })
        );
        assert!(matches!(
            asked(&longer, Applied::Somebody, "2025-07-01T00:00:00Z"),
            Err(Refusal::CampaignClosed { .. })
        ));
    }

    #[test]
    fn the_time_of_opening_is_history_once_it_has_come() {
        let later = with(|it| it.window.open = at("2025-06-15T00:00:00Z"));
        assert_eq!(asked(&later, Applied::Nobody, BEFORE), Ok(()));
        assert_eq!(
            asked(&later, Applied::Nobody, INSIDE),
            Err(Refusal::CampaignNotScheduled { state: "OPEN" })
        );
    }

    #[test]
    fn a_form_goes_on_and_never_back() {
        let wrong = |revision: &str| {
            let after = with(|it| it.form_revision = revision.into());
            !violations(&reserve_2025(), &after, at(BEFORE)).is_empty()
        };
        assert!(!wrong("forms/reserve-questionnaire/revisions/1"));
        assert!(!wrong("forms/reserve-questionnaire/revisions/2"));
        assert!(wrong("forms/reserve-questionnaire/revisions/0"));
        assert!(wrong("forms/other/revisions/2"));
    }

    #[test]
    fn opening_and_closing_before_the_time_are_steps_of_their_own() {
        let mut campaign = reserve_2025();
        assert!(matches!(
            close(&mut campaign, at(BEFORE)),
            Err(Refusal::CampaignNotOpenYet { .. })
        ));
        open(&mut campaign, at(BEFORE)).expect("opened");
        assert_eq!(campaign.state(at(BEFORE)), State::Open);
        assert_eq!(
            open(&mut campaign, at(INSIDE)),
            Err(Refusal::CampaignNotScheduled { state: "OPEN" })
        );
        close(&mut campaign, at(INSIDE)).expect("closed");
        assert_eq!(campaign.state(at(INSIDE)), State::Closed);
        assert!(matches!(
            close(&mut campaign, at(AFTER)),
            Err(Refusal::CampaignClosed { .. })
        ));
        let mut at_once = reserve_2025();
        let opening = at_once.window.open;
        close(&mut at_once, opening).expect("closed");
        assert!(at_once.window.close > at_once.window.open);
    }
}

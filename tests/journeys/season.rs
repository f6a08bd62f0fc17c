//! The season: 25 people from the open window to the last list, and a checker that says no.

use serde_json::{Value, json};
use tests::season::admission::places::Mode;
use tests::season::invariants::{self, Line, Reads};
use tests::season::ledger::{Facts, StateSeen};
use tests::season::plan::{Certificate, Fate};
use tests::season::{Options, Season, Staff, play};
use tests::town::Town;

#[tokio::test(flavor = "multi_thread")]
async fn a_season_of_25_people_is_played_and_everything_holds() {
    let town = Town::from_ten_on_the_first_of_june().await;
    let season = play(&options(&town, 3).await).await.unwrap();
    let reads = Reads::of(&season).await.unwrap();
    let facts = season.stand.ledger.facts().clone();

    let lines = invariants::lines(&facts, &reads);
    let broken: Vec<&Line> = lines.iter().filter(|line| !line.holds()).collect();
    assert!(broken.is_empty(), "{broken:#?}");
    for id in [
        "B1", "B2", "B3", "B4", "B5", "B6", "B7", "P1", "P2", "P3", "P4", "P5", "Q1", "Q2", "Q3",
        "Q4", "Q5", "R1", "R2", "R3", "S1", "S2", "S3", "S4", "N2", "I1", "I2", "I3", "A2",
    ] {
        assert!(lines.iter().any(|line| line.id == id), "{id} is checked");
    }

    the_table_has_the_numbers_of_the_plan(&season);
    a_doctored_record_is_told(&facts, &reads);
    town.close().await;
}

pub async fn options(town: &Town, seed: u64) -> Options {
    Options {
        programme: "reserve".into(),
        people: 25,
        seed,
        url: format!("http://{}", town.suite.http),
        mail_url: format!("http://{}", town.suite.http),
        partners: town.partners().await,
        staff: Staff {
            manager: "manager@demo.irikteu.kz".into(),
            desk: "examdesk@demo.irikteu.kz".into(),
            administrator: "admin@demo.irikteu.kz".into(),
            password: standalone::demo::PASSWORD.into(),
        },
        signatures: Some(town.suite.data_dir().join("signatures")),
        insists: false,
        at_once: 8,
        first_round: Mode::DeferredAcceptance,
        shows_progress: false,
    }
}

fn the_table_has_the_numbers_of_the_plan(season: &Season) {
    let (plan, stand) = (&season.plan, &season.stand);
    let step = |name: &str| stand.ledger.step(name);
    // The plan of this seed is the same on every machine.
    assert_eq!(plan.people.len(), 25);
    assert_eq!(
        [
            Fate::TooOld,
            Fate::GivesUp,
            Fate::Withdraws,
            Fate::IsCorrected
        ]
        .map(|it| plan.count(it)),
        [1, 1, 1, 3]
    );
    let twice = plan.submitting_with(|it| it.registers_twice);
    assert_eq!(step("register").done, 25 + plan.experts.len() + twice);
    let registration = step("complete registration");
    assert_eq!(registration.refused_for("OVER_AGE_LIMIT"), 1);
    assert_eq!(registration.refused_for("ACCOUNT_EXISTS"), twice);
    assert_eq!(
        step("set password").done,
        plan.submitting_with(|it| it.forgets_password)
    );
    assert_eq!(step("save section").refused_for("STALE_ETAG"), 1);

    let own = plan.people.iter().filter(|it| it.fate.submits());
    let own = own.filter(|it| it.certificate == Certificate::Own).count();
    let code = step("get promo code");
    assert_eq!(code.refused_for("CERTIFICATE_ALREADY_DECLARED"), own);
    assert_eq!(step("withdraw").done, 1);

    let wishes = season
        .people
        .iter()
        .filter(|it| it.wants_back(stand).is_some())
        .count();
    assert_eq!(step("ask for it back").done, wishes);
    let returned = season
        .people
        .iter()
        .filter(|it| it.gets_it_back(stand))
        .count();
    assert_eq!(step("ask for correction").done, returned);
    assert_eq!(step("resubmit").done, returned);
    let rejected = plan.count(Fate::Forges) + plan.count(Fate::LacksExperience);
    // Each rejection is sent twice: its first answer was lost.
    assert_eq!(step("reject").done, rejected * 2);
    assert_eq!(
        step("accept").done,
        plan.count(Fate::Accepted) + plan.count(Fate::IsCorrected)
    );

    // The rush: the popular session has fewer seats than there are who want it.
    assert!(step("hold seat").refused_for("SESSION_FULL") > 0);
    assert_eq!(season.stages.len(), plan.stages);
    assert_eq!(step("publish results").done, plan.stages);
    assert_eq!(
        step("publish results").refused_for("STAGE_PUBLISHED"),
        plan.stages
    );
}

/// What a break would look like, and the rule that has to say so.
type Doctored = (&'static str, fn(&mut Facts, &mut Reads));

const BREAKS: [Doctored; 24] = [
    ("B1", |_, reads| reads.sessions[0]["capacity"] = json!(0)),
    ("B2", |_, reads| {
        reads.sessions[0]["seatsLeft"] = json!(4711)
    }),
    ("B3", |_, reads| drop(reads.bookings.pop())),
    ("B3", |facts, _| facts.bookings[0].person = 99),
    ("B4", |_, reads| add_a_booking(reads, "STATE_CANCELLED")),
    ("B5", |facts, _| {
        facts
            .trials
            .iter_mut()
            .filter(|it| it.invariant == "B5")
            .for_each(|it| it.held = false)
    }),
    ("B6", |_, reads| add_a_booking(reads, "STATE_BOOKED")),
    ("B7", |_, reads| {
        reads.sessions[1]["seatsLeft"] = json!(4711)
    }),
    ("P1", |facts, _| {
        facts.codes[0].code = "AAAA-AAAA-AAAA".into()
    }),
    ("P3", |facts, _| facts.redemptions[0].person = 99),
    ("P4", |facts, _| drop(facts.codes.pop())),
    ("P5", |_, reads| {
        reads
            .codes
            .values_mut()
            .flatten()
            .for_each(|it| it["state"] = json!("STATE_ISSUED"))
    }),
    ("Q1", |_, reads| drop(reads.submissions.pop_first())),
    ("Q2", |facts, _| {
        facts.saves[0].answers["phone"] = json!("+77777777777")
    }),
    ("Q3", |facts, _| facts.closings[0].answered = String::new()),
    ("Q4", |_, reads| {
        reads
            .documents
            .values_mut()
            .for_each(|it| *it = "00".repeat(32))
    }),
    ("Q5", |facts, _| {
        let application = facts.states[0].application.clone();
        let state = "STATE_DRAFT".into();
        facts.states.push(StateSeen { application, state });
    }),
    ("R2", |_, reads| {
        reads
            .tasks
            .values_mut()
            .for_each(|it| it["decision"]["expert"] = json!("accounts/nobody"))
    }),
    ("S1", |facts, _| {
        facts.publications[0].published[0].advancing += 1
    }),
    ("S2", |facts, _| facts.publications[0].entries[0].score += 1),
    ("S4", |_, reads| drop(reads.members.pop())),
    ("N2", |_, reads| {
        for all in reads.messages.values_mut() {
            all.extend(all.clone());
        }
    }),
    ("I1", |facts, _| {
        facts.accounts[1].account = facts.accounts[0].account.clone();
    }),
    (
        "A2",
        |_, reads| reads.verdict = json!({"fault": {"sequence": "1", "kind": "KIND_CHANGED"}}),
    ),
];

fn add_a_booking(reads: &mut Reads, state: &str) {
    let live = |it: &&Value| it["state"] != "STATE_CANCELLED";
    let mut more = reads.bookings.iter().find(live).unwrap().clone();
    more["name"] = json!("campaigns/x/bookings/one-more");
    more["state"] = json!(state);
    reads.bookings.push(more);
}

fn a_doctored_record_is_told(facts: &Facts, reads: &Reads) {
    for (id, doctor) in BREAKS {
        let (mut facts, mut reads) = (facts.clone(), reads.clone());
        doctor(&mut facts, &mut reads);
        let lines = invariants::lines(&facts, &reads);
        assert!(
            lines.iter().any(|line| line.id == id && !line.holds()),
            "{id} says nothing"
        );
    }
}

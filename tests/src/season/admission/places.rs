//! Places: today's way and deferred acceptance from one input, one of them published under the signature of the
//! department, offers answered, and a second round, by the other way, with what was declined.

use anyhow::{Context, ensure};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use standalone::signing::DEPARTMENT;

use super::Applicant;
use super::board::{Board, text};
use crate::season::actor::Outcome;
use crate::season::play::Going;
use crate::season::stand::Stand;

/// The rule that a run is made once, replays, and is published once for its round.
pub const RUN: &str = "K6";
/// The rule that people see their result from its time on, and answer an offer once.
pub const ANSWERED: &str = "K7";

/// How the places of a round are given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Mode {
    DeferredAcceptance,
    InTurn,
}

impl Mode {
    fn other(self) -> Self {
        match self {
            Self::DeferredAcceptance => Self::InTurn,
            Self::InTurn => Self::DeferredAcceptance,
        }
    }

    /// What is agreed before a run. One turn of offers, as colleges make them: it passes people over.
    fn terms(self) -> Value {
        match self {
            Self::DeferredAcceptance => json!({"mode": "MODE_DEFERRED_ACCEPTANCE"}),
            Self::InTurn => json!({"mode": "MODE_IN_TURN", "offerRounds": 1}),
        }
    }
}

/// What came of the rounds.
#[derive(Debug, Clone, Default)]
pub struct Rounds {
    /// What each applicant was told in the first round.
    pub told: Vec<Told>,
    /// Numbers of those who have a place in the end, with its specialty.
    pub taken: Vec<(String, String)>,
}

/// An applicant's result.
#[derive(Debug, Clone)]
pub struct Told {
    pub number: String,
    /// Of each wish that was in the round, the dearest first.
    pub wishes: Vec<Wish>,
}

#[derive(Debug, Clone)]
pub struct Wish {
    pub specialty: String,
    pub outcome: String,
    pub rank: usize,
}

pub async fn give(
    going: &Going,
    department: &Board,
    first: Mode,
    applicants: &[Applicant],
) -> anyhow::Result<Rounds> {
    let stand = &going.stand;
    let in_turn = run(stand, Mode::InTurn).await?;
    let deferred = run(stand, Mode::DeferredAcceptance).await?;
    one_seed(stand, &in_turn, &deferred).await?;
    compare(department, &in_turn, &deferred).await?;
    let competing: Vec<Applicant> = applicants
        .iter()
        .filter(|it| (0..it.choices.len()).any(|wish| it.planned.competes_at(wish)))
        .cloned()
        .collect();
    not_before_its_time(stand, &competing).await?;
    let published = match first {
        Mode::DeferredAcceptance => &deferred,
        Mode::InTurn => &in_turn,
    };
    publish(stand, department, published).await?;
    let learned = going
        .each("learn the result", competing, first_round)
        .await?;
    let (applicants, told): (Vec<Applicant>, Vec<Told>) = learned.into_iter().unzip();
    passed_over(stand, published, &told);

    let second = run(stand, first.other()).await?;
    publish(stand, department, &second).await?;
    let taken = going.each("second round", applicants, second_round).await?;
    Ok(Rounds {
        told,
        taken: taken.into_iter().flatten().collect(),
    })
}

/// Makes a run and waits for it; it replays to the same bytes.
async fn run(stand: &Stand, mode: Mode) -> anyhow::Result<Value> {
    let path = format!("/v1/{}/allocationRuns", stand.campaign());
    let body = json!({"allocationRun": {"terms": mode.terms()}});
    let made = stand
        .manager
        .post_and_lose("make run", &path, body, true)
        .await?;
    let name = text(&made.done()?["name"])?;
    let path = format!("/v1/{name}");
    let ended = |it: &Value| it["state"] != "STATE_PENDING";
    let run = stand.manager.until("read run", &path, ended).await?;
    ensure!(run["state"] == "STATE_CHECKED", "a run that holds: {run}");
    let path = format!("/v1/{name}/verification");
    let replay = stand.manager.read("replay run", &path).await?;
    let held = replay["outcome"] == "OUTCOME_SAME";
    stand
        .ledger
        .tried(RUN, held, "a run replays to the same bytes");
    Ok(run)
}

/// The seed of the first run is that of all others: nobody tries another.
async fn one_seed(stand: &Stand, first: &Value, second: &Value) -> anyhow::Result<()> {
    let held = first["seed"] == second["seed"];
    stand
        .ledger
        .tried(RUN, held, "all runs of a campaign have one seed");
    let path = format!("/v1/{}/allocationRuns", stand.campaign());
    let terms = Mode::InTurn.terms();
    let body = json!({"allocationRun": {"terms": terms, "seed": "0".repeat(64)}});
    let other = stand.manager.post("make run", &path, body).await?;
    let held = other.refused_for("SEED_SETTLED").is_ok();
    stand
        .ledger
        .tried(RUN, held, "a run with another seed is not made");
    Ok(())
}

/// The department reads both ways and what lies between them.
async fn compare(department: &Board, in_turn: &Value, deferred: &Value) -> anyhow::Result<()> {
    let stand = &department.actor;
    let held = in_turn["inputHash"] == deferred["inputHash"];
    stand
        .ledger
        .tried(RUN, held, "both ways start from one input");
    let findings = &deferred["findings"];
    let none = |field: &str| findings[field].as_u64().unwrap_or_default() == 0;
    let held = none("passedOver") && none("leftEmpty");
    let what = "deferred acceptance passed nobody over and left no place empty that was wanted";
    stand.ledger.tried(RUN, held, what);
    let other = text(&in_turn["name"])?;
    let path = format!("/v1/{}/comparison?other={other}", text(&deferred["name"])?);
    let compared = stand.read("compare runs", &path).await?;
    let count = |field: &str| compared[field].as_u64().unwrap_or_default();
    let all = count("betterCount") + count("betterInOtherCount") + count("alikeCount");
    let held = Some(all) == deferred["applicantCount"].as_u64();
    stand
        .ledger
        .tried(RUN, held, "everybody is better, worse or alike");
    Ok(())
}

/// Whoever was passed over is told so, and there are as many as were found when the run was looked at anew.
fn passed_over(stand: &Stand, run: &Value, told: &[Told]) {
    let is_passed_over = |it: &&Told| {
        let mut outcomes = it.wishes.iter().map(|wish| wish.outcome.as_str());
        outcomes.any(|outcome| outcome == "OUTCOME_PASSED_OVER")
    };
    let found = run["findings"]["passedOver"].as_u64().unwrap_or_default();
    let held = u64::try_from(told.iter().filter(is_passed_over).count()) == Ok(found);
    let what = "who was passed over is told so, and nobody else";
    stand.ledger.tried(RUN, held, what);
}

async fn not_before_its_time(stand: &Stand, applicants: &[Applicant]) -> anyhow::Result<()> {
    let somebody = applicants.first().context("somebody")?;
    let early = somebody
        .person
        .actor
        .get("read result", &result_path(somebody))
        .await?;
    let held = early.status == 404;
    let what = "nobody sees a result before it is published";
    stand.ledger.tried(ANSWERED, held, what);
    Ok(())
}

/// From some seconds after the run on, since a time in the past is refused. A signature of other times does
/// nothing.
async fn publish(stand: &Stand, department: &Board, run: &Value) -> anyhow::Result<()> {
    let made: Timestamp = text(&run["finishTime"])?.parse()?;
    let results = made + SignedDuration::from_secs(15);
    let reply = results + SignedDuration::from_hours(48);
    let name = text(&run["name"])?;
    let (path, actor) = (format!("/v1/{name}/publish"), &department.actor);
    let signed = async |reply: Timestamp| {
        let path =
            format!("/v1/{name}/publicationContent?resultsTime={results}&replyExpireTime={reply}");
        let shown = actor.read("read what is signed", &path).await?;
        department.signature_of(&shown)
    };
    let body = |cms: String| {
        json!({
            "resultsTime": results.to_string(), "replyExpireTime": reply.to_string(), "cms": cms,
        })
    };
    let later = signed(reply + SignedDuration::from_hours(1)).await?;
    let other = actor.post("publish run", &path, body(later)).await?;
    let held = other.refused_for("SIGNATURE_CONTENT_DIFFERS").is_ok();
    let what = "a signature of other times published nothing";
    stand.ledger.tried(RUN, held, what);
    let cms = signed(reply).await?;
    let manager = stand
        .manager
        .post("publish run", &path, body(cms.clone()))
        .await?;
    let held = manager.refused_for("NOT_ALLOWED").is_ok();
    let what = "nobody publishes but a department";
    stand.ledger.tried(RUN, held, what);
    let one = actor.post("publish run", &path, body(cms.clone()));
    let two = actor.post("publish run", &path, body(cms));
    let (one, two) = tokio::join!(one, two);
    let (one, two) = (one?, two?);
    let refused = [&one, &two].iter().filter(|it| !it.is_done()).count();
    let held =
        refused == 1 && (one.reason() == "ROUND_PUBLISHED" || two.reason() == "ROUND_PUBLISHED");
    stand
        .ledger
        .tried(RUN, held, "of two publications at once one happened");
    Ok(())
}

fn result_path(applicant: &Applicant) -> String {
    let application = &applicant.person.application;
    format!(
        "/v1/{}",
        application.replace("/applications/", "/admissionResults/")
    )
}

/// The result once it is out, for the round with this number.
async fn result(applicant: &Applicant, round: u64) -> anyhow::Result<Value> {
    let of_round = |it: &Value| it["round"].as_u64() == Some(round);
    let actor = &applicant.person.actor;
    let path = result_path(applicant);
    actor.until_found("read result", &path, of_round).await
}

fn told(applicant: &Applicant, result: &Value) -> anyhow::Result<Told> {
    let wishes = result["choiceResults"].as_array().into_iter().flatten();
    let wish = |it: &Value| -> anyhow::Result<Wish> {
        Ok(Wish {
            specialty: text(&it["specialty"])?,
            outcome: text(&it["outcome"])?,
            rank: usize::try_from(it["rank"].as_u64().unwrap_or_default())?,
        })
    };
    let wishes: anyhow::Result<Vec<Wish>> = wishes.map(wish).collect();
    Ok(Told {
        number: applicant.application_number.clone(),
        wishes: wishes?,
    })
}

async fn first_round(stand: Stand, applicant: Applicant) -> anyhow::Result<(Applicant, Told)> {
    let result = result(&applicant, 1).await?;
    let rows = result["choiceResults"].as_array().into_iter().flatten();
    let held = rows.clone().count() > 0
        && rows
            .into_iter()
            .all(|it| it["explanation"].as_str().is_some_and(|it| !it.is_empty()));
    stand.ledger.tried(ANSWERED, held, "every wish has its why");
    let held = result["seal"]["organisation"] == format!("signingOrganisations/{}", DEPARTMENT.bin);
    let what = "everybody reads by whose signature the round is what it is";
    stand.ledger.tried(RUN, held, what);
    let told = told(&applicant, &result)?;
    if told
        .wishes
        .iter()
        .any(|it| it.outcome == "OUTCOME_ADMITTED")
    {
        answer(&stand, &applicant, applicant.planned.declines).await?;
    }
    Ok((applicant, told))
}

/// Accepts or declines the open offer; the other way is refused then.
async fn answer(stand: &Stand, applicant: &Applicant, declines: bool) -> anyhow::Result<()> {
    let actor = &applicant.person.actor;
    let path = format!("/v1/{}/admissionOffers", stand.campaign());
    let open = |list: &Value| {
        let all = list["admissionOffers"].as_array().into_iter().flatten();
        all.into_iter()
            .find(|it| it["state"] == "STATE_OFFERED")
            .cloned()
    };
    let list = actor
        .until("read offer", &path, |it| open(it).is_some())
        .await?;
    let offer = open(&list).context("an offer that was just there")?;
    let (does, other) = match declines {
        true => ("decline", "accept"),
        false => ("accept", "decline"),
    };
    let name = text(&offer["name"])?;
    let body = json!({"etag": offer["etag"]});
    let path = format!("/v1/{name}/{does}");
    let loses = applicant.planned.loses_answers;
    actor
        .post_and_lose("answer offer", &path, body, loses)
        .await?
        .done()?;
    let path = format!("/v1/{name}/{other}");
    let late = actor.post("answer offer", &path, json!({})).await?;
    let held = late.refused_for("PLACE_OFFER_OVER").is_ok();
    stand
        .ledger
        .tried(ANSWERED, held, "an offer is answered once");
    Ok(())
}

/// Whoever has no place yet may be offered one that was declined; the place in the end.
async fn second_round(
    stand: Stand,
    applicant: Applicant,
) -> anyhow::Result<Option<(String, String)>> {
    let actor = &applicant.person.actor;
    let path = format!("/v1/{}/admissionOffers", stand.campaign());
    let has = |list: &Value, state: &str| {
        let all = list["admissionOffers"].as_array().into_iter().flatten();
        let mut of_state = all.filter(|it| it["state"] == state);
        of_state.next().map(|it| it["specialty"].clone())
    };
    let before = actor.read("read offer", &path).await?;
    if has(&before, "STATE_ACCEPTED").is_none() {
        let result = result(&applicant, 2).await?;
        let told = told(&applicant, &result)?;
        if told
            .wishes
            .iter()
            .any(|it| it.outcome == "OUTCOME_ADMITTED")
        {
            answer(&stand, &applicant, false).await?;
        }
    }
    let after = actor.read("read offer", &path).await?;
    let place = has(&after, "STATE_ACCEPTED")
        .map(|it| text(&it))
        .transpose()?;
    Ok(place.map(|specialty| (applicant.application_number.clone(), specialty)))
}

//! GetPublicationContent, and what it shares with the call that publishes: which run, which times, and whether
//! it could be published now.

use chassis::caller::Caller;
use chassis::identifier::Bin;
use chassis::violation::Violations;
use chassis::{Error, Result};
use jiff::{SignedDuration, Timestamp};
use proto::testing::v1 as pb;
use tonic::Request;
use uuid::Uuid;

use crate::domain::admission::run::{self, Made, Run};
use crate::domain::admission::seal::{Content, Times, sha256};
use crate::domain::refusal::Refusal;
use crate::rpc::parse;
use crate::store::Connection;
use crate::{Context, store};

const SHORTEST_TERM: SignedDuration = SignedDuration::from_hours(1);
const LONGEST_TERM: SignedDuration = SignedDuration::from_hours(60 * 24);

pub async fn get(
    ctx: &Context,
    request: Request<pb::GetPublicationContentRequest>,
) -> Result<pb::PublicationContent> {
    let organisation = Caller::of(&request).signatory()?.organisation;
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let times = [pb.results_time.as_ref(), pb.reply_expire_time.as_ref()];
    let asked = Asked::read(&mut violations, &pb.name, times);
    let (Some(asked), true) = (asked, violations.is_empty()) else {
        return Err(violations.into());
    };
    let db = ctx.db.read();
    let run = store::allocation_run::find(db, asked.id).await?;
    let run = run.filter(|run| run.campaign == asked.campaign);
    let seal = run.and_then(|it| it.published).and_then(|it| it.seal);
    let content = match seal {
        Some(seal) => seal.content,
        None => {
            let (run, made) = open(db, &asked, &pb.name, ctx.clock.now()).await?;
            content(&run, &made, organisation, asked.times)?
        }
    };
    Ok(pb::PublicationContent {
        name: format!("{}/publicationContent", pb.name),
        content_sha256: sha256(&content),
        content: content.into(),
    })
}

/// Which run is to be published, and with which times.
pub struct Asked {
    campaign: String,
    id: Uuid,
    pub times: Times,
}

impl Asked {
    /// Everything that is wrong is noted.
    pub fn read(
        violations: &mut Violations,
        name: &str,
        [results, until]: [Option<&prost_types::Timestamp>; 2],
    ) -> Option<Self> {
        let name = parse::below_campaign(violations, "name", parse::ALLOCATION_RUN, name);
        let results = parse::time(violations, "results_time", results);
        let until = parse::time(violations, "reply_expire_time", until);
        let times = Times::new(results?, until?);
        let term = times.reply_until.duration_since(times.results);
        if term <= SignedDuration::ZERO {
            violations.add("reply_expire_time", "TIMES_BACKWARDS");
        } else if !(SHORTEST_TERM..=LONGEST_TERM).contains(&term) {
            violations.add("reply_expire_time", "OUT_OF_RANGE");
        }
        let (campaign, id) = name?;
        Some(Self {
            campaign,
            id,
            times,
        })
    }
}

/// The run, where it could be published now.
pub async fn open<C: Connection>(
    on: &C,
    asked: &Asked,
    name: &str,
    now: Timestamp,
) -> Result<(Run, Made)> {
    if asked.times.results < now {
        return Err(Violations::one("results_time", "TIME_IN_PAST").into());
    }
    let found = store::allocation_run::find(on, asked.id).await?;
    let found = found.filter(|run| run.campaign == asked.campaign);
    let run = found.ok_or_else(|| Error::NotFound(name.to_owned()))?;
    let made = run.checked()?.clone();
    let campaign = run.campaign.as_str();
    if run.round != store::allocation_run::next_round(on, campaign).await? {
        return Err(published_already(on, &run).await?);
    }
    if made.known != store::admission_specialty::known(on, campaign).await? {
        return Err(Refusal::RunOutdated.into());
    }
    // A run from before seeds were settled may have another one.
    let settled = store::allocation_seal::of_campaign(on, campaign).await?;
    match settled.filter(|settled| *settled != run.seed) {
        Some(settled) => Err(Refusal::SeedSettled {
            seed: hex::encode(settled),
        }
        .into()),
        None => Ok((run, made)),
    }
}

/// What is signed to publish it.
pub fn content(run: &Run, made: &Made, organisation: Bin, times: Times) -> Result<Vec<u8>> {
    let content = Content::new(run, made, organisation, times);
    content
        .bytes()
        .map_err(|error| Error::Internal(error.into()))
}

pub async fn published_already<C: Connection>(on: &C, run: &Run) -> Result<Error> {
    let with = store::allocation_run::of_round(on, &run.campaign, run.round).await?;
    Ok(Refusal::RoundPublished {
        run: with.map_or_else(String::new, |id| run::name(&run.campaign, id)),
        round: run.round,
    }
    .into())
}

//! UpdateStage: until its results are published. What the mask doesn't name stays.

use chassis::caller::Caller;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Error, Result, audit};
use proto::testing::v1 as pb;
use tonic::Request;
use uuid::Uuid;

use super::{fields, written};
use crate::domain::refusal::Refusal;
use crate::domain::score::Score;
use crate::domain::stage::Stage;
use crate::rpc::parse;
use crate::{Context, store};

pub async fn update(ctx: &Context, request: Request<pb::UpdateStageRequest>) -> Result<pb::Stage> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let sent = pb.stage.clone().unwrap_or_default();
    let (id, version, changed) = read(ctx, &pb, &sent).await?;
    let (db, clock) = (&ctx.db, &ctx.clock);
    let write = match once::begin(db, clock, &caller, "UpdateStage", &pb.request_id, &pb).await? {
        Once::Answered(stage) => return Ok(stage),
        Once::Begun(write) => write,
    };
    let tx = write.tx();
    let stage = store::stage::lock(tx, id).await?;
    let stage = stage.ok_or_else(|| Error::NotFound(sent.name.clone()))?;
    stage.is_open()?;
    if stage.version != version {
        return Err(Error::Stale {
            name: sent.name,
            current: parse::written_etag(stage.version),
        });
    }
    stage.may_become(&changed)?;
    if let Some(scale) = &changed.selection.scale {
        let count = store::participant::off_scale(tx, id, scale).await?;
        if count > 0 {
            return Err(Refusal::ScaleInUse { count }.into());
        }
    }
    if subjects(&changed) != subjects(&stage) {
        let count = store::participant::scored(tx, id).await?;
        if count > 0 {
            return Err(Refusal::ScaleInUse { count }.into());
        }
    }
    store::stage::save(tx, &changed).await?;
    let answer = written(&Stage {
        version: version + 1,
        ..changed
    });
    audit::record(
        tx,
        clock,
        &caller,
        "UpdateStage",
        &answer.name,
        &answer.etag,
    )
    .await?;
    write.commit(answer).await
}

/// What scores are imported in.
fn subjects(stage: &Stage) -> Vec<(&str, Score)> {
    let all = stage.selection.terms.iter().flat_map(|it| &it.subjects);
    all.map(|it| (it.code.as_str(), it.highest)).collect()
}

/// The stage with its changes, and the version that they are made of.
async fn read(
    ctx: &Context,
    pb: &pb::UpdateStageRequest,
    sent: &pb::Stage,
) -> Result<(Uuid, i32, Stage)> {
    let mut violations = Violations::new();
    parse::request_id(&mut violations, &pb.request_id);
    let name = parse::below_campaign(&mut violations, "stage.name", parse::STAGE, &sent.name);
    let version = if sent.etag.is_empty() {
        Err("REQUIRED")
    } else {
        parse::version(&sent.etag)
    };
    let version = violations.take("stage.etag", version);
    let Some((campaign, id)) = name else {
        return Err(violations.into());
    };
    let known = store::stage::find(ctx.db.read(), id)
        .await?
        .filter(|stage| stage.campaign == campaign)
        .ok_or_else(|| Error::NotFound(sent.name.clone()))?;
    let mut wanted = written(&known);
    let paths = pb.update_mask.iter().flat_map(|mask| &mask.paths);
    let paths: Vec<&str> = paths.map(String::as_str).collect();
    merge(&mut violations, &mut wanted, sent, &paths);
    let fields = fields::read(&mut violations, &wanted);
    let (Some(version), Some(launch_url), true) =
        (version, fields.launch_url, violations.is_empty())
    else {
        return Err(violations.into());
    };
    let changed = Stage {
        title: fields.title,
        terms: fields.terms,
        launch_url,
        selection: fields.selection,
        permit_note: fields.permit_note,
        version,
        ..known
    };
    Ok((id, version, changed))
}

/// Every field that can be changed, and how it is taken over.
type Take = fn(&mut pb::Stage, &pb::Stage);
const TAKES: &[(&str, Take)] = &[
    ("title", |to, from| to.title = from.title.clone()),
    ("hold_duration", |to, from| {
        to.hold_duration = from.hold_duration
    }),
    ("change_notice", |to, from| {
        to.change_notice = from.change_notice
    }),
    ("max_changes", |to, from| to.max_changes = from.max_changes),
    ("early_start", |to, from| to.early_start = from.early_start),
    ("late_start", |to, from| to.late_start = from.late_start),
    ("launch_url", |to, from| {
        to.launch_url = from.launch_url.clone()
    }),
    ("advance_rule", |to, from| {
        to.advance_rule = from.advance_rule.clone()
    }),
    ("score_scale", |to, from| {
        to.score_scale = from.score_scale.clone()
    }),
    ("appeal_term", |to, from| to.appeal_term = from.appeal_term),
    ("without_sitting", |to, from| {
        to.without_sitting = from.without_sitting
    }),
    ("last_stage", |to, from| to.last_stage = from.last_stage),
    ("membership_years", |to, from| {
        to.membership_years = from.membership_years
    }),
    ("certificate_terms", |to, from| {
        to.certificate_terms = from.certificate_terms.clone()
    }),
    ("permit_note", |to, from| {
        to.permit_note = from.permit_note.clone()
    }),
];

fn merge(violations: &mut Violations, to: &mut pb::Stage, from: &pb::Stage, paths: &[&str]) {
    let all = paths.is_empty() || paths.contains(&"*");
    // A number may be sent back as it was read.
    let known =
        |path: &&str| ["*", "number"].contains(path) || TAKES.iter().any(|(name, _)| name == path);
    let is_numbered = paths.contains(&"number") || all && from.number != 0;
    if is_numbered && from.number != to.number {
        violations.add("stage.number", "IMMUTABLE");
    } else if !paths.iter().all(known) {
        violations.add("update_mask", "INVALID_UPDATE_MASK");
    }
    for (name, take) in TAKES {
        if all || paths.contains(name) {
            take(to, from);
        }
    }
}

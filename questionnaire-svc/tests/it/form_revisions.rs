//! Revisions of forms: made, checked, published by number, compared; drafts moved to them.

use chassis::caller::Caller;
use chassis::client::Connection;
use prost_types::FieldMask;
use proto::questionnaire::v1 as pb;
use proto::questionnaire::v1::campaigns_client::CampaignsClient;
use proto::questionnaire::v1::form_change::Kind;
use proto::questionnaire::v1::form_revision::State;
use proto::questionnaire::v1::forms_client::FormsClient;
use questionnaire_svc::rpc::wire;
use serde_json::{Value, json};
use tonic::Status;

use crate::world::{CAMPAIGN, World, metadata, pairs, reason, violations};

const FORM: &str = "forms/reserve-questionnaire";
const FIRST: &str = "forms/reserve-questionnaire/revisions/1";

fn forms(connection: Connection) -> FormsClient<Connection> {
    FormsClient::new(connection)
}

async fn shown(connection: Connection, name: &str) -> Result<pb::FormRevision, Status> {
    let request = pb::GetFormRevisionRequest { name: name.into() };
    let answer = forms(connection).get_form_revision(request).await?;
    Ok(answer.into_inner())
}

/// The schema of a section of a form, changed.
fn change(form: &mut pb::FormRevision, section: &str, change: impl FnOnce(&mut Value)) {
    let found = form.sections.iter_mut().find(|it| it.id == section);
    let section = found.unwrap();
    let mut schema = wire::to_json(section.schema.take().unwrap());
    change(&mut schema);
    section.schema = Some(wire::to_struct(&schema));
}

async fn makes(world: &World, form: pb::FormRevision) -> Result<pb::FormRevision, Status> {
    let request = pb::CreateFormRevisionRequest {
        parent: FORM.into(),
        form_revision: Some(form),
        request_id: world.request_id(),
    };
    let answer = forms(world.manager()).create_form_revision(request).await?;
    Ok(answer.into_inner())
}

async fn publishes(world: &World, name: &str) -> Result<pb::FormRevision, Status> {
    let request = pb::PublishFormRevisionRequest {
        name: name.into(),
        request_id: world.request_id(),
    };
    let answer = forms(world.manager())
        .publish_form_revision(request)
        .await?;
    Ok(answer.into_inner())
}

/// The Reserve's form without `bolashak` and the section `additional`, with a number for `address`
/// and a new field; published.
async fn second(world: &World) -> pb::FormRevision {
    let mut form = shown(world.manager(), FIRST).await.unwrap();
    form.sections.retain(|section| section.id != "additional");
    change(&mut form, "education", |schema| {
        let rows = &mut schema["properties"]["rows"]["items"];
        rows["properties"]
            .as_object_mut()
            .unwrap()
            .remove("bolashak");
        let required = rows["required"].as_array_mut().unwrap();
        required.retain(|name| name != "bolashak");
    });
    change(&mut form, "personal", |schema| {
        let label = json!({"kk": "Мекенжай", "ru": "Адрес", "en": "Address"});
        schema["properties"]["address"] =
            json!({"type": "integer", "minimum": 0, "maximum": 999999, "x-label": label});
        let label = json!({"kk": "Лақап аты", "ru": "Псевдоним", "en": "Pen name"});
        schema["properties"]["pen_name"] =
            json!({"type": "string", "format": "line", "maxLength": 50, "x-label": label});
    });
    let made = makes(world, form).await.unwrap();
    publishes(world, &made.name).await.unwrap()
}

async fn campaign_takes(world: &World, revision: &str) -> Result<pb::Campaign, Status> {
    let mut manager = CampaignsClient::new(world.manager());
    let get = pb::GetCampaignRequest {
        name: CAMPAIGN.into(),
    };
    let mut campaign = manager.get_campaign(get).await?.into_inner();
    campaign.form_revision = revision.into();
    let request = pb::UpdateCampaignRequest {
        campaign: Some(campaign),
        update_mask: Some(FieldMask {
            paths: vec!["form_revision".into()],
        }),
        request_id: world.request_id(),
    };
    Ok(manager.update_campaign(request).await?.into_inner())
}

#[tokio::test]
async fn a_revision_is_a_managers_until_it_is_published_with_the_next_number() {
    let world = World::new().await;
    let form = shown(world.manager(), FIRST).await.unwrap();
    let made = makes(&world, form.clone()).await.unwrap();
    assert_eq!(made.state(), State::Draft);
    let stranger = || world.speaking_for(Caller::Stranger);
    let hidden = shown(stranger(), &made.name).await.unwrap_err();
    assert_eq!(reason(&hidden), "NOT_FOUND");
    let refused = campaign_takes(&world, &made.name).await.unwrap_err();
    assert_eq!(
        violations(&refused),
        pairs(&[("campaign.form_revision", "UNKNOWN_VALUE")])
    );
    let published = publishes(&world, &made.name).await.unwrap();
    assert_eq!(published.name, format!("{FORM}/revisions/2"));
    assert_eq!(shown(stranger(), &published.name).await.unwrap(), published);
    assert_eq!(published.sections, form.sections);
    for name in [&made.name, &published.name, &FIRST.to_owned()] {
        let refused = publishes(&world, name).await.unwrap_err();
        assert_eq!(reason(&refused), "FORM_REVISION_PUBLISHED");
    }
    let refused = publishes(&world, &made.name).await.unwrap_err();
    assert_eq!(metadata(&refused, "form_revision"), published.name);

    world.clock.advance(jiff::SignedDuration::from_secs(1));
    makes(&world, form.clone()).await.unwrap();
    let list = async |connection: Connection| {
        let request = pb::ListFormRevisionsRequest {
            parent: FORM.into(),
            ..Default::default()
        };
        let answer = forms(connection)
            .list_form_revisions(request)
            .await
            .unwrap();
        let found = answer.into_inner().form_revisions;
        found.iter().map(|it| it.state()).collect::<Vec<_>>()
    };
    assert_eq!(list(stranger()).await, [State::Published; 2]);
    assert_eq!(
        list(world.manager()).await,
        [State::Draft, State::Published, State::Published]
    );
    let request = pb::CreateFormRevisionRequest {
        parent: FORM.into(),
        form_revision: Some(form),
        request_id: world.request_id(),
    };
    let refused = forms(world.expert()).create_form_revision(request).await;
    assert_eq!(reason(&refused.unwrap_err()), "NOT_ALLOWED");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn revisions_published_at_once_get_one_number_each_without_a_gap() {
    let world = World::new().await;
    let form = shown(world.manager(), FIRST).await.unwrap();
    let mut drafts = Vec::new();
    for _ in 0..4 {
        drafts.push(makes(&world, form.clone()).await.unwrap().name);
    }
    // Each of them twice.
    let calls = drafts
        .iter()
        .chain(&drafts)
        .map(|name| publishes(&world, name));
    let answers = futures_util::future::join_all(calls).await;
    let mut names: Vec<_> = answers
        .iter()
        .filter_map(|answer| Some(answer.as_ref().ok()?.name.clone()))
        .collect();
    names.sort();
    let expected: Vec<_> = (2..=5).map(|it| format!("{FORM}/revisions/{it}")).collect();
    assert_eq!(names, expected);
    for refused in answers.iter().filter_map(|answer| answer.as_ref().err()) {
        assert_eq!(reason(refused), "FORM_REVISION_PUBLISHED");
    }
}

#[tokio::test]
async fn a_form_that_is_unsafe_is_refused_with_everything_wrong() {
    let world = World::new().await;
    let mut form = shown(world.manager(), FIRST).await.unwrap();
    form.title = None;
    form.programme = "other".into();
    form.sections[1].id = "personal".into();
    change(&mut form, "personal", |schema| {
        schema["properties"]["address"]["$ref"] = json!("https://example.org/s.json");
        schema["properties"]["phone"]["pattern"] = json!("(a+)+$");
        schema["properties"]["email"]
            .as_object_mut()
            .unwrap()
            .remove("maxLength");
        schema["patternProperties"] = json!({});
    });
    let refused = makes(&world, form).await.unwrap_err();
    let mut told = violations(&refused);
    told.sort();
    let at = "form_revision.sections[0].schema";
    let mut expected = pairs(&[
        ("form_revision.programme", "IMMUTABLE"),
        ("form_revision.sections[1].id", "VALUE_TWICE"),
        ("form_revision.title", "REQUIRED"),
    ]);
    for (field, reason) in [
        ("patternProperties", "SCHEMA_KEYWORD_NOT_TAKEN"),
        ("properties.address.$ref", "SCHEMA_REFERENCE"),
        ("properties.email.maxLength", "SCHEMA_LIMIT_MISSING"),
        ("properties.phone.pattern", "PATTERN_UNSAFE"),
    ] {
        expected.push((format!("{at}.{field}"), reason.to_owned()));
    }
    expected.sort();
    assert_eq!(told, expected);
}

#[tokio::test]
async fn two_revisions_are_compared_field_by_field() {
    let world = World::new().await;
    let later = second(&world).await.name;
    let diff = |from: &str| pb::GetFormRevisionDiffRequest {
        name: later.clone(),
        from_form_revision: from.into(),
    };
    let mut stranger = forms(world.speaking_for(Caller::Stranger));
    let found = stranger.get_form_revision_diff(diff(FIRST)).await.unwrap();
    let told: Vec<_> = found
        .into_inner()
        .changes
        .into_iter()
        .map(|it| (it.kind(), it.section, it.field))
        .collect();
    for (kind, section, field) in [
        (Kind::SectionRemoved, "additional", ""),
        (Kind::FieldRemoved, "education", "rows[].bolashak"),
        (Kind::TypeChanged, "personal", "address"),
        (Kind::FieldAdded, "personal", "pen_name"),
    ] {
        let expected = (kind, section.to_owned(), field.to_owned());
        assert!(told.contains(&expected), "{expected:?} in {told:?}");
    }
    let same = stranger.get_form_revision_diff(diff(&later)).await.unwrap();
    assert!(same.into_inner().changes.is_empty());
    let unknown = stranger
        .get_form_revision_diff(diff("forms/x/revisions/1"))
        .await;
    assert_eq!(reason(&unknown.unwrap_err()), "NOT_FOUND");
}

#[tokio::test]
async fn a_draft_goes_on_to_the_new_form_and_nothing_of_it_is_lost() {
    let world = World::new().await;
    let (candidate, sent) = (world.candidate(1), world.candidate(2));
    let name = candidate.opens().await.unwrap().name;
    candidate.fills_everything(&name).await;
    let extra = json!({"public_activity": "еріктілер клубы"});
    candidate.saves(&name, "additional", &extra).await.unwrap();
    let before = candidate.section(&name, "education").await.unwrap();
    let employment = candidate.section(&name, "employment").await.unwrap();
    let submitted = sent.has_submitted().await;

    let later = second(&world).await.name;
    // Publication alone moves nobody: the campaign takes the form up.
    let seen = candidate.application(&name).await.unwrap();
    assert_eq!(seen.form_revision, FIRST);
    campaign_takes(&world, &later).await.unwrap();

    // Saved by the old form while the new one came: the etag tells.
    let answers = wire::to_json(before.answers.clone().unwrap());
    let stale = candidate
        .saves_over(&name, "education", &answers, &before.etag)
        .await
        .unwrap_err();
    assert_eq!(reason(&stale), "STALE_ETAG");

    let education = candidate.section(&name, "education").await.unwrap();
    let row = &wire::to_json(education.answers.unwrap())["rows"][0];
    assert_eq!(row.get("bolashak"), None);
    assert_eq!(row["institution"], "Үлгі университеті");
    // A section whose form is the same is as it was.
    assert_eq!(
        candidate.section(&name, "employment").await.unwrap(),
        employment
    );
    let missing = candidate.section(&name, "additional").await.unwrap_err();
    assert_eq!(reason(&missing), "NOT_FOUND");

    let moved = candidate.application(&name).await.unwrap();
    assert_eq!(
        (moved.form_revision.as_str(), moved.campaign_version),
        (later.as_str(), 2)
    );
    assert!(moved.rebase_time.is_some());
    let list = pb::ListRebasesRequest {
        parent: name.clone(),
        ..Default::default()
    };
    let rebases = candidate
        .applications()
        .list_rebases(list.clone())
        .await
        .unwrap();
    let rebases = rebases.into_inner().rebases;
    assert_eq!(rebases.len(), 1);
    assert_eq!(rebases[0].from_form_revision, FIRST);
    assert!(
        rebases[0]
            .changes
            .iter()
            .any(|it| it.kind() == Kind::FieldRemoved)
    );
    let mut aside: Vec<_> = rebases[0]
        .set_aside_answers
        .iter()
        .map(|it| (it.section.as_str(), it.field.as_str()))
        .collect();
    aside.sort_unstable();
    let expected = [
        ("additional", ""),
        ("education", "rows[0].bolashak"),
        ("personal", "address"),
    ];
    assert_eq!(aside, expected);
    let others = world.candidate(2).applications().list_rebases(list).await;
    assert_eq!(reason(&others.unwrap_err()), "NOT_FOUND");

    // What was submitted keeps its form.
    let kept = sent.application(&submitted.name).await.unwrap();
    assert_eq!(kept.form_revision, FIRST);
    // And the draft is sent by the new one, once the new question is answered.
    let personal = candidate.section(&name, "personal").await.unwrap();
    let problems: Vec<_> = personal
        .problems
        .iter()
        .map(|it| it.field.as_str())
        .collect();
    assert_eq!(problems, ["address"]);
    let mut answers = wire::to_json(personal.answers.unwrap());
    answers["address"] = json!(10000);
    candidate.saves(&name, "personal", &answers).await.unwrap();
    assert_eq!(candidate.submits(&name).await.unwrap().form_revision, later);
}

#[tokio::test]
async fn a_draft_is_moved_by_hand_once_and_what_is_submitted_never() {
    let world = World::new().await;
    let candidate = world.candidate(1);
    let opened = candidate.opens().await.unwrap();
    let later = second(&world).await.name;
    campaign_takes(&world, &later).await.unwrap();
    let rebase = |etag: &str| pb::RebaseApplicationRequest {
        name: opened.name.clone(),
        etag: etag.into(),
        request_id: world.request_id(),
    };
    let mut applications = candidate.applications();
    let moved = applications
        .rebase_application(rebase(&opened.etag))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(moved.form_revision, later);
    let same = applications.rebase_application(rebase("")).await.unwrap();
    assert_eq!(same.into_inner(), moved);
    let stale = applications.rebase_application(rebase(&opened.etag)).await;
    assert_eq!(reason(&stale.unwrap_err()), "STALE_ETAG");
    let others = world
        .candidate(2)
        .applications()
        .rebase_application(rebase(""))
        .await;
    assert_eq!(reason(&others.unwrap_err()), "NOT_FOUND");
    candidate.withdraws(&opened.name).await.unwrap();
    let refused = applications
        .rebase_application(rebase(""))
        .await
        .unwrap_err();
    assert_eq!(reason(&refused), "APPLICATION_FROZEN");
    // Back is no way.
    let refused = campaign_takes(&world, FIRST).await.unwrap_err();
    assert_eq!(
        violations(&refused),
        pairs(&[("campaign.form_revision", "FORM_REVISION_OLDER")])
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn looks_at_once_move_a_draft_once() {
    let world = World::new().await;
    let candidate = world.candidate(1);
    let name = candidate.opens().await.unwrap().name;
    let later = second(&world).await.name;
    campaign_takes(&world, &later).await.unwrap();
    let looks = (0..10).map(|_| candidate.section(&name, "personal"));
    for look in futures_util::future::join_all(looks).await {
        assert!(look.is_ok());
    }
    assert_eq!(world.count("SELECT COUNT(*) AS n FROM rebase").await, 1);
}

//! Kinds of application: named by the campaign, chosen once, filled by the form of the kind.

use prost_types::FieldMask;
use proto::questionnaire::v1 as pb;
use proto::questionnaire::v1::campaigns_client::CampaignsClient;
use proto::questionnaire::v1::forms_client::FormsClient;
use serde_json::json;
use tonic::{Code, Status};

use crate::nqt::{self, CAMPAIGN};
use crate::world::{World, campaign, metadata, pairs, reason, text, violations};

async fn changes(
    world: &World,
    change: impl FnOnce(&mut pb::Campaign),
) -> Result<pb::Campaign, Status> {
    let mut manager = CampaignsClient::new(world.manager());
    let name = CAMPAIGN.to_owned();
    let get = pb::GetCampaignRequest { name };
    let mut campaign = manager.get_campaign(get).await?.into_inner();
    change(&mut campaign);
    let request = pb::UpdateCampaignRequest {
        campaign: Some(campaign),
        update_mask: Some(FieldMask {
            paths: vec!["application_kinds".into(), "form_revision".into()],
        }),
        request_id: world.request_id(),
    };
    Ok(manager.update_campaign(request).await?.into_inner())
}

#[tokio::test]
async fn a_campaign_shows_its_kinds_and_their_forms_in_its_order() {
    let world = nqt::world().await;
    let seen = changes(&world, |_| ()).await.unwrap();
    assert_eq!(seen.version, 1);
    assert_eq!(seen.application_kinds, nqt::kinds());
    assert_eq!(seen.form_revision, "");
}

#[tokio::test]
async fn everything_wrong_with_kinds_is_told_at_once() {
    let world = World::new().await;
    let kind = |code: &str, form: &str| pb::ApplicationKind {
        code: code.into(),
        title: Some(text("Түрі")),
        form_revision: form.into(),
    };
    let own = "forms/nqt-head/revisions/1";
    let wrong = pb::Campaign {
        application_kinds: vec![
            kind("HEAD", own),
            kind("HEAD", "forms/reserve-questionnaire/revisions/1"),
            kind("ҰБТ", "forms/nqt-head/revisions/9"),
            pb::ApplicationKind {
                title: None,
                ..kind("", "")
            },
        ],
        ..nqt::campaign()
    };
    let with_form = pb::Campaign {
        form_revision: own.into(),
        ..wrong
    };
    let refused = world.create_campaign("nqt-x", with_form).await.unwrap_err();
    let expected = [
        ("campaign.form_revision", "NOT_ASKED"),
        ("campaign.application_kinds[1].code", "VALUE_TWICE"),
        (
            "campaign.application_kinds[1].form_revision",
            "UNKNOWN_VALUE",
        ),
        ("campaign.application_kinds[2].code", "CODE_INVALID"),
        (
            "campaign.application_kinds[2].form_revision",
            "UNKNOWN_VALUE",
        ),
        ("campaign.application_kinds[3].code", "REQUIRED"),
        ("campaign.application_kinds[3].title", "REQUIRED"),
        ("campaign.application_kinds[3].form_revision", "REQUIRED"),
    ];
    assert_eq!(violations(&refused), pairs(&expected));
    let neither = pb::Campaign {
        form_revision: String::new(),
        ..campaign()
    };
    let refused = world.create_campaign("nqt-x", neither).await.unwrap_err();
    assert_eq!(
        violations(&refused),
        pairs(&[("campaign.form_revision", "REQUIRED")])
    );
}

#[tokio::test]
async fn a_kind_is_chosen_where_there_are_some_and_only_there() {
    let world = nqt::world().await;
    let teacher = world.candidate(1);
    for (campaign, kind, told) in [
        (CAMPAIGN, "", "REQUIRED"),
        (CAMPAIGN, "head", "UNKNOWN_VALUE"),
        (crate::world::CAMPAIGN, "HEAD", "NOT_ASKED"),
    ] {
        let refused = teacher.opens_a(campaign, kind).await.unwrap_err();
        assert_eq!(violations(&refused), pairs(&[("application.kind", told)]));
    }
    let opened = teacher.opens_a(CAMPAIGN, "HEAD").await.unwrap();
    assert_eq!(
        (opened.kind.as_str(), opened.form_revision.as_str()),
        ("HEAD", "forms/nqt-head/revisions/1")
    );
    assert_eq!(teacher.application(&opened.name).await.unwrap(), opened);
    let sections = teacher.readiness(&opened.name).await.missing;
    assert!(sections.iter().any(|it| it.field == "headed_institution"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_all_kinds_chosen_at_once_one_is_opened() {
    let world = nqt::world().await;
    let teacher = world.candidate(1);
    let kinds = nqt::kinds();
    let calls = kinds
        .iter()
        .map(|kind| teacher.opens_a(CAMPAIGN, &kind.code));
    let answers = futures_util::future::join_all(calls).await;
    let opened: Vec<_> = answers.iter().filter_map(|it| it.as_ref().ok()).collect();
    assert_eq!(opened.len(), 1);
    for refused in answers.iter().filter_map(|it| it.as_ref().err()) {
        assert_eq!(reason(refused), "APPLICATION_EXISTS");
        assert_eq!(metadata(refused, "application"), opened[0].name);
    }
}

#[tokio::test]
async fn no_kind_goes_from_under_people_and_the_database_keeps_the_choice() {
    let world = nqt::world().await;
    let opened = world.candidate(1).opens_a(CAMPAIGN, "HEAD").await.unwrap();
    let gone = |it: &mut pb::Campaign| it.application_kinds.retain(|kind| kind.code != "HEAD");
    let none = |it: &mut pb::Campaign| {
        it.application_kinds.clear();
        it.form_revision = "forms/nqt-head/revisions/1".into();
    };
    for refused in [changes(&world, gone).await, changes(&world, none).await] {
        let refused = refused.unwrap_err();
        assert_eq!(
            (refused.code(), reason(&refused).as_str()),
            (Code::FailedPrecondition, "CAMPAIGN_RULES_FROZEN")
        );
        assert_eq!(metadata(&refused, "fields"), "application_kinds");
    }
    let renamed = |it: &mut pb::Campaign| it.application_kinds[0].title = Some(text("Жаңа"));
    assert_eq!(changes(&world, renamed).await.unwrap().version, 2);
    let other = |it: &mut pb::Campaign| {
        it.application_kinds[0].form_revision = "forms/nqt-head/revisions/1".into();
    };
    let refused = changes(&world, other).await.unwrap_err();
    let field = "campaign.application_kinds[0].form_revision";
    assert_eq!(
        violations(&refused),
        pairs(&[(field, "FORM_REVISION_OLDER")])
    );

    let id = opened.name.rsplit('/').next().unwrap();
    let sql = format!("UPDATE application SET kind = 'TVET' WHERE id = '{id}'");
    let refused = world.sql(&sql).await.unwrap_err();
    assert!(
        refused.contains("the kind of an application is not changed"),
        "{refused}"
    );
}

#[tokio::test]
async fn a_draft_follows_the_form_of_its_own_kind() {
    let world = nqt::world().await;
    let (head, teacher) = (world.candidate(1), world.candidate(2));
    let of_head = head.opens_a(CAMPAIGN, "HEAD").await.unwrap().name;
    let of_teacher = teacher.opens_a(CAMPAIGN, "PRESCHOOL").await.unwrap().name;
    let answers = json!({"phone": "+77010000000", "qualification": "Педагог"});
    head.saves(&of_head, "personal", &answers).await.unwrap();

    let mut forms = FormsClient::new(world.manager());
    let name = "forms/nqt-head/revisions/1".to_owned();
    let get = pb::GetFormRevisionRequest { name };
    let mut form = forms.get_form_revision(get).await.unwrap().into_inner();
    form.sections.retain(|section| section.id != "employer");
    let create = pb::CreateFormRevisionRequest {
        parent: "forms/nqt-head".into(),
        form_revision: Some(form),
        request_id: world.request_id(),
    };
    let made = forms
        .create_form_revision(create)
        .await
        .unwrap()
        .into_inner();
    let publish = pb::PublishFormRevisionRequest {
        name: made.name,
        request_id: world.request_id(),
    };
    let second = forms
        .publish_form_revision(publish)
        .await
        .unwrap()
        .into_inner();
    let takes = |it: &mut pb::Campaign| {
        let kinds = &mut it.application_kinds;
        let kind = kinds.iter_mut().find(|kind| kind.code == "HEAD");
        kind.unwrap().form_revision = second.name.clone();
    };
    changes(&world, takes).await.unwrap();

    let missing = head.readiness(&of_head).await.missing;
    assert!(missing.iter().all(|it| it.section != "employer"));
    let moved = head.application(&of_head).await.unwrap();
    assert_eq!(
        (moved.kind.as_str(), moved.form_revision),
        ("HEAD", second.name)
    );
    let same = teacher.application(&of_teacher).await.unwrap();
    assert_eq!(same.form_revision, "forms/nqt-preschool/revisions/1");
    let kept = head.section(&of_head, "personal").await.unwrap().answers;
    let kept = questionnaire_svc::rpc::wire::to_json(kept.unwrap());
    assert_eq!(kept["qualification"], "Педагог");
}

//! What people want by mail; the inbox has everything all the same.

use chassis::caller::Caller;
use futures_util::future::join_all;
use pb::mail_preferences_client::MailPreferencesClient;
use pb::message::Kind;
use proto::events::v1 as events;
use proto::identity::v1 as pb;
use tonic::Status;

use crate::world::*;

impl World {
    async fn preference(&self, of: &Caller, name: &str) -> Result<pb::MailPreference, Status> {
        let mut preferences = MailPreferencesClient::new(self.speaking_for(of.clone()));
        let request = pb::GetMailPreferenceRequest { name: name.into() };
        Ok(preferences.get_mail_preference(request).await?.into_inner())
    }

    async fn prefer(
        &self,
        of: &Caller,
        name: &str,
        muted: &[Kind],
        etag: &str,
    ) -> Result<pb::MailPreference, Status> {
        let mut preferences = MailPreferencesClient::new(self.speaking_for(of.clone()));
        let preference = pb::MailPreference {
            name: name.into(),
            muted_kinds: muted.iter().map(|kind| i32::from(*kind)).collect(),
            etag: etag.into(),
            ..Default::default()
        };
        let request = pb::UpdateMailPreferenceRequest {
            mail_preference: Some(preference),
            request_id: self.request_id(),
            ..Default::default()
        };
        Ok(preferences
            .update_mail_preference(request)
            .await?
            .into_inner())
    }
}

const MINE: &str = "accounts/me/mailPreference";

#[tokio::test]
async fn what_is_muted_is_in_the_inbox_only_and_what_is_about_safety_goes_by_mail_always() {
    let world = world().await;
    let account = world.seed(IIN, EMAIL, &[]).await;
    world.relay().await;
    let me = world.caller(IIN).await;
    let first = world.preference(&me, MINE).await.expect("the default");
    assert_eq!(
        (
            first.muted_kinds.len(),
            first.etag.as_str(),
            first.update_time
        ),
        (0, "v0", None)
    );
    let muted = [Kind::ApplicationExpired, Kind::ApplicationExpired];
    let chosen = world.prefer(&me, MINE, &muted, "v0").await.expect("chosen");
    assert_eq!(chosen.muted_kinds, [i32::from(Kind::ApplicationExpired)]);
    assert_eq!(chosen.name, format!("{account}/mailPreference"));
    assert_eq!(
        world.preference(&me, &chosen.name).await.expect("mine"),
        chosen
    );

    let mails = world.mails_to(EMAIL).await.len();
    let expired = events::ApplicationExpired {
        account: account.clone(),
        ..Default::default()
    };
    world.told(&expired).await;
    assert_eq!(world.mails_to(EMAIL).await.len(), mails);
    let request = pb::ListMessagesRequest {
        parent: "accounts/me".into(),
        ..Default::default()
    };
    let inbox = world.messages_of(&me).list_messages(request).await;
    let inbox = inbox.expect("messages").into_inner().messages;
    assert!(inbox.iter().any(|it| it.kind() == Kind::ApplicationExpired));
    let repeated = events::RegistrationRepeated { account };
    world.told(&repeated).await;
    assert_eq!(world.mails_to(EMAIL).await.len(), mails + 1);
    // Everything again.
    world.prefer(&me, MINE, &[], "").await.expect("chosen");
    world.told(&expired).await;
    assert_eq!(world.mails_to(EMAIL).await.len(), mails + 2);
}

#[tokio::test]
async fn kinds_that_are_none_or_about_safety_can_not_be_muted_and_all_is_told_at_once() {
    let world = world().await;
    world.seed(IIN, EMAIL, &[]).await;
    let me = world.caller(IIN).await;
    let muted = [Kind::Welcome, Kind::PasswordChanged, Kind::Unspecified];
    let status = world.prefer(&me, "mailPreference", &muted, "new").await;
    let wrong = [
        ("mail_preference.name", "INVALID_NAME"),
        ("mail_preference.muted_kinds[1]", "KIND_ALWAYS_MAILED"),
        ("mail_preference.muted_kinds[2]", "UNKNOWN_VALUE"),
        ("mail_preference.etag", "INVALID_ETAG"),
    ];
    let wrong = wrong.map(|(field, reason)| (field.to_owned(), reason.to_owned()));
    assert_eq!(status.expect_err("all of it").violations(), wrong);
    for kind in identity_svc::domain::mail_preference::ALWAYS_MAILED {
        let name = format!("KIND_{kind}");
        assert!(Kind::from_str_name(&name).is_some(), "{kind} is a kind");
    }
}

#[tokio::test]
async fn somebody_elses_choice_is_not_there() {
    let world = world().await;
    let account = world.seed(IIN, EMAIL, &[]).await;
    world.seed("010101100008", "other@example.kz", &[]).await;
    let other = world.caller("other@example.kz").await;
    let name = format!("{account}/mailPreference");
    assert_eq!(refused(world.preference(&other, &name).await), "NOT_FOUND");
    let kinds = [Kind::Welcome];
    assert_eq!(
        refused(world.prefer(&other, &name, &kinds, "").await),
        "NOT_FOUND"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_who_choose_over_the_same_choice_one_is_told_to_look_again() {
    let world = world().await;
    world.seed(IIN, EMAIL, &[]).await;
    let me = world.caller(IIN).await;
    for etag in ["v0", "v1"] {
        let choices = (0..6).map(|_| world.prefer(&me, MINE, &[Kind::Welcome], etag));
        let outcomes = join_all(choices).await;
        assert_eq!(outcomes.iter().filter(|it| it.is_ok()).count(), 1);
        for outcome in outcomes.into_iter().filter(Result::is_err) {
            assert_eq!(refused(outcome), "STALE_ETAG");
        }
    }
}

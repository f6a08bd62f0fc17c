//! One's own account, what administrators see, and what services learn of a person.

use chassis::caller::Role;
use proto::identity::v1 as pb;
use proto::wire::v1::Language;

use crate::world::*;

#[tokio::test]
async fn one_sees_oneself_and_nobody_else() {
    let world = world().await;
    let name = world.seed(IIN, EMAIL, &[]).await;
    let other = world.seed("010101100008", "other@example.kz", &[]).await;
    let me = world.caller(IIN).await;
    let get = async |name: &str| {
        let request = pb::GetAccountRequest { name: name.into() };
        world
            .accounts_of(&me)
            .get_account(request)
            .await
            .map(|it| it.into_inner())
    };
    let mine = get("accounts/me").await.expect("mine");
    assert_eq!(
        (mine.name.as_str(), mine.iin.as_str()),
        (name.as_str(), IIN)
    );
    assert_eq!(get(&name).await.expect("mine"), mine);
    assert_eq!(refused(get(&other).await), "NOT_FOUND");
    assert_eq!(
        refused(get("accounts/01970000-0000-7000-8000-000000000000").await),
        "NOT_FOUND"
    );
    assert_eq!(
        get("accounts/x").await.expect_err("no name").violations(),
        [("name".into(), "INVALID_NAME".into())]
    );
}

#[tokio::test]
async fn an_administrator_sees_accounts_but_not_their_numbers_and_birth_dates() {
    let world = world().await;
    world
        .seed("010101200508", "admin@example.kz", &[Role::Administrator])
        .await;
    let name = world.seed(IIN, EMAIL, &[]).await;
    let admin = world.caller("admin@example.kz").await;
    let request = pb::GetAccountRequest { name: name.clone() };
    let seen = world
        .accounts_of(&admin)
        .get_account(request)
        .await
        .expect("seen")
        .into_inner();
    assert_eq!(
        (seen.email.as_str(), seen.iin.as_str(), seen.birth_date),
        (EMAIL, "", None)
    );

    let list = async |request: pb::ListAccountsRequest| {
        let answer = world
            .accounts_of(&admin)
            .list_accounts(request)
            .await
            .expect("a list");
        answer
            .into_inner()
            .accounts
            .into_iter()
            .map(|account| account.email)
            .collect::<Vec<_>>()
    };
    for login in [IIN, EMAIL, "ALIKHAN@example.kz"] {
        let request = pb::ListAccountsRequest {
            login: login.into(),
            ..Default::default()
        };
        assert_eq!(list(request).await, [EMAIL], "{login}");
    }
    let role = pb::Role::Administrator.into();
    let administrators = pb::ListAccountsRequest {
        role,
        ..Default::default()
    };
    assert_eq!(list(administrators).await, ["admin@example.kz"]);
    let me = world.caller(IIN).await;
    let denied = world
        .accounts_of(&me)
        .list_accounts(pb::ListAccountsRequest::default())
        .await;
    assert_eq!(refused(denied), "NOT_ALLOWED");
}

#[tokio::test]
async fn accounts_are_listed_page_by_page_newest_first_each_once() {
    let world = world().await;
    world
        .seed("010101200508", "admin@example.kz", &[Role::Administrator])
        .await;
    for (number, iin) in [IIN, "010101100008", "010101200004", "010101100903"]
        .iter()
        .enumerate()
    {
        world.clock.advance(jiff::SignedDuration::from_secs(1));
        world.seed(iin, &format!("p{number}@example.kz"), &[]).await;
    }
    let admin = world.caller("admin@example.kz").await;
    let (mut seen, mut page_token) = (Vec::new(), String::new());
    loop {
        let request = pb::ListAccountsRequest {
            page_size: 2,
            page_token,
            ..Default::default()
        };
        let page = world
            .accounts_of(&admin)
            .list_accounts(request)
            .await
            .expect("a page")
            .into_inner();
        seen.extend(page.accounts.into_iter().map(|account| account.email));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    let expected = [
        "p3@example.kz",
        "p2@example.kz",
        "p1@example.kz",
        "p0@example.kz",
        "admin@example.kz",
    ];
    assert_eq!(seen, expected);
    let wrong = pb::ListAccountsRequest {
        page_token: "x".into(),
        page_size: -1,
        ..Default::default()
    };
    let status = world
        .accounts_of(&admin)
        .list_accounts(wrong)
        .await
        .expect_err("no page");
    let reasons = [
        ("page_size", "OUT_OF_RANGE"),
        ("page_token", "INVALID_PAGE_TOKEN"),
    ];
    assert_eq!(
        status.violations(),
        reasons.map(|(field, reason)| (field.into(), reason.into()))
    );
}

#[tokio::test]
async fn the_language_is_changed_under_an_etag_and_nothing_else_is() {
    let world = world().await;
    world.seed(IIN, EMAIL, &[]).await;
    let me = world.caller(IIN).await;
    let update = async |language: i32, etag: &str, paths: &[&str]| {
        let request = pb::UpdateAccountRequest {
            account: Some(pb::Account {
                name: "accounts/me".into(),
                language,
                etag: etag.into(),
                ..Default::default()
            }),
            update_mask: Some(prost_types::FieldMask {
                paths: paths.iter().map(|path| (*path).to_owned()).collect(),
            }),
            request_id: world.request_id(),
        };
        world
            .accounts_of(&me)
            .update_account(request)
            .await
            .map(|it| it.into_inner())
    };
    let changed = update(Language::En.into(), "v1", &["language"])
        .await
        .expect("changed");
    assert_eq!(
        (changed.language(), changed.etag.as_str()),
        (Language::En, "v2")
    );
    let status = update(Language::Ru.into(), "v1", &[])
        .await
        .expect_err("stale");
    assert_eq!(
        (
            status.reason().as_str(),
            status.fact("current_etag").as_str()
        ),
        ("STALE_ETAG", "v2")
    );
    let changed = update(Language::Ru.into(), "", &[])
        .await
        .expect("no etag, no check");
    assert_eq!(changed.etag, "v3");
    let status = update(9, "*", &["iin"]).await.expect_err("all wrong");
    let expected = [
        ("update_mask", "INVALID_UPDATE_MASK"),
        ("account.language", "UNKNOWN_VALUE"),
        ("account.etag", "INVALID_ETAG"),
    ];
    assert_eq!(
        status.violations(),
        expected.map(|(field, reason)| (field.into(), reason.into()))
    );
}

#[tokio::test]
async fn services_learn_who_stands_behind_an_account_and_frontends_do_not() {
    let world = world().await;
    let name = world.seed(IIN, EMAIL, &[]).await;
    let request = pb::GetPersonRequest {
        name: format!("{name}/person"),
    };
    let person = world
        .persons()
        .get_person(request.clone())
        .await
        .expect("a person")
        .into_inner();
    assert_eq!(
        (person.iin.as_str(), person.account.as_str()),
        (IIN, name.as_str())
    );
    assert_eq!(
        (person.family_name.as_str(), person.birth_place.as_str()),
        ("МҰРАТОВ", "Астана қаласы")
    );
    assert_eq!(person.birth_date.expect("a date").year, 1995);
    let me = world.caller(IIN).await;
    let mut asking = pb::persons_client::PersonsClient::new(world.speaking_for(me));
    assert_eq!(refused(asking.get_person(request).await), "NOT_ALLOWED");
    let nobody = "accounts/01970000-0000-7000-8000-000000000000/person".into();
    let nobody = world
        .persons()
        .get_person(pb::GetPersonRequest { name: nobody })
        .await;
    assert_eq!(refused(nobody), "NOT_FOUND");

    let by = |iin: &str| pb::LookUpPersonRequest { iin: iin.into() };
    let found = world.persons().look_up_person(by(IIN)).await;
    assert_eq!(found.expect("a person").into_inner(), person);
    let nobody = world.persons().look_up_person(by("301231200602")).await;
    let nobody = nobody.expect_err("nobody's");
    assert!(!format!("{nobody:?}").contains("301231200602"));
    assert_eq!(refused::<()>(Err(nobody)), "NOT_FOUND");
    let wrong = world.persons().look_up_person(by("301231200603")).await;
    assert_eq!(refused(wrong), "INVALID_REQUEST");
    assert_eq!(refused(asking.look_up_person(by(IIN)).await), "NOT_ALLOWED");
}

#[tokio::test]
async fn seeding_twice_makes_one_account_and_leaves_it_as_it_is() {
    let world = world().await;
    let first = world.seed(IIN, EMAIL, &[Role::Expert]).await;
    let second = world
        .seed(IIN, "another@example.kz", &[Role::Administrator])
        .await;
    assert_eq!(first, second);
    let me = world.caller(EMAIL).await;
    assert!(me.has(Role::Expert) && !me.has(Role::Administrator));
}

#[tokio::test]
async fn nothing_that_is_printed_shows_personal_data() {
    let world = world().await;
    world.seed(IIN, EMAIL, &[]).await;
    let me = world.caller(IIN).await;
    let request = pb::GetAccountRequest {
        name: "accounts/me".into(),
    };
    let account = world
        .accounts_of(&me)
        .get_account(request)
        .await
        .expect("mine")
        .into_inner();
    let mail = world
        .start(attempt(IIN, EMAIL))
        .await
        .map(|it| it.name)
        .expect("an attempt");
    let mail = world.mail_of(EMAIL, &mail).await;
    let printed = format!("{account:?} {mail:?}");
    for secret in [IIN, EMAIL, "МҰРАТОВ", &code_of(&mail)] {
        assert!(!printed.contains(secret), "{printed}");
    }
}

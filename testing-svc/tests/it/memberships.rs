//! Memberships: begun by the last publication, ended by a decision, a disqualification, or their
//! last day.

use prost::Message as _;
use proto::events::v1::{ApplicationDisqualified, MembershipEnded, MembershipStarted};
use proto::google::r#type::Date;
use proto::testing::v1 as pb;
use proto::testing::v1::membership::{EndReason, State as Standing};
use proto::testing::v1::memberships_client::MembershipsClient;
use tonic::Response;

use crate::appeals::appealed;
use crate::outcome::{last, scored};
use crate::world::{Answer, CAMPAIGN, World, application, person_name, refused, told_with};

const DAY: fn(i32, i32, i32) -> Option<Date> = |year, month, day| Some(Date { year, month, day });

/// Two of three are chosen by the commission; the third is a point below.
async fn chosen() -> (World, String) {
    let world = World::new().await;
    world.admit(&[1, 2, 3], "A").await;
    let stage = world.make(last(1, 2)).await.name;
    world
        .import(&stage, &[(1, "90"), (2, "80"), (3, "79")])
        .await
        .expect("imported");
    world.publish(&stage).await.expect("published");
    (world, stage)
}

async fn end(world: &World, name: &str) -> Answer<pb::Membership> {
    let request = pb::EndMembershipRequest {
        name: name.into(),
        reason: EndReason::Appointed.into(),
        note: "Order 12 of 3 March 2027.".into(),
        etag: String::new(),
        request_id: world.request(),
    };
    let mut memberships = MembershipsClient::new(world.as_manager());
    memberships
        .end_membership(request)
        .await
        .map(Response::into_inner)
}

#[tokio::test]
async fn the_chosen_of_the_last_stage_are_members_for_three_years() {
    let (world, stage) = chosen().await;
    assert_eq!(world.memberships(world.as_manager()).await.len(), 2);
    let own = world.memberships(world.as_person(1)).await;
    let [member] = own.as_slice() else {
        panic!("one membership: {own:?}");
    };
    assert_eq!(
        (member.start_date, member.end_date),
        (DAY(2026, 6, 1), DAY(2029, 5, 31))
    );
    assert_eq!(
        (member.state(), member.direction.as_str()),
        (Standing::Active, "A")
    );
    assert_eq!(member.candidate_number, world.number(1).await);
    assert!(world.memberships(world.as_person(3)).await.is_empty());
    let request = pb::GetMembershipRequest {
        name: member.name.clone(),
    };
    let mut other = MembershipsClient::new(world.as_person(2));
    refused(other.get_membership(request).await, "NOT_FOUND");
    let told = world.told().await;
    let started = told.iter().filter(|(kind, _)| kind == "MembershipStarted");
    let event = started.map(|(_, it)| MembershipStarted::decode(it.as_slice()).expect("an event"));
    assert_eq!(
        event.filter(|it| it.end_date == DAY(2029, 5, 31)).count(),
        2
    );
    let out = world.result(3, &stage).await.expect("a result");
    assert!(
        out.explanation
            .ends_with("Сіз іріктелгендердің қатарына енбедіңіз."),
        "{}",
        out.explanation
    );

    let appeal = appealed(&world, 3, &stage).await;
    world
        .decide(world.decision(&appeal.name, "1"))
        .await
        .expect("decided");
    world.pass(24 * 60);
    world.publish_decisions(&stage).await.expect("published");
    let own = world.memberships(world.as_person(3)).await;
    assert_eq!(own[0].start_date, DAY(2026, 6, 2));
    assert_eq!(world.memberships(world.as_manager()).await.len(), 3);
}

#[tokio::test]
async fn a_membership_ends_by_a_decision_or_after_its_last_day() {
    let (world, _) = chosen().await;
    let (first, second) = (
        world.memberships(world.as_person(1)).await.remove(0),
        world.memberships(world.as_person(2)).await.remove(0),
    );
    let ended = end(&world, &first.name).await.expect("ended");
    assert_eq!(
        (ended.state(), ended.end_reason()),
        (Standing::Ended, EndReason::Appointed)
    );
    let [told] = ended_events(&world).await.try_into().expect("one event");
    assert_eq!(told.reason(), EndReason::Appointed);
    assert_eq!(
        (told.membership, told.account),
        (first.name.clone(), person_name(1))
    );
    assert_eq!(
        (told.start_date, told.end_date, told.finish_time),
        (first.start_date, first.end_date, ended.finish_time)
    );
    let over = refused(end(&world, &first.name).await, "MEMBERSHIP_OVER");
    assert_eq!(told_with(&over, "state"), "ENDED");
    assert_eq!(world.count("audit WHERE detail LIKE '%Order%'").await, 0);
    // 31 May 2029 in Astana is the last day.
    world
        .clock
        .set("2029-05-31T18:59:59Z".parse().expect("an instant"));
    world.run("expired_memberships").await;
    let shown = world.memberships(world.as_person(2)).await;
    assert_eq!(shown[0].state(), Standing::Active);
    world
        .clock
        .set("2029-05-31T19:00:00Z".parse().expect("an instant"));
    let shown = world.memberships(world.as_person(2)).await;
    assert_eq!(shown[0].state(), Standing::Expired);
    refused(end(&world, &second.name).await, "MEMBERSHIP_OVER");
    world.run("expired_memberships").await;
    assert_eq!(world.count("memberships WHERE state = 'EXPIRED'").await, 1);
    assert_eq!(world.count("memberships WHERE state = 'ENDED'").await, 1);
}

async fn ended_events(world: &World) -> Vec<MembershipEnded> {
    let told = world.told().await;
    let ended = told.iter().filter(|(kind, _)| kind == "MembershipEnded");
    ended
        .map(|(_, it)| MembershipEnded::decode(it.as_slice()).expect("an event"))
        .collect()
}

async fn disqualify(world: &World, person: u128) {
    let event = ApplicationDisqualified {
        application: application(person),
        campaign: CAMPAIGN.into(),
        account: person_name(person),
        reason_code: "FALSE_DATA".into(),
        ..Default::default()
    };
    world.hear(&application(person), &event).await;
}

#[tokio::test]
async fn who_is_disqualified_is_out_of_cuts_lists_and_seats() {
    let world = World::new().await;
    let stage = world.make(scored(1)).await.name;
    let second = world.make(scored(2)).await.name;
    world.admit(&[1, 2, 3], "A").await;
    world.sit(&stage, &[1, 2, 3]).await;
    world
        .import(&stage, &[(1, "50"), (2, "47"), (3, "4")])
        .await
        .expect("imported");
    disqualify(&world, 3).await;
    let publication = world.publish(&stage).await.expect("published");
    assert_eq!((publication.competitors, publication.advancing), (2, 1));
    assert_eq!(world.result(3, &stage).await, None);

    let session = world.session(&second, 3 * 24 * 60, 5).await;
    let booking = world.book(1, &session.name).await;
    disqualify(&world, 1).await;
    assert!(world.admitted(&stage).await.expect("a list").is_empty());
    let given_up = world
        .get_booking(1, &booking.name)
        .await
        .expect("the booking");
    assert_eq!(given_up.state(), pb::booking::State::Cancelled);
    assert_eq!(world.seats_left(&session.name).await, 5);
    // Not even another acceptance brings them back.
    world.accept(1).await;
    assert_eq!(world.candidate(1).await, None);
    world.seats_add_up().await;
}

#[tokio::test]
async fn a_disqualified_member_is_a_member_no_more() {
    let (world, stage) = chosen().await;
    disqualify(&world, 2).await;
    let own = world.memberships(world.as_person(2)).await;
    assert_eq!(
        (own[0].state(), own[0].end_reason()),
        (Standing::Ended, EndReason::Disqualified)
    );
    let [told] = ended_events(&world).await.try_into().expect("one event");
    assert_eq!(told.account, person_name(2));
    assert_eq!(told.reason(), EndReason::Disqualified);
    assert_eq!(
        world.admitted(&stage).await.expect("a list"),
        [world.number(1).await]
    );
    let first = world.memberships(world.as_person(1)).await;
    assert_eq!(first[0].state(), Standing::Active);
}

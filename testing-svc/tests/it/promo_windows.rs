//! Promo codes end with their campaign, whenever that closes in the end.

use chassis::clock::to_pb;
use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};
use proto::events::v1::CampaignWindowChanged;
use proto::partner::v1::RollbackReason;
use proto::testing::v1 as pb;
use proto::testing::v1::TestSystem::Kaztest;
use proto::testing::v1::promo_code::State;

use crate::neighbours::close_time;
use crate::world::{CAMPAIGN, World, reason};

fn changed(close: Timestamp, version: i64) -> CampaignWindowChanged {
    CampaignWindowChanged {
        campaign: CAMPAIGN.into(),
        open_time: None,
        close_time: Some(to_pb(close)),
        version,
    }
}

fn week_later() -> Timestamp {
    close_time() + SignedDuration::from_hours(7 * 24)
}

async fn shown(world: &World, number: u128, name: &str) -> pb::PromoCode {
    let ask = pb::GetPromoCodeRequest { name: name.into() };
    let found = world.codes(number).get_promo_code(ask).await;
    found.expect("a code").into_inner()
}

async fn ends(world: &World, number: u128, name: &str) -> i64 {
    let code = shown(world, number, name).await;
    code.expire_time.expect("an end").seconds
}

#[tokio::test]
async fn a_campaign_that_is_longer_takes_its_unused_codes_along() {
    let world = World::new().await;
    let code = world.kaztest_code(1).await;
    world.hear(CAMPAIGN, &changed(week_later(), 2)).await;
    world.clock.set(close_time());
    world.run("expired_codes").await;
    let seen = shown(&world, 1, &code.name).await;
    assert_eq!(seen.state(), State::Issued);
    assert_eq!(seen.expire_time, Some(to_pb(week_later())));
    world.reserve(1, &code.code).await.expect("reserved");
    assert_eq!(
        world.count("audit WHERE action = 'MovePromoCodes'").await,
        1
    );
    // Codes of another campaign stay as they are.
    world
        .clock
        .set(close_time() - SignedDuration::from_hours(1));
    let mut other = crate::world::issue_request(Kaztest, world.request());
    other.parent = "campaigns/reserve-2027".into();
    let other = world.codes(1).issue_promo_code(other).await;
    let other = other.expect("a code").into_inner();
    assert_eq!(other.expire_time, Some(to_pb(close_time())));
}

#[tokio::test]
async fn a_code_that_ended_with_the_old_close_lives_again() {
    let world = World::new().await;
    let code = world.kaztest_code(1).await;
    world.clock.set(close_time());
    world.run("expired_codes").await;
    let status = world.reserve(1, &code.code).await.expect_err("expired");
    assert_eq!(reason(&status), "CODE_NO_LONGER_VALID");
    // The news took a while.
    world.hear(CAMPAIGN, &changed(week_later(), 2)).await;
    assert_eq!(shown(&world, 1, &code.name).await.state(), State::Issued);
    let reserved = world.reserve(1, &code.code).await.expect("reserved");
    world.redeem(&reserved.name).await.expect("redeemed");
}

#[tokio::test]
async fn a_campaign_that_is_closed_early_ends_its_codes_and_keeps_its_word_to_partners() {
    let world = World::new().await;
    let (free, taken) = (world.kaztest_code(1).await, world.kaztest_code(2).await);
    let reserved = world.reserve(2, &taken.code).await.expect("reserved");
    world.pass(1);
    world.hear(CAMPAIGN, &changed(world.now(), 2)).await;
    assert_eq!(shown(&world, 1, &free.name).await.state(), State::Expired);
    let status = world.reserve(1, &free.code).await.expect_err("expired");
    assert_eq!(reason(&status), "CODE_NO_LONGER_VALID");
    world.redeem(&reserved.name).await.expect("it was promised");
    world.run("expired_codes").await;
    assert_eq!(world.count("promo_codes WHERE state = 'EXPIRED'").await, 1);
}

#[tokio::test]
async fn what_was_redeemed_stays_so_and_is_free_until_the_new_close_if_taken_back() {
    let world = World::new().await;
    let (first, second) = (world.kaztest_code(1).await, world.kaztest_code(2).await);
    let mut redeemed = Vec::new();
    for (number, code) in [(1, &first), (2, &second)] {
        let reserved = world.reserve(number, &code.code).await.expect("reserved");
        redeemed.push(world.redeem(&reserved.name).await.expect("redeemed").name);
    }
    world.hear(CAMPAIGN, &changed(week_later(), 2)).await;
    assert_eq!(shown(&world, 1, &first.name).await.state(), State::Redeemed);
    world.clock.set(close_time());
    let fault = RollbackReason::TechnicalFailure;
    world.roll_back(&redeemed[0], fault).await.expect("back");
    assert_eq!(shown(&world, 1, &first.name).await.state(), State::Issued);
    // Who broke the rules has had the test.
    let fault = RollbackReason::RulesBroken;
    world.roll_back(&redeemed[1], fault).await.expect("void");
    world
        .hear(
            CAMPAIGN,
            &changed(week_later() + SignedDuration::from_hours(1), 3),
        )
        .await;
    assert_eq!(shown(&world, 2, &second.name).await.state(), State::Void);
}

#[tokio::test]
async fn news_that_come_late_change_nothing() {
    let world = World::new().await;
    let code = world.kaztest_code(1).await;
    let later = week_later() + SignedDuration::from_hours(1);
    world.hear(CAMPAIGN, &changed(later, 4)).await;
    world.hear(CAMPAIGN, &changed(week_later(), 3)).await;
    assert_eq!(ends(&world, 1, &code.name).await, later.as_second());
    // Neither does a neighbour that answers from what it knew before.
    let second = world.kaztest_code(2).await;
    assert_eq!(ends(&world, 2, &second.name).await, later.as_second());
    // Whose answer is newer than the news is believed, for all codes.
    world.questionnaire.closes(week_later(), 5);
    let third = world.kaztest_code(3).await;
    for (number, name) in [(1, &code.name), (2, &second.name), (3, &third.name)] {
        assert_eq!(ends(&world, number, name).await, week_later().as_second());
    }
    world.hear(CAMPAIGN, &changed(week_later(), 5)).await;
    assert_eq!(world.count("campaign_windows WHERE version = 5").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_redemption_and_a_longer_campaign_do_not_undo_each_other() {
    let world = World::new().await;
    for round in 1..=20_u32 {
        let number = u128::from(round);
        let code = world.kaztest_code(number).await;
        let reserved = world.reserve(number, &code.code).await.expect("reserved");
        let close = week_later() + SignedDuration::from_hours(i64::from(round));
        let news = changed(close, i64::from(round) + 1);
        let (redeemed, ()) =
            tokio::join!(world.redeem(&reserved.name), world.hear(CAMPAIGN, &news));
        redeemed.expect("redeemed");
        let seen = shown(&world, number, &code.name).await;
        assert_eq!(seen.state(), State::Redeemed, "round {round}");
        assert_eq!(seen.expire_time, Some(to_pb(close)), "round {round}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_code_that_is_issued_meanwhile_misses_the_news() {
    let world = World::new().await;
    for round in 0..5_u32 {
        let close = week_later() + SignedDuration::from_hours(i64::from(round));
        let version = i64::from(round) + 2;
        let numbers = (1..=8_u128).map(|it| it + 100 * u128::from(round));
        let issuing = join_all(numbers.map(|number| world.issue(number, Kaztest)));
        let news = changed(close, version);
        let (issued, ()) = tokio::join!(issuing, world.hear(CAMPAIGN, &news));
        for code in issued {
            code.expect("a code");
        }
        let us = close.as_microsecond();
        let left = format!("promo_codes WHERE expires_us <> {us}");
        assert_eq!(world.count(&left).await, 0, "round {round}");
    }
}

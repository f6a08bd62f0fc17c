//! The letter about an offered seat, and testing-svc that makes its link: a neighbour with offers that the
//! test writes down.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use proto::events::v1::SeatOffered;
use proto::identity::v1::ListMessagesRequest;
use proto::testing::v1 as pb;
use proto::testing::v1::waitlist_entries_server::{WaitlistEntries, WaitlistEntriesServer};
use proto::wire::v1::LocalizedText;
use tonic::service::Routes;
use tonic::{Request, Response, Status};

use crate::campaigns::instant;
use crate::world::{EMAIL, IIN, World, world};

const ENTRY: &str = "campaigns/reserve-2026/waitlistEntries/1";
const SESSION: &str = "campaigns/reserve-2026/stages/1/sessions/1";
const TOKEN: &str = "eyJ0b2tlbiI.of-this.offer";

#[derive(Clone, Default)]
pub struct WrittenOffers {
    written: Arc<Mutex<HashMap<String, pb::WaitlistEntry>>>,
    down: Arc<AtomicBool>,
}

impl WrittenOffers {
    pub fn routes(&self) -> Routes {
        Routes::new(WaitlistEntriesServer::new(self.clone()))
    }

    fn write(&self, session: &str, token: &str) {
        let entry = pb::WaitlistEntry {
            name: ENTRY.into(),
            offered_session: session.into(),
            reject_token: token.into(),
            ..Default::default()
        };
        self.written.lock().unwrap().insert(ENTRY.into(), entry);
    }
}

fn nobody_asks<T>() -> Result<Response<T>, Status> {
    Err(Status::unimplemented("nobody asks for it here"))
}

#[tonic::async_trait]
impl WaitlistEntries for WrittenOffers {
    async fn get_waitlist_entry(
        &self,
        request: Request<pb::GetWaitlistEntryRequest>,
    ) -> Result<Response<pb::WaitlistEntry>, Status> {
        if self.down.load(Ordering::SeqCst) {
            return Err(Status::unavailable("down"));
        }
        let name = request.into_inner().name;
        let found = self.written.lock().unwrap().get(&name).cloned();
        Ok(Response::new(
            found.ok_or_else(|| Status::not_found("no such place"))?,
        ))
    }

    async fn create_waitlist_entry(
        &self,
        _: Request<pb::CreateWaitlistEntryRequest>,
    ) -> Result<Response<pb::WaitlistEntry>, Status> {
        nobody_asks()
    }

    async fn list_waitlist_entries(
        &self,
        _: Request<pb::ListWaitlistEntriesRequest>,
    ) -> Result<Response<pb::ListWaitlistEntriesResponse>, Status> {
        nobody_asks()
    }

    async fn leave_waitlist(
        &self,
        _: Request<pb::LeaveWaitlistRequest>,
    ) -> Result<Response<pb::WaitlistEntry>, Status> {
        nobody_asks()
    }

    async fn accept_seat_offer(
        &self,
        _: Request<pb::AcceptSeatOfferRequest>,
    ) -> Result<Response<pb::WaitlistEntry>, Status> {
        nobody_asks()
    }

    async fn reject_seat_offer(
        &self,
        _: Request<pb::RejectSeatOfferRequest>,
    ) -> Result<Response<pb::WaitlistEntry>, Status> {
        nobody_asks()
    }

    async fn reject_seat_offer_by_link(
        &self,
        _: Request<pb::RejectSeatOfferByLinkRequest>,
    ) -> Result<Response<pb::RejectedSeatOffer>, Status> {
        nobody_asks()
    }
}

fn offered(account: &str) -> SeatOffered {
    let [kk, ru, en] = ["Академия", "Академия", "Academy"].map(str::to_owned);
    SeatOffered {
        waitlist_entry: ENTRY.into(),
        session: SESSION.into(),
        account: account.into(),
        start_time: Some(instant("2026-06-10T04:30:00Z")),
        end_time: Some(instant("2026-06-10T06:00:00Z")),
        center_title: Some(LocalizedText { kk, ru, en }),
        expire_time: Some(instant("2026-06-09T07:00:00Z")),
        ..Default::default()
    }
}

async fn letter(world: &World) -> String {
    let [mail] = world.mails_to(EMAIL).await.try_into().expect("one mail");
    mail.text
}

#[tokio::test]
async fn the_letter_about_a_seat_has_the_link_and_the_inbox_has_not() {
    let world = world().await;
    let account = world.seed(IIN, EMAIL, &[]).await;
    world.offers.write(SESSION, TOKEN);
    let event = world.event(&offered(&account));
    for _ in 0..2 {
        world.bus.publish(&event).await.expect("taken");
    }
    let text = letter(&world).await;
    let link = format!("\nhttps://reserve.example/reject-offer#token={TOKEN}\n");
    assert!(text.contains(&link), "{text}");
    assert!(text.contains("жеке кабинетке кірмей-ақ"), "{text}");
    let me = world.caller(IIN).await;
    let request = ListMessagesRequest {
        parent: "accounts/me".into(),
        ..Default::default()
    };
    let inbox = world.messages_of(&me).list_messages(request).await;
    let inbox = inbox.expect("the inbox").into_inner().messages;
    assert_eq!(inbox.len(), 1);
    assert!(!inbox[0].body.contains("token"), "{}", inbox[0].body);
    assert!(!format!("{event:?}").contains(TOKEN));
}

#[tokio::test]
async fn an_offer_that_is_over_has_a_letter_without_a_link() {
    for (session, token) in [
        (SESSION, ""),
        ("campaigns/reserve-2026/stages/1/sessions/2", TOKEN),
    ] {
        let world = world().await;
        let account = world.seed(IIN, EMAIL, &[]).await;
        world.offers.write(session, token);
        world.told(&offered(&account)).await;
        let text = letter(&world).await;
        assert!(!text.contains("reject-offer"), "{text}");
        assert!(text.contains("10.06.2026 09:30"), "{text}");
    }
}

#[tokio::test]
async fn while_nobody_can_make_the_link_the_letter_waits() {
    let world = world().await;
    let account = world.seed(IIN, EMAIL, &[]).await;
    world.offers.write(SESSION, TOKEN);
    world.offers.down.store(true, Ordering::SeqCst);
    let event = world.event(&offered(&account));
    world.bus.publish(&event).await.expect_err("not taken");
    assert!(world.mails_to(EMAIL).await.is_empty());
    world.offers.down.store(false, Ordering::SeqCst);
    world.bus.publish(&event).await.expect("taken");
    assert!(letter(&world).await.contains("#token="));
}

//! What people ask: both sides of it, the term, the bound, and what everybody may read.

use std::sync::Arc;

use chassis::caller::{Caller, OrganisationKind, Role, Signatory};
use chassis::client::Connection;
use chassis::identifier::Bin;
use chassis::testing;
use proto::events::v1::EnquiryAnswered;
use proto::review::v1::enquiries_client::EnquiriesClient;
use proto::review::v1::enquiry::{Kind, State};
use proto::review::v1::enquiry_message::Side;
use proto::review::v1::public_answers_client::PublicAnswersClient;
use proto::review::v1::{
    CloseEnquiryRequest, CreateEnquiryRequest, Enquiry, GetEnquiryRequest, GetPublicAnswerRequest,
    ListEnquiriesRequest, ListPublicAnswersRequest, PublicAnswer, PublishEnquiryRequest,
    ReplyToEnquiryRequest, RetirePublicAnswerRequest,
};
use tonic::{Response, Status};
use uuid::Uuid;

use crate::house::{House, account, manager, metadata, reason, violations};

const COLLEGE: &str = "colleges/990440000385";

fn of(house: &House, caller: &Caller) -> EnquiriesClient<Connection> {
    EnquiriesClient::new(house.connection(caller.clone()))
}

fn public(house: &House, caller: &Caller) -> PublicAnswersClient<Connection> {
    PublicAnswersClient::new(house.connection(caller.clone()))
}

fn applicant(number: u128) -> Caller {
    testing::person(number, &[])
}

fn administrator() -> Caller {
    testing::person(901, &[Role::Administrator])
}

fn signatory(number: u128, bin: &str) -> Caller {
    Caller::Signatory(Signatory {
        id: Uuid::from_u128(number),
        session: Uuid::from_u128(number),
        organisation: Bin::parse(bin).expect("a BIN"),
        kind: OrganisationKind::College,
    })
}

fn question() -> Enquiry {
    Enquiry {
        kind: Kind::Question.into(),
        programme: "college".into(),
        college: COLLEGE.into(),
        subject: "Емтихан қашан?".into(),
        text: "Шығармашылық емтихан қашан болады?".into(),
        may_publish: true,
        ..Default::default()
    }
}

async fn asks(house: &House, caller: &Caller, enquiry: Enquiry) -> Result<Enquiry, Status> {
    let request = CreateEnquiryRequest {
        enquiry: Some(enquiry),
        request_id: house.request_id(),
    };
    let answer = of(house, caller).create_enquiry(request).await;
    answer.map(Response::into_inner)
}

async fn replies(
    house: &House,
    caller: &Caller,
    [name, etag, text]: [&str; 3],
) -> Result<Enquiry, Status> {
    let request = ReplyToEnquiryRequest {
        name: name.into(),
        etag: etag.into(),
        text: text.into(),
        request_id: house.request_id(),
    };
    let answer = of(house, caller).reply_to_enquiry(request).await;
    answer.map(Response::into_inner)
}

async fn closes(house: &House, caller: &Caller, name: &str) -> Result<Enquiry, Status> {
    let request = CloseEnquiryRequest {
        name: name.into(),
        etag: String::new(),
        request_id: house.request_id(),
    };
    let answer = of(house, caller).close_enquiry(request).await;
    answer.map(Response::into_inner)
}

async fn publishes(
    house: &House,
    caller: &Caller,
    of_it: &Enquiry,
) -> Result<PublicAnswer, Status> {
    let request = PublishEnquiryRequest {
        name: of_it.name.clone(),
        etag: of_it.etag.clone(),
        public_answer: Some(PublicAnswer {
            question: "Шығармашылық емтихан қашан?".into(),
            answer: "20 шілдеде.".into(),
            ..Default::default()
        }),
        request_id: house.request_id(),
    };
    let answer = of(house, caller).publish_enquiry(request).await;
    answer.map(Response::into_inner)
}

async fn seen(house: &House, caller: &Caller, name: &str) -> Result<Enquiry, Status> {
    let request = GetEnquiryRequest { name: name.into() };
    let answer = of(house, caller).get_enquiry(request).await;
    answer.map(Response::into_inner)
}

async fn listed(house: &House, caller: &Caller, request: ListEnquiriesRequest) -> Vec<String> {
    let answer = of(house, caller).list_enquiries(request).await;
    let found = answer.expect("a list").into_inner().enquiries;
    assert!(found.iter().all(|it| it.messages.is_empty()));
    found.into_iter().map(|it| it.name).collect()
}

fn to_answer() -> ListEnquiriesRequest {
    ListEnquiriesRequest {
        answering: true,
        ..Default::default()
    }
}

async fn everybody_reads(house: &House) -> Vec<PublicAnswer> {
    let request = ListPublicAnswersRequest::default();
    let mut stranger = public(house, &Caller::Stranger);
    let answer = stranger.list_public_answers(request).await;
    answer.expect("a list").into_inner().public_answers
}

fn sides(enquiry: &Enquiry) -> Vec<Side> {
    enquiry.messages.iter().map(|it| it.side()).collect()
}

#[tokio::test]
async fn a_college_answers_what_it_is_asked_and_the_author_is_told() {
    let house = House::new().await;
    let (me, board) = (applicant(1), signatory(5, "990440000385"));
    house.at("2026-06-05T06:00:00Z");
    let asked = asks(&house, &me, question()).await.unwrap();
    assert_eq!(asked.state(), State::Open);
    // A Friday: three working days are over on Wednesday.
    let due = asked.due_time.map(|it| it.seconds);
    let expected: jiff::Timestamp = "2026-06-10T18:59:59Z".parse().unwrap();
    assert_eq!(due, Some(expected.as_second()));

    assert_eq!(
        listed(&house, &board, to_answer()).await,
        [asked.name.as_str()]
    );
    let words = [asked.name.as_str(), asked.etag.as_str(), "20 шілдеде."];
    let answered = replies(&house, &board, words).await.unwrap();
    assert_eq!(
        (answered.state(), answered.due_time),
        (State::Answered, None)
    );
    assert_eq!(sides(&answered), [Side::Author, Side::Staff]);
    let told = house.published::<EnquiryAnswered>().await;
    assert_eq!(told.len(), 1);
    assert_eq!(
        (&told[0].enquiry, &told[0].account),
        (&asked.name, &account(1))
    );

    let more = replies(&house, &me, [&asked.name, "", "Нешеде?"])
        .await
        .unwrap();
    assert_eq!(more.state(), State::Open);
    assert!(more.due_time.is_some());
    house.at("2026-06-11T06:00:00Z");
    let overdue = ListEnquiriesRequest {
        overdue_only: true,
        ..to_answer()
    };
    assert_eq!(
        listed(&house, &board, overdue.clone()).await,
        [asked.name.as_str()]
    );
    assert!(seen(&house, &me, &asked.name).await.unwrap().overdue);
    let closed = closes(&house, &me, &asked.name).await.unwrap();
    assert_eq!((closed.state(), closed.overdue), (State::Closed, false));
    assert!(listed(&house, &board, overdue).await.is_empty());
    let refused = replies(&house, &board, words).await.unwrap_err();
    assert_eq!(reason(&refused), "STALE_ETAG");
    let refused = replies(&house, &board, [words[0], "", words[2]])
        .await
        .unwrap_err();
    assert_eq!(reason(&refused), "ENQUIRY_CLOSED");
}

#[tokio::test]
async fn nobody_else_finds_an_enquiry() {
    let house = House::new().await;
    let asked = asks(&house, &applicant(1), question()).await.unwrap();
    let support = Enquiry {
        kind: Kind::Support.into(),
        college: String::new(),
        may_publish: false,
        ..question()
    };
    let board = signatory(5, "990440000385");
    let support = asks(&house, &board, support).await.unwrap();
    for (caller, of_question, of_support) in [
        (applicant(1), true, false),
        (applicant(2), false, false),
        (manager(), true, false),
        (administrator(), false, true),
        (board.clone(), true, true),
        (signatory(6, "123456789013"), false, false),
    ] {
        for (name, is_seen) in [(&asked.name, of_question), (&support.name, of_support)] {
            let got = seen(&house, &caller, name).await;
            assert_eq!(got.is_ok(), is_seen, "{caller:?} {name}");
            if let Err(refused) = got {
                assert_eq!(reason(&refused), "NOT_FOUND");
                let refused = replies(&house, &caller, [name, "", "x"]).await.unwrap_err();
                assert_eq!(reason(&refused), "NOT_FOUND");
                let refused = closes(&house, &caller, name).await.unwrap_err();
                assert_eq!(reason(&refused), "NOT_FOUND");
            }
        }
    }
    // A signatory has no inbox: who asked for support looks into the list.
    replies(&house, &administrator(), [&support.name, "", "Түзетілді."])
        .await
        .unwrap();
    assert!(house.published::<EnquiryAnswered>().await.is_empty());
    let own = listed(&house, &board, ListEnquiriesRequest::default()).await;
    assert_eq!(own, [support.name]);
    let of_manager = listed(&house, &manager(), to_answer()).await;
    assert_eq!(of_manager, [asked.name]);
    assert!(listed(&house, &applicant(2), to_answer()).await.is_empty());
}

#[tokio::test]
async fn everybody_reads_what_was_published_and_nothing_else() {
    let house = House::new().await;
    let (me, board) = (applicant(1), signatory(5, "990440000385"));
    let asked = asks(&house, &me, question()).await.unwrap();
    let refused = publishes(&house, &board, &asked).await.unwrap_err();
    assert_eq!(reason(&refused), "ENQUIRY_NOT_ANSWERED");
    let words = [asked.name.as_str(), "", "20 шілдеде, Айгүл."];
    let answered = replies(&house, &board, words).await.unwrap();
    let refused = publishes(&house, &board, &asked).await.unwrap_err();
    assert_eq!(reason(&refused), "STALE_ETAG");
    let shown = publishes(&house, &board, &answered).await.unwrap();
    assert_eq!(shown.answer, "20 шілдеде.");
    assert_eq!(everybody_reads(&house).await, std::slice::from_ref(&shown));
    let now = seen(&house, &me, &asked.name).await.unwrap();
    assert_eq!(now.public_answer, shown.name);

    let retire = |name: &str| RetirePublicAnswerRequest {
        name: name.into(),
        request_id: house.request_id(),
    };
    let other = signatory(6, "123456789013");
    let mut others = public(&house, &other);
    let refused = others.retire_public_answer(retire(&shown.name)).await;
    assert_eq!(reason(&refused.unwrap_err()), "NOT_ALLOWED");
    let mut managers = public(&house, &manager());
    let gone = managers.retire_public_answer(retire(&shown.name)).await;
    gone.unwrap();
    assert!(everybody_reads(&house).await.is_empty());
    let get = GetPublicAnswerRequest {
        name: shown.name.clone(),
    };
    let refused = public(&house, &Caller::Stranger)
        .get_public_answer(get)
        .await;
    assert_eq!(reason(&refused.unwrap_err()), "NOT_FOUND");
    let now = seen(&house, &me, &asked.name).await.unwrap();
    assert_eq!(now.public_answer, "");
    let again = publishes(&house, &board, &now).await.unwrap();
    assert_eq!(again.name, shown.name);
    assert_eq!(everybody_reads(&house).await, [again]);

    let private = Enquiry {
        may_publish: false,
        ..question()
    };
    let private = asks(&house, &me, private).await.unwrap();
    let private = replies(&house, &board, [&private.name, "", "Ия."])
        .await
        .unwrap();
    let refused = publishes(&house, &board, &private).await.unwrap_err();
    assert_eq!(reason(&refused), "ENQUIRY_NOT_PUBLIC");
}

#[tokio::test]
async fn everything_wrong_with_an_enquiry_is_told_at_once() {
    let house = House::new().await;
    let wrong = Enquiry {
        kind: Kind::Support.into(),
        college: "colleges/990440000385".into(),
        programme: "Колледж".into(),
        subject: "а\u{7}".into(),
        text: "ә".repeat(4_001),
        may_publish: true,
        ..Default::default()
    };
    let refused = asks(&house, &applicant(1), wrong).await.unwrap_err();
    let expected = [
        ("enquiry.programme", "INVALID_FORMAT"),
        ("enquiry.college", "NOT_OF_THIS_OUTCOME"),
        ("enquiry.subject", "INVALID_FORMAT"),
        ("enquiry.text", "TOO_LONG"),
        ("enquiry.may_publish", "NOT_OF_THIS_OUTCOME"),
    ];
    assert_eq!(
        violations(&refused),
        expected.map(|(field, why)| (field.to_owned(), why.to_owned()))
    );
    let nothing = asks(&house, &applicant(1), Enquiry::default())
        .await
        .unwrap_err();
    let expected = ["kind", "programme", "subject", "text"];
    let expected = expected.map(|field| (format!("enquiry.{field}"), "REQUIRED".to_owned()));
    assert_eq!(violations(&nothing), expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_one_author_no_more_wait_than_may_however_they_ask() {
    let house = Arc::new(House::new().await);
    let calls = (0..20).map(|_| {
        let house = house.clone();
        tokio::spawn(async move { asks(&house, &applicant(1), question()).await })
    });
    let mut made = Vec::new();
    for call in calls.collect::<Vec<_>>() {
        match call.await.unwrap() {
            Ok(asked) => made.push(asked),
            Err(refused) => {
                assert_eq!(reason(&refused), "TOO_MANY_ENQUIRIES");
                assert_eq!(metadata(&refused, "max"), "10");
            }
        }
    }
    assert_eq!(made.len(), 10);
    // An answer makes room, and who writes on needs room again.
    let first = &made[0].name;
    replies(&house, &manager(), [first, "", "Ертең."])
        .await
        .unwrap();
    asks(&house, &applicant(1), question()).await.unwrap();
    let refused = replies(&house, &applicant(1), [first, "", "Рақмет!"])
        .await
        .unwrap_err();
    assert_eq!(reason(&refused), "TOO_MANY_ENQUIRIES");
    assert_eq!(
        seen(&house, &applicant(1), first)
            .await
            .unwrap()
            .messages
            .len(),
        2
    );
    closes(&house, &applicant(1), &made[1].name).await.unwrap();
    replies(&house, &applicant(1), [first, "", "Рақмет!"])
        .await
        .unwrap();
}

#[tokio::test]
async fn an_enquiry_without_a_calendar_waits_without_a_term() {
    let house = House::new().await;
    house.at("2099-01-05T06:00:00Z");
    let asked = asks(&house, &applicant(1), question()).await.unwrap();
    assert_eq!((asked.due_time, asked.overdue), (None, false));
    assert_eq!(listed(&house, &manager(), to_answer()).await, [asked.name]);
}

//! What people ask of colleges besides a place on the state order: paid study, the dormitory, meals; and what
//! boards decide about it.

use chassis::client::Connection;
use jiff::SignedDuration;
use proto::events::v1::ServiceRequestMoved;
use proto::google::r#type::Date;
use proto::questionnaire::v1 as pb;
use proto::questionnaire::v1::prepare_board_action_request::Action;
use proto::questionnaire::v1::service_request::{Kind, State};
use proto::questionnaire::v1::service_requests_client::ServiceRequestsClient;
use serde_json::json;
use tonic::{Code, Status};

use crate::board::{Board, COLLEGE, OTHER_COLLEGE, closes, nursing};
use crate::candidate::Candidate;
use crate::world::{World, metadata, pairs, reason, violations};

pub async fn world() -> World {
    let world = World::new().await;
    world.admission().await;
    world
}

/// Somebody whose application was sent to a college.
pub struct Asker<'a> {
    world: &'a World,
    pub person: Candidate<'a>,
    application: String,
}

impl World {
    pub async fn asker(&self, number: u128, specialty: &pb::Specialty) -> Asker<'_> {
        let wish = self.chose(number, &[specialty]).await.remove(0);
        self.asker_of(number, &wish.choice)
    }

    fn asker_of(&self, number: u128, choice: &str) -> Asker<'_> {
        let (application, _) = choice.split_once("/choices/").unwrap();
        Asker {
            world: self,
            person: self.candidate(number),
            application: application.to_owned(),
        }
    }
}

pub fn client(connection: Connection) -> ServiceRequestsClient<Connection> {
    ServiceRequestsClient::new(connection)
}

impl Asker<'_> {
    pub fn wants(&self, kind: Kind) -> pb::ServiceRequest {
        let blank = pb::ServiceRequest {
            kind: kind.into(),
            application: self.application.clone(),
            academic_year: 2026,
            ..Default::default()
        };
        match kind {
            Kind::Dormitory => pb::ServiceRequest {
                from_date: day(2026, 8, 25),
                until_date: day(2027, 6, 30),
                ..blank
            },
            _ => blank,
        }
    }

    pub fn wants_to_pay(&self, specialty: &pb::Specialty) -> pb::ServiceRequest {
        pb::ServiceRequest {
            specialty: specialty.name.clone(),
            ..self.wants(Kind::PaidStudy)
        }
    }

    pub async fn asks(&self, request: pb::ServiceRequest) -> Result<pb::ServiceRequest, Status> {
        self.asks_of(COLLEGE, request).await
    }

    pub async fn asks_of(
        &self,
        bin: &str,
        request: pb::ServiceRequest,
    ) -> Result<pb::ServiceRequest, Status> {
        let request = pb::CreateServiceRequestRequest {
            parent: format!("colleges/{bin}"),
            service_request: Some(request),
            request_id: self.world.request_id(),
        };
        let mut client = client(self.person.connection());
        Ok(client.create_service_request(request).await?.into_inner())
    }

    async fn takes_back(&self, it: &pb::ServiceRequest) -> Result<pb::ServiceRequest, Status> {
        let request = pb::WithdrawServiceRequestRequest {
            name: it.name.clone(),
            etag: it.etag.clone(),
            request_id: self.world.request_id(),
        };
        let mut client = client(self.person.connection());
        Ok(client.withdraw_service_request(request).await?.into_inner())
    }

    pub async fn sees(&self, name: &str) -> pb::ServiceRequest {
        shown(self.person.connection(), name).await.unwrap()
    }
}

pub fn day(year: i32, month: i32, day: i32) -> Option<Date> {
    Some(Date { year, month, day })
}

async fn shown(connection: Connection, name: &str) -> Result<pb::ServiceRequest, Status> {
    let request = pb::GetServiceRequestRequest { name: name.into() };
    let answer = client(connection).get_service_request(request).await?;
    Ok(answer.into_inner())
}

async fn listed(
    connection: Connection,
    request: pb::ListServiceRequestsRequest,
) -> Result<Vec<String>, Status> {
    let answer = client(connection).list_service_requests(request).await?;
    let found = answer.into_inner().service_requests.into_iter();
    Ok(found.map(|it| it.name).collect())
}

fn of(parent: &str) -> pb::ListServiceRequestsRequest {
    pb::ListServiceRequestsRequest {
        parent: parent.into(),
        ..Default::default()
    }
}

fn seen(requests: &[pb::ServiceRequest]) -> Vec<pb::SeenServiceRequest> {
    let seen = |it: &pb::ServiceRequest| pb::SeenServiceRequest {
        service_request: it.name.clone(),
        current_etag: it.etag.clone(),
    };
    requests.iter().map(seen).collect()
}

pub fn acknowledges(requests: &[pb::ServiceRequest]) -> Action {
    Action::AcknowledgeServiceRequests(pb::AcknowledgeServiceRequests {
        service_requests: seen(requests),
    })
}

pub fn grants(requests: &[pb::ServiceRequest]) -> Action {
    Action::GrantServiceRequests(pb::GrantServiceRequests {
        service_requests: seen(requests),
    })
}

pub fn refuses(requests: &[pb::ServiceRequest], reasons: &[&str], comment: &str) -> Action {
    Action::RefuseServiceRequests(pb::RefuseServiceRequests {
        service_requests: seen(requests),
        reason_codes: reasons.iter().map(|&it| it.to_owned()).collect(),
        comment: comment.into(),
    })
}

pub fn ends(requests: &[pb::ServiceRequest]) -> Action {
    Action::EndServiceRequests(pb::EndServiceRequests {
        service_requests: seen(requests),
    })
}

fn sets_places(places: i32, etag: &str) -> Action {
    Action::SetDormitoryPlaces(pb::SetDormitoryPlaces {
        academic_year: 2026,
        places,
        current_etag: etag.into(),
    })
}

impl Board<'_> {
    async fn counts(&self, bin: &str) -> Result<pb::ServiceRequestStatistics, Status> {
        let name = format!("colleges/{bin}/serviceRequestStatistics");
        let request = pb::GetServiceRequestStatisticsRequest { name };
        let mut client = client(self.connection());
        let answer = client.get_service_request_statistics(request).await?;
        Ok(answer.into_inner())
    }

    /// Places of the dormitory, and how many are given.
    async fn places(&self) -> (i32, i32) {
        let told = self.counts(COLLEGE).await.unwrap();
        let found = told.dormitory_places.first();
        found.map_or((0, 0), |it| (it.places, it.taken))
    }
}

/// So many people who ask for the dormitory.
async fn dormitory<'a>(
    world: &'a World,
    specialty: &pb::Specialty,
    people: std::ops::Range<u128>,
) -> Vec<(Asker<'a>, pb::ServiceRequest)> {
    let mut asked = Vec::new();
    for number in people {
        let asker = world.asker(number, specialty).await;
        let request = asker.asks(asker.wants(Kind::Dormitory)).await.unwrap();
        asked.push((asker, request));
    }
    asked
}

fn requests(asked: &[(Asker<'_>, pb::ServiceRequest)]) -> Vec<pb::ServiceRequest> {
    asked.iter().map(|(_, request)| request.clone()).collect()
}

/// As they stand now.
async fn again(asked: &[(Asker<'_>, pb::ServiceRequest)]) -> Vec<pb::ServiceRequest> {
    let mut now = Vec::new();
    for (asker, request) in asked {
        now.push(asker.sees(&request.name).await);
    }
    now
}

pub fn paid() -> pb::Specialty {
    pb::Specialty {
        payment: "PAID".into(),
        ..nursing()
    }
}

#[tokio::test]
async fn what_people_ask_is_found_by_them_and_by_their_college_in_the_order_of_arrival() {
    let world = world().await;
    let board = world.board(COLLEGE, 1);
    let specialty = board.offers(nursing()).await.unwrap();
    let for_a_fee = board.offers(paid()).await.unwrap();
    let one = world.asker(1, &specialty).await;
    let other = world.asker(2, &specialty).await;
    let mut wanted = one.wants(Kind::Dormitory);
    wanted.note = " Ауылдан келемін. ".into();
    let dormitory = one.asks(wanted).await.unwrap();
    let second = SignedDuration::from_secs(1);
    world.clock.advance(second);
    let meals = other.asks(other.wants(Kind::Meals)).await.unwrap();
    world.clock.advance(second);
    let study = one.asks(one.wants_to_pay(&for_a_fee)).await.unwrap();
    assert_eq!(dormitory.state(), State::Requested);
    assert_eq!(dormitory.note, "Ауылдан келемін.");
    assert_eq!(dormitory.until_date, day(2027, 6, 30));
    assert!(dormitory.application_number.starts_with("2026-"));
    assert_eq!(study.specialty, for_a_fee.name);

    let college = format!("colleges/{COLLEGE}");
    let all = listed(board.connection(), of(&college)).await.unwrap();
    let in_order = [&dormitory, &meals, &study].map(|it| it.name.clone());
    assert_eq!(all, in_order);
    let own = listed(one.person.connection(), of("colleges/-")).await;
    assert_eq!(own.unwrap(), [dormitory.name.clone(), study.name.clone()]);
    for (filter, expected) in [
        (
            pb::ListServiceRequestsRequest {
                kind: Kind::Meals.into(),
                ..of(&college)
            },
            vec![meals.name.clone()],
        ),
        (
            pb::ListServiceRequestsRequest {
                state: State::Granted.into(),
                ..of(&college)
            },
            vec![],
        ),
        (
            pb::ListServiceRequestsRequest {
                specialty: for_a_fee.name.clone(),
                ..of(&college)
            },
            vec![study.name.clone()],
        ),
        (
            pb::ListServiceRequestsRequest {
                academic_year: 2025,
                ..of("colleges/-")
            },
            vec![],
        ),
    ] {
        let found = listed(board.connection(), filter).await.unwrap();
        assert_eq!(found, expected);
    }
    let counted = board.counts(COLLEGE).await.unwrap().counts;
    let counted = counted.iter().map(|it| (it.kind(), it.state(), it.count));
    let one_of = |kind| (kind, State::Requested, 1);
    let expected = [Kind::Dormitory, Kind::Meals, Kind::PaidStudy].map(one_of);
    assert_eq!(counted.collect::<Vec<_>>(), expected);
    // A page at a time, and no other list's token.
    let first = pb::ListServiceRequestsRequest {
        page_size: 2,
        ..of(&college)
    };
    let mut boards = client(board.connection());
    let page = boards.list_service_requests(first).await.unwrap();
    let next = pb::ListServiceRequestsRequest {
        page_token: page.into_inner().next_page_token,
        ..of(&college)
    };
    let rest = listed(board.connection(), next.clone()).await.unwrap();
    assert_eq!(rest, [study.name]);
    let refused = listed(one.person.connection(), next).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
}

#[tokio::test]
async fn nobody_else_finds_a_request() {
    let world = world().await;
    let board = world.board(COLLEGE, 1);
    let foreign = world.board(OTHER_COLLEGE, 2);
    let specialty = board.offers(nursing()).await.unwrap();
    let asker = world.asker(1, &specialty).await;
    let request = asker.asks(asker.wants(Kind::Meals)).await.unwrap();
    shown(board.connection(), &request.name).await.unwrap();
    let stranger = world.candidate(2);
    for connection in [
        foreign.connection(),
        stranger.connection(),
        world.manager(),
        world.expert(),
    ] {
        let hidden = shown(connection.clone(), &request.name).await.unwrap_err();
        assert_eq!(hidden.code(), Code::NotFound);
        let found = listed(connection, of("colleges/-")).await.unwrap();
        assert_eq!(found, Vec::<String>::new());
    }
    let college = format!("colleges/{COLLEGE}");
    let hidden = listed(foreign.connection(), of(&college))
        .await
        .unwrap_err();
    assert_eq!(hidden.code(), Code::NotFound);
    let hidden = foreign.counts(COLLEGE).await.unwrap_err();
    assert_eq!(hidden.code(), Code::NotFound);
    let theirs = Asker {
        world: &world,
        person: stranger,
        application: String::new(),
    };
    let hidden = theirs.takes_back(&request).await.unwrap_err();
    assert_eq!(hidden.code(), Code::NotFound);
    // A board that names it finds nothing either.
    let refused = foreign.prepares(grants(&[request])).await.unwrap_err();
    let expected = [(
        "grant_service_requests.service_requests[0].service_request",
        "SERVICE_REQUEST_UNKNOWN",
    )];
    assert_eq!(violations(&refused), pairs(&expected));
}

#[tokio::test]
async fn everything_wrong_with_a_request_is_told_at_once() {
    let world = world().await;
    let board = world.board(COLLEGE, 1);
    let specialty = board.offers(nursing()).await.unwrap();
    let asker = world.asker(1, &specialty).await;
    let at = |field: &str| format!("service_request.{field}");
    for (request, expected) in [
        (
            pb::ServiceRequest::default(),
            vec![
                ("application", "REQUIRED"),
                ("academic_year", "REQUIRED"),
                ("kind", "REQUIRED"),
            ],
        ),
        (
            pb::ServiceRequest {
                academic_year: 2028,
                from_date: day(2026, 7, 31),
                until_date: day(2026, 2, 30),
                specialty: specialty.name.clone(),
                quota_category: "ORPHAN".into(),
                note: "ә".repeat(501),
                ..asker.wants(Kind::Dormitory)
            },
            vec![
                ("note", "TOO_LONG"),
                ("academic_year", "OUT_OF_RANGE"),
                ("specialty", "NOT_ASKED"),
                ("quota_category", "NOT_ASKED"),
                ("until_date", "DATE_IMPOSSIBLE"),
            ],
        ),
        (
            pb::ServiceRequest {
                from_date: day(2026, 9, 1),
                until_date: day(2026, 9, 1),
                ..asker.wants(Kind::Dormitory)
            },
            vec![("until_date", "DATES_BACKWARDS")],
        ),
        (
            asker.wants_to_pay(&specialty),
            vec![("specialty", "SPECIALTY_OF_OTHER_KIND")],
        ),
        (
            pb::ServiceRequest {
                quota_category: "NOBLE".into(),
                ..asker.wants(Kind::Meals)
            },
            vec![("quota_category", "UNKNOWN_VALUE")],
        ),
        (
            pb::ServiceRequest {
                quota_category: "ORPHAN".into(),
                ..asker.wants(Kind::Meals)
            },
            vec![("quota_category", "QUOTA_NOT_PROVEN")],
        ),
    ] {
        let refused = asker.asks(request).await.unwrap_err();
        let expected: Vec<_> = expected
            .into_iter()
            .map(|(field, reason)| (at(field), reason.to_owned()))
            .collect();
        assert_eq!(violations(&refused), expected);
    }
}

#[tokio::test]
async fn a_college_is_asked_by_those_who_applied_there() {
    let world = world().await;
    let board = world.board(COLLEGE, 1);
    let specialty = board.offers(nursing()).await.unwrap();
    let for_a_fee = board.offers(paid()).await.unwrap();
    let elsewhere = world.board(OTHER_COLLEGE, 2).offers(paid()).await.unwrap();
    let asker = world.asker(1, &specialty).await;
    let other = world.asker(2, &specialty).await;
    let expected = [("service_request.application", "APPLICATION_NOT_AT_COLLEGE")];
    // Another college, and somebody else's application.
    let wanted = asker.wants(Kind::Meals);
    for refused in [
        asker.asks_of(OTHER_COLLEGE, wanted.clone()).await,
        other.asks(wanted).await,
    ] {
        assert_eq!(violations(&refused.unwrap_err()), pairs(&expected));
    }
    // A draft.
    let person = world.candidate(3);
    let draft = person
        .opens_a(crate::board::ADMISSION, "STATE_ORDER")
        .await
        .unwrap();
    let drafting = world.asker_of(3, &format!("{}/choices/1", draft.name));
    let refused = drafting.asks(drafting.wants(Kind::Meals)).await;
    assert_eq!(violations(&refused.unwrap_err()), pairs(&expected));

    let expected = [("service_request.specialty", "SPECIALTY_UNKNOWN")];
    let refused = asker.asks(asker.wants_to_pay(&elsewhere)).await;
    assert_eq!(violations(&refused.unwrap_err()), pairs(&expected));
    board.does(closes(&for_a_fee)).await.unwrap();
    let expected = [("service_request.specialty", "SPECIALTY_TAKES_NO_MORE")];
    let refused = asker.asks(asker.wants_to_pay(&for_a_fee)).await;
    assert_eq!(violations(&refused.unwrap_err()), pairs(&expected));
}

#[tokio::test]
async fn a_benefit_is_the_ground_of_meals_where_the_application_proves_it() {
    let world = world().await;
    let specialty = world.board(COLLEGE, 1).offers(nursing()).await.unwrap();
    let document = "campaigns/c/applications/a/documents/d";
    let quota = json!([{
        "id": "quota", "verified": false, "version": 1, "update_time": null,
        "answers": {"rows": [{"category": "ORPHAN", "document": document}]},
    }]);
    let wish = world.chose_with(1, &[&specialty], &quota).await.remove(0);
    let asker = world.asker_of(1, &wish.choice);
    let request = pb::ServiceRequest {
        quota_category: "ORPHAN".into(),
        ..asker.wants(Kind::Meals)
    };
    let made = asker.asks(request).await.unwrap();
    assert_eq!(made.quota_category, "ORPHAN");
    assert!(!format!("{made:?}").contains("ORPHAN"));
}

#[tokio::test]
async fn one_of_each_kind_and_year_is_open_and_five_are_made_in_all() {
    let world = world().await;
    let specialty = world.board(COLLEGE, 1).offers(nursing()).await.unwrap();
    let asker = world.asker(1, &specialty).await;
    let meals = || asker.wants(Kind::Meals);
    let mut last = asker.asks(meals()).await.unwrap();
    let twice = asker.asks(meals()).await.unwrap_err();
    assert_eq!(reason(&twice), "SERVICE_REQUEST_EXISTS");
    assert_eq!(metadata(&twice, "service_request"), last.name);
    // Another kind and another year are others.
    asker.asks(asker.wants(Kind::Dormitory)).await.unwrap();
    let this_year = pb::ServiceRequest {
        academic_year: 2025,
        ..meals()
    };
    asker.asks(this_year).await.unwrap();
    for _ in 1..5 {
        let back = asker.takes_back(&last).await.unwrap();
        assert_eq!(back.state(), State::Withdrawn);
        last = asker.asks(meals()).await.unwrap();
    }
    asker.takes_back(&last).await.unwrap();
    let refused = asker.asks(meals()).await.unwrap_err();
    assert_eq!(reason(&refused), "SERVICE_REQUESTS_USED_UP");
    assert_eq!(metadata(&refused, "limit"), "5");
    let stale = asker.takes_back(&last).await.unwrap_err();
    assert_eq!(reason(&stale), "STALE_ETAG");
    let now = asker.sees(&last.name).await;
    let refused = asker.takes_back(&now).await.unwrap_err();
    assert_eq!(reason(&refused), "SERVICE_REQUEST_DECIDED");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_asks_many_times_at_once_asks_once() {
    let world = world().await;
    let specialty = world.board(COLLEGE, 1).offers(nursing()).await.unwrap();
    for number in 1..4 {
        let asker = world.asker(number, &specialty).await;
        let asks = (0..6).map(|_| asker.asks(asker.wants(Kind::Dormitory)));
        let answers = futures_util::future::join_all(asks).await;
        let (made, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
        assert_eq!(made.len(), 1);
        for refused in refused {
            assert_eq!(reason(&refused.unwrap_err()), "SERVICE_REQUEST_EXISTS");
        }
    }
}

#[tokio::test]
async fn a_board_answers_and_decides_under_signature_and_everybody_is_told() {
    let world = world().await;
    let board = world.board(COLLEGE, 1);
    let specialty = board.offers(nursing()).await.unwrap();
    let (one, other) = (
        world.asker(1, &specialty).await,
        world.asker(2, &specialty).await,
    );
    let meals = one.asks(one.wants(Kind::Meals)).await.unwrap();
    let refused = other.asks(other.wants(Kind::Meals)).await.unwrap();
    let both = [meals.clone(), refused.clone()];
    let prepared = board.prepares(acknowledges(&both)).await.unwrap();
    assert_eq!(one.sees(&meals.name).await, meals, "it was only tried");
    board.signs(&prepared).await.unwrap();
    let meals = one.sees(&meals.name).await;
    let refused = other.sees(&refused.name).await;
    board
        .does(grants(std::slice::from_ref(&meals)))
        .await
        .unwrap();
    let reasons = ["DOCUMENTS_INCOMPLETE", "LIVES_NEARBY"];
    let act = refuses(
        std::slice::from_ref(&refused),
        &reasons,
        " Құжаттарды әкеліңіз. ",
    );
    board.does(act).await.unwrap();

    assert_eq!(one.sees(&meals.name).await.state(), State::Granted);
    let told = other.sees(&refused.name).await;
    assert_eq!(told.state(), State::Refused);
    assert_eq!(told.reason_codes, reasons);
    assert_eq!(told.comment, "Құжаттарды әкеліңіз.");
    let late = one.takes_back(&one.sees(&meals.name).await).await;
    let late = late.unwrap_err();
    assert_eq!(reason(&late), "SERVICE_REQUEST_DECIDED");
    assert_eq!(metadata(&late, "state"), "GRANTED");
    // Who was refused may ask again.
    other.asks(other.wants(Kind::Meals)).await.unwrap();

    let events = world.told_of::<ServiceRequestMoved>().await;
    let states: Vec<_> = events.iter().map(ServiceRequestMoved::state).collect();
    let expected = [
        State::Acknowledged,
        State::Acknowledged,
        State::Granted,
        State::Refused,
    ];
    assert_eq!(states, expected);
    let last = events.last().unwrap();
    assert_eq!(last.account, other.person.account);
    assert_eq!((last.kind(), last.academic_year), (Kind::Meals, 2026));
    let college = last.college_title.as_ref().unwrap();
    assert_eq!(college.kk, "«Ғылым ордасы» колледжі");
    assert_eq!(last.reason_titles[0].en, "Documents are missing");
}

#[tokio::test]
async fn everything_wrong_with_a_bulk_is_told_row_by_row_at_once_and_nothing_is_done() {
    let world = world().await;
    let board = world.board(COLLEGE, 1);
    let specialty = board.offers(nursing()).await.unwrap();
    let asked = dormitory(&world, &specialty, 1..5).await;
    let mut rows = requests(&asked);
    asked[1].0.takes_back(&asked[1].1).await.unwrap();
    rows[1].etag = "v2".into();
    rows[2].etag = "v7".into();
    rows[3].name = "serviceRequests/1".into();
    rows.push(rows[0].clone());
    let refused = board.prepares(refuses(&rows, &["BORED"], "a\u{0}b")).await;
    let at = |row: usize, field: &str| {
        format!("refuse_service_requests.service_requests[{row}].{field}")
    };
    let expected = [
        (at(3, "service_request"), "INVALID_NAME"),
        (at(4, "service_request"), "VALUE_TWICE"),
        (
            "refuse_service_requests.reason_codes[0]".into(),
            "UNKNOWN_VALUE",
        ),
        ("refuse_service_requests.comment".into(), "INVALID_FORMAT"),
        (at(1, "service_request"), "SERVICE_REQUEST_STATE_WRONG"),
        (at(2, "current_etag"), "SERVICE_REQUEST_CHANGED"),
    ];
    let expected: Vec<_> = expected.iter().map(|(a, b)| (a.as_str(), *b)).collect();
    assert_eq!(violations(&refused.unwrap_err()), pairs(&expected));
    assert_eq!(asked[0].0.sees(&asked[0].1.name).await, asked[0].1);
    let nothing = board.prepares(grants(&[])).await.unwrap_err();
    let expected = [("grant_service_requests.service_requests", "REQUIRED")];
    assert_eq!(violations(&nothing), pairs(&expected));
    let many = vec![asked[0].1.clone(); 201];
    let refused = board.prepares(ends(&many)).await.unwrap_err();
    let expected = ("end_service_requests.service_requests", "TOO_MANY");
    assert!(violations(&refused).contains(&pairs(&[expected])[0]));
}

#[tokio::test]
async fn places_of_the_dormitory_are_set_under_signature_and_never_fewer_than_are_given() {
    let world = world().await;
    let board = world.board(COLLEGE, 1);
    let specialty = board.offers(nursing()).await.unwrap();
    let asked = dormitory(&world, &specialty, 1..5).await;
    let rows = requests(&asked);
    let none = board.prepares(grants(&rows[..1])).await.unwrap_err();
    let row =
        |row: usize| format!("grant_service_requests.service_requests[{row}].service_request");
    assert_eq!(
        violations(&none),
        pairs(&[(row(0).as_str(), "NO_DORMITORY_PLACE")])
    );

    let done = board.does(sets_places(2, "")).await.unwrap();
    assert_eq!(
        done.object,
        format!("colleges/{COLLEGE}/dormitoryPlaces/2026")
    );
    let full = board.prepares(grants(&rows)).await.unwrap_err();
    let over = [row(2), row(3)];
    let expected = over
        .each_ref()
        .map(|it| (it.as_str(), "NO_DORMITORY_PLACE"));
    assert_eq!(violations(&full), pairs(&expected));
    board.does(grants(&rows[..2])).await.unwrap();
    assert_eq!(board.places().await, (2, 2));

    // Who wrote meanwhile is not written over, and what is given is not taken away.
    let unseen = board.prepares(sets_places(9, "")).await.unwrap_err();
    assert_eq!(reason(&unseen), "STALE_ETAG");
    let fewer = board.prepares(sets_places(1, "v1")).await.unwrap_err();
    assert_eq!(reason(&fewer), "DORMITORY_PLACES_TAKEN");
    assert_eq!(metadata(&fewer, "taken"), "2");
    board.does(sets_places(3, "v1")).await.unwrap();
    board.does(grants(&rows[2..3])).await.unwrap();
    assert_eq!(board.places().await, (3, 3));
    // Neither can whoever writes past the service.
    for sql in [
        "UPDATE dormitory SET taken = places + 1",
        "UPDATE dormitory SET places = 2",
    ] {
        assert!(world.sql(sql).await.is_err(), "{sql}");
    }

    // A place that was given back is free once.
    let now = again(&asked).await;
    board.does(ends(&now[..1])).await.unwrap();
    assert_eq!(board.places().await, (3, 2));
    let ended = again(&asked).await;
    let twice = board.prepares(ends(&ended[..1])).await.unwrap_err();
    assert_eq!(violations(&twice)[0].1, "SERVICE_REQUEST_STATE_WRONG");
    board.does(grants(&rows[3..])).await.unwrap();
    assert_eq!(board.places().await, (3, 3));
}

#[tokio::test]
async fn a_year_that_nobody_plans_and_places_that_nobody_has_are_refused() {
    let world = world().await;
    let board = world.board(COLLEGE, 1);
    for (year, places, expected) in [
        (0, 10, vec![("academic_year", "REQUIRED")]),
        (2023, 10, vec![("academic_year", "OUT_OF_RANGE")]),
        (2028, 10, vec![("academic_year", "OUT_OF_RANGE")]),
        (2026, -1, vec![("places", "OUT_OF_RANGE")]),
        (2026, 10_001, vec![("places", "OUT_OF_RANGE")]),
    ] {
        let act = Action::SetDormitoryPlaces(pb::SetDormitoryPlaces {
            academic_year: year,
            places,
            current_etag: String::new(),
        });
        let refused = board.prepares(act).await.unwrap_err();
        let field = |(field, reason): &(&str, &str)| {
            (
                format!("set_dormitory_places.{field}"),
                (*reason).to_owned(),
            )
        };
        let expected: Vec<_> = expected.iter().map(field).collect();
        assert_eq!(violations(&refused), expected, "{year} {places}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn boards_that_grant_at_once_never_give_more_places_than_there_are_and_take_each_back_once() {
    let world = world().await;
    let board = world.board(COLLEGE, 1);
    let specialty = board.offers(nursing()).await.unwrap();
    let asked = dormitory(&world, &specialty, 1..9).await;
    board.does(sets_places(3, "")).await.unwrap();
    let mut prepared = Vec::new();
    for row in &requests(&asked) {
        prepared.push(
            board
                .prepares(grants(std::slice::from_ref(row)))
                .await
                .unwrap(),
        );
    }
    let granted = futures_util::future::join_all(prepared.iter().map(|it| board.signs(it))).await;
    let (done, full): (Vec<_>, Vec<_>) = granted.into_iter().partition(Result::is_ok);
    assert_eq!((done.len(), full.len()), (3, 5));
    for refused in full {
        let told = violations(&refused.unwrap_err());
        assert_eq!(told[0].1, "NO_DORMITORY_PLACE");
    }
    assert_eq!(board.places().await, (3, 3));

    // Two of the board end each of them.
    let mut prepared = Vec::new();
    for row in again(&asked).await {
        if row.state() == State::Granted {
            for _ in 0..2 {
                let act = ends(std::slice::from_ref(&row));
                prepared.push(board.prepares(act).await.unwrap());
            }
        }
    }
    let ended = futures_util::future::join_all(prepared.iter().map(|it| board.signs(it))).await;
    let done = ended.iter().filter(|it| it.is_ok()).count();
    assert_eq!((ended.len(), done), (6, 3));
    assert_eq!(board.places().await, (3, 0));
}

/// What a board might do next with a request for the dormitory, by the throw of a die.
fn next(row: &pb::ServiceRequest, throw: u32) -> Action {
    let row = std::slice::from_ref(row);
    match (row[0].state(), throw % 4) {
        (State::Granted, _) => ends(row),
        (_, 0) => refuses(row, &["NO_PLACES"], ""),
        (_, 1) => acknowledges(row),
        _ => grants(row),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whatever_boards_and_people_do_at_once_as_many_places_are_taken_as_are_granted() {
    let world = world().await;
    let board = world.board(COLLEGE, 1);
    let specialty = board.offers(nursing()).await.unwrap();
    let mut asked = dormitory(&world, &specialty, 1..7).await;
    board.does(sets_places(2, "")).await.unwrap();
    let mut die = 1_u32;
    for round in 0..6 {
        let mut acts = Vec::new();
        let mut back = Vec::new();
        for (asker, request) in &mut asked {
            *request = asker.sees(&request.name).await;
            if [State::Refused, State::Withdrawn, State::Ended].contains(&request.state()) {
                match asker.asks(asker.wants(Kind::Dormitory)).await {
                    Ok(again) => *request = again,
                    Err(refused) => {
                        assert_eq!(reason(&refused), "SERVICE_REQUESTS_USED_UP");
                        continue;
                    }
                }
            }
            die = die.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            // What has no room now was refused before it could be signed.
            acts.extend(board.prepares(next(request, die >> 16)).await.ok());
            if die >> 24 < 64 {
                back.push((&*asker, request.clone()));
            }
        }
        let signed = futures_util::future::join_all(acts.iter().map(|act| board.signs(act)));
        let taken_back = back.iter().map(|(asker, it)| asker.takes_back(it));
        let taken_back = futures_util::future::join_all(taken_back);
        let (signed, _) = tokio::join!(signed, taken_back);
        let done = signed.iter().filter(|it| it.is_ok()).count();
        let granted = "SELECT COUNT(*) AS n FROM service_request WHERE state = 'GRANTED'";
        let granted = world.count(granted).await;
        let (places, taken) = board.places().await;
        assert_eq!(i64::from(taken), granted, "round {round}, {done} done");
        assert!(taken <= places, "round {round}");
    }
    let ever = world.told_of::<ServiceRequestMoved>().await;
    let granted = ever.iter().filter(|it| it.state() == State::Granted);
    assert!(granted.count() >= 3, "too little happened");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_who_takes_it_back_and_a_board_that_grants_at_once_one_has_to_look_again() {
    let world = world().await;
    let board = world.board(COLLEGE, 1);
    let specialty = board.offers(nursing()).await.unwrap();
    let asked = dormitory(&world, &specialty, 1..6).await;
    board.does(sets_places(5, "")).await.unwrap();
    let mut granted = 0;
    for (asker, request) in &asked {
        let act = grants(std::slice::from_ref(request));
        let act = board.prepares(act).await.unwrap();
        let (signed, back) = tokio::join!(board.signs(&act), asker.takes_back(request));
        match (signed, back) {
            (Ok(_), Err(refused)) => {
                assert_eq!(reason(&refused), "STALE_ETAG");
                assert_eq!(asker.sees(&request.name).await.state(), State::Granted);
                granted += 1;
            }
            (Err(refused), Ok(_)) => {
                assert_eq!(violations(&refused)[0].1, "SERVICE_REQUEST_CHANGED");
                assert_eq!(asker.sees(&request.name).await.state(), State::Withdrawn);
            }
            both => unreachable!("one of both is done: {both:?}"),
        }
    }
    assert_eq!(board.places().await, (5, granted));
}

//! What is somebody's is nobody else's: real things of somebody who went the whole way, asked for by
//! somebody else.

use std::collections::BTreeSet;
use std::str::FromStr;

use gateway::route::Routes;
use gateway::route::access::SUITE;
use gateway::template::Step;
use prost::Message;
use prost_reflect::{DescriptorPool, DynamicMessage, ReflectMessage, Value};
use serde_json::json;
use tests::Town;
use tests::college;
use tests::person::new_key;
use tests::walk::{Persona, Walk};
use tests::wire::{Call, Wire, Words, home_of};
use tonic::{Code, Status};
use tonic_types::StatusExt;

use crate::table::{Matrix, Owned, owned};

/// Collections whose things are somebody's.
const SOMEBODYS: [&str; 25] = [
    "accounts",
    "admissionOffers",
    "admissionResults",
    "appeals",
    "applications",
    "attempts",
    "bookings",
    "candidates",
    "certificates",
    "choices",
    "documents",
    "emailChanges",
    "enquiries",
    "mails",
    "memberships",
    "messages",
    "promoCodes",
    "recoveries",
    "registrationAttempts",
    "results",
    "savedFilters",
    "sections",
    "serviceRequests",
    "submissions",
    "waitlistEntries",
];

/// Those of the house: an expert's task is about somebody, an invitation is to somebody, and a signature
/// names who signed.
const ABOUT_SOMEBODY: [&str; 4] = [
    "reviewTasks",
    "signatories",
    "signatures",
    "staffInvitations",
];

/// Collections whose things are everybody's.
const EVERYBODYS: [&str; 22] = [
    // Of everybody at once, by numbers, and told to a specialty's college and to campaign managers alone.
    "admissionSpecialties",
    "allocationRuns",
    // A college's, and no person's: what is in an act is told to its own board alone (questionnaire-svc).
    "boardActions",
    "campaigns",
    "closures",
    "colleges",
    "dictionaries",
    // A college's like its acts: applicants hear of theirs with their own choices.
    "examSittings",
    "forms",
    "newsItems",
    "organisations",
    "publicAnswers",
    "revisions",
    "rooms",
    "scoreFormulas",
    "sessions",
    // What is in a challenge is of use to nobody without a key.
    "signInChallenges",
    "signingOrganisations",
    "specialties",
    "stages",
    "testCenters",
    "workCalendars",
];

fn routes() -> Routes {
    let pool = DescriptorPool::decode(proto::DESCRIPTOR).unwrap();
    Routes::read(&pool, &SUITE).unwrap()
}

/// The collections that a path names things of, `sessions` of people told from those of stages.
fn collections(steps: &[Step]) -> Vec<&str> {
    let pairs = steps.windows(2);
    pairs
        .filter_map(|pair| match pair {
            [Step::Literal(name), Step::Any] => Some(name.as_str()),
            _ => None,
        })
        .collect()
}

fn names_somebodys(steps: &[Step]) -> bool {
    let own_session =
        matches!(steps, [_, Step::Literal(first), Step::Any, ..] if first == "sessions");
    let theirs = |name: &&str| SOMEBODYS.contains(name) || ABOUT_SOMEBODY.contains(name);
    own_session || collections(steps).iter().any(theirs)
}

#[test]
fn every_collection_is_somebodys_or_everybodys() {
    for operation in &routes().operations {
        for name in collections(&operation.template.steps) {
            let known = SOMEBODYS.contains(&name)
                || ABOUT_SOMEBODY.contains(&name)
                || EVERYBODYS.contains(&name);
            assert!(known, "whose are {name} of {}?", operation.template.text);
        }
    }
}

#[test]
fn every_call_about_what_is_somebodys_is_listed() {
    let matrix = Matrix::read();
    let mut needed: BTreeSet<&str> = proto::RPCS
        .iter()
        .map(|rpc| rpc.path)
        .filter(|rpc| {
            matrix.expects(rpc, "applicant") == "allow"
                && matrix.expects(rpc, "stranger") != "allow"
        })
        .collect();
    let routes = routes();
    let about = routes
        .operations
        .iter()
        .filter(|it| names_somebodys(&it.template.steps));
    needed.extend(about.map(|it| it.path.as_str()));
    let listed: BTreeSet<&str> = owned().iter().map(|row| row.rpc).collect();
    assert_eq!(listed.len(), owned().len(), "a call is there twice");
    let missing: Vec<_> = needed.difference(&listed).collect();
    let left_over: Vec<_> = listed.difference(&needed).collect();
    assert!(missing.is_empty(), "not listed: {missing:#?}");
    assert!(left_over.is_empty(), "listed for nothing: {left_over:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_somebodys_is_nobody_elses() {
    let town = Town::at_ten_on_the_first_of_june().await;
    let (owner, other) = two_people(&town).await;
    let world = World::of(&town, &owner);
    let mut surprises = Vec::new();
    let owner_token = owner.someone.token().unwrap().to_owned();
    let other_token = other.someone.token().unwrap().to_owned();
    for row in owned() {
        // First the other: for the owner some of these work, and change what is there.
        let others = world.call(&row, &other_token).await;
        let own = world.call(&row, &owner_token).await;
        if let Err(why) = world.judged(&row, &others, &own) {
            let told = others.as_ref().err().map(Status::code);
            let own = own.err().map(|status| (status.code(), reason(&status)));
            surprises.push(format!("{}: {why}; other {told:?}, owner {own:?}", row.rpc));
        }
    }
    assert!(surprises.is_empty(), "{surprises:#?}");
    town.close().await;
}

/// The owner went the whole way; the other has an application, a code and a seat too.
async fn two_people(town: &Town) -> (Walk<'_>, Walk<'_>) {
    let mut other = Walk::begins(town, Persona::numbered(3017)).await;
    other.applies().await;
    other.is_accepted().await;
    let sessions = other.sessions().await;
    let single = sessions.iter().find(|it| it["capacity"] == 1).unwrap();
    other.books(single).await;

    let mut owner = Walk::begins(town, Persona::numbered(4711)).await;
    owner.applies().await;
    owner.is_accepted().await;
    owner.sessions().await;
    owner.waits_for(single).await;
    owner.books(sessions.last().unwrap()).await;
    owner.sits_the_test().await;
    owner.is_a_member().await;
    owner.begins_another_address("basqa@qupiya.example").await;
    let section = format!("/v1/{}", owner.thing("section"));
    let etag = owner.someone.get(&section).await.ok()["etag"].clone();
    owner.leaves("section_etag", &etag);
    owner.leaves("other_session", &sessions[sessions.len() - 2]["name"]);
    let recovery = json!({"login": owner.persona.iin});
    let recovery = town.someone().post("/v1/recoveries", recovery).await.ok();
    owner.leaves("recovery", &recovery["name"]);
    let administrator = town.staff("admin@demo.irikteu.kz").await;
    let invitation = json!({"email": "shaqyru@qupiya.example", "roles": ["ROLE_EXPERT"], "language": "LANGUAGE_RU"});
    let invitation = administrator.post("/v1/staffInvitations", invitation).await;
    owner.leaves("staff_invitation", &invitation.ok()["name"]);
    let centers = owner.someone.get("/v1/testCenters").await.ok();
    owner.leaves("test_center", &centers["testCenters"][0]["name"]);
    chooses_a_college(town, &mut owner).await;
    other.signs_in_again().await;
    (owner, other)
}

/// An application to a college, with its choice, and a request for meals there.
async fn chooses_a_college(town: &Town, owner: &mut Walk<'_>) {
    owner.signs_in_again().await;
    let path = format!("/v1/{}/applications", town.colleges());
    let opened = owner.someone.post(&path, json!({"kind": "WORKER"})).await;
    let opened = opened.ok()["name"].clone();
    let name = opened.as_str().unwrap();
    let offered = college::specialties(town, "SKILLED_WORKER").await;
    college::fills(&owner.someone, name, &offered[..1]).await;
    let path = format!("/v1/{name}/submit");
    owner.someone.post(&path, json!({})).await.ok();
    let choices = owner.someone.get(&format!("/v1/{name}/choices")).await.ok();
    owner.leaves("college_application", &opened);
    let choice = &choices["applicationChoices"][0];
    owner.leaves("choice", &choice["name"]);
    owner.leaves("college", &choice["college"]);
    let path = format!("/v1/{}/serviceRequests", owner.thing("college"));
    let meals = json!({"kind": "KIND_MEALS", "application": opened, "academicYear": 2026});
    let asked = owner.someone.post(&path, meals).await.ok();
    owner.leaves("service_request", &asked["name"]);
}

/// How the rows are called, and what may not be in an answer to somebody else.
struct World<'a> {
    wire: Wire,
    words: Words,
    pool: DescriptorPool,
    owner: &'a Walk<'a>,
    /// Ids that only the owner's things have.
    ids: Vec<String>,
    /// The number that stands for the owner on lists that everybody sees, and on lists of one's own.
    number: String,
    personal: Vec<String>,
}

impl<'a> World<'a> {
    fn of(town: &Town, owner: &'a Walk<'a>) -> Self {
        let shared = [
            "campaign",
            "stage",
            "test_session",
            "other_session",
            "test_center",
        ];
        let parts = |noun: &str| -> Vec<String> {
            let parts = owner.things[noun].split('/');
            parts
                .filter(|part| uuid::Uuid::from_str(part).is_ok())
                .map(str::to_owned)
                .collect()
        };
        let common: Vec<String> = shared.iter().flat_map(|noun| parts(noun)).collect();
        let own = owner.things.keys().filter(|noun| !shared.contains(noun));
        let ids: BTreeSet<String> = own.flat_map(|noun| parts(noun)).collect();
        let persona = &owner.persona;
        Self {
            wire: Wire::to(town),
            words: Words::of(town),
            pool: DescriptorPool::decode(proto::DESCRIPTOR).unwrap(),
            owner,
            ids: ids.into_iter().filter(|id| !common.contains(id)).collect(),
            number: owner.thing("candidate_number").to_owned(),
            personal: vec![
                persona.iin.clone(),
                persona.email.clone(),
                persona.family_name.clone(),
                persona.given_name.clone(),
                persona.patronymic.clone(),
                persona.phone.clone(),
                persona.address.clone(),
                persona.workplace.clone(),
            ],
        }
    }

    async fn call(&self, row: &Owned, access_token: &str) -> Result<Vec<u8>, Status> {
        let word = self.words.person(access_token, home_of(row.rpc)).await;
        let rpc = proto::RPCS.iter().find(|rpc| rpc.path == row.rpc).unwrap();
        let call = Call {
            rpc: rpc.path,
            token: Some(&word),
            language: "ru",
            message: self.message(row),
        };
        self.wire.call(call).await
    }

    fn message(&self, row: &Owned) -> Vec<u8> {
        let mut json = row
            .request
            .replace("$password", &self.owner.persona.password);
        // The longest first: `$session_etag` begins like `$session`.
        for (noun, name) in self.owner.things.iter().rev() {
            json = json.replace(&format!("${noun}"), name);
        }
        assert!(!json.contains('$'), "{} of nobody: {json}", row.rpc);
        let path = row.rpc.trim_start_matches('/').replace('/', ".");
        let (service, method) = path.rsplit_once('.').unwrap();
        let service = self.pool.get_service_by_name(service).unwrap();
        let method = service.methods().find(|it| it.name() == method).unwrap();
        let mut json = serde_json::Deserializer::from_str(&json);
        let mut message = DynamicMessage::deserialize(method.input(), &mut json).unwrap();
        if message
            .descriptor()
            .get_field_by_name("request_id")
            .is_some()
        {
            message.set_field_by_name("request_id", Value::String(new_key()));
        }
        message.encode_to_vec()
    }

    fn judged(
        &self,
        row: &Owned,
        others: &Result<Vec<u8>, Status>,
        own: &Result<Vec<u8>, Status>,
    ) -> Result<(), String> {
        self.tells_nothing(others, row.expected)?;
        let why = match row.expected {
            "hidden" if !is_hidden(others) => "the other is not refused",
            "hidden" if !gets_through(own) => "the owner does not get through",
            "staff" if !is_denied(others) || !is_denied(own) => "it is not the house's alone",
            "nothing" if others.is_err() => "the other has no list",
            "nothing" if !self.has_an_id(own) => "the owner's list is empty",
            "hidden" | "staff" | "nothing" | "apart" | "key" => return Ok(()),
            _ => "the table's word is unknown",
        };
        Err(why.to_owned())
    }

    /// Neither an answer nor a refusal shows what is the owner's. A refusal repeats the name that
    /// was asked for, and what a key opens has its own name; else an answer has none.
    fn tells_nothing(
        &self,
        answer: &Result<Vec<u8>, Status>,
        expected: &str,
    ) -> Result<(), String> {
        let bytes = match answer {
            Ok(bytes) => bytes.clone(),
            Err(status) => [status.message().as_bytes(), status.details()].concat(),
        };
        let mut secret: Vec<&String> = self.personal.iter().collect();
        if ["nothing", "apart"].contains(&expected) && answer.is_ok() {
            secret.extend(&self.ids);
        }
        if expected == "nothing" {
            secret.push(&self.number);
        }
        match secret.into_iter().find(|it| holds(&bytes, it)) {
            Some(told) => Err(format!("the other is told {told}")),
            None => Ok(()),
        }
    }

    fn has_an_id(&self, answer: &Result<Vec<u8>, Status>) -> bool {
        let Ok(bytes) = answer else { return false };
        holds(bytes, &self.number) || self.ids.iter().any(|it| holds(bytes, it))
    }
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|it| it == text.as_bytes())
}

fn reason(status: &Status) -> String {
    let info = status.get_details_error_info();
    info.map(|info| info.reason).unwrap_or_default()
}

fn is_hidden(answer: &Result<Vec<u8>, Status>) -> bool {
    matches!(answer, Err(status) if [Code::NotFound, Code::PermissionDenied].contains(&status.code()))
}

fn is_denied(answer: &Result<Vec<u8>, Status>) -> bool {
    matches!(answer, Err(status) if reason(status) == "NOT_ALLOWED")
}

/// It worked, or the state of the thing stands in the way: the request itself is right.
fn gets_through(answer: &Result<Vec<u8>, Status>) -> bool {
    let stops = [
        "NOT_FOUND",
        "NOT_ALLOWED",
        "NOT_SIGNED_IN",
        "INVALID_REQUEST",
        "",
    ];
    match answer {
        Ok(_) => true,
        Err(status) => !stops.contains(&reason(status).as_str()),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redemption_is_its_partners_alone() {
    use proto::partner::v1 as pb;
    let town = Town::at_ten_on_the_first_of_june().await;
    let mut owner = Walk::begins(&town, Persona::numbered(4712)).await;
    owner.applies().await;
    let name = owner.thing("redemption").to_owned();
    let mut qrt = town.partner("qrt").await;
    let get = pb::GetRedemptionRequest { name: name.clone() };
    let cancel = pb::CancelReservationRequest {
        name: name.clone(),
        request_id: new_key(),
    };
    let redeem = pb::RedeemPromoCodeRequest {
        name: name.clone(),
        request_id: new_key(),
    };
    let refused = [
        qrt.get_redemption(get.clone()).await.unwrap_err(),
        qrt.cancel_reservation(cancel).await.unwrap_err(),
        qrt.redeem_promo_code(redeem).await.unwrap_err(),
    ];
    for status in refused {
        assert!(is_hidden(&Err(status.clone())), "{status:?}");
    }
    town.partner("kaztest")
        .await
        .get_redemption(get)
        .await
        .unwrap();
    town.close().await;
}

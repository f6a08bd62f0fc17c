//! The services beside this one, as small as a test needs them: people, signatures, language results,
//! notes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use chassis::client::LocalNet;
use chassis::clock::{Clock, to_pb};
use proto::google::r#type::Date;
use proto::identity::v1 as identity;
use proto::identity::v1::persons_server::{Persons, PersonsServer};
use proto::identity::v1::signatures_server::{Signatures, SignaturesServer};
use proto::review::v1 as review;
use proto::review::v1::review_tasks_server::{ReviewTasks, ReviewTasksServer};
use proto::testing::v1 as testing;
use proto::testing::v1::language_results_server::{LanguageResults, LanguageResultsServer};
use sha2::{Digest, Sha256};
use tonic::service::Routes;
use tonic::{Code, Request, Response, Status};
use tonic_types::{ErrorDetails, StatusExt};

type Answer<T> = Result<Response<T>, Status>;

#[derive(Clone)]
pub struct Neighbours(Arc<Mutex<Known>>, Clock);

/// What the neighbours know; a test changes it.
#[derive(Default)]
pub struct Known {
    pub identity_is_down: bool,
    pub no_iin: bool,
    pub no_birth_date: bool,
    pub citizenship: &'static str,
    pub born: Option<(Date, identity::BirthDateSource)>,
    pub results: HashMap<String, testing::LanguageResult>,
    pub decisions: HashMap<String, review::Decision>,
    pub review_refuses: bool,
    /// Signatures that were taken, by their names.
    pub signatures: HashMap<String, Vec<u8>>,
}

impl Neighbours {
    pub fn new(net: &LocalNet, clock: &Clock) -> Self {
        let neighbours = Self(Arc::default(), clock.clone());
        let one = || Routes::default();
        net.add(
            "identity-svc",
            one()
                .add_service(PersonsServer::new(neighbours.clone()))
                .add_service(SignaturesServer::new(neighbours.clone())),
        );
        net.add(
            "testing-svc",
            one().add_service(LanguageResultsServer::new(neighbours.clone())),
        );
        net.add(
            "review-svc",
            one().add_service(ReviewTasksServer::new(neighbours.clone())),
        );
        neighbours
    }

    pub fn know(&self, change: impl FnOnce(&mut Known)) {
        change(&mut self.0.lock().unwrap());
    }
}

pub fn date(year: i32, month: i32, day: i32) -> Date {
    Date { year, month, day }
}

#[async_trait::async_trait]
impl Persons for Neighbours {
    async fn get_person(
        &self,
        request: Request<identity::GetPersonRequest>,
    ) -> Answer<identity::Person> {
        let known = self.0.lock().unwrap();
        if known.identity_is_down {
            return Err(Status::unavailable("identity-svc is down"));
        }
        let name = request.into_inner().name;
        let registry = identity::BirthDateSource::Registry;
        let (born, source) = known.born.unwrap_or((date(1995, 6, 15), registry));
        Ok(Response::new(identity::Person {
            account: name.trim_end_matches("/person").into(),
            name,
            iin: if known.no_iin {
                String::new()
            } else {
                "950615300000".into()
            },
            no_iin: known.no_iin,
            citizenship: known.citizenship.into(),
            family_name: "ҮЛГІ".into(),
            given_name: "ҮМІТКЕР".into(),
            patronymic: String::new(),
            birth_date: (!known.no_birth_date).then_some(born),
            birth_date_source: source.into(),
            birth_place: "Шымкент".into(),
            email: "umitker@example.kz".into(),
            language: proto::wire::v1::Language::Kk.into(),
            registration_time: Some(to_pb(self.1.now())),
            ..Default::default()
        }))
    }

    async fn look_up_person(
        &self,
        request: Request<identity::LookUpPersonRequest>,
    ) -> Answer<identity::Person> {
        if request.into_inner().iin != REGISTERED {
            return Err(Status::not_found("nobody"));
        }
        let account = chassis::testing::person(30, &[]).person().unwrap().name();
        let name = format!("{account}/person");
        self.get_person(Request::new(identity::GetPersonRequest { name }))
            .await
    }
}

/// The IIN of candidate 30: the only one that is looked up.
pub const REGISTERED: &str = "301231200602";

/// A good signature is `signed {bin} {SHA-256 of the content} {anything}`.
#[async_trait::async_trait]
impl Signatures for Neighbours {
    async fn create_signature(
        &self,
        request: Request<identity::CreateSignatureRequest>,
    ) -> Answer<identity::Signature> {
        if self.0.lock().unwrap().identity_is_down {
            return Err(Status::unavailable("identity-svc is down"));
        }
        let asked = request.into_inner();
        let cms = String::from_utf8(asked.cms.to_vec()).unwrap();
        let content_sha256 = Sha256::digest(&asked.content).to_vec();
        let refused = |reason: &str| {
            let details = ErrorDetails::with_error_info(reason, "identity.irikteu.kz", []);
            Status::with_error_details(Code::FailedPrecondition, "refused", details)
        };
        let mut words = cms.split(' ').skip(1);
        if words.next() != Some(asked.bin.as_str()) {
            return Err(refused("CERTIFICATE_REVOKED"));
        }
        if words.next() != Some(hex::encode(&content_sha256).as_str()) {
            return Err(refused("SIGNATURE_CONTENT_DIFFERS"));
        }
        assert_eq!(asked.purpose, "board-action");
        // What is signed names the act, and what can't be taken back is told as such.
        let content: serde_json::Value = serde_json::from_slice(&asked.content).unwrap();
        assert_eq!(content["action"], asked.act);
        let binds = ["APPROVE_SCORE_FORMULA", "START_RANKING"].contains(&asked.act.as_str());
        assert_eq!(asked.binding, binds);
        let name = format!("signatures/{}", asked.request_id);
        let mut known = self.0.lock().unwrap();
        known.signatures.insert(name.clone(), asked.cms.to_vec());
        Ok(Response::new(identity::Signature {
            name,
            content_sha256: hex::encode(&content_sha256),
            cms_sha256: hex::encode(Sha256::digest(&asked.cms)),
            receive_time: Some(to_pb(self.1.now())),
            ..Default::default()
        }))
    }

    async fn get_signature(
        &self,
        _: Request<identity::GetSignatureRequest>,
    ) -> Answer<identity::Signature> {
        Err(unasked())
    }

    async fn look_up_signatures(
        &self,
        request: Request<identity::LookUpSignaturesRequest>,
    ) -> Answer<identity::LookUpSignaturesResponse> {
        let known = self.0.lock().unwrap();
        if known.identity_is_down {
            return Err(Status::unavailable("identity-svc is down"));
        }
        let names = request.into_inner().names;
        assert!(names.len() <= 50, "more than identity-svc shows at once");
        let found = names.into_iter().filter_map(|name| {
            let cms = known.signatures.get(&name)?.clone().into();
            Some(identity::Signature {
                name,
                cms,
                ..Default::default()
            })
        });
        let signatures = found.collect();
        let answer = identity::LookUpSignaturesResponse { signatures };
        Ok(Response::new(answer))
    }
}

#[async_trait::async_trait]
impl LanguageResults for Neighbours {
    async fn get_language_result(
        &self,
        request: Request<testing::GetLanguageResultRequest>,
    ) -> Answer<testing::LanguageResult> {
        let known = self.0.lock().unwrap();
        let found = known.results.get(&request.into_inner().name);
        found
            .cloned()
            .map(Response::new)
            .ok_or_else(|| Status::not_found("no such result"))
    }
}

/// Of the review only the notes are asked for.
#[async_trait::async_trait]
impl ReviewTasks for Neighbours {
    async fn get_review_task(
        &self,
        request: Request<review::GetReviewTaskRequest>,
    ) -> Answer<review::ReviewTask> {
        let known = self.0.lock().unwrap();
        if known.review_refuses {
            return Err(Status::permission_denied("not for you"));
        }
        let name = request.into_inner().name;
        let decision = known.decisions.get(&name).cloned();
        Ok(Response::new(review::ReviewTask {
            name,
            decision,
            ..Default::default()
        }))
    }

    async fn list_review_tasks(
        &self,
        _: Request<review::ListReviewTasksRequest>,
    ) -> Answer<review::ListReviewTasksResponse> {
        Err(unasked())
    }

    async fn claim_review_task(
        &self,
        _: Request<review::ClaimReviewTaskRequest>,
    ) -> Answer<review::ReviewTask> {
        Err(unasked())
    }

    async fn renew_claim(
        &self,
        _: Request<review::RenewClaimRequest>,
    ) -> Answer<review::ReviewTask> {
        Err(unasked())
    }

    async fn release_review_task(
        &self,
        _: Request<review::ReleaseReviewTaskRequest>,
    ) -> Answer<review::ReviewTask> {
        Err(unasked())
    }

    async fn get_dossier(&self, _: Request<review::GetDossierRequest>) -> Answer<review::Dossier> {
        Err(unasked())
    }

    async fn accept_application(
        &self,
        _: Request<review::AcceptApplicationRequest>,
    ) -> Answer<review::ReviewTask> {
        Err(unasked())
    }

    async fn reject_application(
        &self,
        _: Request<review::RejectApplicationRequest>,
    ) -> Answer<review::ReviewTask> {
        Err(unasked())
    }

    async fn request_correction(
        &self,
        _: Request<review::RequestCorrectionRequest>,
    ) -> Answer<review::ReviewTask> {
        Err(unasked())
    }
}

fn unasked() -> Status {
    Status::unimplemented("nobody asks this here")
}

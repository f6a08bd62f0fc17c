//! The two services that testing-svc asks, played: as small as their contract allows.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use chassis::clock::to_pb;
use chassis::error::{Error, Kind, Refusal};
use chassis::identifier::Iin;
use jiff::Timestamp;
use proto::identity::v1 as identity;
use proto::questionnaire::v1 as questionnaire;
use ring::digest::{SHA256, digest};
use tonic::{Code, Request, Response, Status};
use tonic_types::{ErrorDetails, StatusExt};
use uuid::Uuid;

/// When the tests' campaign closes.
pub fn close_time() -> Timestamp {
    "2026-06-30T19:00:00Z".parse().expect("an instant")
}

/// The number a test person was made of.
pub fn number(account: &str) -> u128 {
    let id = account.split('/').nth(1).expect("an account");
    uuid::Uuid::parse_str(id).expect("an id").as_u128() & 0xffff_ffff
}

/// The IIN of the person with this number: valid, and nobody else's.
pub fn iin(number: u128) -> String {
    (0..10)
        .flat_map(|shift| (0..10).map(move |last| (shift, last)))
        .map(|(shift, last)| format!("{}{last}", 95_010_100_000 + number * 10 + shift))
        .find(|digits| Iin::parse(digits).is_ok())
        .expect("one of the hundred is valid")
}

/// A campaign of this name has closed; a person of this number has declared a certificate; the
/// service is down for a person of that number.
pub const CLOSED: &str = "campaigns/reserve-2025";
pub const WITH_CERTIFICATE: u128 = 666;
pub const UNREACHABLE: u128 = 777;
/// Of the account with this number no name can be asked for just now; that of this one is gone.
pub const NAMES_UNREACHABLE: u128 = 9_778;
pub const NAMELESS: u128 = 9_404;
/// The account of this number was made without an IIN.
pub const WITHOUT_IIN: u128 = 888;

/// A specialty by its name, with the versions of its formula, the newest first.
type Offered = HashMap<String, (questionnaire::Specialty, Vec<questionnaire::ScoreFormula>)>;

#[derive(Clone)]
pub struct Questionnaire {
    pub claims: Arc<AtomicUsize>,
    /// When every campaign closes, and by which version.
    window: Arc<Mutex<(Timestamp, i64)>>,
    /// What colleges offer.
    pub offered: Arc<Mutex<Offered>>,
}

impl Default for Questionnaire {
    fn default() -> Self {
        Self {
            claims: Arc::default(),
            window: Arc::new(Mutex::new((close_time(), 1))),
            offered: Arc::default(),
        }
    }
}

impl Questionnaire {
    /// From now on it says so to whoever asks.
    pub fn closes(&self, close: Timestamp, version: i64) {
        *self.window.lock().expect("nobody panicked") = (close, version);
    }
}

#[derive(Debug)]
struct No(&'static str);

impl Refusal for No {
    fn reason(&self) -> &'static str {
        self.0
    }

    fn kind(&self) -> Kind {
        Kind::FailedPrecondition
    }
}

#[async_trait::async_trait]
impl questionnaire::promo_rights_server::PromoRights for Questionnaire {
    async fn claim_promo_right(
        &self,
        request: Request<questionnaire::ClaimPromoRightRequest>,
    ) -> Result<Response<questionnaire::PromoRight>, Status> {
        let asked = request.into_inner();
        self.claims.fetch_add(1, Ordering::SeqCst);
        match number(&asked.account) {
            WITH_CERTIFICATE => return Err(Error::from(No("CERTIFICATE_ALREADY_DECLARED")).into()),
            UNREACHABLE => return Err(Status::unavailable("down")),
            _ if asked.campaign == CLOSED => return Err(Error::from(No("CAMPAIGN_CLOSED")).into()),
            _ => {}
        }
        let (close, version) = *self.window.lock().expect("nobody panicked");
        Ok(Response::new(questionnaire::PromoRight {
            campaign_close_time: Some(to_pb(close)),
            campaign_version: version,
            ..Default::default()
        }))
    }
}

#[async_trait::async_trait]
impl questionnaire::specialties_server::Specialties for Questionnaire {
    async fn get_specialty(
        &self,
        request: Request<questionnaire::GetSpecialtyRequest>,
    ) -> Result<Response<questionnaire::Specialty>, Status> {
        let offered = self.offered.lock().expect("what is offered");
        let found = offered.get(&request.into_inner().name);
        let found = found.ok_or_else(|| Status::not_found("no such specialty"))?;
        Ok(Response::new(found.0.clone()))
    }

    async fn list_specialties(
        &self,
        _: Request<questionnaire::ListSpecialtiesRequest>,
    ) -> Result<Response<questionnaire::ListSpecialtiesResponse>, Status> {
        Err(Status::unimplemented("no specialties are listed here"))
    }
}

#[async_trait::async_trait]
impl questionnaire::score_formulas_server::ScoreFormulas for Questionnaire {
    async fn get_score_formula(
        &self,
        _: Request<questionnaire::GetScoreFormulaRequest>,
    ) -> Result<Response<questionnaire::ScoreFormula>, Status> {
        Err(Status::unimplemented("no formula is shown here"))
    }

    async fn list_score_formulas(
        &self,
        request: Request<questionnaire::ListScoreFormulasRequest>,
    ) -> Result<Response<questionnaire::ListScoreFormulasResponse>, Status> {
        let offered = self.offered.lock().expect("what is offered");
        let found = offered.get(&request.into_inner().parent);
        Ok(Response::new(questionnaire::ListScoreFormulasResponse {
            score_formulas: found.map(|it| it.1.clone()).unwrap_or_default(),
            ..Default::default()
        }))
    }
}

#[derive(Clone, Default)]
pub struct Identity;

#[async_trait::async_trait]
impl identity::persons_server::Persons for Identity {
    async fn get_person(
        &self,
        request: Request<identity::GetPersonRequest>,
    ) -> Result<Response<identity::Person>, Status> {
        let name = request.into_inner().name;
        let no_iin = number(&name) == WITHOUT_IIN;
        match number(&name) {
            NAMES_UNREACHABLE => return Err(Status::unavailable("down")),
            NAMELESS => return Err(Status::not_found("no such account")),
            _ => {}
        }
        Ok(Response::new(identity::Person {
            iin: if no_iin {
                String::new()
            } else {
                iin(number(&name))
            },
            no_iin,
            family_name: "Үлгібаев".into(),
            given_name: format!("Ғани{}", number(&name)),
            patronymic: "Һәкімұлы".into(),
            name,
            ..Default::default()
        }))
    }

    async fn look_up_person(
        &self,
        _: Request<identity::LookUpPersonRequest>,
    ) -> Result<Response<identity::Person>, Status> {
        Err(Status::unimplemented("nobody is looked up here"))
    }
}

/// What counts as a good signature of the content by the organisation with this BIN.
pub fn signed(bin: &str, content: &[u8]) -> Vec<u8> {
    format!("signed {bin} {}", hex::encode(digest(&SHA256, content))).into_bytes()
}

/// With these bytes in front nobody can say whether the certificate was revoked.
pub const NOBODY_KNOWS: &[u8] = b"unknown";

#[async_trait::async_trait]
impl identity::signatures_server::Signatures for Identity {
    async fn create_signature(
        &self,
        request: Request<identity::CreateSignatureRequest>,
    ) -> Result<Response<identity::Signature>, Status> {
        let asked = request.into_inner();
        assert_eq!(asked.purpose, "allocation-publication");
        let refused = |reason: &str| {
            let details = ErrorDetails::with_error_info(reason, "identity.irikteu.kz", []);
            Status::with_error_details(Code::FailedPrecondition, "refused", details)
        };
        if asked.cms.starts_with(NOBODY_KNOWS) {
            return Err(Status::unavailable("nobody answers"));
        }
        if !asked
            .cms
            .starts_with(format!("signed {} ", asked.bin).as_bytes())
        {
            return Err(refused("SIGNATURE_OF_ANOTHER_ORGANISATION"));
        }
        if asked.cms != signed(&asked.bin, &asked.content) {
            return Err(refused("SIGNATURE_CONTENT_DIFFERS"));
        }
        let mut id = [0; 16];
        id.copy_from_slice(&digest(&SHA256, &asked.cms).as_ref()[..16]);
        Ok(Response::new(identity::Signature {
            name: format!("signatures/{}", Uuid::from_bytes(id)),
            receive_time: Some(to_pb(signed_at())),
            ..Default::default()
        }))
    }

    async fn get_signature(
        &self,
        _: Request<identity::GetSignatureRequest>,
    ) -> Result<Response<identity::Signature>, Status> {
        Err(Status::unimplemented("no signature is shown here"))
    }

    async fn look_up_signatures(
        &self,
        _: Request<identity::LookUpSignaturesRequest>,
    ) -> Result<Response<identity::LookUpSignaturesResponse>, Status> {
        Err(Status::unimplemented("no signature is shown here"))
    }
}

/// When signatures reach identity-svc.
pub fn signed_at() -> Timestamp {
    "2026-06-01T04:59:59Z".parse().expect("an instant")
}

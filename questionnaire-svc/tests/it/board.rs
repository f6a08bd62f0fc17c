//! The admission board of a college: signs in for it, prepares acts and signs them.

use chassis::caller::{Caller, OrganisationKind, Signatory};
use chassis::client::Connection;
use chassis::clock::to_pb;
use chassis::identifier::Bin;
use jiff::Timestamp;
use proto::questionnaire::v1 as pb;
use proto::questionnaire::v1::board_actions_client::BoardActionsClient;
use proto::questionnaire::v1::prepare_board_action_request::Action;
use proto::questionnaire::v1::specialties_client::SpecialtiesClient;
use sha2::{Digest, Sha256};
use tonic::Status;
use uuid::Uuid;

use crate::college_applications;
use crate::organisations::imports;
use crate::world::{CLOSE, OPEN, World, text};

pub const ADMISSION: &str = "campaigns/college-2026";
pub const COLLEGE: &str = "030340000025";
pub const OTHER_COLLEGE: &str = "040440000030";
/// In the directory, and not a college.
pub const SCHOOL: &str = "010140000014";

const DIRECTORY: &str = "bin,kk,ru,kato,kind\n\
    030340000025,«Ғылым ордасы» колледжі,Колледж «Гылым ордасы»,711210000,COLLEGE\n\
    040440000030,«Өрлеу» колледжі,Колледж «Орлеу»,750000000,COLLEGE\n\
    010140000014,№ 1 мектеп,Школа № 1,751110000,SCHOOL\n";

pub struct Board<'a> {
    world: &'a World,
    bin: Bin,
    caller: Caller,
}

impl World {
    /// Somebody of the board of the organisation with this BIN.
    pub fn board(&self, bin: &str, member: u128) -> Board<'_> {
        let bin = Bin::parse(bin).unwrap();
        let signatory = Signatory {
            id: Uuid::from_u128(0x0197_2222_0000_7000_8000_0000_0000_0000 | member),
            session: Uuid::from_u128(member),
            organisation: bin,
            kind: OrganisationKind::College,
        };
        Board {
            world: self,
            bin,
            caller: Caller::Signatory(signatory),
        }
    }

    /// Colleges in the directory, and a campaign of college admission with the window of the others.
    pub async fn admission(&self) {
        imports(self, DIRECTORY, false).await.unwrap();
        let instant = |text: &str| Some(to_pb(text.parse::<Timestamp>().unwrap()));
        let campaign = pb::Campaign {
            programme: "college".into(),
            title: Some(text("Колледжге қабылдау 2026")),
            open_time: instant(OPEN),
            close_time: instant(CLOSE),
            time_zone: "Asia/Almaty".into(),
            rules: Some(pb::CampaignRules {
                decided_by_boards: true,
                ..Default::default()
            }),
            application_kinds: college_applications::kinds(),
            ..Default::default()
        };
        self.create_campaign("college-2026", campaign)
            .await
            .unwrap();
    }
}

/// A good signature of this content for this organisation, as the stand-in of identity-svc takes it.
pub fn signature(bin: &str, content: &[u8], salt: &str) -> Vec<u8> {
    let hash = hex::encode(Sha256::digest(content));
    format!("signed {bin} {hash} {salt}").into_bytes()
}

impl Board<'_> {
    pub fn caller(&self) -> Caller {
        self.caller.clone()
    }

    pub fn connection(&self) -> Connection {
        self.world.speaking_for(self.caller.clone())
    }

    pub fn client(&self) -> BoardActionsClient<Connection> {
        BoardActionsClient::new(self.connection())
    }

    pub async fn prepares(&self, action: Action) -> Result<pb::BoardAction, Status> {
        let request = pb::PrepareBoardActionRequest {
            action: Some(action),
            request_id: self.world.request_id(),
        };
        let answer = self.client().prepare_board_action(request).await?;
        Ok(answer.into_inner())
    }

    pub async fn sends(&self, name: &str, cms: Vec<u8>) -> Result<pb::BoardAction, Status> {
        let request = pb::SignBoardActionRequest {
            name: name.into(),
            cms: cms.into(),
            request_id: self.world.request_id(),
        };
        let answer = self.client().sign_board_action(request).await?;
        Ok(answer.into_inner())
    }

    pub async fn signs(&self, action: &pb::BoardAction) -> Result<pb::BoardAction, Status> {
        let cms = signature(&self.bin.to_string(), &action.content, "");
        self.sends(&action.name, cms).await
    }

    /// Prepares and signs.
    pub async fn does(&self, action: Action) -> Result<pb::BoardAction, Status> {
        let prepared = self.prepares(action).await?;
        self.signs(&prepared).await
    }

    /// A specialty as everybody sees it.
    pub async fn sees(&self, specialty: &str) -> pb::Specialty {
        self.world.specialty(specialty).await.unwrap()
    }

    /// Offers a specialty under signature.
    pub async fn offers(&self, specialty: pb::Specialty) -> Result<pb::Specialty, Status> {
        let done = self.does(creates(specialty)).await?;
        self.world.specialty(&done.object).await
    }
}

impl World {
    /// The specialty as everybody sees it.
    pub async fn specialty(&self, name: &str) -> Result<pb::Specialty, Status> {
        let request = pb::GetSpecialtyRequest { name: name.into() };
        let mut everybody = SpecialtiesClient::new(self.speaking_for(Caller::Stranger));
        Ok(everybody.get_specialty(request).await?.into_inner())
    }
}

pub fn creates(specialty: pb::Specialty) -> Action {
    Action::CreateSpecialty(pb::CreateSpecialty {
        specialty: Some(specialty),
        default_quotas: false,
    })
}

/// The same specialty with other values.
pub fn changes(specialty: &pb::Specialty, change: impl FnOnce(&mut pb::Specialty)) -> Action {
    let mut next = specialty.clone();
    change(&mut next);
    Action::ChangeSpecialty(pb::ChangeSpecialty {
        current_etag: specialty.etag.clone(),
        specialty: Some(next),
        default_quotas: false,
    })
}

pub fn closes(specialty: &pb::Specialty) -> Action {
    Action::CloseSpecialty(pb::CloseSpecialty {
        specialty: specialty.name.clone(),
        current_etag: specialty.etag.clone(),
    })
}

/// The same by the marks of the certificate alone.
pub fn by_marks() -> pb::Specialty {
    pb::Specialty {
        exam: pb::ExamNeed::None.into(),
        ..nursing()
    }
}

/// Nursing after grade 9 with an exam, 50 places, every row filled.
pub fn nursing() -> pb::Specialty {
    pb::Specialty {
        campaign: ADMISSION.into(),
        code: "NURSING".into(),
        payment: "STATE_ORDER".into(),
        training_kind: "GENERAL".into(),
        education_base: "BASIC_SECONDARY".into(),
        study_form: "FULL_TIME".into(),
        language: "KK".into(),
        qualification_level: "MIDDLE_SPECIALIST".into(),
        region: "KZ-71".into(),
        places: 50,
        quotas: vec![pb::SpecialtyQuota {
            category: "DISABILITY".into(),
            places: 5,
        }],
        exam: pb::ExamNeed::Required.into(),
        term_months: 46,
        ..Default::default()
    }
}

//! What applicants are told of what a board did with their choices, and what the competition needs to know.

use chassis::clock::to_pb;
use chassis::{Result, outbox};
use prost::{Message, Name};
use proto::events::v1::{
    ApplicationChoiceAccepted, ApplicationChoiceLeft, ApplicationChoiceMoved, ChoiceMarksCorrected,
    EntranceExamAppointed, EntranceExamGraded, EntranceExamMissed,
};
use proto::questionnaire::v1 as pb;
use proto::wire::v1::LocalizedText;

use super::Acting;
use crate::domain::choice::{Mark, State};
use crate::domain::dictionary::Dictionaries;
use crate::domain::exam_sitting::{ExamSitting, Outcome};
use crate::rpc::organisations;
use crate::rpc::wire::to_text;
use crate::store::choice::Kept;
use crate::store::specialty;

/// With what the words of a notice are filled in, read once for all rows of an act.
pub struct Told<'a> {
    acting: &'a Acting<'a>,
    dictionaries: Dictionaries,
    college: LocalizedText,
}

/// Whether an exam has another time or place than before.
#[derive(Clone, Copy)]
pub enum Appointed {
    First,
    Moved,
}

impl<'a> Told<'a> {
    pub async fn prepare(acting: &'a Acting<'a>) -> Result<Self> {
        let Acting { ctx, tx, now, .. } = *acting;
        let dictionaries = ctx.catalogue.dictionaries(tx, now).await?;
        Ok(Self {
            acting,
            dictionaries,
            college: organisations::title(tx, acting.bin).await?,
        })
    }

    /// The name of the college.
    pub fn college(&self) -> LocalizedText {
        self.college.clone()
    }

    /// What a code of a dictionary says; the code where it says nothing any more.
    pub fn title(&self, dictionary: &str, code: &str) -> LocalizedText {
        let dictionary = self.dictionaries.find(dictionary);
        let entry = dictionary.and_then(|it| it.entry(code));
        entry.map_or_else(
            || LocalizedText {
                kk: code.to_owned(),
                ru: code.to_owned(),
                en: code.to_owned(),
            },
            |entry| to_text(&entry.labels),
        )
    }

    pub fn specialty_title(&self, of: &specialty::Kept) -> LocalizedText {
        self.title("specialties", &of.specialty.code)
    }

    /// A choice came into another folder. The reasons stand in this dictionary.
    pub async fn moved(&self, kept: &Kept, of: &specialty::Kept, reasons: &str) -> Result<()> {
        let codes = &kept.choice.reason_codes;
        let event = ApplicationChoiceMoved {
            choice: kept.name(),
            campaign: kept.campaign_name(),
            account: kept.applicant(),
            state: state(kept.choice.state).into(),
            specialty_title: Some(self.specialty_title(of)),
            college_title: Some(self.college()),
            reason_codes: codes.clone(),
            reason_titles: codes.iter().map(|it| self.title(reasons, it)).collect(),
        };
        publish(self.acting, &kept.application_name(), &event).await
    }

    /// What was read off somebody's papers was put right.
    pub async fn corrected(&self, kept: &Kept, of: &specialty::Kept) -> Result<()> {
        let event = ChoiceMarksCorrected {
            choice: kept.name(),
            campaign: kept.campaign_name(),
            account: kept.applicant(),
            specialty_title: Some(self.specialty_title(of)),
            college_title: Some(self.college()),
        };
        publish(self.acting, &kept.application_name(), &event).await
    }

    /// An exam was appointed to somebody, or moved.
    pub async fn appointed(
        &self,
        kept: &Kept,
        of: &specialty::Kept,
        at: &ExamSitting,
        (time_zone, appointed): (&str, Appointed),
    ) -> Result<()> {
        let event = EntranceExamAppointed {
            choice: kept.name(),
            campaign: kept.campaign_name(),
            account: kept.applicant(),
            exam_title: Some(self.title("entrance-exams", &at.exam)),
            specialty_title: Some(self.specialty_title(of)),
            start_time: Some(to_pb(at.start)),
            time_zone: time_zone.to_owned(),
            address: at.address.clone(),
            moved: matches!(appointed, Appointed::Moved),
        };
        publish(self.acting, &kept.application_name(), &event).await
    }

    /// Nobody came to an exam.
    pub async fn missed(
        &self,
        kept: &Kept,
        of: &specialty::Kept,
        at: &ExamSitting,
        time_zone: &str,
    ) -> Result<()> {
        let event = EntranceExamMissed {
            choice: kept.name(),
            campaign: kept.campaign_name(),
            account: kept.applicant(),
            exam_title: Some(self.title("entrance-exams", &at.exam)),
            specialty_title: Some(self.specialty_title(of)),
            start_time: Some(to_pb(at.start)),
            time_zone: time_zone.to_owned(),
            address: at.address.clone(),
        };
        publish(self.acting, &kept.application_name(), &event).await
    }
}

/// What the competition needs of who was accepted.
pub async fn accepted(acting: &Acting<'_>, kept: &Kept) -> Result<()> {
    let it = &kept.choice;
    let mark = |mark: &Mark| pb::CertificateMark {
        subject: mark.subject.clone(),
        mark: mark.mark.to_string(),
    };
    let event = ApplicationChoiceAccepted {
        choice: kept.name(),
        application: kept.application_name(),
        campaign: kept.campaign_name(),
        account: kept.applicant(),
        application_number: kept.number.clone(),
        specialty: it.specialty_name(),
        college: it.college_name(),
        preference: it.preference,
        marks: it.marks.iter().map(mark).collect(),
        merits: it.merits.clone(),
        quota_categories: it.quota_categories.clone(),
        correction_number: it.corrections,
    };
    publish(acting, &kept.application_name(), &event).await
}

/// It was accepted, and is in no competition any more.
pub async fn left(acting: &Acting<'_>, kept: &Kept) -> Result<()> {
    let event = ApplicationChoiceLeft {
        choice: kept.name(),
        campaign: kept.campaign_name(),
        account: kept.applicant(),
        specialty: kept.choice.specialty_name(),
    };
    publish(acting, &kept.application_name(), &event).await
}

/// What came of an exam, as the competition needs it.
pub async fn graded(acting: &Acting<'_>, kept: &Kept, exam: &str, outcome: Outcome) -> Result<()> {
    let points = outcome.points().map(|it| it.to_string());
    let event = EntranceExamGraded {
        choice: kept.name(),
        campaign: kept.campaign_name(),
        account: kept.applicant(),
        specialty: kept.choice.specialty_name(),
        exam: exam.to_owned(),
        points: points.unwrap_or_default(),
        absent: outcome == Outcome::Absent,
    };
    publish(acting, &kept.application_name(), &event).await
}

/// Events about one thing keep their order.
pub async fn publish<E: Message + Name>(acting: &Acting<'_>, about: &str, event: &E) -> Result<()> {
    let Acting { ctx, tx, .. } = *acting;
    outbox::publish(tx, &ctx.clock, &ctx.ids, about, event).await
}

fn state(state: State) -> pb::application_choice::State {
    use pb::application_choice::State as Pb;
    match state {
        State::New => Pb::New,
        State::InProcessing => Pb::InProcessing,
        State::Accepted => Pb::Accepted,
        State::Rejected => Pb::Rejected,
        State::Withdrawn => Pb::Withdrawn,
        State::Erroneous => Pb::Erroneous,
    }
}

//! What experts write, read off the contract.

use chassis::violation::Violations;
use proto::questionnaire::v1::{CorrectionKind as PbKind, DecisionReason};
use proto::review::v1 as pb;

use crate::domain::decision::{CorrectionItem, CorrectionKind, Reason};
use crate::domain::verdict::{SectionVerdict, Verdict};

pub fn reasons(reasons: &[DecisionReason]) -> Vec<Reason> {
    let reason = |pb: &DecisionReason| Reason {
        code: pb.code.clone(),
        note: pb.note.trim().to_owned(),
    };
    reasons.iter().map(reason).collect()
}

pub fn items(violations: &mut Violations, items: &[pb::CorrectionItem]) -> Vec<CorrectionItem> {
    let items = items.iter().enumerate();
    items.map(|(at, pb)| item(violations, at, pb)).collect()
}

fn item(violations: &mut Violations, at: usize, pb: &pb::CorrectionItem) -> CorrectionItem {
    let kind = match PbKind::try_from(pb.kind) {
        Ok(PbKind::Incorrect) => Ok(CorrectionKind::Incorrect),
        Ok(PbKind::Incomplete) => Ok(CorrectionKind::Incomplete),
        Ok(PbKind::Outdated) => Ok(CorrectionKind::Outdated),
        Ok(PbKind::Unspecified) => Err("REQUIRED"),
        Err(_) => Err("UNKNOWN_VALUE"),
    };
    let kind = violations.take(&format!("items[{at}].kind"), kind);
    CorrectionItem {
        section: pb.section.clone(),
        // Without a kind the request ends, once all else that is wrong is found.
        kind: kind.unwrap_or(CorrectionKind::Incorrect),
        note: pb.note.trim().to_owned(),
    }
}

pub fn verdicts(
    violations: &mut Violations,
    verdicts: &[pb::SectionVerdict],
) -> Vec<SectionVerdict> {
    let verdicts = verdicts.iter().enumerate();
    verdicts
        .map(|(at, pb)| verdict(violations, at, pb))
        .collect()
}

fn verdict(violations: &mut Violations, at: usize, pb: &pb::SectionVerdict) -> SectionVerdict {
    use pb::section_verdict::Verdict as Pb;
    let verdict = match Pb::try_from(pb.verdict) {
        Ok(Pb::Ok) => Ok(Verdict::Ok),
        Ok(Pb::Incorrect) => Ok(Verdict::Wrong(CorrectionKind::Incorrect)),
        Ok(Pb::Incomplete) => Ok(Verdict::Wrong(CorrectionKind::Incomplete)),
        Ok(Pb::Outdated) => Ok(Verdict::Wrong(CorrectionKind::Outdated)),
        Ok(Pb::Unspecified) => Err("REQUIRED"),
        Err(_) => Err("UNKNOWN_VALUE"),
    };
    let verdict = violations.take(&format!("verdicts[{at}].verdict"), verdict);
    SectionVerdict {
        section: pb.section.clone(),
        // Without a verdict the request ends, once all else that is wrong is found.
        verdict: verdict.unwrap_or(Verdict::Ok),
        note: pb.note.trim().to_owned(),
    }
}

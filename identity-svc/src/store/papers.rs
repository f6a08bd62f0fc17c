//! The papers of somebody without an IIN, as they are sealed with the rest of the account.

use chassis::Result;
use chassis::mask::Masked;
use serde::{Deserialize, Serialize};

use super::odd;
use crate::domain::account::{Papers, Sex};

#[derive(Serialize, Deserialize)]
pub(super) struct KeptPapers {
    sex: String,
    ethnicity: String,
    citizenship: String,
    document_number: String,
    phone: String,
}

impl KeptPapers {
    pub(super) fn of(papers: &Papers) -> Self {
        Self {
            sex: papers.sex.reveal().as_str().to_owned(),
            ethnicity: papers.ethnicity.reveal().clone(),
            citizenship: papers.citizenship.reveal().clone(),
            document_number: papers.document_number.reveal().clone(),
            phone: papers.phone.reveal().clone(),
        }
    }

    pub(super) fn read(self) -> Result<Papers> {
        let sex = Sex::from_name(&self.sex).ok_or_else(|| odd("sex"))?;
        Ok(Papers {
            sex: Masked::new(sex),
            ethnicity: Masked::new(self.ethnicity),
            citizenship: Masked::new(self.citizenship),
            document_number: Masked::new(self.document_number),
            phone: Masked::new(self.phone),
        })
    }
}

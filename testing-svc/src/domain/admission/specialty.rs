//! A specialty as its college closed it: nothing of it changes from then on. Before, as it is offered.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::localized::Localized;
use crate::domain::ranking::formula::Formula;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Specialty {
    pub id: Uuid,
    pub campaign: String,
    /// The BIN of its college.
    pub college: String,
    pub places: u32,
    pub quotas: Vec<KeptPlaces>,
    pub formula: Formula,
    pub title: Localized,
    pub college_title: Localized,
    /// When its college closed the competition; none while that goes on.
    pub started: Option<Timestamp>,
    /// How many competed when it was closed.
    pub competing: u32,
    /// How often what was read of somebody had been put right then.
    pub corrections: u32,
    /// How many exams had points then.
    pub graded: u32,
}

/// Places that are kept for holders of a right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptPlaces {
    pub category: String,
    pub places: u32,
}

impl Specialty {
    pub fn name(&self) -> String {
        name(self.id)
    }
}

/// As it is ranked here.
pub fn name(id: Uuid) -> String {
    format!("admissionSpecialties/{id}")
}

/// As its college offers it.
pub fn offered_name(id: Uuid) -> String {
    format!("specialties/{id}")
}

//! What an expert makes of an application, by what the dossier and the diploma show.

use serde_json::{Value, json};

use super::people::fill::{FORGED, ILLEGIBLE};

/// What an expert makes of an application.
pub struct Judgement {
    says: Says,
    /// The applicant asks for what can't be given back.
    pub declines_wish: bool,
}

enum Says {
    Accept,
    Reject(&'static str, &'static str),
    Correct(&'static str, &'static str),
}

impl Judgement {
    pub fn of(task: &Value, dossier: &Value, paper: &str) -> Self {
        let wish = &task["correctionWish"]["sections"][0];
        // The direction is part of it, and people compete inside it.
        let declines_wish = *wish == "personal";
        let checks = dossier["submission"]["readiness"]["checks"].as_array();
        let mut checks = checks.into_iter().flatten();
        let unmet = checks.find(|it| it["outcome"] == "ELIGIBILITY_OUTCOME_NOT_MET");
        let says = match unmet.map(|it| it["rule"].as_str().unwrap_or_default()) {
            Some("ELIGIBILITY_RULE_EXPERIENCE") => {
                Says::Reject("EXPERIENCE_TOO_SHORT", "Құжаттармен салыстырылды")
            }
            Some("ELIGIBILITY_RULE_AGE") => {
                Says::Reject("OVER_AGE_LIMIT", "Құжаттармен салыстырылды")
            }
            Some(_) => Says::Reject("DATA_DO_NOT_MATCH", "Құжаттармен салыстырылды"),
            None if paper.contains(FORGED) => {
                Says::Reject("FALSE_DATA", "Мұндай диплом берілмеген")
            }
            None if paper.contains(ILLEGIBLE) => Says::Correct("education", "Диплом оқылмайды"),
            None if *wish == "additional" => {
                Says::Correct("additional", "Өтінішіңіз бойынша қайтарылды")
            }
            None => Says::Accept,
        };
        Self {
            says,
            declines_wish,
        }
    }

    /// The step, the verb of the call, and its body.
    pub fn says(&self) -> (&'static str, &'static str, Value) {
        match self.says {
            Says::Accept => ("accept", "accept", json!({})),
            Says::Reject(code, note) => {
                let reasons = json!({"reasons": [{"code": code, "note": note}]});
                ("reject", "reject", reasons)
            }
            Says::Correct(section, note) => {
                let item =
                    json!({"section": section, "kind": "CORRECTION_KIND_INCORRECT", "note": note});
                (
                    "ask for correction",
                    "requestCorrection",
                    json!({"items": [item]}),
                )
            }
        }
    }

    /// A mark for every section, OK but for the one that is to be corrected.
    pub fn marks(&self, dossier: &Value) -> Value {
        let sections = dossier["sections"].as_array().into_iter().flatten();
        let mark = |section: &Value| match self.says {
            Says::Correct(wrong, note) if section["section"] == wrong => {
                json!({"section": wrong, "verdict": "VERDICT_INCORRECT", "note": note})
            }
            _ => json!({"section": section["section"], "verdict": "VERDICT_OK"}),
        };
        json!({"verdicts": sections.map(mark).collect::<Vec<_>>()})
    }
}

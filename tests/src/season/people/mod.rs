//! What applicants do, step by step.
//!
//! | room | from … to |
//! |---|---|
//! | [`register`] | «Тіркелу» to a session |
//! | [`fill`] | the sections and their papers |
//! | [`language`] | the code, the partner's test, the certificate |
//! | [`submit`] | «Тексеруге жіберу», taking back, correcting |
//! | [`seat`], [`waiting`] | «Күн мен уақытты таңдау», with a waiting list where all is full |
//! | [`sit`] | «Тестілеуді бастау» |

pub mod fill;
pub mod language;
pub mod register;
pub mod seat;
pub mod sit;
pub mod submit;
pub mod waiting;

use std::collections::BTreeMap;

use anyhow::Context;
use serde_json::Value;

use super::actor::Actor;
use super::plan::Planned;
use super::stand::Stand;

/// Somebody of the plan with an account.
#[derive(Clone)]
pub struct Person {
    pub planned: Planned,
    pub actor: Actor,
    pub iin: String,
    pub email: String,
    pub password: String,
    /// `accounts/{account}`.
    pub account: String,
    /// `campaigns/{campaign}/applications/{application}`, once opened.
    pub application: String,
    /// What was saved last, by section.
    pub answers: BTreeMap<&'static str, Value>,
}

impl Person {
    pub fn number(&self) -> usize {
        self.planned.number
    }

    /// The number under which the person takes part, once accepted.
    pub async fn candidate(&self, stand: &Stand) -> anyhow::Result<String> {
        let path = format!("/v1/{}/candidates", stand.campaign());
        let number = |list: &Value| {
            list["candidates"][0]["candidateNumber"]
                .as_str()
                .map(str::to_owned)
        };
        let so = |list: &Value| number(list).is_some();
        let list = self.actor.until("read candidate", &path, so).await?;
        number(&list).context("a candidate without a number")
    }

    fn path(&self, rest: &str) -> String {
        format!("/v1/{}{rest}", self.application)
    }
}

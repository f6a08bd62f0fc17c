//! A college's board: a session by the key of the organisation, acts that are prepared, signed and done,
//! and the folders of the college. The department of education signs in alike.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, ensure};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};
use standalone::signing::{COLLEGES, Files, Organisation};

use crate::person::Answer;
use crate::season::actor::{Actor, Outcome};
use crate::season::stand::Stand;

/// The rule that only a signature of these bytes, by this organisation, does anything.
pub const SIGNED: &str = "K1";

#[derive(Clone)]
pub struct Board {
    pub actor: Actor,
    pub college: &'static Organisation,
    keys: Arc<Files>,
}

/// The board of each college of the demonstration.
pub async fn sign_in(stand: &Stand, folder: &Path) -> anyhow::Result<Vec<Board>> {
    let mut boards = Vec::new();
    for college in &COLLEGES {
        boards.push(signed_in(stand, folder, college).await?);
    }
    Ok(boards)
}

/// Somebody of an organisation, who came in by a signature of its key.
pub async fn signed_in(
    stand: &Stand,
    folder: &Path,
    organisation: &'static Organisation,
) -> anyhow::Result<Board> {
    let keys = Arc::new(Files::at(folder.to_owned()));
    let path = "/v1/signInChallenges";
    let challenge = stand
        .visitor
        .carry_out("challenge", path, json!({}))
        .await?;
    let cms = signature(&keys, organisation, &challenge)?;
    let name = text(&challenge["name"])?;
    let path = format!("/v1/{name}/signIn");
    let session = stand
        .visitor
        .carry_out("sign in by key", &path, json!({"cms": cms}))
        .await?;
    // A challenge is of use once.
    let again = stand
        .visitor
        .post("sign in by key", &path, json!({"cms": cms}))
        .await?;
    let held = !again.is_done() || again.body["accessToken"] == session["accessToken"];
    let what = "a signature signed nobody in a second time";
    stand.ledger.tried(SIGNED, held, what);
    Ok(Board {
        actor: stand.visitor.holding(&text(&session["accessToken"])?),
        college: organisation,
        keys,
    })
}

/// The signature of what somebody was shown to sign.
fn signature(keys: &Files, college: &Organisation, shown: &Value) -> anyhow::Result<String> {
    let content = BASE64.decode(text(&shown["content"])?)?;
    Ok(BASE64.encode(keys.sign(college, &content)?))
}

/// The text of a field that has to be there.
pub fn text(value: &Value) -> anyhow::Result<String> {
    let text = value.as_str().filter(|text| !text.is_empty());
    text.map(str::to_owned).context("a field is empty")
}

impl Board {
    /// Checks an act, as a dry run.
    pub async fn prepares(&self, step: &'static str, act: Value) -> anyhow::Result<Answer> {
        self.actor.post(step, "/v1/boardActions", act).await
    }

    /// The signature of what it was shown.
    pub fn signature_of(&self, shown: &Value) -> anyhow::Result<String> {
        signature(&self.keys, self.college, shown)
    }

    /// Signs what was prepared.
    pub async fn signs(&self, step: &'static str, prepared: &Value) -> anyhow::Result<Answer> {
        self.signs_as(step, self.college, prepared).await
    }

    /// The same with the key of some college.
    async fn signs_as(
        &self,
        step: &'static str,
        college: &Organisation,
        prepared: &Value,
    ) -> anyhow::Result<Answer> {
        let cms = signature(&self.keys, college, prepared)?;
        let path = format!("/v1/{}/sign", text(&prepared["name"])?);
        self.actor.post(step, &path, json!({"cms": cms})).await
    }

    /// Prepares and signs; the resource that it was done to.
    pub async fn does(&self, step: &'static str, act: Value) -> anyhow::Result<String> {
        let prepared = self.prepares(step, act).await?.done().context(step)?;
        let done = self.signs(step, &prepared).await?.done().context(step)?;
        ensure!(done["state"] == "STATE_DONE", "{step}: {done}");
        text(&done["object"])
    }

    /// An act that is refused once it is prepared.
    pub async fn may_not(
        &self,
        step: &'static str,
        act: Value,
        reason: &str,
    ) -> anyhow::Result<()> {
        let refused = self.prepares(step, act).await?;
        refused.refused_for(reason).context(step)
    }

    /// Prepares an act and tries what is no signature of it, before it is signed as it should be.
    pub async fn does_after_tricks(
        &self,
        step: &'static str,
        act: Value,
        other: &Value,
    ) -> anyhow::Result<String> {
        let prepared = self.prepares(step, act).await?.done()?;
        let stranger = COLLEGES.iter().find(|it| it.bin != self.college.bin);
        let stranger = stranger.context("another college")?;
        let refused = self.signs_as(step, stranger, &prepared).await?;
        let held = refused
            .refused_for("SIGNATURE_OF_ANOTHER_ORGANISATION")
            .is_ok();
        let what = "the key of another college did nothing";
        self.actor.ledger.tried(SIGNED, held, what);

        let mut bytes_of_another = prepared.clone();
        bytes_of_another["content"] = other["content"].clone();
        let refused = self.signs(step, &bytes_of_another).await?;
        let held = refused.refused_for("SIGNATURE_CONTENT_DIFFERS").is_ok();
        let what = "a signature of other bytes did nothing";
        self.actor.ledger.tried(SIGNED, held, what);

        let done = self.signs(step, &prepared).await?.done()?;
        let again = self.signs(step, &prepared).await?;
        // Another signature by the same key: what is done is done once.
        let held = again.refused_for("BOARD_ACTION_DONE").is_ok();
        let what = "what was done was not done again by another signature";
        self.actor.ledger.tried(SIGNED, held, what);
        text(&done["object"])
    }

    /// A folder of the college in the campaign.
    pub async fn folder(&self, stand: &Stand, state: &str) -> anyhow::Result<Vec<Value>> {
        let path = format!(
            "/v1/{}/applications/-/choices?state={state}",
            stand.campaign()
        );
        self.actor
            .list("read folder", &path, "applicationChoices")
            .await
    }

    /// Whether a choice is this college's.
    pub fn has(&self, choice: &Value) -> bool {
        choice["college"] == format!("colleges/{}", self.college.bin)
    }
}

//! News: what is published is read by everybody, what is scheduled or drafted by nobody outside.

use anyhow::Context;
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::actor::Outcome;
use super::stand::Stand;

const PATH: &str = "/v1/newsItems";

/// The manager writes three items; everybody reads one of them, in whatever language they call.
pub async fn tell(stand: &Stand) -> anyhow::Result<()> {
    let title = |word: &str| {
        let id = stand.campaign_id();
        json!({"kk": format!("{id}: {word}"), "ru": format!("{id}: {word}"), "en": format!("{id}: {word}")})
    };
    let item = |word: &str, publish: Option<i64>| {
        let mut item = json!({
            "programme": stand.programme, "title": title(word),
            "body": {"kk": "**Құжат** қабылдау басталды.", "ru": "Начат приём **документов**.",
                     "en": "Applications are **open**."},
        });
        if let Some(seconds) = publish {
            let time = stand.began + SignedDuration::from_secs(seconds);
            item["publishTime"] = time.to_string().into();
        }
        item
    };
    let write = async |item: Value| stand.manager.post("write news", PATH, item).await;
    let mut scripted = item("script", Some(0));
    scripted["body"]["en"] = "<script>alert(1)</script>".into();
    write(scripted).await?.refused_for("INVALID_REQUEST")?;
    write(item("open", Some(0))).await?.done()?;
    let later = write(item("later", Some(3 * 24 * 3600))).await?.done()?;
    write(item("draft", None)).await?.done()?;

    let own = stand.campaign_id();
    for language in ["kk", "ru", "en"] {
        let reader = stand.visitor.speaking(language);
        let path = format!("{PATH}?programme={}", stand.programme);
        let seen = reader.list("read news", &path, "newsItems").await?;
        let words: Vec<&str> = seen
            .iter()
            .filter_map(|it| it["title"][language].as_str()?.strip_prefix(&own))
            .collect();
        let held = words == [": open"];
        let what = "only news whose time had come were read";
        stand.ledger.tried("R3", held, what);
    }
    let name = later["name"].as_str().context("an item without a name")?;
    let path = format!("/v1/{name}");
    let hidden = stand.visitor.get("read news", &path).await?;
    let held = hidden.refused_for("NOT_FOUND").is_ok();
    let what = "a scheduled item was nobody's by its name, too";
    stand.ledger.tried("R3", held, what);
    Ok(())
}

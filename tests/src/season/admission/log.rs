//! The log of signed acts, followed by hand: what anybody can do who was given it.

use anyhow::Context;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::Value;

use super::board::text;
use crate::person::sha256;
use crate::season::stand::Stand;

/// A row as it was read.
#[derive(Debug, Clone)]
pub struct Entry {
    pub sequence: u64,
    pub previous: Vec<u8>,
    pub content: Vec<u8>,
    pub hash: Vec<u8>,
    pub signed: Vec<u8>,
}

pub async fn read(stand: &Stand) -> anyhow::Result<Vec<Entry>> {
    let rows = stand
        .manager
        .list("read log", "/v1/boardLogEntries", "boardLogEntries")
        .await?;
    rows.iter().map(entry).collect()
}

fn entry(row: &Value) -> anyhow::Result<Entry> {
    let bytes = |field: &str| anyhow::Ok(BASE64.decode(text(&row[field])?)?);
    Ok(Entry {
        sequence: text(&row["sequence"])?.parse().context("a sequence")?,
        previous: bytes("previousHash")?,
        content: bytes("content")?,
        hash: bytes("hash")?,
        signed: bytes("signedContent")?,
    })
}

/// What is wrong with the chain, row by row.
pub fn broken(entries: &[Entry]) -> Vec<String> {
    let mut broken = Vec::new();
    let (mut previous, mut sequence) = (vec![0; 32], 0);
    for entry in entries {
        sequence += 1;
        let bytes = [
            &entry.sequence.to_be_bytes()[..],
            &entry.previous,
            &entry.content,
        ]
        .concat();
        if entry.sequence != sequence || entry.previous != previous {
            broken.push(format!(
                "row {} does not follow row {}",
                entry.sequence,
                sequence - 1
            ));
        } else if sha256(&bytes) != entry.hash {
            broken.push(format!("row {sequence} has another hash"));
        } else if !says(&entry.content, &hex::encode(sha256(&entry.signed))) {
            broken.push(format!("row {sequence} is of other bytes than were signed"));
        }
        previous.clone_from(&entry.hash);
        sequence = entry.sequence;
    }
    broken
}

fn says(content: &[u8], hash: &str) -> bool {
    let row: Option<Value> = serde_json::from_slice(content).ok();
    row.is_some_and(|row| row["content_sha256"] == hash)
}

//! Streams the log as a file that anybody can verify: every row, and beside the acts that the caller may see
//! what was signed, and the signature that identity-svc keeps.
//!
//! Some rows are in memory at a time, however long the log is. A signature that is gone leaves its row
//! without one: who verifies the file counts it.

use std::collections::HashMap;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use chassis::caller::Caller;
use chassis::identifier::Bin;
use chassis::signed_act::SignedAct;
use chassis::violation::Violations;
use chassis::{Error, Result, audit};
use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt, TryStreamExt};
use proto::google::api::HttpBody;
use proto::questionnaire::v1 as pb;
use serde::Serialize;
use tonic::{Request, Status};

use crate::Context;
use crate::clients::signatures;
use crate::store::board_log::{self, Logged};

const CONTENT_TYPE: &str = "application/jsonl";
/// Rows that are read at once: as many as identity-svc shows signatures of.
const BATCH: u64 = 50;
/// From here on lines begin another piece.
const PIECE: usize = 64 * 1024;

/// Where a download is.
struct Download {
    ctx: Arc<Context>,
    /// The organisation whose acts are shown; all where it is nobody's.
    own: Option<Bin>,
    after: i64,
    until: i64,
}

/// A row as `verify-log` reads it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    sequence: String,
    previous_hash: String,
    content: String,
    hash: String,
    #[serde(flatten)]
    shown: Option<Shown>,
}

/// What stands beside a row for those who may see the act.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    board_action: String,
    signed_content: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    cms: Option<String>,
}

pub async fn download(
    ctx: &Arc<Context>,
    request: Request<pb::DownloadBoardLogRequest>,
) -> Result<BoxStream<'static, std::result::Result<HttpBody, Status>>> {
    let caller = Caller::of(&request);
    let after = request.into_inner().after_sequence;
    if after < 0 {
        return Err(Violations::one("after_sequence", "OUT_OF_RANGE").into());
    }
    // The log only grows: up to here it stays as it is, whatever is added meanwhile.
    let until = board_log::head(ctx.db.read()).await?.sequence;
    let tx = ctx.db.begin().await?;
    let (rpc, detail) = ("DownloadBoardLog", format!("{after} to {until}"));
    audit::record(&tx, &ctx.clock, &caller, rpc, "boardLogEntries/-", &detail).await?;
    ctx.db.commit(tx).await?;
    let download = Download {
        ctx: ctx.clone(),
        own: caller.acts_for(),
        after,
        until,
    };
    let batches = stream::try_unfold(download, |mut download| async {
        let pieces = download.next().await?;
        Ok::<_, Status>(pieces.map(|pieces| (pieces, download)))
    });
    let pieces = batches.map_ok(|pieces| stream::iter(pieces).map(Ok));
    Ok(pieces.try_flatten().boxed())
}

impl Download {
    async fn next(&mut self) -> Result<Option<Vec<HttpBody>>> {
        let on = self.ctx.db.read();
        let rows = board_log::list(on, self.after, self.until, BATCH).await?;
        let Some(last) = rows.last() else {
            return Ok(None);
        };
        self.after = last.entry.sequence;
        let signatures = self.signatures(&rows).await?;
        let (mut pieces, mut lines) = (Vec::new(), Vec::new());
        for row in rows {
            let shown = self.shows(&row).then(|| Shown {
                board_action: format!("boardActions/{}", row.board_action),
                signed_content: BASE64.encode(&row.signed_content),
                cms: name(&row)
                    .and_then(|name| signatures.get(&name))
                    .map(|cms| BASE64.encode(cms)),
            });
            let line = Line {
                sequence: row.entry.sequence.to_string(),
                previous_hash: BASE64.encode(row.entry.previous_hash),
                content: BASE64.encode(row.entry.content),
                hash: BASE64.encode(row.entry.hash),
                shown,
            };
            serde_json::to_writer(&mut lines, &line).map_err(|e| Error::Internal(e.into()))?;
            lines.push(b'\n');
            if lines.len() >= PIECE {
                pieces.push(piece(std::mem::take(&mut lines)));
            }
        }
        if !lines.is_empty() {
            pieces.push(piece(lines));
        }
        Ok(Some(pieces))
    }

    fn shows(&self, row: &Logged) -> bool {
        self.own.is_none_or(|own| own == row.bin)
    }

    async fn signatures(&self, rows: &[Logged]) -> Result<HashMap<String, Bytes>> {
        let shown = rows.iter().filter(|row| self.shows(row));
        let names: Vec<String> = shown.filter_map(name).collect();
        if names.is_empty() {
            return Ok(HashMap::new());
        }
        signatures::whole(&self.ctx, names).await
    }
}

/// The signature of the act, as the row says it.
fn name(row: &Logged) -> Option<String> {
    SignedAct::read(&row.entry.content).map(|act| act.signature)
}

fn piece(data: Vec<u8>) -> HttpBody {
    HttpBody {
        content_type: CONTENT_TYPE.into(),
        data: data.into(),
        extensions: Vec::new(),
    }
}

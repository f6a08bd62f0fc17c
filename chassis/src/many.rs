//! Many writes in one transaction, each still exactly once: [`crate::once`] for calls that come in
//! crowds. On PostgreSQL only: arrays keep the text of a statement the same however many there are, so
//! that it is planned once.

use std::collections::HashSet;

use prost::Message;

use crate::caller::Caller;
use crate::clock::{Clock, to_us};
use crate::database::{Tx, execute, query_all, query_one};
use crate::error::Result;
use crate::once;

/// A request id with what makes two requests the same.
#[derive(Debug, Clone)]
pub struct Claim {
    caller: String,
    request_id: String,
    hash: Vec<u8>,
}

impl Claim {
    /// # Errors
    /// As [`once::begin`]: an id that is missing or no UUID.
    pub fn new<Q: Message>(caller: &Caller, request_id: &str, request: &Q) -> Result<Self> {
        Ok(Self {
            caller: caller.key(),
            request_id: once::id(request_id)?,
            hash: once::hash(request),
        })
    }

    fn key(&self) -> (String, String) {
        (self.caller.clone(), self.request_id.clone())
    }
}

/// How long a crowd waits for a lock. A row that somebody keeps for longer must not hold up the others,
/// who then go on without whoever wanted that row.
const PATIENCE: &str = "1s";

/// Sets a transaction up for statements over arrays. How long an array is, and how large a table has
/// become since a statement was planned, the planner does not know: every table is reached by its index.
pub async fn prepare(tx: &Tx) -> Result<()> {
    let sql =
        "SELECT set_config('lock_timeout', $1, TRUE), set_config('enable_seqscan', 'off', TRUE),
        set_config('enable_hashjoin', 'off', TRUE), set_config('enable_mergejoin', 'off', TRUE)";
    query_one(tx, sql, [PATIENCE.into()]).await?;
    Ok(())
}

/// Begins these requests, and tells which of them are new, by their places. Comes before any lock, as in
/// [`once::begin`]: here is waited for whoever has begun the same request elsewhere.
pub async fn begin(tx: &Tx, clock: &Clock, rpc: &str, claims: &[&Claim]) -> Result<HashSet<usize>> {
    let (callers, ids) = columns(claims.iter().copied());
    let hashes: Vec<Vec<u8>> = claims.iter().map(|it| it.hash.clone()).collect();
    // In one order, so that two crowds don't wait for each other.
    let rows = query_all(
        tx,
        "INSERT INTO once (caller, rpc, request_id, request_hash, created_us)
         SELECT t.caller, $2, t.request_id, t.hash, $5
         FROM unnest($1::text[], $3::text[], $4::bytea[]) AS t (caller, request_id, hash)
         ORDER BY t.caller, t.request_id
         ON CONFLICT DO NOTHING RETURNING caller, request_id",
        [
            callers.into(),
            rpc.into(),
            ids.into(),
            hashes.into(),
            to_us(clock.now()).into(),
        ],
    )
    .await?;
    let mut new = HashSet::new();
    for row in &rows {
        let key: (String, String) = (row.try_get("", "caller")?, row.try_get("", "request_id")?);
        new.insert(key);
    }
    let places = claims.iter().enumerate();
    // Of a request that is there twice, one is the new one.
    let new = places.filter(|(_, claim)| new.remove(&claim.key()));
    Ok(new.map(|(place, _)| place).collect())
}

/// Keeps the answers to requests that were begun here.
pub async fn answer<R: Message>(tx: &Tx, rpc: &str, answers: &[(&Claim, &R)]) -> Result<()> {
    let (callers, ids) = columns(answers.iter().map(|(claim, _)| *claim));
    let answers: Vec<Vec<u8>> = answers.iter().map(|(_, it)| it.encode_to_vec()).collect();
    execute(
        tx,
        "UPDATE once SET answer = t.answer
         FROM unnest($1::text[], $3::text[], $4::bytea[]) AS t (caller, request_id, answer)
         WHERE once.caller = t.caller AND once.rpc = $2 AND once.request_id = t.request_id",
        [callers.into(), rpc.into(), ids.into(), answers.into()],
    )
    .await?;
    Ok(())
}

/// Undoes the beginning of requests that came to nothing: as if they had not been made.
pub async fn forget(tx: &Tx, rpc: &str, claims: &[&Claim]) -> Result<()> {
    let (callers, ids) = columns(claims.iter().copied());
    execute(
        tx,
        "DELETE FROM once USING unnest($1::text[], $3::text[]) AS t (caller, request_id)
         WHERE once.caller = t.caller AND once.rpc = $2 AND once.request_id = t.request_id",
        [callers.into(), rpc.into(), ids.into()],
    )
    .await?;
    Ok(())
}

fn columns<'a>(claims: impl Iterator<Item = &'a Claim>) -> (Vec<String>, Vec<String>) {
    claims.map(Claim::key).unzip()
}

//! Every write exactly once: the answer to a request id is kept in the transaction of its effect.
//!
//! ```ignore
//! let write = match once::begin(&ctx.db, &ctx.clock, &caller, "CreateBooking", &pb.request_id, &pb).await? {
//!     Once::Answered(booking) => return Ok(booking),
//!     Once::Begun(write) => write,
//! };
//! // lock; decide; save — all on write.tx()
//! write.commit(booking).await
//! ```
//! Dropping the write without a commit undoes everything, the request id too.

use prost::Message;
use ring::digest::{SHA256, digest};
use sea_orm::Value;
use uuid::Uuid;

use crate::caller::Caller;
use crate::clock::{Clock, to_us};
use crate::database::{Counts, Database, Together, Tx, execute, for_update, query_one};
use crate::error::{Error, Result};
use crate::violation::Violations;

pub enum Once<R, W = Write> {
    /// This request was done before; this is the answer it got.
    Answered(R),
    Begun(W),
}

/// A transaction under a request id.
pub struct Write {
    db: Database,
    tx: Tx,
    key: [String; 3],
}

/// Begins the effect of a request, or finds its answer.
///
/// `request` is what makes two requests the same. Leave secrets out of it: a fast hash of it is kept.
///
/// # Errors
/// `INVALID_REQUEST_ID` where the id is not a UUID, `REQUEST_ID_REUSED` where it was used for
/// another request, `REQUEST_IN_FLIGHT` while the first is under way.
pub async fn begin<Q: Message, R: Message + Default>(
    db: &Database,
    clock: &Clock,
    caller: &Caller,
    rpc: &'static str,
    request_id: &str,
    request: &Q,
) -> Result<Once<R>> {
    let key = [caller.key(), rpc.to_owned(), id(request_id)?];
    let hash = hash(request);
    let tx = db.begin().await?;
    let values = row(&key, &hash, None, clock);
    if execute(&tx, INSERT, values).await?.rows_affected() == 1 {
        return Ok(Once::Begun(Write {
            db: db.clone(),
            tx,
            key,
        }));
    }
    answered(&tx, &key, &hash).await.map(Once::Answered)
}

/// A transaction under a request id whose effect is done and whose answer is kept, both not yet for
/// good: what the statements met may still speak against it.
pub struct Whole {
    db: Database,
    tx: Tx,
    pub met: Counts,
}

/// [`begin`] for an effect whose answer is known before it: request id, effect and answer go to the
/// database in one exchange.
///
/// # Errors
/// As [`begin`].
#[expect(
    clippy::too_many_arguments,
    reason = "those of `begin`, and what is done"
)]
pub async fn whole<Q: Message, R: Message + Default>(
    db: &Database,
    clock: &Clock,
    caller: &Caller,
    rpc: &'static str,
    request_id: &str,
    request: &Q,
    answer: &R,
    mut effect: Together,
) -> Result<Once<R, Whole>> {
    let key = [caller.key(), rpc.to_owned(), id(request_id)?];
    let hash = hash(request);
    let kept = effect.add(
        INSERT,
        row(&key, &hash, Some(answer.encode_to_vec()), clock),
    );
    let (tx, met) = db.begin_with(effect).await?;
    if met.of(kept) == 1 {
        let db = db.clone();
        return Ok(Once::Begun(Whole { db, tx, met }));
    }
    // The effect is there already: this one is undone.
    tx.rollback().await?;
    let tx = db.begin().await?;
    answered(&tx, &key, &hash).await.map(Once::Answered)
}

impl Whole {
    pub fn tx(&self) -> &Tx {
        &self.tx
    }

    /// Makes effect and answer durable.
    pub async fn commit(self) -> Result<()> {
        Ok(self.db.commit(self.tx).await?)
    }
}

const INSERT: &str = "INSERT INTO once (caller, rpc, request_id, request_hash, answer, created_us)
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";

fn row(key: &[String; 3], hash: &[u8], answer: Option<Vec<u8>>, clock: &Clock) -> [Value; 6] {
    let [caller, rpc, id] = key.clone();
    let at_us = to_us(clock.now());
    [
        caller.into(),
        rpc.into(),
        id.into(),
        hash.to_vec().into(),
        answer.into(),
        at_us.into(),
    ]
}

/// The answer that a request id got, where it was given for the same request.
async fn answered<R: Message + Default>(tx: &Tx, key: &[String; 3], hash: &[u8]) -> Result<R> {
    let sql = format!(
        "SELECT request_hash, answer FROM once WHERE caller = $1 AND rpc = $2 AND request_id = $3{}",
        for_update(tx)
    );
    let row = query_one(tx, &sql, key.clone().map(Value::from)).await?;
    let Some(row) = row else {
        return Err(Error::InFlight);
    };
    if row.try_get::<Vec<u8>>("", "request_hash")? != hash {
        return Err(Violations::one("request_id", "REQUEST_ID_REUSED").into());
    }
    let Some(answer) = row.try_get::<Option<Vec<u8>>>("", "answer")? else {
        return Err(Error::InFlight);
    };
    R::decode(answer.as_slice()).map_err(|e| Error::Internal(e.into()))
}

/// A request id, as it is kept.
pub(crate) fn id(request_id: &str) -> Result<String> {
    match Uuid::parse_str(request_id) {
        Ok(id) => Ok(id.to_string()),
        Err(_) if request_id.is_empty() => Err(Violations::one("request_id", "REQUIRED").into()),
        Err(_) => Err(Violations::one("request_id", "INVALID_REQUEST_ID").into()),
    }
}

/// What two requests under one id must have in common.
pub(crate) fn hash<Q: Message>(request: &Q) -> Vec<u8> {
    let bytes = request.encode_to_vec();
    digest(&SHA256, &bytes).as_ref().to_vec()
}

impl Write {
    pub fn tx(&self) -> &Tx {
        &self.tx
    }

    /// Keeps the answer with the effect and makes both durable.
    pub async fn commit<R: Message>(self, answer: R) -> Result<R> {
        let [caller, rpc, id] = self.key;
        execute(
            &self.tx,
            "UPDATE once SET answer = $4 WHERE caller = $1 AND rpc = $2 AND request_id = $3",
            [
                caller.into(),
                rpc.into(),
                id.into(),
                answer.encode_to_vec().into(),
            ],
        )
        .await?;
        self.db.commit(self.tx).await?;
        Ok(answer)
    }
}

/// Forgets answers older than this; a client that retries later starts anew.
pub async fn forget(db: &Database, before: jiff::Timestamp) -> Result<u64> {
    let tx = db.begin().await?;
    let gone = execute(
        &tx,
        "DELETE FROM once WHERE created_us < $1",
        [to_us(before).into()],
    )
    .await?;
    db.commit(tx).await?;
    Ok(gone.rows_affected())
}

//! Rows of organisations, and of the words that they are found by.

use chassis::Result;
use chassis::clock::to_us;
use chassis::database::{Tx, execute, query_all};
use chassis::identifier::Bin;
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, QueryResult, Value};

use super::{places, time, unexpected};
use crate::domain::labels::Labels;
use crate::domain::organisation::Organisation;

/// How many rows one statement takes: engines count the values of a statement.
const BATCH: usize = 200;

/// An organisation with what only the row knows.
#[derive(Debug, Clone)]
pub struct Kept {
    pub organisation: Organisation,
    pub update_time: Timestamp,
    /// Where it stands in a list.
    pub place: String,
}

/// Which organisations a list shows.
pub struct Filter<'a> {
    /// Empty for every region.
    pub region: &'a str,
    /// Each of them begins a word of a name.
    pub words: &'a [String],
    pub show_retired: bool,
}

pub async fn find<C: ConnectionTrait>(on: &C, bins: &[String]) -> Result<Vec<Kept>> {
    let mut found = Vec::new();
    for bins in bins.chunks(BATCH) {
        let sql = format!(
            "SELECT * FROM organisation WHERE bin IN ({}) ORDER BY bin",
            places(0, bins.len())
        );
        let values = bins.iter().map(|bin| Value::from(bin.as_str()));
        for row in &query_all(on, &sql, values).await? {
            found.push(read(row)?);
        }
    }
    Ok(found)
}

/// By the Kazakh alphabet, after the place and the BIN of the last one seen. Each word is looked up
/// by its index: what begins so is a range.
pub async fn list<C: ConnectionTrait>(
    on: &C,
    filter: &Filter<'_>,
    after: Option<(String, String)>,
    limit: u64,
) -> Result<Vec<Kept>> {
    let (place, bin) = after.unwrap_or_default();
    let mut values: Vec<Value> = vec![
        filter.show_retired.into(),
        place.into(),
        bin.into(),
        i64::try_from(limit).unwrap_or(i64::MAX).into(),
    ];
    let mut wheres = String::new();
    if !filter.region.is_empty() {
        values.push(filter.region.into());
        wheres += &format!(" AND region = ${}", values.len());
    }
    for word in filter.words {
        values.push(word.as_str().into());
        // Above every text that begins so.
        values.push(format!("{word}\u{10ffff}").into());
        let (from, to) = (values.len() - 1, values.len());
        wheres += &format!(
            " AND bin IN (SELECT bin FROM organisation_word WHERE word >= ${from} AND word < ${to})"
        );
    }
    let sql = format!(
        "SELECT * FROM organisation
         WHERE ($1 OR NOT retired) AND (place > $2 OR (place = $2 AND bin > $3)){wheres}
         ORDER BY place, bin LIMIT $4"
    );
    query_all(on, &sql, values)
        .await?
        .iter()
        .map(read)
        .collect()
}

/// Adds or replaces. They come sorted by BIN, so that two imports at once lock in one order.
pub async fn put(tx: &Tx, organisations: &[Organisation], now: Timestamp) -> Result<()> {
    for batch in organisations.chunks(BATCH) {
        put_rows(tx, batch, now).await?;
        let sql = format!(
            "DELETE FROM organisation_word WHERE bin IN ({})",
            places(0, batch.len())
        );
        let bins = batch.iter().map(|it| Value::from(it.bin.to_string()));
        execute(tx, &sql, bins).await?;
        put_words(tx, batch).await?;
    }
    Ok(())
}

async fn put_rows(tx: &Tx, batch: &[Organisation], now: Timestamp) -> Result<()> {
    const COLUMNS: usize = 10;
    let rows: Vec<_> = (0..batch.len())
        .map(|at| format!("({})", places(at * COLUMNS, COLUMNS)))
        .collect();
    let values = batch.iter().flat_map(|it| -> [Value; COLUMNS] {
        [
            it.bin.to_string().into(),
            it.names.kk.as_str().into(),
            it.names.ru.as_str().into(),
            it.names.en.as_str().into(),
            it.kato.as_str().into(),
            it.region.as_str().into(),
            it.kind.as_str().into(),
            it.retired.into(),
            it.place().into(),
            to_us(now).into(),
        ]
    });
    let sql = format!(
        "INSERT INTO organisation (bin, kk, ru, en, kato, region, kind, retired, place, updated_us)
         VALUES {}
         ON CONFLICT (bin) DO UPDATE SET kk = excluded.kk, ru = excluded.ru, en = excluded.en,
            kato = excluded.kato, region = excluded.region, kind = excluded.kind,
            retired = excluded.retired, place = excluded.place, updated_us = excluded.updated_us",
        rows.join(", ")
    );
    execute(tx, &sql, values).await?;
    Ok(())
}

async fn put_words(tx: &Tx, batch: &[Organisation]) -> Result<()> {
    let words: Vec<(String, String)> = batch
        .iter()
        .flat_map(|it| {
            it.words()
                .into_iter()
                .map(|word| (word, it.bin.to_string()))
        })
        .collect();
    for words in words.chunks(BATCH * 5) {
        let rows: Vec<_> = (0..words.len())
            .map(|at| format!("({})", places(at * 2, 2)))
            .collect();
        let sql = format!(
            "INSERT INTO organisation_word (word, bin) VALUES {} ON CONFLICT DO NOTHING",
            rows.join(", ")
        );
        let values = words
            .iter()
            .flat_map(|(word, bin)| -> [Value; 2] { [word.as_str().into(), bin.as_str().into()] });
        execute(tx, &sql, values).await?;
    }
    Ok(())
}

fn read(row: &QueryResult) -> Result<Kept> {
    let bin: String = row.try_get("", "bin")?;
    let organisation = Organisation {
        bin: Bin::parse(&bin).map_err(|_| unexpected("BIN"))?,
        names: Labels {
            kk: row.try_get("", "kk")?,
            ru: row.try_get("", "ru")?,
            en: row.try_get("", "en")?,
        },
        kato: row.try_get("", "kato")?,
        region: row.try_get("", "region")?,
        kind: row.try_get("", "kind")?,
        retired: row.try_get("", "retired")?,
    };
    Ok(Kept {
        organisation,
        update_time: time(row, "updated_us")?,
        place: row.try_get("", "place")?,
    })
}

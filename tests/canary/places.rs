//! Everything that was written, as text: each column of each table, the files, the events.

use std::path::Path;

use chassis::database::{Database, execute, query_all};
use tests::Town;

pub struct Place {
    pub name: String,
    pub text: String,
}

impl Place {
    pub fn new(name: &str, text: &str) -> Self {
        Self {
            name: name.to_owned(),
            text: text.to_owned(),
        }
    }
}

/// Events leave the outbox when they are taken: from now on a copy of each stays.
pub async fn copy_events(town: &Town) {
    for url in town.databases.values() {
        let db = Database::connect(url, 1).await.unwrap();
        let statements: &[&str] = if url.starts_with("postgres") {
            &[
                "CREATE TABLE outbox_copy AS SELECT * FROM outbox WITH NO DATA",
                "CREATE FUNCTION copy_event() RETURNS trigger LANGUAGE plpgsql AS
                 $$ BEGIN INSERT INTO outbox_copy SELECT NEW.*; RETURN NEW; END $$",
                "CREATE TRIGGER outbox_copied AFTER INSERT ON outbox
                 FOR EACH ROW EXECUTE FUNCTION copy_event()",
            ]
        } else {
            &[
                "CREATE TABLE outbox_copy AS SELECT * FROM outbox WHERE FALSE",
                "CREATE TRIGGER outbox_copied AFTER INSERT ON outbox
                 BEGIN INSERT INTO outbox_copy SELECT * FROM outbox WHERE seq = NEW.seq; END",
            ]
        };
        let tx = db.begin().await.unwrap();
        for sql in statements {
            execute(&tx, sql, []).await.unwrap();
        }
        db.commit(tx).await.unwrap();
        db.close().await.unwrap();
    }
}

/// `identity-svc/account.personal` and all other columns.
pub async fn of_the_databases(town: &Town) -> Vec<Place> {
    let mut places = Vec::new();
    for (service, url) in &town.databases {
        let db = Database::connect(url, 1).await.unwrap();
        let dialect = Dialect::of(url);
        for table in values(&db, dialect.tables).await {
            for column in values(&db, &(dialect.columns)(&table)).await {
                let (column, kind) = column.split_once(' ').unwrap();
                let cells = values(&db, &(dialect.cells)(&table, column, kind)).await;
                let cells: Vec<String> = cells.iter().map(|cell| read(cell)).collect();
                places.push(Place {
                    name: format!("{service}/{table}.{column}"),
                    text: cells.join("\n"),
                });
            }
        }
        db.close().await.unwrap();
    }
    places
}

/// How an engine tells of itself; cells come as hex, whatever is in them.
struct Dialect {
    tables: &'static str,
    columns: fn(&str) -> String,
    cells: fn(&str, &str, &str) -> String,
}

impl Dialect {
    fn of(url: &str) -> Self {
        if url.starts_with("postgres") {
            return Self {
                tables: "SELECT table_name::text AS v FROM information_schema.tables
                         WHERE table_schema = 'public'",
                columns: |table| {
                    format!(
                        "SELECT column_name || ' ' || data_type AS v FROM information_schema.columns
                         WHERE table_schema = 'public' AND table_name = '{table}'"
                    )
                },
                cells: |table, column, kind| {
                    let bytes = match kind {
                        "bytea" => format!("\"{column}\""),
                        _ => format!("convert_to(\"{column}\"::text, 'UTF8')"),
                    };
                    format!(
                        "SELECT encode({bytes}, 'hex') AS v FROM \"{table}\"
                         WHERE \"{column}\" IS NOT NULL"
                    )
                },
            };
        }
        Self {
            tables: "SELECT name AS v FROM sqlite_master WHERE type = 'table'",
            columns: |table| {
                format!("SELECT name || ' ' || type AS v FROM pragma_table_info('{table}')")
            },
            cells: |table, column, _| {
                format!(
                    "SELECT hex(CAST(\"{column}\" AS BLOB)) AS v FROM \"{table}\"
                     WHERE \"{column}\" IS NOT NULL"
                )
            },
        }
    }
}

async fn values(db: &Database, sql: &str) -> Vec<String> {
    let rows = query_all(db.read(), sql, []).await.unwrap();
    rows.iter()
        .map(|row| row.try_get("", "v").unwrap())
        .collect()
}

fn read(hex: &str) -> String {
    String::from_utf8_lossy(&hex::decode(hex).unwrap()).into_owned()
}

/// The data folder: keys, certificates, and the documents that people sent. Where the databases are
/// files, their bytes too: what was deleted and what waits in the journal is there as well.
pub fn of_the_folder(town: &Town) -> Vec<Place> {
    let mut places = vec![
        Place::new(
            "documents",
            &files_below(&town.data_dir().join("documents")),
        ),
        Place::new("keys", &files_below(&town.data_dir().join("keys"))),
    ];
    for (service, url) in &town.databases {
        let Some(file) = url.strip_prefix("sqlite://") else {
            continue;
        };
        let bytes = ["", "-wal", "-shm"].map(|end| std::fs::read(format!("{file}{end}")));
        let text: String = bytes
            .iter()
            .flatten()
            .map(|bytes| String::from_utf8_lossy(bytes).into_owned())
            .collect();
        places.push(Place {
            name: format!("{service}-file"),
            text,
        });
    }
    places
}

fn files_below(folder: &Path) -> String {
    let mut text = String::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        // The name of a file is a place as well.
        text.push_str(&path.to_string_lossy());
        text.push('\n');
        if path.is_dir() {
            text.push_str(&files_below(&path));
        } else {
            text.push_str(&String::from_utf8_lossy(&std::fs::read(&path).unwrap()));
        }
    }
    text
}

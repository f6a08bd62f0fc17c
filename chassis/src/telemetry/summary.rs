//! What may be told of a statement: its verb and its table. Never a value, not even by mistake: only
//! words that a name can be made of are shown.

/// The verbs that a metric knows; everything else is `OTHER`.
const VERBS: [&str; 6] = ["SELECT", "INSERT", "UPDATE", "DELETE", "BEGIN", "COMMIT"];

/// The verb of a statement. One that begins with its subqueries is a `SELECT` to who reads metrics.
pub fn operation(sql: &str) -> &'static str {
    let first = sql.split_whitespace().next().unwrap_or_default();
    if first.eq_ignore_ascii_case("WITH") {
        return "SELECT";
    }
    let verb = VERBS.iter().find(|verb| first.eq_ignore_ascii_case(verb));
    verb.copied().unwrap_or("OTHER")
}

/// Verb and table: `INSERT outbox`.
pub fn summary(sql: &str) -> String {
    let verb = operation(sql);
    match table(sql) {
        Some(table) => format!("{verb} {table}"),
        None => verb.to_owned(),
    }
}

/// The first table that is named.
fn table(sql: &str) -> Option<&str> {
    let mut words = sql.split_whitespace();
    while let Some(word) = words.next() {
        let leads = ["FROM", "INTO", "UPDATE"];
        if leads.iter().any(|lead| word.eq_ignore_ascii_case(lead)) {
            let name = words.next()?.trim_end_matches([',', ';', ')']);
            let is_name = |it: u8| it.is_ascii_lowercase() || it == b'_';
            if !name.is_empty() && name.bytes().all(is_name) {
                return Some(name);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_is_known_by_its_verb_and_its_table() {
        for (sql, told) in [
            ("INSERT INTO outbox (id) VALUES ($1)", "INSERT outbox"),
            (
                "SELECT 1 AS one FROM stream_lease WHERE name = $1",
                "SELECT stream_lease",
            ),
            (
                "  update test_sessions SET taken = 1",
                "UPDATE test_sessions",
            ),
            ("DELETE FROM once WHERE created_us < $1", "DELETE once"),
            (
                "WITH due AS (SELECT id FROM bookings) SELECT * FROM due",
                "SELECT bookings",
            ),
            ("BEGIN", "BEGIN"),
            ("CREATE TABLE x (y TEXT)", "OTHER"),
        ] {
            assert_eq!(summary(sql), told);
        }
    }

    #[test]
    fn a_value_in_a_statement_is_never_told() {
        for sql in [
            "SELECT * FROM 'Асан' WHERE 1",
            "SELECT * FROM \"950615300104\"",
            "950615300104",
            "INSERT INTO a@example.kz VALUES (1)",
        ] {
            let told = summary(sql);
            assert!(
                ["SELECT", "INSERT", "OTHER"].contains(&told.as_str()),
                "{told}"
            );
        }
    }
}

//! A service's `store/schema.rs` is what its migrations make of an empty database. `make gen` writes it, tests compare.

use std::path::Path;

use dialtone_db::{Conn, schema_print};
use dialtone_ids::ServiceName;
use diesel::QueryableByName;
use diesel::sql_types::Text;
use diesel_async::{AsyncConnection as _, RunQueryDsl as _};

use crate::Database;

/// Set by `make gen`: the file is written instead of compared.
pub const WRITE_VARIABLE: &str = "DIALTONE_WRITE_SCHEMA";

/// Tables that the shared crates bring into each service's schema and define themselves.
const SHARED: [&str; 9] = [
    "__diesel_schema_migrations",
    "consumer_positions",
    "history",
    "idempotency_keys",
    "operation_steps",
    "operations",
    "operations_finished",
    "outbox",
    "outbox_state",
];

/// Fails unless `file` has exactly the tables of the service's own migrations. What stands before the first table, and
/// `joinable!` and `allow_tables_to_appear_in_same_query!` after the last, belong to whoever edits the file.
///
/// # Panics
/// When the file differs, cannot be read, or the database cannot be asked.
pub async fn assert_schema(database: &Database, service: ServiceName, file: impl AsRef<Path>) {
    let file = file.as_ref();
    let text = std::fs::read_to_string(file).unwrap_or_else(|error| panic!("reading {}: {error}", file.display()));
    let wanted = Parts::of(&text).with(&tables(&database.owner_url(service)).await);
    if wanted == text {
        return;
    }
    if std::env::var_os(WRITE_VARIABLE).is_some() {
        std::fs::write(file, wanted).unwrap_or_else(|error| panic!("writing {}: {error}", file.display()));
        return;
    }
    let (number, is, should) = first_difference(&text, &wanted);
    panic!(
        "{}:{number} is not what the migrations make: `{is}` should be `{should}`; run `make gen` and review",
        file.display()
    );
}

/// The definitions of the service's own tables, by name.
async fn tables(owner_url: &str) -> String {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        name: String,
    }
    let mut conn = Conn::establish(owner_url).await.expect("the test's database answers");
    let sql = "SELECT relname::text AS name FROM pg_class \
               WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition \
               ORDER BY relname COLLATE \"C\"";
    let rows: Vec<Row> = diesel::sql_query(sql).load(&mut conn).await.expect("the catalogue can be read");
    let names: Vec<&str> = rows.iter().map(|row| row.name.as_str()).filter(|name| !SHARED.contains(name)).collect();
    schema_print::tables(&mut conn, &names).await.expect("every table has a primary key")
}

/// What belongs to whoever edits the file, around the tables.
#[derive(Debug, PartialEq, Eq)]
struct Parts<'a> {
    before: &'a str,
    after: &'a str,
}

impl<'a> Parts<'a> {
    fn of(text: &'a str) -> Parts<'a> {
        let by_hand = ["diesel::joinable!", "diesel::allow_tables_to_appear_in_same_query!"];
        let end = by_hand.iter().filter_map(|word| text.find(word)).min().unwrap_or(text.len());
        let start = text.find("diesel::table!").unwrap_or(end).min(end);
        Parts { before: &text[..start], after: &text[end..] }
    }

    fn with(&self, tables: &str) -> String {
        let gap = if self.after.is_empty() { "" } else { "\n" };
        format!("{}{tables}{gap}{}", self.before, self.after)
    }
}

/// Line number, the line and the line that should be there.
fn first_difference<'a>(text: &'a str, wanted: &'a str) -> (usize, &'a str, &'a str) {
    let (mut is, mut should) = (text.lines(), wanted.lines());
    let mut number = 0;
    loop {
        number += 1;
        match (is.next(), should.next()) {
            (Some(a), Some(b)) if a == b => {}
            (a, b) => return (number, a.unwrap_or("nothing"), b.unwrap_or("nothing")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_around_the_tables_is_kept() {
        let text = "//! Ours.\n\ndiesel::table! {\n    old (id) {}\n}\n\ndiesel::joinable!(a -> b (c));\n";
        assert_eq!(
            Parts::of(text).with("diesel::table! {\n    new (id) {}\n}\n"),
            text.replace("old", "new"),
            "header and joins stay"
        );
        assert_eq!(Parts::of("//! Ours.\n\n").with("diesel::table! {}\n"), "//! Ours.\n\ndiesel::table! {}\n");
    }

    #[test]
    fn first_difference_names_the_line() {
        assert_eq!(first_difference("a\nb\n", "a\nc\n"), (2, "b", "c"));
        assert_eq!(first_difference("a\n", "a\nc\n"), (2, "nothing", "c"));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn tables_are_those_of_the_service_alone() {
        let service = ServiceName::Templates;
        let database = crate::fresh(&crate::Template::of_service(service, Vec::new())).await;
        let mut owner = Conn::establish(&database.owner_url(service)).await.expect("the database answers");
        let sql = "CREATE TABLE plans (id uuid PRIMARY KEY, name text)";
        diesel::sql_query(sql).execute(&mut owner).await.expect("the owner may create tables");

        let expected =
            "diesel::table! {\n    plans (id) {\n        id -> Uuid,\n        name -> Nullable<Text>,\n    }\n}\n";
        assert_eq!(tables(&database.owner_url(service)).await, expected);
    }
}

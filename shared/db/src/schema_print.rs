//! `diesel::table!` definitions from the catalogue, as `diesel print-schema` writes them: a test compares them with `schema.rs`.

use diesel::QueryableByName;
use diesel::sql_types::{Bool, Integer, Nullable, Text};
use diesel_async::RunQueryDsl as _;

use crate::Conn;
use crate::classify::Classify as _;
use crate::fault::DbFault;

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    name: String,
    /// The type's name in the catalogue, of the element for an array.
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Bool)]
    is_array: bool,
    #[diesel(sql_type = Bool)]
    is_nullable: bool,
    #[diesel(sql_type = Nullable<Integer>)]
    max_length: Option<i32>,
    /// The place in the primary key, from 1; none outside it.
    #[diesel(sql_type = Nullable<Integer>)]
    key: Option<i32>,
}

/// The definitions of these tables in the connection's first schema, in this order, with an empty line between two. No
/// `joinable!` and no `allow_tables_to_appear_in_same_query!`.
///
/// # Errors
/// `Other` for a table that is not there or has no primary key.
pub async fn tables(conn: &mut Conn, names: &[&str]) -> Result<String, DbFault> {
    let mut blocks = Vec::with_capacity(names.len());
    for table in names {
        blocks.push(block(table, &columns(conn, table).await?)?);
    }
    Ok(blocks.join("\n"))
}

async fn columns(conn: &mut Conn, table: &str) -> Result<Vec<Column>, DbFault> {
    let sql = "SELECT a.attname::text AS name, \
                 coalesce(element.typname, t.typname)::text AS kind, \
                 element.oid IS NOT NULL AS is_array, \
                 NOT a.attnotnull AS is_nullable, \
                 CASE WHEN t.typname IN ('varchar', 'bpchar') AND a.atttypmod > 4 THEN a.atttypmod - 4 END AS max_length, \
                 array_position(pk.conkey, a.attnum) AS key \
               FROM pg_attribute a \
               JOIN pg_class c ON c.oid = a.attrelid \
               JOIN pg_type t ON t.oid = a.atttypid \
               LEFT JOIN pg_type element ON t.typcategory = 'A' AND element.oid = t.typelem \
               LEFT JOIN pg_constraint pk ON pk.conrelid = c.oid AND pk.contype = 'p' \
               WHERE c.relname = $1 AND c.relnamespace = current_schema()::regnamespace \
                 AND a.attnum > 0 AND NOT a.attisdropped \
               ORDER BY a.attnum";
    diesel::sql_query(sql).bind::<Text, _>(table).load(conn).await.db()
}

fn block(table: &str, columns: &[Column]) -> Result<String, DbFault> {
    let mut key: Vec<_> =
        columns.iter().filter_map(|column| Some((column.key?, rust_name(table, &column.name)))).collect();
    if key.is_empty() {
        return Err(DbFault::Other(format!("table {table} is not there, or has no primary key")));
    }
    key.sort();
    let key: Vec<_> = key.into_iter().map(|(_, name)| name).collect();
    let mut text = format!("diesel::table! {{\n    {table} ({}) {{\n", key.join(", "));
    for column in columns {
        if let Some(length) = column.max_length {
            text += &format!("        #[max_length = {length}]\n");
        }
        let name = rust_name(table, &column.name);
        if name != column.name {
            text += &format!("        #[sql_name = \"{}\"]\n", column.name);
        }
        text += &format!("        {name} -> {},\n", rust_type(column));
    }
    Ok(text + "    }\n}\n")
}

fn rust_type(column: &Column) -> String {
    let mut letters = column.kind.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    let mut kind: String = first.into_iter().chain(letters).collect();
    if column.is_array {
        kind = format!("Array<Nullable<{kind}>>");
    }
    if column.is_nullable { format!("Nullable<{kind}>") } else { kind }
}

/// Diesel's way out for a column that is called like a keyword or like its table.
fn rust_name(table: &str, column: &str) -> String {
    const KEYWORDS: [&str; 50] = [
        "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn",
        "else", "enum", "extern", "false", "final", "fn", "for", "if", "impl", "in", "let", "loop", "macro", "match",
        "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static", "struct", "super", "trait",
        "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
    ];
    if KEYWORDS.contains(&column) || column == table { format!("{column}_") } else { column.to_owned() }
}

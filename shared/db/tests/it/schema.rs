//! What the catalogue becomes as Rust.

use dialtone_db::{Classify as _, Conn, DbFault, schema_print};
use diesel_async::{AsyncConnection as _, SimpleAsyncConnection as _};

use crate::support::{SERVICE, world};

const TABLE: &str = "
    CREATE TABLE kinds (
        b int NOT NULL,
        a text NOT NULL,
        type varchar(20),
        kinds jsonb,
        tags text[] NOT NULL,
        \"when\" timestamptz NOT NULL DEFAULT now(),
        n numeric(10, 2),
        PRIMARY KEY (a, b)
    )";

const PRINTED: &str = "\
diesel::table! {
    kinds (a, b) {
        b -> Int4,
        a -> Text,
        #[max_length = 20]
        #[sql_name = \"type\"]
        type_ -> Nullable<Varchar>,
        #[sql_name = \"kinds\"]
        kinds_ -> Nullable<Jsonb>,
        tags -> Array<Nullable<Text>>,
        when -> Timestamptz,
        n -> Nullable<Numeric>,
    }
}
";

#[tokio::test]
async fn prints_as_diesel_does() {
    let world = world().await;
    let mut conn = Conn::establish(&world.db.owner_url(SERVICE)).await.expect("the database is there");
    conn.batch_execute(TABLE).await.db().expect("the table is right");
    assert_eq!(schema_print::tables(&mut conn, &["kinds"]).await.expect("it has a key"), PRINTED);
    let missing = schema_print::tables(&mut conn, &["nothing"]).await;
    assert!(matches!(missing, Err(DbFault::Other(_))), "{missing:?}");
}

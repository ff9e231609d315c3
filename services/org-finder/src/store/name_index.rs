//! The index of names, written with the organizations: `model/keys.rs` and `model/spelling.rs` say what stands in it.

use std::collections::BTreeSet;

use dialtone_db::{Classify as _, Conn, DbFault};
use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Integer, SmallInt, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::schema::organizations;
use crate::model::name;
use crate::model::organization::Organization;
use crate::model::words::{telling, words};
use crate::model::{keys, spelling};

/// Rows of one statement.
const ROWS_AT_ONCE: usize = 20_000;

/// What the index must know of an organization.
#[derive(Clone, Debug)]
pub struct Named {
    id: Uuid,
    normalized_name: String,
    region_code: String,
    partner: bool,
}

impl Named {
    /// This organization as it is now.
    pub fn of(organization: &Organization) -> Self {
        let profile = &organization.profile;
        Self {
            id: organization.id.uuid(),
            normalized_name: name::normalize(&profile.display_name),
            region_code: profile.region_code.clone(),
            partner: profile.roles.partner,
        }
    }

    fn keys(&self) -> Vec<i64> {
        keys::of_organization(&self.normalized_name, &self.region_code, self.partner)
    }
}

/// Puts live organizations in; what is there already stays.
pub async fn index_put(c: &mut Conn, organizations: &[Named]) -> Result<(), DbFault> {
    learn(c, organizations).await?;
    let rows: Vec<(i64, Uuid)> =
        organizations.iter().flat_map(|named| named.keys().into_iter().map(|key| (key, named.id))).collect();
    for rows in rows.chunks(ROWS_AT_ONCE) {
        let (keys, ids): (Vec<_>, Vec<_>) = rows.iter().copied().unzip();
        // In the order of the index, which is written faster so.
        let sql = "INSERT INTO name_postings (key, organization_id) \
                   SELECT key, id FROM unnest($1, $2) AS rows (key, id) ORDER BY key, id ON CONFLICT DO NOTHING";
        let query = diesel::sql_query(sql).bind::<Array<BigInt>, _>(keys).bind::<Array<SqlUuid>, _>(ids);
        query.execute(c).await.db()?;
    }
    Ok(())
}

/// Puts an organization in that is back, unless the job has yet to do so.
pub async fn index_return(c: &mut Conn, back: &Organization) -> Result<(), DbFault> {
    if is_in(c, back.id.uuid()).await? { index_put(c, &[Named::of(back)]).await } else { Ok(()) }
}

/// Whether the index has an organization, or had it before it was deleted.
async fn is_in(c: &mut Conn, id: Uuid) -> Result<bool, DbFault> {
    let indexed = organizations::table.find(id).filter(organizations::name_index.gt(0));
    diesel::select(exists(indexed)).get_result(c).await.db()
}

/// Takes an organization out that is deleted.
pub async fn index_remove(c: &mut Conn, was: &Organization) -> Result<(), DbFault> {
    let was = Named::of(was);
    remove(c, was.id, was.keys()).await
}

/// Follows a change, unless the job has yet to put the organization in.
pub async fn index_change(c: &mut Conn, before: &Organization, after: &Organization) -> Result<(), DbFault> {
    let (before, after) = (Named::of(before), Named::of(after));
    let (old, new) = (before.keys(), after.keys());
    if old == new || !is_in(c, before.id).await? {
        return Ok(());
    }
    remove(c, before.id, old.into_iter().filter(|key| new.binary_search(key).is_err()).collect()).await?;
    index_put(c, &[after]).await
}

async fn remove(c: &mut Conn, id: Uuid, keys: Vec<i64>) -> Result<(), DbFault> {
    let sql = "DELETE FROM name_postings WHERE key = ANY ($1) AND organization_id = $2";
    diesel::sql_query(sql).bind::<Array<BigInt>, _>(keys).bind::<SqlUuid, _>(id).execute(c).await.db()?;
    Ok(())
}

#[derive(QueryableByName)]
struct WordRow {
    #[diesel(sql_type = Text)]
    word: String,
}

/// Adds the words to the vocabulary that it has not.
async fn learn(c: &mut Conn, organizations: &[Named]) -> Result<(), DbFault> {
    let all = organizations.iter().flat_map(|named| {
        let words = words(&named.normalized_name);
        telling(&words).into_iter().map(str::to_owned).collect::<Vec<_>>()
    });
    let all: Vec<String> = all.collect::<BTreeSet<_>>().into_iter().collect();
    let sql = "SELECT word FROM unnest($1) AS new (word) \
               WHERE NOT EXISTS (SELECT FROM name_words AS known WHERE known.word = new.word)";
    let new: Vec<WordRow> = diesel::sql_query(sql).bind::<Array<Text>, _>(all).load(c).await.db()?;
    let new: Vec<NewWord> = new.into_iter().map(|row| NewWord::new(row.word)).collect();
    insert_words(c, &new).await?;
    insert_spellings(c, &new).await?;
    insert_tails(c, &new).await
}

struct NewWord {
    word: String,
    /// Another transaction that learns the same word has another number.
    copy: i32,
}

impl NewWord {
    fn new(word: String) -> Self {
        let [a, b, c, d, ..] = Uuid::new_v4().into_bytes();
        Self { word, copy: i32::from_be_bytes([a, b, c, d]) }
    }
}

async fn insert_words(c: &mut Conn, new: &[NewWord]) -> Result<(), DbFault> {
    for new in new.chunks(ROWS_AT_ONCE) {
        let sql = "INSERT INTO name_words (word, copy) SELECT * FROM unnest($1, $2)";
        diesel::sql_query(sql)
            .bind::<Array<Text>, _>(new.iter().map(|new| new.word.as_str()).collect::<Vec<_>>())
            .bind::<Array<Integer>, _>(new.iter().map(|new| new.copy).collect::<Vec<_>>())
            .execute(c)
            .await
            .db()?;
    }
    Ok(())
}

async fn insert_spellings(c: &mut Conn, new: &[NewWord]) -> Result<(), DbFault> {
    let rows = new.iter().flat_map(|new| spelling::Keys::of(&new.word).all().map(move |key| (key, new)));
    let rows: Vec<(i64, &NewWord)> = rows.collect();
    for rows in rows.chunks(ROWS_AT_ONCE) {
        let sql = "INSERT INTO name_spellings (key, word, copy) SELECT * FROM unnest($1, $2, $3) ORDER BY 1";
        diesel::sql_query(sql)
            .bind::<Array<BigInt>, _>(rows.iter().map(|row| row.0).collect::<Vec<_>>())
            .bind::<Array<Text>, _>(rows.iter().map(|row| row.1.word.as_str()).collect::<Vec<_>>())
            .bind::<Array<Integer>, _>(rows.iter().map(|row| row.1.copy).collect::<Vec<_>>())
            .execute(c)
            .await
            .db()?;
    }
    Ok(())
}

async fn insert_tails(c: &mut Conn, new: &[NewWord]) -> Result<(), DbFault> {
    let rows = new.iter().flat_map(|new| {
        // The same letter many times has the same tail many times.
        let tails: BTreeSet<_> = spelling::tails(&new.word).into_iter().collect();
        tails.into_iter().map(move |tail| (tail, new))
    });
    let rows: Vec<(String, &NewWord)> = rows.collect();
    for rows in rows.chunks(ROWS_AT_ONCE) {
        let sql = "INSERT INTO name_tails (tail, word, copy) SELECT * FROM unnest($1, $2, $3)";
        diesel::sql_query(sql)
            .bind::<Array<Text>, _>(rows.iter().map(|row| row.0.as_str()).collect::<Vec<_>>())
            .bind::<Array<Text>, _>(rows.iter().map(|row| row.1.word.as_str()).collect::<Vec<_>>())
            .bind::<Array<Integer>, _>(rows.iter().map(|row| row.1.copy).collect::<Vec<_>>())
            .execute(c)
            .await
            .db()?;
    }
    Ok(())
}

#[derive(QueryableByName)]
struct NamedRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    normalized_name: String,
    #[diesel(sql_type = Text)]
    region_code: String,
    #[diesel(sql_type = Bool)]
    is_partner: bool,
}

/// Puts organizations in that are not in the index's present form, at most `limit`; says how many. Those that another transaction
/// changes are left for the next time.
pub async fn index_catch_up(c: &mut Conn, limit: i64) -> Result<i64, DbFault> {
    // The number stands in the index's condition, too: the two are changed together.
    const { assert!(keys::FORM == 2) };
    let sql = "SELECT id, normalized_name, region_code, is_partner FROM organizations \
               WHERE name_index < 2 AND deleted IS NULL ORDER BY id LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED";
    let rows: Vec<NamedRow> = diesel::sql_query(sql).bind::<BigInt, _>(limit).load(c).await.db()?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let named = rows.into_iter().map(|row| Named {
        id: row.id,
        normalized_name: row.normalized_name,
        region_code: row.region_code,
        partner: row.is_partner,
    });
    index_put(c, &named.collect::<Vec<_>>()).await?;
    let sql = "UPDATE organizations SET name_index = $2 WHERE id = ANY ($1)";
    let count = ids.len() as i64;
    diesel::sql_query(sql).bind::<Array<SqlUuid>, _>(ids).bind::<SmallInt, _>(keys::FORM).execute(c).await.db()?;
    Ok(count)
}

//! What a merge does to requests for full administration and to completed set-ups: they go over, whoever stands at the other end.

use dialtone_db::{Classify as _, Conn, DbFault};
use diesel::sql_types::{Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;

use super::merge::Merge;
use super::merge_row::Kind;
use crate::model::access::PartnerLink;
use crate::model::access_request::AccessRequest;

/// Requests and set-ups of the duplicate go over to the survivor. Behind stays a request between the two, and one that is pending
/// where the survivor has a pending one with the same other end.
pub async fn requests_move(c: &mut Conn, merge: &Merge) -> Result<(), DbFault> {
    for (kind, other) in [(Kind::RequestCustomer, "partner_id"), (Kind::RequestPartner, "organization_id")] {
        let (table, owner, ..) = kind.place();
        let which = format!(
            "t.{other} <> $2 AND NOT (t.state = 'PENDING' AND EXISTS (SELECT FROM {table} AS s \
             WHERE s.{owner} = $2 AND s.{other} = t.{other} AND s.state = 'PENDING'))"
        );
        all_move(c, merge, kind, &which).await?;
    }
    all_move(c, merge, Kind::SetupCustomer, "true").await?;
    all_move(c, merge, Kind::SetupPartner, "true").await
}

async fn all_move(c: &mut Conn, merge: &Merge, kind: Kind, which: &str) -> Result<(), DbFault> {
    let (table, owner, key, _) = kind.place();
    let sql = format!(
        "WITH moved AS (UPDATE {table} AS t SET {owner} = $2 WHERE t.{owner} = $3 AND {which} RETURNING t.{key}) \
         INSERT INTO organization_merge_rows (merge_id, kind, key) SELECT $1, $4, {key}::text FROM moved"
    );
    diesel::sql_query(sql)
        .bind::<SqlUuid, _>(merge.id.uuid())
        .bind::<SqlUuid, _>(merge.survivor.uuid())
        .bind::<SqlUuid, _>(merge.duplicate.uuid())
        .bind::<Text, _>(kind.as_str())
        .execute(c)
        .await
        .db()?;
    Ok(())
}

/// An approval is for good: no undo takes from a link what a merge gave it first, and the request stays with the link that it raised,
/// if that did not go over itself.
pub async fn approval_keep(c: &mut Conn, request: &AccessRequest, link: &PartnerLink) -> Result<(), DbFault> {
    let sql = "WITH m AS (SELECT id FROM organization_merges WHERE survivor_id IN ($1, $2)), \
        raised AS (DELETE FROM organization_merge_rows WHERE merge_id IN (SELECT id FROM m) \
          AND kind IN ('CUSTOMER', 'PARTNER') AND key = $3 AND before IS NOT NULL) \
        DELETE FROM organization_merge_rows AS r WHERE merge_id IN (SELECT id FROM m) \
          AND kind IN ('REQUEST_CUSTOMER', 'REQUEST_PARTNER') AND key = $4 \
          AND NOT EXISTS (SELECT FROM organization_merge_rows AS l WHERE l.merge_id = r.merge_id \
            AND l.kind IN ('CUSTOMER', 'PARTNER') AND l.key = $3 AND l.before IS NULL)";
    diesel::sql_query(sql)
        .bind::<SqlUuid, _>(request.partner.uuid())
        .bind::<SqlUuid, _>(request.customer().uuid())
        .bind::<Text, _>(link.name.link.uuid().to_string())
        .bind::<Text, _>(request.name.request.uuid().to_string())
        .execute(c)
        .await
        .db()?;
    Ok(())
}

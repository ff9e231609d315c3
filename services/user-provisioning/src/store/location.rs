//! Rows of locations.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use dialtone_db::{Classify as _, Conn, DbFault};
use dialtone_ids::{LocationId, LocationName, OrganizationId};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::schema::locations;
use super::{read_json, read_word, write_json};
use crate::model::location::{Location, LocationKind, Place};

#[derive(Queryable, Selectable)]
#[diesel(table_name = locations, check_for_backend(diesel::pg::Pg))]
struct LocationRow {
    id: Uuid,
    organization_id: Uuid,
    display_name: String,
    kind: String,
    address: serde_json::Value,
    time_zone: String,
    language_code: String,
    version: i64,
    created: DateTime<Utc>,
    updated: DateTime<Utc>,
}

impl LocationRow {
    fn into_model(self) -> Result<Location, DbFault> {
        Ok(Location {
            name: LocationName::new(OrganizationId::from_uuid(self.organization_id), LocationId::from_uuid(self.id)),
            place: Place {
                display_name: self.display_name,
                kind: read_word("kind", &LocationKind::ALL, LocationKind::as_str, &self.kind)?,
                address: read_json("address", self.address)?,
                time_zone: self.time_zone,
                language_code: self.language_code,
            },
            version: self.version,
            created: self.created,
            updated: self.updated,
        })
    }
}

/// Inserts a location; none if one of this display name, or the headquarters, is there already.
pub async fn location_insert(c: &mut Conn, name: LocationName, place: &Place) -> Result<Option<Location>, DbFault> {
    let row: Option<LocationRow> = diesel::insert_into(locations::table)
        .values((
            locations::id.eq(name.location.uuid()),
            locations::organization_id.eq(name.organization.uuid()),
            locations::display_name.eq(&place.display_name),
            locations::kind.eq(place.kind.as_str()),
            locations::address.eq(write_json(&place.address)?),
            locations::time_zone.eq(&place.time_zone),
            locations::language_code.eq(&place.language_code),
        ))
        .on_conflict_do_nothing()
        .returning(LocationRow::as_returning())
        .get_result(c)
        .await
        .optional()
        .db()?;
    row.map(LocationRow::into_model).transpose()
}

/// The customer's headquarters, if it has one.
pub async fn location_headquarters(
    c: &mut Conn,
    organization: OrganizationId,
) -> Result<Option<LocationName>, DbFault> {
    let id: Option<Uuid> = locations::table
        .filter(locations::organization_id.eq(organization.uuid()))
        .filter(locations::kind.eq(LocationKind::Headquarters.as_str()))
        .select(locations::id)
        .first(c)
        .await
        .optional()
        .db()?;
    Ok(id.map(|id| LocationName::new(organization, LocationId::from_uuid(id))))
}

/// The customer's location of this display name, if it has one.
pub async fn location_called(
    c: &mut Conn,
    organization: OrganizationId,
    display_name: &str,
) -> Result<Option<LocationName>, DbFault> {
    let id: Option<Uuid> = locations::table
        .filter(locations::organization_id.eq(organization.uuid()))
        .filter(locations::display_name.eq(display_name))
        .select(locations::id)
        .first(c)
        .await
        .optional()
        .db()?;
    Ok(id.map(|id| LocationName::new(organization, LocationId::from_uuid(id))))
}

/// Reads one location; [`DbFault::NotFound`] without it.
pub async fn location_get(c: &mut Conn, name: LocationName) -> Result<Location, DbFault> {
    locations::table
        .filter(locations::organization_id.eq(name.organization.uuid()))
        .filter(locations::id.eq(name.location.uuid()))
        .select(LocationRow::as_select())
        .first(c)
        .await
        .db()?
        .into_model()
}

/// One page of a customer's locations, oldest first, after `after`.
pub async fn location_list(
    c: &mut Conn,
    organization: OrganizationId,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Location>, DbFault> {
    let rows: Vec<LocationRow> = locations::table
        .filter(locations::organization_id.eq(organization.uuid()))
        .filter(locations::id.gt(after.unwrap_or(Uuid::nil())))
        .select(LocationRow::as_select())
        .order(locations::id)
        .limit(limit)
        .load(c)
        .await
        .db()?;
    rows.into_iter().map(LocationRow::into_model).collect()
}

/// Which of these are locations of the customer.
pub async fn locations_known(
    c: &mut Conn,
    organization: OrganizationId,
    ids: &[LocationId],
) -> Result<HashSet<LocationId>, DbFault> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.uuid()).collect();
    let known: Vec<Uuid> = locations::table
        .filter(locations::organization_id.eq(organization.uuid()))
        .filter(locations::id.eq_any(ids))
        .select(locations::id)
        .load(c)
        .await
        .db()?;
    Ok(known.into_iter().map(LocationId::from_uuid).collect())
}

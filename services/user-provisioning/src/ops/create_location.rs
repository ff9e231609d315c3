//! Creates a location of a customer.

use dialtone_authz::Ctx;
use dialtone_db::history::Change;
use dialtone_db::{Conn, Mutation};
use dialtone_ids::{LocationId, LocationName, OrganizationId};

use super::record_all;
use crate::App;
use crate::error::Error;
use crate::model::location::{Location, LocationKind, Place};
use crate::store::{location, op::Op};

/// The location as created. Refused when the customer has its headquarters, or a location of this display name.
pub async fn run(
    app: &App,
    ctx: &Ctx,
    mutation: &Mutation,
    customer: OrganizationId,
    place: Place,
) -> Result<Location, Error> {
    let name = LocationName::new(customer, LocationId::new());
    app.store
        .mutate(Op::LocationCreate, ctx, mutation, async |c: &mut Conn| {
            let inserted = location::location_insert(c, name, &place).await.map_err(Error::Db)?;
            let Some(created) = inserted else { return Err(in_the_way(c, customer, &place).await) };
            let change = Change {
                tenant: Some(customer.uuid()),
                resource: name.to_string(),
                verb: "location.created",
                before: None,
                after: Some(created.view()),
            };
            record_all(c, ctx, &[change]).await.map_err(Error::Db)?;
            Ok(created)
        })
        .await
}

/// Which location did not let the new one in. Headquarters first: whoever repeats their creation wants to know that they are there.
async fn in_the_way(c: &mut Conn, customer: OrganizationId, place: &Place) -> Error {
    if place.kind == LocationKind::Headquarters {
        match location::location_headquarters(c, customer).await {
            Ok(Some(there)) => return Error::HeadquartersExists(there),
            Ok(None) => {}
            Err(fault) => return Error::Db(fault),
        }
    }
    match location::location_called(c, customer, &place.display_name).await {
        Ok(Some(there)) => Error::LocationExists(there),
        // Gone between the two statements; the whole transaction runs again.
        Ok(None) => Error::Db(dialtone_db::DbFault::Serialization),
        Err(fault) => Error::Db(fault),
    }
}

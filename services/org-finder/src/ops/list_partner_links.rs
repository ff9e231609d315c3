//! Lists the links of an organization, by the organization at the other end.

use dialtone_authz::Ctx;
use dialtone_db::Conn;
use dialtone_ids::OrganizationId;
use uuid::Uuid;

use super::{cut, page_size};
use crate::App;
use crate::error::Error;
use crate::model::access::PartnerLink;
use crate::store::op::Op;
use crate::store::partner_link::{self, Side};

/// What is asked for.
pub struct Input {
    pub organization: OrganizationId,
    /// Those in which it is the customer, instead of those in which it is the partner.
    pub as_customer: bool,
    pub page_size: i32,
    pub page_token: String,
}

/// One page, and the token of the next; empty on the last.
pub async fn run(app: &App, ctx: &Ctx, input: Input) -> Result<(Vec<PartnerLink>, String), Error> {
    let Input { organization, as_customer, .. } = input;
    let scope = format!("partner links of {organization} {as_customer}");
    let after: Option<Uuid> = app.pager.open(&input.page_token, &scope).map_err(|_| Error::BadPageToken)?;
    let size = page_size(input.page_size);
    let side = if as_customer { Side::Customer(organization) } else { Side::Partner(organization) };
    let read = async |c: &mut Conn| partner_link::partner_link_list(c, side, after, size as i64 + 1).await;
    let mut page = app.store.read(Op::PartnerLinkList, ctx, read).await.map_err(Error::Db)?;
    let other = |link: &PartnerLink| if as_customer { link.name.organization } else { link.customer };
    let next = cut(&mut page, size).map(|last| app.pager.seal(&other(last).uuid(), &scope));
    Ok((page, next.unwrap_or_default()))
}

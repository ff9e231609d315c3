//! Lists requests for full administration, newest first.

use dialtone_authz::Ctx;
use dialtone_db::Conn;
use dialtone_ids::OrganizationId;
use uuid::Uuid;

use super::{cut, page_size};
use crate::App;
use crate::error::Error;
use crate::model::access_request::{AccessRequest, State};
use crate::store::access_request::{self, Side};
use crate::store::op::Op;

/// What is asked for.
pub struct Input {
    pub organization: OrganizationId,
    /// Those that it made, instead of those made to it.
    pub sent: bool,
    /// Only those that stand so.
    pub state: Option<State>,
    pub page_size: i32,
    pub page_token: String,
}

/// One page, and the token of the next; empty on the last.
pub async fn run(app: &App, ctx: &Ctx, input: Input) -> Result<(Vec<AccessRequest>, String), Error> {
    let Input { organization, sent, state, .. } = input;
    let which = state.map_or("", State::as_str);
    let scope = format!("access requests of {organization} {sent} {which}");
    let after: Option<Uuid> = app.pager.open(&input.page_token, &scope).map_err(|_| Error::BadPageToken)?;
    let size = page_size(input.page_size);
    let side = if sent { Side::Partner(organization) } else { Side::Customer(organization) };
    let read = async |c: &mut Conn| access_request::access_request_list(c, side, state, after, size as i64 + 1).await;
    let mut page = app.store.read(Op::AccessRequestList, ctx, read).await.map_err(Error::Db)?;
    let next = cut(&mut page, size).map(|last| app.pager.seal(&last.name.request.uuid(), &scope));
    Ok((page, next.unwrap_or_default()))
}

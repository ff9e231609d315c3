//! Refusals that name others: each caller is told only of those that it may see, and of the rest how many they are.

use dialtone_authz::Ctx;
use dialtone_ids::OrganizationId;
use tonic::Status;

use super::{Api, refused, status};
use crate::error::Error;
use crate::model::offer::InTheWay;

impl Api {
    /// An op's answer, or its refusal for this caller.
    pub(super) async fn told<T>(&self, ctx: &Ctx, answer: Result<T, Error>) -> Result<T, Status> {
        let error = match answer {
            Ok(answer) => return Ok(answer),
            Err(Error::PlanInUse { plans, holders }) => {
                let holders = self.visible(ctx, holders, |holder| holder.organization()).await;
                Error::PlanInUse { plans, holders }
            }
            Err(Error::PlanOfferedBelow { plans, offers }) => {
                let offers = self.visible(ctx, offers, |offer| offer.partner).await;
                Error::PlanOfferedBelow { plans, offers }
            }
            Err(other) => other,
        };
        Err(refused(status::fault(error)))
    }

    async fn visible<T>(&self, ctx: &Ctx, all: InTheWay<T>, of: impl Fn(&T) -> OrganizationId) -> InTheWay<T> {
        let mut first = Vec::new();
        for one in all.first {
            // Whoever cannot be asked about is not shown: the refusal itself stands.
            if self.may_reach(ctx, of(&one)).await.unwrap_or(false) {
                first.push(one);
            }
        }
        InTheWay { count: all.count, first }
    }
}

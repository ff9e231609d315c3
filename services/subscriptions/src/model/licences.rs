//! What a set-up changes in a customer's licences.

use std::collections::{BTreeMap, BTreeSet};

use super::item::{Kind, Offering, OwnedItem};
use super::subscription::Subscription;

/// What happens to one kind of licence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub offering: Offering,
    pub sku: String,
    pub now: i64,
    pub after: i64,
}

/// What set-up would change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// One line per offering and article, in this order.
    pub changes: Vec<Change>,
    pub convertible_trials: Vec<String>,
    pub add_ons: Vec<String>,
    pub to_set_up: Vec<Offering>,
}

/// Compares what the customer's active subscriptions have, `owned`, with what comes when all of `subscription` is set up.
pub fn preview(subscription: &Subscription, owned: &[OwnedItem]) -> Preview {
    let mut lines: BTreeMap<(Offering, &str), (i64, i64)> = BTreeMap::new();
    for in_use in owned.iter().filter(|owned| owned.set_up) {
        let line = lines.entry((in_use.item.offering, &in_use.item.sku)).or_default();
        line.0 += i64::from(in_use.item.quantity);
        line.1 += i64::from(in_use.item.quantity);
    }
    let coming = || subscription.items.iter().filter(|owned| !owned.set_up);
    for new in coming() {
        lines.entry((new.item.offering, &new.item.sku)).or_default().1 += i64::from(new.item.quantity);
    }
    let changes =
        lines.into_iter().map(|((offering, sku), (now, after))| Change { offering, sku: sku.into(), now, after });
    let skus = |kind: Kind| -> Vec<String> {
        let all = owned.iter().chain(coming()).filter(|owned| owned.item.kind == kind);
        all.map(|owned| owned.item.sku.clone()).collect::<BTreeSet<_>>().into_iter().collect()
    };
    let to_set_up: BTreeSet<_> = coming().map(|owned| owned.item.offering).collect();
    Preview {
        changes: changes.collect(),
        convertible_trials: skus(Kind::Trial),
        add_ons: skus(Kind::AddOn),
        to_set_up: to_set_up.into_iter().collect(),
    }
}

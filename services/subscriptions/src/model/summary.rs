//! The order summary as text. A pure function of what it shows: the same state gives the same bytes.

use std::fmt::{self, Write as _};

use super::case::Case;
use super::location::Headquarters;
use super::order::WhoFor;

/// What a summary shows besides the case itself.
pub struct Surroundings {
    pub partner_name: Option<String>,
    pub customer_name: String,
    pub headquarters: Option<Headquarters>,
}

/// The summary as plain text, UTF-8, lines ended by `\n`.
pub fn text(case: &Case, around: &Surroundings) -> String {
    let mut out = String::new();
    write(&mut out, case, around).expect("writing to a String does not fail");
    out
}

fn write(out: &mut String, case: &Case, around: &Surroundings) -> fmt::Result {
    let (order, subscription) = (&case.order, &case.subscription);
    writeln!(out, "ORDER SUMMARY {}\n", order.order_number)?;
    row(out, "Order", &order.name.to_string())?;
    row(out, "Subscription", &subscription.name.to_string())?;
    row(out, "State", subscription.state.as_str())?;
    row(out, "Ordered", &day(order.created))?;
    if let Some(activated) = subscription.activated {
        row(out, "Active since", &day(activated))?;
    }
    row(out, "Seller", &format!("{} <{}>", order.seller_name, order.seller_email))?;
    row(out, "Set up by", &format!("{}{}", order.contact_email, who(order.who_for)))?;
    if let (Some(name), Some(partner)) = (&around.partner_name, subscription.partner) {
        row(out, "Partner", &format!("{name} ({partner})"))?;
    }
    if let Some(customer) = subscription.customer {
        row(out, "Customer", &format!("{} ({customer})", around.customer_name))?;
    }
    if let Some(headquarters) = &around.headquarters {
        row(out, "Headquarters", &format!("{}: {}", headquarters.display_name, headquarters.one_line()))?;
        row(out, "", &format!("{}, {}", headquarters.time_zone, headquarters.language_code))?;
    }
    items(out, case)
}

fn items(out: &mut String, case: &Case) -> fmt::Result {
    let items = &case.subscription.items;
    let skus = items.iter().map(|owned| owned.item.sku.len()).chain([7]).max().unwrap_or(7);
    writeln!(out, "\n{:<skus$}  {:<15}  {:<6}  {:>9}  Set up", "Article", "Service", "Kind", "Licences")?;
    for owned in items {
        let item = &owned.item;
        let set_up = if owned.set_up { "yes" } else { "no" };
        let (service, kind) = (item.offering.as_str(), item.kind.as_str());
        writeln!(out, "{:<skus$}  {service:<15}  {kind:<6}  {:>9}  {set_up}", item.sku, item.quantity)?;
    }
    let total: i64 = items.iter().map(|owned| i64::from(owned.item.quantity)).sum();
    writeln!(out, "{:<skus$}  {:<15}  {:<6}  {total:>9}", "Total", "", "")
}

fn row(out: &mut String, label: &str, value: &str) -> fmt::Result {
    // A value is somebody's text: a line break in it would look like a line of ours.
    let value: String = value.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    writeln!(out, "{label:<14}{value}")
}

fn day(time: chrono::DateTime<chrono::Utc>) -> String {
    time.format("%Y-%m-%d").to_string()
}

fn who(answer: Option<WhoFor>) -> &'static str {
    match answer {
        Some(WhoFor::ForCustomer) => ", for a customer",
        Some(WhoFor::ForOwnCompany) => ", for the own company",
        Some(WhoFor::SomeoneElse) | None => "",
    }
}

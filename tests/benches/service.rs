//! org-finder against pgbench with the SQL that org-finder sends, on the same server, as the same role, with as many at once.

use std::sync::Arc;

use anyhow::ensure;
use dialtone_proto::orgfinder::v1::{
    MatchOrganizationsRequest, MatchOrganizationsResponse, Organization, OrganizationRole,
};

use crate::exchange::{Exchange, Target};
use crate::figures::{Series, print_goal, print_table};
use crate::gateway::get_organization;
use crate::load::{self, Pressure, Rounds};
use crate::organizations::shared_domain;
use crate::pgbench::{Script, Sending};
use crate::stand::Stand;
use crate::statements::{self, Statement};

/// As many calls under way as pgbench has clients; fewer than the service may have connections.
const PRESSURE: Pressure = Pressure { connections: 2, calls: 4 };
const CLIENTS: usize = PRESSURE.connections * PRESSURE.calls;

/// A method that is measured.
#[derive(Clone, Copy)]
enum Method {
    Get,
    Match,
}

impl Method {
    fn name(self) -> &'static str {
        match self {
            Self::Get => "GetOrganization",
            Self::Match => "MatchOrganizations",
        }
    }

    fn path(self) -> &'static str {
        match self {
            Self::Get => "/dialtone.orgfinder.v1.OrganizationService/GetOrganization",
            Self::Match => "/dialtone.orgfinder.v1.OrgFinderService/MatchOrganizations",
        }
    }

    /// The least part of pgbench's rate.
    fn goal(self) -> f64 {
        match self {
            Self::Get => 0.5,
            Self::Match => 0.35,
        }
    }

    async fn exchange(self, target: &Target, organization: &Organization) -> anyhow::Result<Exchange> {
        match self {
            Self::Get => get_organization(target, organization).await,
            Self::Match => match_organizations(target, organization).await,
        }
    }

    /// The value of a parameter by which the call's statements are found.
    fn mark(self, organization: &Organization) -> anyhow::Result<String> {
        Ok(match self {
            Self::Get => organization.name.trim_start_matches("organizations/").to_owned(),
            Self::Match => contact(organization)?,
        })
    }
}

/// Somebody at the domain that three organizations share; each organization's own somebody.
fn contact(organization: &Organization) -> anyhow::Result<String> {
    let person = organization.display_name.to_lowercase().replace(' ', "-");
    Ok(format!("{person}@{}", shared_domain(organization)?))
}

async fn match_organizations(target: &Target, organization: &Organization) -> anyhow::Result<Exchange> {
    let request = MatchOrganizationsRequest {
        contact_email: contact(organization)?,
        role: OrganizationRole::Customer.into(),
        company_name: organization.display_name.clone(),
    };
    Exchange::learn::<MatchOrganizationsResponse>(target, &request, |answer| {
        let best = answer.candidates.first().map(|candidate| candidate.organization.as_str());
        ensure!(best == Some(&organization.name), "{} is not the best match of its own contact", organization.name);
        Ok(())
    })
    .await
}

/// Rates in each round.
#[derive(Default)]
struct Rates {
    service: Series,
    again: Series,
    one_by_one: Series,
    pipelined: Series,
}

/// Measures and prints both methods.
pub async fn compare(stand: &Stand, organizations: &[Organization], rounds: Rounds) -> anyhow::Result<()> {
    for method in [Method::Get, Method::Match] {
        compare_method(stand, method, organizations, rounds).await?;
    }
    Ok(())
}

async fn compare_method(
    stand: &Stand,
    method: Method,
    organizations: &[Organization],
    rounds: Rounds,
) -> anyhow::Result<()> {
    let port = stand.suite.ports.org_finder;
    let target = Target::new(port, method.path(), stand.identity()?)?;
    let mut exchanges = Vec::new();
    let mut calls = Vec::new();
    // One for each client of pgbench, which knows no other way to vary texts.
    for organization in &organizations[..CLIENTS] {
        let exchange = method.exchange(&target, organization).await?;
        calls.push(captured(stand, method, organization, &exchange, &target).await?);
        exchanges.push(exchange);
    }
    let exchanges: Arc<[Exchange]> = exchanges.into();
    let script = |sending, name: &str| Script::write(stand, &format!("{}-{name}", method.name()), &calls, sending);
    let (one_by_one, pipelined) = match (script(Sending::OneByOne, "plain"), script(Sending::Pipelined, "pipelined")) {
        (Ok(one_by_one), Ok(pipelined)) => (one_by_one, pipelined),
        (Err(error), _) | (_, Err(error)) => {
            println!("{} against pgbench is left out: {error:#}", method.name());
            return Ok(());
        }
    };
    let service = async || {
        let target = Target::new(port, method.path(), stand.identity()?)?;
        Ok::<_, anyhow::Error>(load::run(&target, &exchanges, PRESSURE, rounds.seconds, None).await?.rate)
    };
    let mut rates = Rates::default();
    for _ in 0..rounds.count {
        rates.service.push(service().await?);
        rates.one_by_one.push(one_by_one.run(rounds.seconds).await?);
        rates.again.push(service().await?);
        rates.pipelined.push(pipelined.run(rounds.seconds).await?);
    }
    print(method, &rates, rounds, &calls[0]);
    Ok(())
}

/// The statements of a call, which answer by themselves what the service answers.
async fn captured(
    stand: &Stand,
    method: Method,
    organization: &Organization,
    exchange: &Exchange,
    target: &Target,
) -> anyhow::Result<Vec<Statement>> {
    let call = async || exchange.make(target, &mut target.connect().await?).await;
    let statements = statements::of_call(stand, &method.mark(organization)?, call).await?;
    let rows = statements::rows(stand, &statements).await?.join("\n");
    let told = [&organization.name["organizations/".len()..], &organization.display_name, shared_domain(organization)?];
    for part in told {
        ensure!(rows.contains(part), "the statements of {} do not find {part}:\n{rows}", method.name());
    }
    Ok(statements)
}

fn print(method: Method, rates: &Rates, rounds: Rounds, call: &[Statement]) {
    println!(
        "\n{} at the service against pgbench with its {} statements: {} rounds of {} s, {CLIENTS} at once;\n\
         medians (least..most). The service logs each call.\n",
        method.name(),
        call.len(),
        rounds.count,
        rounds.seconds,
    );
    let rows: Vec<_> = [
        ("the service", &rates.service),
        ("the service again", &rates.again),
        ("pgbench, prepared", &rates.one_by_one),
        ("pgbench, prepared, pipelined as the service does", &rates.pipelined),
    ]
    .into_iter()
    .map(|(name, series)| vec![name.to_owned(), series.spread(0), rates.service.over(series).spread(2)])
    .collect();
    print_table(&["", "calls/s", "the service by it"], &rows);
    println!();
    print_goal("the service's calls, of pgbench's", &rates.service.over(&rates.one_by_one), method.goal(), false);
}

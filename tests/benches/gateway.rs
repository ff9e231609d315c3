//! The gateway against a direct connection and against other proxies, all before the same org-finder.

use std::net::TcpListener;
use std::sync::Arc;

use anyhow::ensure;
use dialtone_ids::ServiceName;
use dialtone_proto::orgfinder::v1::{GetOrganizationRequest, Organization};
use dialtone_suite::process;

use crate::exchange::{Exchange, Target};
use crate::figures::{Series, print_goal, print_table};
use crate::load::{self, Pressure, Rounds};
use crate::proxies::Proxy;
use crate::stand::Stand;

const METHOD: &str = "/dialtone.orgfinder.v1.OrganizationService/GetOrganization";

/// Enough to keep a proxy busy, little enough that calls do not queue for long.
const PRESSURE: Pressure = Pressure { connections: 2, calls: 2 };

/// Of the gateway's CPU time for each call by Envoy's.
const GOAL: f64 = 0.75;

/// What is measured in turn.
struct Subject {
    name: &'static str,
    port: u16,
    /// The process whose CPU time is taken.
    pid: Option<u32>,
    /// Verifies the caller's token; the others pass on an identity that was signed before.
    verifies: bool,
    figures: Figures,
}

#[derive(Default)]
struct Figures {
    rate: Series,
    cpu: Series,
    p50: Series,
    p99: Series,
}

impl Subject {
    fn new(name: &'static str, port: u16, pid: Option<u32>, verifies: bool) -> Self {
        Self { name, port, pid, verifies, figures: Figures::default() }
    }
}

/// Measures and prints.
pub async fn compare(stand: &Stand, organizations: &[Organization], rounds: Rounds) -> anyhow::Result<()> {
    let exchanges = exchanges(stand, organizations).await?;
    let subjects = subjects(stand).await;
    let measured = match subjects {
        Ok(subjects) => measure(stand, subjects, &exchanges, rounds).await,
        Err(error) => Err(error),
    };
    for name in [GATEWAY, LOGGING].into_iter().chain(Proxy::ALL.map(Proxy::name)) {
        process::stop(&stand.suite.layout, name)?;
    }
    print(&measured?, rounds);
    Ok(())
}

/// Every organization's answer as the service gives it, compared with what the list says.
async fn exchanges(stand: &Stand, organizations: &[Organization]) -> anyhow::Result<Arc<[Exchange]>> {
    let target = Target::new(stand.suite.ports.org_finder, METHOD, stand.identity()?)?;
    let mut learnt = Vec::new();
    for organization in organizations {
        learnt.push(get_organization(&target, organization).await?);
    }
    Ok(learnt.into())
}

/// The call of GetOrganization for `organization`, and its answer.
pub async fn get_organization(target: &Target, organization: &Organization) -> anyhow::Result<Exchange> {
    let request = GetOrganizationRequest { name: organization.name.clone() };
    Exchange::learn::<Organization>(target, &request, |answer| {
        ensure!(answer == organization, "GetOrganization and ListOrganizations differ on {}", organization.name);
        Ok(())
    })
    .await
}

const GATEWAY: &str = "gateway-quiet";
const LOGGING: &str = "gateway-logging";

async fn subjects(stand: &Stand) -> anyhow::Result<Vec<Subject>> {
    let upstream = stand.suite.ports.org_finder;
    let port = free_port()?;
    let gateway = stand.start_gateway(GATEWAY, port, "failures").await?;
    let logging_port = free_port()?;
    let logging = stand.start_gateway(LOGGING, logging_port, "all").await?;
    let mut all = vec![
        Subject::new("direct", upstream, None, false),
        Subject::new("direct again", upstream, None, false),
        Subject::new(ServiceName::Gateway.as_str(), port, Some(gateway), true),
        Subject::new("gateway again", port, Some(gateway), true),
        Subject::new("gateway, logging calls", logging_port, Some(logging), true),
    ];
    for proxy in Proxy::ALL {
        let port = free_port()?;
        match proxy.start(stand, port, upstream).await {
            Ok(pid) => all.push(Subject::new(proxy.name(), port, Some(pid), false)),
            Err(error) => println!("{} is left out: {error:#}", proxy.name()),
        }
    }
    Ok(all)
}

fn free_port() -> anyhow::Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

async fn measure(
    stand: &Stand,
    mut subjects: Vec<Subject>,
    exchanges: &Arc<[Exchange]>,
    rounds: Rounds,
) -> anyhow::Result<Vec<Subject>> {
    for round in 0..rounds.count {
        for subject in &mut subjects {
            let credential = if subject.verifies { stand.bearer()? } else { stand.identity()? };
            let target = Target::new(subject.port, METHOD, credential)?;
            let measured = load::run(&target, exchanges, PRESSURE, rounds.seconds, subject.pid).await;
            let measured = measured.map_err(|error| error.context(format!("{}, round {round}", subject.name)))?;
            subject.figures.rate.push(measured.rate);
            subject.figures.p50.push(measured.p50);
            subject.figures.p99.push(measured.p99);
            if let Some(cpu) = measured.cpu {
                subject.figures.cpu.push(cpu);
            }
        }
        // Every other round backwards, so that none always comes after the same one.
        subjects.reverse();
    }
    if !rounds.count.is_multiple_of(2) {
        subjects.reverse();
    }
    Ok(subjects)
}

fn print(subjects: &[Subject], rounds: Rounds) {
    let under_way = PRESSURE.connections * PRESSURE.calls;
    println!(
        "\nGetOrganization through each proxy to one org-finder: {} rounds of {} s, {under_way} calls under way on {} \
         connections,\none worker to each proxy; medians (least..most). The gateway verifies the caller's JWT and all else; the \
         others only forward.\n",
        rounds.count, rounds.seconds, PRESSURE.connections,
    );
    let find = |name: &str| subjects.iter().find(|subject| subject.name == name).map(|subject| &subject.figures);
    let direct = find("direct");
    let envoy = find(Proxy::Envoy.name());
    let rows: Vec<_> = subjects
        .iter()
        .map(|Subject { name, figures, .. }| {
            let added = |own: &Series, base: fn(&Figures) -> &Series| {
                direct.map_or_else(|| "-".to_owned(), |direct| own.less(base(direct)).spread(2))
            };
            let against = envoy.map_or_else(|| "-".to_owned(), |envoy| figures.cpu.over(&envoy.cpu).spread(2));
            vec![
                (*name).to_owned(),
                figures.rate.spread(0),
                figures.cpu.spread(1),
                against,
                format!("{:.2}", figures.p50.median()),
                added(&figures.p50, |f| &f.p50),
                format!("{:.2}", figures.p99.median()),
                added(&figures.p99, |f| &f.p99),
            ]
        })
        .collect();
    let head = ["", "calls/s", "CPU us/call", "of Envoy's", "p50 ms", "added", "p99 ms", "added"];
    print_table(&head, &rows);
    println!();
    if let (Some(gateway), Some(envoy)) = (find(ServiceName::Gateway.as_str()), envoy) {
        print_goal("the gateway's CPU for each call, of Envoy's", &gateway.cpu.over(&envoy.cpu), GOAL, true);
    } else {
        println!("  no comparison with Envoy, which is left out");
    }
}

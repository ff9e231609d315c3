//! SearchOrganizations: what it costs as organizations grow in number, and how well it finds.

mod distort;
mod fill;
mod names;
mod quality;
mod told;

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, ensure};
use dialtone_ids::ServiceName;
use dialtone_proto::orgfinder::v1::{
    MatchOrganizationsRequest, MatchOrganizationsResponse, OrganizationRole, SearchKind, SearchOrganizationsRequest,
    SearchOrganizationsResponse,
};
use dialtone_suite::process;

use self::distort::{Dice, Distortion};
use self::names::{common, made, unheard_of};
use self::told::Mark;
use crate::exchange::{Exchange, Target};
use crate::figures::{Series, print_table};
use crate::load::{self, Pressure, Rounds};
use crate::stand::Stand;

/// Questions of each kind, asked in turn.
const ASKED: usize = 60;
/// The most organizations that are found by a name.
const COMPARED: usize = 50;
/// One at a time: what one question costs.
const PRESSURE: Pressure = Pressure { connections: 1, calls: 1 };
/// What a question may cost at the largest size, of what it costs at the smallest.
const GOAL: f64 = 3.0;
/// The longest that 99 of 100 answers may take at the service, in milliseconds.
const LONGEST: f64 = 5.0;

const SEARCH: &str = "/dialtone.orgfinder.v1.OrgFinderService/SearchOrganizations";
const MATCH: &str = "/dialtone.orgfinder.v1.OrgFinderService/MatchOrganizations";

/// What is asked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Name(Distortion),
    Common,
    Unheard,
    Parent,
    Prefix,
    Match,
}

impl Kind {
    const ALL: [Self; 9] = [
        Self::Name(Distortion::AsItIs),
        Self::Name(Distortion::OneTypo),
        Self::Name(Distortion::TwoTypos),
        Self::Name(Distortion::Reordered),
        Self::Common,
        Self::Unheard,
        Self::Parent,
        Self::Prefix,
        Self::Match,
    ];

    fn name(self) -> String {
        match self {
            Self::Name(distortion) => format!("name, {}", distortion.name()),
            Self::Common => "name, common words only".to_owned(),
            Self::Unheard => "name, no hit".to_owned(),
            Self::Parent => "domain, below one".to_owned(),
            Self::Prefix => "domain, how it begins".to_owned(),
            Self::Match => "MatchOrganizations".to_owned(),
        }
    }

    /// The question about this organization, and whether it must be among the answers.
    fn question(self, number: usize) -> Option<(SearchOrganizationsRequest, bool)> {
        let organization = made(number);
        let (kind, query, must) = match self {
            Self::Name(distortion) => {
                let exactly = !matches!(distortion, Distortion::OneTypo | Distortion::TwoTypos);
                (SearchKind::Name, distortion.apply(&organization.name, &mut Dice::new(number as u64))?, exactly)
            }
            Self::Common => (SearchKind::Name, common(number), false),
            Self::Unheard => (SearchKind::Name, unheard_of(number), false),
            Self::Parent => (SearchKind::Domain, format!("mail.{}", organization.domain), true),
            // All but two digits of its number: at most a hundred begin so, whatever the size.
            Self::Prefix => {
                let label = organization.domain.split('.').next().unwrap_or_default();
                (SearchKind::Domain, label[..label.len() - 2].to_owned(), false)
            }
            Self::Match => return None,
        };
        // A page token is sealed anew each time: no answer may have one, or none would be like the one before.
        Some((SearchOrganizationsRequest { query, kind: kind.into(), page_size: 200, ..Default::default() }, must))
    }

    async fn exchange(self, stand: &Stand, number: usize) -> anyhow::Result<Option<Exchange>> {
        let target = self.target(stand)?;
        let own = format!("organizations/{}", made(number).id);
        if self == Self::Match {
            let contact_email = format!("someone@{}", made(number).domain);
            let role = OrganizationRole::Customer.into();
            let request = MatchOrganizationsRequest { contact_email, role, company_name: made(number).name };
            let check = |answer: &MatchOrganizationsResponse| {
                ensure!(answer.candidates.iter().any(|found| found.organization == own), "{own} is no candidate");
                Ok(())
            };
            return Exchange::learn(&target, &request, check).await.map(Some);
        }
        let Some((request, must)) = self.question(number) else { return Ok(None) };
        let check = |answer: &SearchOrganizationsResponse| {
            let found = answer.organizations.iter().any(|found| found.organization == own);
            // A chain's namesakes may take its place.
            let namesakes =
                answer.organizations.len() >= COMPARED && answer.organizations.iter().all(|o| o.score > 0.98);
            ensure!(found || namesakes || !must, "{:?} does not find {own}", request.query);
            ensure!(self != Self::Unheard || answer.organizations.is_empty(), "{:?} is found", request.query);
            Ok(())
        };
        Exchange::learn(&target, &request, check).await.map(Some)
    }

    fn target(self, stand: &Stand) -> anyhow::Result<Target> {
        Target::new(stand.suite.ports.org_finder, self.path(), stand.identity()?)
    }

    fn path(self) -> &'static str {
        if self == Self::Match { MATCH } else { SEARCH }
    }
}

/// What was measured of one kind at one size.
#[derive(Default)]
struct Cost {
    p50: Series,
    p99: Series,
    /// At the service.
    told: Series,
    cpu: Series,
}

/// How many organizations, each size in a database of its own, which may stay for the next time.
pub struct Sizes<'a> {
    pub sizes: &'a [usize],
    pub keep: bool,
}

/// Measures and prints, at each size or on the organizations of a file.
pub async fn measure(sizes: Sizes<'_>, data: Option<&PathBuf>, asked: usize, rounds: Rounds) -> anyhow::Result<()> {
    let Sizes { sizes, keep } = sizes;
    let mut stands = Vec::new();
    let measured = async {
        if let Some(data) = data {
            stands.push(Stand::up_as("quality").await?);
            return quality::measure(&stands[0], data, asked).await;
        }
        for size in sizes {
            let name = size.to_string();
            stands.push(if keep { Stand::up_kept(&name).await? } else { Stand::up_as(&name).await? });
            fill::fill(&stands[stands.len() - 1], *size).await.with_context(|| format!("filling {size}"))?;
        }
        compare(&stands, sizes, rounds).await
    };
    let measured = measured.await;
    for stand in &stands {
        stand.down(measured.is_err())?;
    }
    measured
}

async fn compare(stands: &[Stand], sizes: &[usize], rounds: Rounds) -> anyhow::Result<()> {
    let mut costs: Vec<Vec<Cost>> = sizes.iter().map(|_| Kind::ALL.iter().map(|_| Cost::default()).collect()).collect();
    let mut exchanges = Vec::new();
    for (stand, size) in stands.iter().zip(sizes) {
        let mut of_size = Vec::new();
        for kind in Kind::ALL {
            of_size.push(learn(stand, kind, *size).await?);
        }
        exchanges.push(of_size);
    }
    for _ in 0..rounds.count {
        for (place, kind) in Kind::ALL.into_iter().enumerate() {
            for (number, stand) in stands.iter().enumerate() {
                let pid = process::running(&stand.suite.layout, ServiceName::OrgFinder.as_str());
                let pid = pid.map(|pid| pid.as_raw().cast_unsigned());
                let target = kind.target(stand)?;
                let begun = Mark::at(stand.suite.layout.log(ServiceName::OrgFinder.as_str()))?;
                let measured = load::run(&target, &exchanges[number][place], PRESSURE, rounds.seconds, pid).await?;
                let cost = &mut costs[number][place];
                cost.p50.push(measured.p50);
                cost.p99.push(measured.p99);
                cost.told.push(begun.p99(kind.path())?);
                cost.cpu.push(measured.cpu.unwrap_or(f64::NAN));
            }
        }
    }
    print(sizes, &costs, rounds);
    Ok(())
}

async fn learn(stand: &Stand, kind: Kind, size: usize) -> anyhow::Result<Arc<[Exchange]>> {
    let mut learnt = Vec::with_capacity(ASKED);
    // Some have nothing to distort.
    for number in (0..size).step_by((size / (2 * ASKED)).max(1)) {
        if learnt.len() < ASKED {
            learnt.extend(kind.exchange(stand, number).await.with_context(|| format!("{} of {size}", kind.name()))?);
        }
    }
    Ok(learnt.into())
}

fn print(sizes: &[usize], costs: &[Vec<Cost>], rounds: Rounds) {
    println!(
        "\nOne question at a time, {ASKED} of each kind in turn, every answer verified: {} rounds of {} s, the sizes in turn;\n\
         medians (least..most) over the rounds.\n",
        rounds.count, rounds.seconds
    );
    let mut rows = Vec::new();
    for (place, kind) in Kind::ALL.into_iter().enumerate() {
        for (number, size) in sizes.iter().enumerate() {
            let (cost, least) = (&costs[number][place], &costs[0][place]);
            let ratio = cost.p50.over(&least.p50);
            let verdict = if ratio.median() <= GOAL && cost.told.median() <= LONGEST { "met" } else { "NOT met" };
            rows.push(vec![
                kind.name(),
                size.to_string(),
                cost.p50.spread(2),
                cost.p99.spread(2),
                cost.told.spread(2),
                cost.cpu.spread(0),
                ratio.spread(2),
                verdict.to_owned(),
            ]);
        }
    }
    let goal = format!("<= {GOAL}x, p99 <= {LONGEST} ms");
    print_table(
        &[
            "",
            "organizations",
            "p50 ms",
            "p99 ms",
            "p99 at the service",
            "service's CPU us",
            "p50 of the first's",
            &goal,
        ],
        &rows,
    );
}

//! How well real names are found: the organizations of a file, asked for by names and domains as people write them.

use std::path::Path;

use anyhow::{Context, ensure};
use dialtone_proto::orgfinder::v1::import_organizations_request::Payload;
use dialtone_proto::orgfinder::v1::org_finder_service_client::OrgFinderServiceClient;
use dialtone_proto::orgfinder::v1::organization_service_client::OrganizationServiceClient;
use dialtone_proto::orgfinder::v1::{
    ImportMode, ImportOptions, ImportOrganizationsRequest, MatchOrganizationsRequest, MatchOutcome, OrganizationRole,
    SearchKind, SearchOrganizationsRequest,
};
use dialtone_suite::caller;
use futures::StreamExt as _;
use serde::Deserialize;
use tonic::Request;
use tonic::metadata::{AsciiMetadataValue, MetadataValue};
use tonic::transport::Channel;

use super::distort::{Dice, Distortion};
use super::fill::admin;
use crate::figures::print_table;
use crate::stand::Stand;

/// Questions under way at once.
const AT_ONCE: usize = 4;
/// Every so many organizations, one has a person in the directory.
const PERSON_EACH: usize = 7;

/// A line of the file, as far as it is needed.
#[derive(Clone, Deserialize)]
struct Line {
    name: String,
    domains: Vec<String>,
}

/// Where the right one stood.
#[derive(Default)]
struct Tally {
    asked: usize,
    first: usize,
    among_five: usize,
}

impl Tally {
    fn add(&mut self, place: Option<usize>) {
        self.asked += 1;
        self.first += usize::from(place == Some(0));
        self.among_five += usize::from(place.is_some_and(|place| place < 5));
    }

    fn row(&self, name: &str) -> Vec<String> {
        let part = |count: usize| format!("{:.4}", count as f64 / self.asked.max(1) as f64);
        vec![name.to_owned(), self.asked.to_string(), part(self.first), part(self.among_five)]
    }
}

struct Finder<'a> {
    stand: &'a Stand,
    channel: Channel,
}

impl Finder<'_> {
    /// A token is good for a minute: each call has its own.
    fn request<T>(&self, message: T) -> anyhow::Result<Request<T>> {
        let (_, identity) = self.stand.identity()?;
        let mut request = Request::new(message);
        let identity: AsciiMetadataValue = MetadataValue::try_from(identity.as_bytes())?;
        request.metadata_mut().insert(dialtone_authz::IDENTITY_HEADER, identity);
        Ok(request)
    }

    /// At which place an organization of this name stands that the test accepts; namesakes cannot be told apart by a name.
    async fn place(
        &self,
        kind: SearchKind,
        query: String,
        right: impl Fn(&str) -> bool,
    ) -> anyhow::Result<Option<usize>> {
        let search = SearchOrganizationsRequest { query, kind: kind.into(), page_size: 5, ..Default::default() };
        let mut client = OrgFinderServiceClient::new(self.channel.clone());
        let answer = client.search_organizations(self.request(search)?).await?.into_inner();
        Ok(answer.organizations.iter().position(|found| right(&found.display_name)))
    }

    async fn outcome(&self, contact_email: String, company_name: &str) -> anyhow::Result<(MatchOutcome, String)> {
        let (role, company_name) = (OrganizationRole::Customer.into(), company_name.to_owned());
        let ask = MatchOrganizationsRequest { contact_email, role, company_name };
        let mut client = OrgFinderServiceClient::new(self.channel.clone());
        let answer = client.match_organizations(self.request(ask)?).await?.into_inner();
        let name = answer.candidates.first().map(|found| found.display_name.clone());
        Ok((answer.outcome(), name.unwrap_or_default()))
    }
}

/// Measures and prints.
pub async fn measure(stand: &Stand, data: &Path, asked: usize) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(data).context("reading DATA")?;
    let lines: Vec<Line> = text.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    let channel = caller::connect(&format!("http://127.0.0.1:{}", stand.suite.ports.org_finder)).await?;
    let finder = Finder { stand, channel };
    let created = import(&finder, &text).await?;
    let chosen: Vec<_> = lines.iter().enumerate().step_by((lines.len() / asked.max(1)).max(1)).collect();
    println!("\n{created} organizations of the file; {} of them are asked for by name", chosen.len());
    let mut rows = Vec::new();
    for distortion in Distortion::ALL {
        let asked = futures::stream::iter(chosen.iter().filter_map(|(number, line)| {
            let written = distortion.apply(&line.name, &mut Dice::new(*number as u64))?;
            Some(finder.place(SearchKind::Name, written, move |name| same(name, &line.name)))
        }));
        rows.push(tally(asked.buffer_unordered(AT_ONCE)).await?.row(distortion.name()));
    }
    let domains = chosen.iter().filter_map(|(_, line)| Some((line, line.domains.first()?)));
    let asked = futures::stream::iter(domains.map(|(line, domain)| {
        let right = move |name: &str| same(name, &line.name);
        finder.place(SearchKind::Domain, format!("mail.{domain}"), right)
    }));
    rows.push(tally(asked.buffer_unordered(AT_ONCE)).await?.row("by a sub-domain"));
    print_table(&["", "asked", "recall at 1", "recall at 5"], &rows);
    matched(&finder, &lines).await
}

/// Names that a person would not tell apart.
fn same(a: &str, b: &str) -> bool {
    let plain = |name: &str| name.to_lowercase().chars().filter(|letter| letter.is_alphanumeric()).collect::<String>();
    plain(a) == plain(b)
}

async fn tally(asked: impl futures::Stream<Item = anyhow::Result<Option<usize>>>) -> anyhow::Result<Tally> {
    let (mut tally, mut asked) = (Tally::default(), std::pin::pin!(asked));
    while let Some(place) = asked.next().await {
        tally.add(place?);
    }
    Ok(tally)
}

async fn import(finder: &Finder<'_>, text: &str) -> anyhow::Result<i64> {
    let options =
        ImportOptions { mode: ImportMode::BestEffort.into(), request_id: String::new(), validate_only: false };
    let chunks = text.as_bytes().chunks(64 * 1024).map(|chunk| Payload::Chunk(chunk.to_vec()));
    let messages = std::iter::once(Payload::Options(options)).chain(chunks);
    let messages: Vec<_> = messages.map(|payload| ImportOrganizationsRequest { payload: Some(payload) }).collect();
    let request = finder.request(tokio_stream::iter(messages))?;
    let answer = OrganizationServiceClient::new(finder.channel.clone()).import_organizations(request).await?;
    let answer = answer.into_inner();
    ensure!(answer.created_count > 0, "nothing was imported: {:?}", answer.issues);
    Ok(answer.created_count)
}

/// Asks for a known person, a stranger at the same domain and one below it, of every organization.
async fn matched(finder: &Finder<'_>, lines: &[Line]) -> anyhow::Result<()> {
    let people = format!(
        "INSERT INTO people (id, organization_id, email, active, last_activity, source_user) \
           SELECT gen_random_uuid(), organization_id, 'known@' || domain, true, now(), '' FROM (SELECT DISTINCT ON (domain) \
             organization_id, domain, row_number() OVER (ORDER BY domain) AS n FROM organization_domains ORDER BY domain, \
             organization_id) AS held WHERE n % {PERSON_EACH} = 0"
    );
    let admin = admin(finder.stand).await?;
    admin.batch_execute(&people).await?;
    let known = "SELECT p.domain, o.display_name FROM people AS p JOIN organizations AS o ON o.id = p.organization_id";
    let known: std::collections::HashMap<String, String> =
        admin.query(known, &[]).await?.iter().map(|row| (row.get(0), row.get(1))).collect();
    let domains: std::collections::BTreeSet<&String> = lines.iter().flat_map(|line| &line.domains).collect();
    let (mut right, mut wrong, mut asked) = (std::collections::BTreeSet::new(), 0, 0);
    for domain in domains {
        for (local, domain) in [("known", domain), ("stranger", domain), ("known", &format!("mail.{domain}"))] {
            // What is below a domain of the file may be another one of it.
            let holder = known.get(domain).filter(|_| local == "known");
            let (outcome, name) = finder.outcome(format!("{local}@{domain}"), "University").await?;
            asked += 1;
            if outcome == MatchOutcome::Matched {
                let fits = holder == Some(&name);
                right.extend(fits.then(|| domain.clone()));
                wrong += usize::from(!fits);
            }
        }
    }
    println!(
        "\n  MatchOrganizations, {asked} contacts: {} of {} known persons MATCHED, {wrong} wrong MATCHED (must be 0)",
        right.len(),
        known.len()
    );
    ensure!(wrong == 0, "{wrong} contacts were matched with an organization that is not theirs");
    Ok(())
}

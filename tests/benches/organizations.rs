//! The organizations of the benchmark: loaded through ImportOrganizations, read back through ListOrganizations.

use anyhow::Context;
use dialtone_proto::orgfinder::v1::import_organizations_request::Payload;
use dialtone_proto::orgfinder::v1::organization_service_client::OrganizationServiceClient;
use dialtone_proto::orgfinder::v1::{
    ImportMode, ImportOptions, ImportOrganizationsRequest, ListOrganizationsRequest, Organization,
};
use dialtone_suite::caller;
use tonic::metadata::MetadataValue;
use tonic::{Request, Status};

use crate::stand::Stand;

/// How many of them are asked for in turn.
pub const ASKED: usize = 64;

/// Bytes per message of the import.
const CHUNK: usize = 64 * 1024;

/// Loads `count` organizations; the first [`ASKED`] of the list.
pub async fn load(stand: &Stand, count: usize) -> anyhow::Result<Vec<Organization>> {
    anyhow::ensure!(count >= ASKED, "at least {ASKED} organizations are needed");
    let (_, identity) = stand.identity()?;
    let identity = MetadataValue::try_from(identity.as_bytes())?;
    let channel = caller::connect(&format!("http://127.0.0.1:{}", stand.suite.ports.org_finder)).await?;
    let mut client = OrganizationServiceClient::with_interceptor(channel, move |mut request: Request<()>| {
        request.metadata_mut().insert(dialtone_authz::IDENTITY_HEADER, identity.clone());
        Ok::<_, Status>(request)
    });
    let answer = client.import_organizations(tokio_stream::iter(messages(count))).await.context("importing")?;
    let answer = answer.into_inner();
    let created = usize::try_from(answer.created_count)?;
    anyhow::ensure!(created == count, "{created} of {count} organizations were created: {:?}", answer.issues);
    let page = ListOrganizationsRequest { page_size: i32::try_from(ASKED)?, ..Default::default() };
    let listed = client.list_organizations(page).await.context("listing")?.into_inner().organizations;
    anyhow::ensure!(listed.len() == ASKED, "{} organizations on the first page", listed.len());
    println!("{created} organizations are loaded; {ASKED} of them are asked for in turn");
    Ok(listed)
}

fn messages(count: usize) -> Vec<ImportOrganizationsRequest> {
    let file: Vec<u8> = (0..count).flat_map(|index| format!("{}\n", line(index)).into_bytes()).collect();
    let options = ImportOptions { mode: ImportMode::Atomic.into(), request_id: String::new(), validate_only: false };
    let chunks = file.chunks(CHUNK).map(|chunk| Payload::Chunk(chunk.to_vec()));
    std::iter::once(Payload::Options(options))
        .chain(chunks)
        .map(|payload| ImportOrganizationsRequest { payload: Some(payload) })
        .collect()
}

/// Every organization has a domain of its own, and shares another with two more.
fn line(index: usize) -> serde_json::Value {
    let own = format!("organization{index:05}.example");
    let shared = format!("group{:05}.example", index / 3);
    let country = ["SE", "GB", "DE", "FR", "NL"][index % 5];
    serde_json::json!({
        "name": format!("Organization {index:05}"),
        "domains": [own, shared],
        "verified_domains": [own],
        "country": country,
    })
}

/// The domain that an organization shares with two more.
pub fn shared_domain(organization: &Organization) -> anyhow::Result<&str> {
    let mut domains = organization.domains.iter().map(|domain| domain.domain.as_str());
    domains
        .find(|domain| domain.starts_with("group"))
        .with_context(|| format!("{} shares no domain", organization.name))
}

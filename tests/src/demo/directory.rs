//! Chapter: loads organizations from a file and chooses who plays in the story.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Context;
use dialtone_proto::orgfinder::v1::import_organizations_request::Payload;
use dialtone_proto::orgfinder::v1::organization_service_client::OrganizationServiceClient;
use dialtone_proto::orgfinder::v1::{
    CreateOrganizationRequest, ImportMode, ImportOptions, ImportOrganizationsRequest, Organization, OrganizationDomain,
    OrganizationRole, Vertical,
};
use tokio::io::AsyncReadExt;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use super::stage::{Stage, request_id};
use crate::layout::project_root;

/// Bytes per message of the import.
const CHUNK: usize = 64 * 1024;

/// What was loaded, and how long it took.
pub struct Loaded {
    file: PathBuf,
    pub lines: i64,
    pub took: Duration,
}

/// Who plays in the story.
pub struct Cast {
    /// Domain of the partner.
    pub partner_domain: String,
    /// A customer from the loaded file: its name and its domain.
    pub customer_name: String,
    pub customer_domain: String,
}

/// Streams the file to `ImportOrganizations`.
pub async fn load(stage: &mut Stage<'_>, data: Option<&Path>) -> anyhow::Result<Loaded> {
    let sample = project_root().join("tests/data/organizations.jsonl");
    let file = data.map_or(sample, Path::to_owned);
    let begun = Instant::now();
    let (sender, receiver) = mpsc::channel(4);
    let source = file.clone();
    let feeding = tokio::spawn(async move { feed(&source, sender).await });
    let mut client = OrganizationServiceClient::new(stage.platform()?);
    let answer = client.import_organizations(ReceiverStream::new(receiver)).await;
    feeding.await??;
    let answer = answer.context("importing organizations")?.into_inner();
    let took = begun.elapsed();
    stage.voice.say(format!(
        "ImportOrganizations read {} lines of {}: {} created, {} known already, {} refused, in {:.1} s",
        answer.line_count,
        file.file_name().unwrap_or_default().to_string_lossy(),
        answer.created_count,
        answer.unchanged_count,
        answer.refused_count,
        took.as_secs_f64()
    ));
    for issue in answer.issues.iter().take(3) {
        stage
            .voice
            .say(format!("  refused: line {} {} ({}): {}", issue.line, issue.field, issue.rule, issue.description));
    }
    Ok(Loaded { file, lines: answer.line_count, took })
}

async fn feed(file: &Path, sender: mpsc::Sender<ImportOrganizationsRequest>) -> anyhow::Result<()> {
    let mut input = tokio::fs::File::open(file).await.with_context(|| format!("opening {}", file.display()))?;
    let options = ImportOptions { mode: ImportMode::BestEffort.into(), request_id: request_id(), validate_only: false };
    let mut payload = Payload::Options(options);
    loop {
        // The server ended the call: its answer says why.
        if sender.send(ImportOrganizationsRequest { payload: Some(payload) }).await.is_err() {
            return Ok(());
        }
        let mut chunk = vec![0; CHUNK];
        let read = input.read(&mut chunk).await?;
        if read == 0 {
            return Ok(());
        }
        chunk.truncate(read);
        payload = Payload::Chunk(chunk);
    }
}

/// Chooses a customer from the file and makes sure that the partner exists.
pub async fn cast(stage: &mut Stage<'_>, loaded: &Loaded) -> anyhow::Result<Cast> {
    let (customer_name, customer_domain) = first_customer(&loaded.file)?;
    let partner_domain = format!("northern-lights-{}.example", stage.run);
    let organization = Organization {
        display_name: format!("Northern Lights Voice {}", stage.run.to_uppercase()),
        vertical: Vertical::IsicJ.into(),
        region_code: "SE".into(),
        roles: vec![OrganizationRole::Partner.into()],
        domains: vec![OrganizationDomain { domain: partner_domain.clone(), state: 0 }],
        ..Organization::default()
    };
    let partner = OrganizationServiceClient::new(stage.platform()?)
        .create_organization(CreateOrganizationRequest {
            organization: Some(organization),
            allow_duplicate: false,
            request_id: request_id(),
            validate_only: false,
        })
        .await
        .context("creating the partner")?
        .into_inner();
    stage.voice.say(format!("the partner of this story: {} ({})", partner.display_name, partner.name));
    stage.voice.say(format!("its customer, from the file: {customer_name} ({customer_domain})"));
    Ok(Cast { partner_domain, customer_name, customer_domain })
}

/// The first organization of the file that is no partner.
fn first_customer(file: &Path) -> anyhow::Result<(String, String)> {
    for line in BufReader::new(std::fs::File::open(file)?).lines() {
        let Ok(row) = serde_json::from_str::<serde_json::Value>(&line?) else { continue };
        let partner = row["roles"].as_array().is_some_and(|roles| roles.iter().any(|r| r == "PARTNER"));
        if let (false, Some(name), Some(domain)) = (partner, row["name"].as_str(), row["domains"][0].as_str()) {
            return Ok((name.to_owned(), domain.to_owned()));
        }
    }
    anyhow::bail!("{} has no customer with a domain", file.display())
}

//! Chapter: hundreds of people on a simulated system with faults; every one of them exactly once.

use std::time::{Duration, Instant};

use anyhow::Context;
use dialtone_proto::orgfinder::v1::{MatchOutcome, OrganizationRole};
use dialtone_proto::userprovisioning::v1::location_service_client::LocationServiceClient;
use dialtone_proto::userprovisioning::v1::target::Kind;
use dialtone_proto::userprovisioning::v1::target_service_client::TargetServiceClient;
use dialtone_proto::userprovisioning::v1::user_service_client::UserServiceClient;
use dialtone_proto::userprovisioning::v1::{
    BatchCreateUsersRequest, BatchCreateUsersResponse, CreateTargetRequest, ListLocationsRequest,
    ListSimulatorAccountsRequest, SimulatorAccount, SimulatorSettings, Target, User,
};
use prost::Message;

use super::customer::{self, Mapped};
use super::directory::Cast;
use super::stage::{Stage, request_id};
use crate::caller::As;
use crate::token::{self, TokenRole};

/// What came of the batch.
pub struct Provisioned {
    pub people: i64,
    pub calls: i64,
    pub took: Duration,
}

/// Creates the people as one operation, then compares with the simulator's own ledger.
pub async fn provision(
    stage: &mut Stage<'_>,
    cast: &Cast,
    mapped: &Mapped,
    count: usize,
) -> anyhow::Result<Provisioned> {
    let token = token::for_role(stage.suite, TokenRole::PartnerAdmin, Some(&mapped.partner)).await?;
    let partner = stage.with_token(&token)?;
    stage.voice.say("the caller is an administrator of the partner: the mapping linked it to this customer");
    let target = simulator(stage, &partner, &mapped.partner).await?;
    let location = headquarters(&partner, &mapped.customer).await?;

    let begun = Instant::now();
    let users: Vec<User> = (0..count).map(|i| person(stage, cast, i, &location)).collect();
    let last = users.last().map(|user| user.email.clone()).unwrap_or_default();
    let operation = UserServiceClient::new(partner.clone())
        .batch_create_users(BatchCreateUsersRequest {
            parent: mapped.customer.clone(),
            users,
            target: target.clone(),
            request_id: request_id(),
            validate_only: false,
        })
        .await
        .context("creating the people")?
        .into_inner();
    stage.voice.say(format!("BatchCreateUsers is accepted: {}", operation.name));
    let mut bar = stage.voice.progress("provisioned", count as u64);
    let response = stage.follow(partner.clone(), operation, |seen| bar.set(seen.units_done.unsigned_abs())).await?;
    bar.done();
    let took = begun.elapsed();
    let response = BatchCreateUsersResponse::decode(response.value.as_ref())?;
    let calls = check_ledger(stage, &partner, &target, count).await?;
    recognise(stage, mapped, &last).await?;
    Ok(Provisioned { people: response.provisioned_count, calls, took })
}

async fn simulator(stage: &Stage<'_>, partner: &As, owner: &str) -> anyhow::Result<String> {
    let settings = SimulatorSettings {
        latency_ms: 30,
        failure_percent: 15,
        lost_answer_percent: 5,
        seed: 7,
        ..Default::default()
    };
    let target = Target {
        display_name: format!("Simulated system {}", stage.run),
        kind: Some(Kind::Simulator(settings)),
        ..Target::default()
    };
    let request = CreateTargetRequest {
        parent: owner.to_owned(),
        target: Some(target),
        request_id: request_id(),
        validate_only: false,
    };
    let made = TargetServiceClient::new(partner.clone()).create_target(request).await.context("creating the target")?;
    stage.voice.say("target, the partner's own: a simulator, 30 ms a call, 15% fail before their effect, 5% lose the answer after it");
    Ok(made.into_inner().name)
}

async fn headquarters(partner: &As, customer: &str) -> anyhow::Result<String> {
    let request = ListLocationsRequest { parent: customer.to_owned(), page_size: 1, ..Default::default() };
    let locations = LocationServiceClient::new(partner.clone()).list_locations(request).await?.into_inner().locations;
    Ok(locations.into_iter().next().context("the customer has its headquarters")?.name)
}

fn person(stage: &Stage<'_>, cast: &Cast, index: usize, location: &str) -> User {
    const GIVEN: [&str; 10] = ["Ada", "Björn", "Chloé", "Dmitri", "Elif", "Femi", "Grete", "Hiro", "Inès", "João"];
    const FAMILY: [&str; 7] = ["Åberg", "Baker", "Costa", "Dubois", "Eriksson", "Fischer", "Gray"];
    User {
        given_name: GIVEN[index % GIVEN.len()].into(),
        family_name: FAMILY[index % FAMILY.len()].into(),
        email: format!("person{index:04}.{}@{}", stage.run, cast.customer_domain),
        package: "packages/webex_calling".into(),
        location: location.into(),
        ..User::default()
    }
}

/// Every person exactly once, by the ledger that the simulator keeps apart.
async fn check_ledger(stage: &Stage<'_>, partner: &As, target: &str, count: usize) -> anyhow::Result<i64> {
    let accounts = ledger(partner, target).await?;
    let twice = accounts.iter().filter(|account| account.creation_count != 1).count();
    let calls = accounts.iter().map(|account| account.call_count).sum();
    anyhow::ensure!(
        accounts.len() == count && twice == 0,
        "the ledger shows {} accounts, {twice} not once",
        accounts.len()
    );
    stage.voice.say(format!("the simulator's own ledger: {count} accounts, each created once, in {calls} calls"));
    Ok(calls)
}

/// All accounts of a simulator.
pub async fn ledger(caller: &As, target: &str) -> anyhow::Result<Vec<SimulatorAccount>> {
    let mut client = TargetServiceClient::new(caller.clone());
    let (mut accounts, mut page_token) = (Vec::new(), String::new());
    loop {
        let request = ListSimulatorAccountsRequest { parent: target.to_owned(), page_size: 1000, page_token };
        let page = client.list_simulator_accounts(request).await?.into_inner();
        accounts.extend(page.accounts);
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return Ok(accounts);
        }
    }
}

/// The directory learns of the people by events: soon one of them is recognised.
async fn recognise(stage: &Stage<'_>, mapped: &Mapped, email: &str) -> anyhow::Result<()> {
    let end = Instant::now() + Duration::from_secs(20);
    loop {
        let found = customer::match_address(mapped.contact.clone(), email, OrganizationRole::Customer, "").await?;
        if found.outcome() == MatchOutcome::Matched {
            customer::tell(stage, email, &found);
            return Ok(());
        }
        anyhow::ensure!(Instant::now() < end, "the directory did not learn of {email} within 20 s");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

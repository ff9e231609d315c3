//! What every chapter needs: the suite, a connection, the callers and the voice.

use std::time::Duration;

use anyhow::Context;
use dialtone_proto::google::longrunning::operations_client::OperationsClient;
use dialtone_proto::google::longrunning::{Operation, WaitOperationRequest, operation};
use dialtone_proto::operations::v1::OperationMetadata;
use prost::Message;
use tonic::transport::Channel;
use uuid::Uuid;

use super::voice::Voice;
use crate::caller::{self, As};
use crate::suite::Suite;
use crate::token;

/// The demo's surroundings.
pub struct Stage<'a> {
    pub suite: &'a Suite,
    pub voice: Voice,
    channel: Channel,
    /// Marks this run, so that a second demo on the same suite meets new orders and people.
    pub run: String,
}

impl<'a> Stage<'a> {
    pub async fn set(suite: &'a Suite, voice: Voice) -> anyhow::Result<Stage<'a>> {
        let channel = caller::connect(&suite.gateway()).await?;
        let run = Uuid::new_v4().simple().to_string()[..6].to_owned();
        Ok(Stage { suite, voice, channel, run })
    }

    /// The service provider's staff.
    pub fn platform(&self) -> anyhow::Result<As> {
        self.with_token(&token::platform(self.suite)?)
    }

    /// Somebody with this token.
    pub fn with_token(&self, token: &str) -> anyhow::Result<As> {
        caller::with_token(&self.channel, token)
    }

    /// Somebody without a token.
    pub fn anonymous(&self) -> As {
        caller::anonymous(&self.channel)
    }

    /// Follows an operation to its end, telling `each` of every state seen; its response, or its error.
    pub async fn follow(
        &self,
        caller: As,
        begun: Operation,
        mut each: impl FnMut(&OperationMetadata),
    ) -> anyhow::Result<prost_types::Any> {
        let mut operations = OperationsClient::new(caller);
        let mut current = begun;
        while !current.done {
            each(&metadata(&current)?);
            let timeout = Some(prost_types::Duration { seconds: 0, nanos: 300_000_000 });
            let wait = WaitOperationRequest { name: current.name.clone(), timeout };
            current = tokio::time::timeout(Duration::from_secs(10), operations.wait_operation(wait))
                .await
                .context("the suite did not answer in 10 s")??
                .into_inner();
        }
        each(&metadata(&current)?);
        match current.result {
            Some(operation::Result::Response(response)) => Ok(response),
            Some(operation::Result::Error(error)) => anyhow::bail!("{} failed: {}", current.name, error.message),
            None => anyhow::bail!("{} is done without a result", current.name),
        }
    }
}

/// Our metadata of an operation.
pub fn metadata(operation: &Operation) -> anyhow::Result<OperationMetadata> {
    let any = operation.metadata.as_ref().context("an operation carries metadata")?;
    Ok(OperationMetadata::decode(any.value.as_ref())?)
}

/// An idempotency key.
pub fn request_id() -> String {
    Uuid::now_v7().to_string()
}

//! Waits until a process of the suite answers.

use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::{Instant, sleep};
use tonic::transport::Endpoint;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

/// How often a process that does not answer yet is asked.
const PERIOD: Duration = Duration::from_millis(30);

/// Waits until something accepts connections on `port`.
pub async fn listens(port: u16, within: Duration) -> anyhow::Result<()> {
    within_time(within, async || TcpStream::connect(("127.0.0.1", port)).await.is_ok()).await
}

/// Waits until the gRPC server on `port` says that it serves.
pub async fn serves(port: u16, within: Duration) -> anyhow::Result<()> {
    within_time(within, async || is_serving(port).await.unwrap_or(false)).await
}

async fn within_time(limit: Duration, mut answers: impl AsyncFnMut() -> bool) -> anyhow::Result<()> {
    let end = Instant::now() + limit;
    while !answers().await {
        anyhow::ensure!(Instant::now() < end, "not within {limit:?}");
        sleep(PERIOD).await;
    }
    Ok(())
}

async fn is_serving(port: u16) -> anyhow::Result<bool> {
    let channel = Endpoint::from_shared(format!("http://127.0.0.1:{port}"))?
        .connect_timeout(Duration::from_secs(1))
        .timeout(Duration::from_secs(2))
        .connect()
        .await?;
    let answer = HealthClient::new(channel).check(HealthCheckRequest::default()).await?;
    Ok(answer.into_inner().status() == ServingStatus::Serving)
}

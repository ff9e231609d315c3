//! Clients of the suite as somebody: every call carries that caller's token.

use std::time::Duration;

use tonic::metadata::{Ascii, MetadataValue};
use tonic::service::Interceptor;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Status};

/// A connection on which every call carries one caller's token.
pub type As = InterceptedService<Channel, Bearer>;

/// Adds `authorization: Bearer …` to each call; nothing for an anonymous caller.
#[derive(Clone)]
pub struct Bearer(Option<MetadataValue<Ascii>>);

impl Interceptor for Bearer {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        if let Some(token) = &self.0 {
            request.metadata_mut().insert("authorization", token.clone());
        }
        Ok(request)
    }
}

/// Connects to the suite's gateway.
pub async fn connect(gateway: &str) -> anyhow::Result<Channel> {
    let endpoint = Endpoint::from_shared(gateway.to_owned())?.connect_timeout(Duration::from_secs(5)).tcp_nodelay(true);
    Ok(endpoint.connect().await?)
}

/// The caller with this token.
pub fn with_token(channel: &Channel, token: &str) -> anyhow::Result<As> {
    let mut value: MetadataValue<Ascii> = format!("Bearer {token}").parse()?;
    value.set_sensitive(true);
    Ok(InterceptedService::new(channel.clone(), Bearer(Some(value))))
}

/// A caller without a token.
pub fn anonymous(channel: &Channel) -> As {
    InterceptedService::new(channel.clone(), Bearer(None))
}

//! Names of operations: `operations/{service}/{uuid}`. The service is part of the name because the gateway routes by it.

use std::fmt;

use uuid::Uuid;

use crate::{BadName, ServiceName, name::parse_uuid};

/// Identifier of an operation within its service. Prints as the bare UUID: alone it is not a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct OperationId(Uuid);

#[allow(clippy::new_without_default, reason = "a default identifier would be a random one")]
impl OperationId {
    /// A fresh identifier; later ones sort after earlier ones.
    pub fn new() -> Self {
        Self(Uuid::now_v7())
    }

    /// The identifier that a database row carries.
    pub const fn from_uuid(id: Uuid) -> Self {
        Self(id)
    }

    /// The bare UUID, for the database.
    pub const fn uuid(self) -> Uuid {
        self.0
    }
}

impl fmt::Display for OperationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Full name of an operation.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OperationName {
    /// The service that runs it.
    pub service: ServiceName,
    /// The operation.
    pub id: OperationId,
}

impl OperationName {
    /// Puts the two halves together.
    pub const fn new(service: ServiceName, id: OperationId) -> Self {
        Self { service, id }
    }

    /// Reads `operations/{service}/{uuid}`.
    pub fn parse(text: &str) -> Result<Self, BadName> {
        Self::read(text).ok_or_else(|| BadName::new(text, Self::form()))
    }

    /// The form of the name, for error texts.
    pub fn form() -> String {
        "operations/{service}/{uuid}".to_owned()
    }

    fn read(text: &str) -> Option<Self> {
        let (service, id) = text.strip_prefix("operations/")?.split_once('/')?;
        Some(Self { service: service.parse().ok()?, id: OperationId(parse_uuid(id)?) })
    }
}

impl fmt::Display for OperationName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "operations/{}/{}", self.service, self.id)
    }
}

crate::__name_traits!(OperationName);

//! The names of this service's database accesses, for metrics and traces.

use dialtone_db::OpName;

/// One per access.
#[derive(Clone, Copy, Debug)]
pub enum Op {
    /// A location is created.
    LocationCreate,
    /// A location is read.
    LocationGet,
    /// A page of locations is read.
    LocationList,
    /// A user is read.
    UserGet,
    /// A page of users is read.
    UserList,
    /// A batch of users is accepted.
    BatchCreate,
    /// The next rows of a batch are read.
    BatchChunk,
    /// A batch that never began is removed.
    BatchAbandon,
    /// A target is created.
    TargetCreate,
    /// A target is read.
    TargetGet,
    /// A page of targets is read.
    TargetList,
    /// The simulator counts a call.
    SimulatorArrive,
    /// The simulator creates an account.
    SimulatorAdd,
    /// The simulator removes an account.
    SimulatorRemove,
    /// A page of the simulator's accounts is read.
    SimulatorList,
}

impl OpName for Op {
    fn name(self) -> &'static str {
        match self {
            Self::LocationCreate => "location_create",
            Self::LocationGet => "location_get",
            Self::LocationList => "location_list",
            Self::UserGet => "user_get",
            Self::UserList => "user_list",
            Self::BatchCreate => "batch_create",
            Self::BatchChunk => "batch_chunk",
            Self::BatchAbandon => "batch_abandon",
            Self::TargetCreate => "target_create",
            Self::TargetGet => "target_get",
            Self::TargetList => "target_list",
            Self::SimulatorArrive => "simulator_arrive",
            Self::SimulatorAdd => "simulator_add",
            Self::SimulatorRemove => "simulator_remove",
            Self::SimulatorList => "simulator_list",
        }
    }
}

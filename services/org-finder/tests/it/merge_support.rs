//! Two organizations that are one, and short ways to merge them.

use std::time::Duration;

use dialtone_proto::google::longrunning::operations_client::OperationsClient;
use dialtone_proto::google::longrunning::{Operation, WaitOperationRequest, operation};
use dialtone_proto::operations::v1::OperationMetadata;
use dialtone_proto::orgfinder::v1::*;
use dialtone_status::Status;
use dialtone_testkit::eventually;
use prost::Message as _;

use crate::support::*;

/// How long anything may take before a test gives up.
pub const PATIENCE: Duration = Duration::from_secs(60);

impl Suite {
    pub fn operations(&self) -> OperationsClient<tonic::transport::Channel> {
        OperationsClient::new(self.channel.clone())
    }

    /// What merging `duplicate` into `survivor` would do.
    pub async fn plan(&self, survivor: &str, duplicate: &str) -> Result<MergePlan, Status> {
        let plan = PlanMergeRequest { survivor: survivor.into(), duplicate: duplicate.into() };
        Ok(self.organizations().plan_merge(self.staff(plan)).await?.into_inner())
    }

    /// A request to merge as planned now.
    pub async fn agreed(&self, survivor: &str, duplicate: &str) -> MergeOrganizationsRequest {
        let plan = self.plan(survivor, duplicate).await.expect("it can be planned");
        MergeOrganizationsRequest {
            survivor: plan.survivor,
            duplicate: plan.duplicate,
            plan_hash: plan.plan_hash,
            ..MergeOrganizationsRequest::default()
        }
    }

    /// Begins a merge.
    pub async fn begin(&self, request: MergeOrganizationsRequest) -> Result<Operation, Status> {
        Ok(self.organizations().merge_organizations(self.staff(request)).await?.into_inner())
    }

    /// Merges, and waits for the end.
    pub async fn merge(&self, survivor: &str, duplicate: &str) -> MergeOrganizationsResponse {
        let started = self.begin(self.agreed(survivor, duplicate).await).await.expect("it is accepted");
        response(&self.ended(&started.name).await.0)
    }

    /// Takes a merge back.
    pub async fn undo(&self, duplicate: &str) -> Result<Organization, Status> {
        let undo = UndoMergeRequest { name: duplicate.into(), ..UndoMergeRequest::default() };
        Ok(self.organizations().undo_merge(self.staff(undo)).await?.into_inner())
    }

    /// The operation at its end.
    pub async fn ended(&self, name: &str) -> (Operation, OperationMetadata) {
        let wait =
            WaitOperationRequest { name: name.into(), timeout: Some(prost_types::Duration { seconds: 5, nanos: 0 }) };
        eventually(&format!("{name} has ended"), PATIENCE, async || {
            let operation = self.operations().wait_operation(self.staff(wait.clone())).await;
            let operation = operation.expect("it is there").into_inner();
            operation.done.then(|| (operation.clone(), metadata(&operation)))
        })
        .await
    }

    /// Reads an organization as staff.
    pub async fn get(&self, name: &str) -> Organization {
        let get = GetOrganizationRequest { name: name.into() };
        self.organizations().get_organization(self.staff(get)).await.expect("it is there").into_inner()
    }

    /// Whether `goes` is only a signpost to `stays`.
    pub async fn is_merged(&self, goes: &str, stays: &str) -> bool {
        let sql =
            "SELECT count(*) FROM organizations WHERE deleted IS NOT NULL AND id::text = $1 AND merged_into::text = $2";
        let row = self.admin.query_one(sql, &[&id(goes), &id(stays)]).await.expect("one row");
        row.get::<_, i64>(0) == 1
    }

    /// One number.
    pub async fn count(&self, sql: &str) -> i64 {
        self.admin.query_one(sql, &[]).await.expect("one row").get(0)
    }

    /// Puts people into the directory, as the feed would: address, whether active, days since the last activity.
    pub async fn people(&self, organization: &str, people: &[(&str, bool, i32)]) {
        let id = id(organization);
        for (email, active, days) in people {
            let sql = format!(
                "INSERT INTO people (id, organization_id, email, active, last_activity, source_user) VALUES \
                 (gen_random_uuid(), '{id}', '{email}', {active}, '2026-01-01Z'::timestamptz - interval '{days} days', \
                  '{organization}/users/{email}')"
            );
            self.admin.batch_execute(&sql).await.expect("the statement is right");
        }
        self.roll_up().await;
    }

    /// Makes the rollup of every organization what its people are.
    pub async fn roll_up(&self) {
        let sql = "DELETE FROM organization_activity; \
            INSERT INTO organization_activity (organization_id, domain, active_users, last_activity) \
            SELECT organization_id, domain, count(*) FILTER (WHERE active AND NOT dormant), max(last_activity) \
            FROM people GROUP BY 1, 2";
        self.admin.batch_execute(sql).await.expect("the statement is right");
    }

    /// A domain gets this state, as its verification would give it.
    pub async fn domain_state(&self, organization: &str, domain: &str, state: &str) {
        let id = id(organization);
        let sql = format!(
            "UPDATE organization_domains SET state = '{state}' WHERE organization_id = '{id}' AND domain = '{domain}'"
        );
        self.admin.batch_execute(&sql).await.expect("the statement is right");
    }

    /// Every row of every table that a merge may touch, but for versions and the vocabulary, which never forgets.
    pub async fn rows(&self) -> Vec<String> {
        let tables = "SELECT relname::text FROM pg_class WHERE relnamespace = 'org_finder'::regnamespace AND relkind = 'r' \
            AND relname NOT IN ('history', 'outbox', 'idempotency_keys', 'operations', 'operation_steps', \
              'operations_finished', 'consumer_positions', 'name_words', 'name_spellings', 'name_tails', \
              '__diesel_schema_migrations') ORDER BY 1";
        let mut all = Vec::new();
        for table in self.admin.query(tables, &[]).await.expect("the catalogue can be read") {
            let table: String = table.get(0);
            let sql = format!("SELECT (to_jsonb(t) - 'version')::text FROM {table} AS t ORDER BY 1");
            let rows = self.admin.query(&sql, &[]).await.expect("a superuser may");
            all.extend(rows.iter().map(|row| format!("{table} {}", row.get::<_, String>(0))));
        }
        all
    }
}

/// The UUID of a name.
pub fn id(name: &str) -> &str {
    name.strip_prefix("organizations/").expect("the name of an organization")
}

/// What an operation says of itself.
pub fn metadata(operation: &Operation) -> OperationMetadata {
    let any = operation.metadata.as_ref().expect("every operation has metadata");
    OperationMetadata::decode(any.value.as_slice()).expect("of this type")
}

/// What became of a merge that succeeded.
pub fn response(operation: &Operation) -> MergeOrganizationsResponse {
    match &operation.result {
        Some(operation::Result::Response(any)) => {
            assert_eq!(any.type_url, "type.googleapis.com/dialtone.orgfinder.v1.MergeOrganizationsResponse");
            MergeOrganizationsResponse::decode(any.value.as_slice()).expect("of this type")
        }
        other => panic!("no response but {other:?}"),
    }
}

/// Why a merge failed: the reason.
pub fn failure(operation: &Operation) -> String {
    match &operation.result {
        Some(operation::Result::Error(status)) => {
            let info = status.details.iter().find(|any| any.type_url.ends_with("google.rpc.ErrorInfo"));
            let info = tonic_types::pb::ErrorInfo::decode(info.expect("every error has it").value.as_slice());
            info.expect("of this type").reason
        }
        other => panic!("no error but {other:?}"),
    }
}

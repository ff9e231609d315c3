//! Merges and undos that are refused, by reason, and change nothing.

use dialtone_proto::annotations::v1::Role;
use dialtone_proto::operations::v1::OperationState;
use dialtone_proto::orgfinder::v1::*;
use dialtone_status::Code::{self, FailedPrecondition};
use dialtone_testkit::eventually;

use crate::merge_support::*;
use crate::support::*;

const EXPIRE: &str = "UPDATE organization_merges SET undo_until = now() - interval '1 second'";

async fn pair(suite: &Suite) -> (String, String) {
    let stays = suite.create(customer("Stays", &["stays.example"])).await.name;
    let goes = suite.create(customer("Goes", &["goes.example"])).await.name;
    (stays, goes)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_is_another_one_by_now_is_refused_and_changes_nothing() {
    let suite = Suite::start().await;
    let (stays, goes) = pair(&suite).await;
    let request = suite.agreed(&stays, &goes).await;
    suite.grant(&goes, "anna", Role::FullAdmin).await;
    let before = (suite.rows().await, suite.footprint().await);
    let metadata = [("survivor", stays.as_str()), ("duplicate", goes.as_str())];
    assert_refused(suite.begin(request.clone()).await, Code::Aborted, "MERGE_PLAN_STALE", &metadata);
    let of_others = MergeOrganizationsRequest { survivor: goes.clone(), duplicate: stays.clone(), ..request };
    let metadata = [("survivor", goes.as_str()), ("duplicate", stays.as_str())];
    assert_refused(suite.begin(of_others).await, Code::Aborted, "MERGE_PLAN_STALE", &metadata);
    assert_eq!((suite.rows().await, suite.footprint().await), before);
    // People come and go without a decision.
    let request = suite.agreed(&stays, &goes).await;
    suite.people(&goes, &[("late@goes.example", true, 1)]).await;
    suite.begin(request).await.expect("the plan stands");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stands_in_the_way_is_named_and_refused() {
    let suite = Suite::start().await;
    let top = suite.create(partner("Top", &[])).await.name;
    let middle = suite.create(partner("Middle", &[])).await.name;
    let low = suite.create(customer("Low", &[])).await.name;
    suite.link(&top, &middle, Role::FullAdmin).await.unwrap();
    suite.link(&middle, &low, Role::FullAdmin).await.unwrap();
    for (stays, goes) in [(&top, &low), (&low, &top)] {
        let plan = suite.plan(stays, goes).await.unwrap();
        assert_eq!(plan.obstacles().collect::<Vec<_>>(), [MergeObstacle::LinkCycle]);
        let before = (suite.rows().await, suite.footprint().await);
        let metadata = [("survivor", stays.as_str()), ("duplicate", goes.as_str()), ("obstacles", "LINK_CYCLE")];
        let request = suite.agreed(stays, goes).await;
        assert_refused(suite.begin(request).await, FailedPrecondition, "MERGE_BLOCKED", &metadata);
        assert_eq!((suite.rows().await, suite.footprint().await), before);
    }
    // A direct link only goes.
    suite.merge(&top, &middle).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn organizations_that_are_none_the_same_or_merged_already_are_refused() {
    let suite = Suite::start().await;
    let (stays, goes) = pair(&suite).await;
    let third = suite.create(customer("Third", &[])).await.name;
    let none = nowhere();
    let agreed = suite.agreed(&stays, &goes).await;
    assert_refused(suite.plan(&stays, &none).await, Code::NotFound, "NOT_FOUND", &[("resource", &none)]);
    assert_refused(suite.plan(&none, &stays).await, Code::NotFound, "NOT_FOUND", &[("resource", &none)]);
    assert_refused(suite.undo(&none).await, Code::NotFound, "NOT_FOUND", &[("resource", &none)]);
    assert_invalid(suite.plan(&stays, &stays).await, &["duplicate"]);
    assert_invalid(suite.plan("x", "organizations/y").await, &["survivor", "duplicate"]);
    assert_invalid(suite.begin(MergeOrganizationsRequest { plan_hash: "x".into(), ..agreed }).await, &["plan_hash"]);
    assert_invalid(suite.undo("x").await, &["name"]);
    assert_refused(suite.undo(&goes).await, FailedPrecondition, "NOT_MERGED", &[("organization", &goes)]);
    suite.merge(&stays, &goes).await;
    let metadata = [("organization", goes.as_str()), ("merged_into", stays.as_str())];
    for (one, other) in [(&third, &goes), (&goes, &third), (&stays, &goes)] {
        let refused = suite.plan(one, other).await;
        assert_refused(refused, Code::NotFound, "ORGANIZATION_MERGED", &metadata);
    }
    suite.undo(&goes).await.unwrap();
    assert_refused(suite.undo(&goes).await, FailedPrecondition, "NOT_MERGED", &[("organization", &goes)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_but_staff_merges_whatever_role_they_have() {
    let suite = Suite::start().await;
    let (stays, goes) = pair(&suite).await;
    suite.grant(&stays, "anna", Role::FullAdmin).await;
    suite.grant(&goes, "anna", Role::FullAdmin).await;
    let agreed = suite.agreed(&stays, &goes).await;
    let before = (suite.rows().await, suite.footprint().await);
    for (survivor, duplicate) in [(stays.clone(), goes.clone()), (stays, nowhere()), (nowhere(), nowhere())] {
        let plan = PlanMergeRequest { survivor: survivor.clone(), duplicate: duplicate.clone() };
        let planned = suite.organizations().plan_merge(suite.person("anna", plan)).await;
        assert_denied(planned, "organizations.planMerge");
        let undo = UndoMergeRequest { name: duplicate.clone(), ..Default::default() };
        assert_denied(suite.organizations().undo_merge(suite.person("anna", undo)).await, "organizations.undoMerge");
        let merge = MergeOrganizationsRequest { survivor, duplicate, ..agreed.clone() };
        let merged = suite.organizations().merge_organizations(suite.person("anna", merge)).await;
        assert_denied(merged, "organizations.merge");
    }
    assert_eq!((suite.rows().await, suite.footprint().await), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeat_gets_the_first_answer_and_a_rehearsal_changes_nothing() {
    let suite = Suite::start().await;
    let (stays, goes) = pair(&suite).await;
    let before = (suite.rows().await, suite.footprint().await);
    let mut request = suite.agreed(&stays, &goes).await;
    let rehearsal = MergeOrganizationsRequest { validate_only: true, ..request.clone() };
    suite.begin(rehearsal).await.expect("it would work");
    assert_eq!((suite.rows().await, suite.footprint().await), before);

    request.request_id = uuid::Uuid::new_v4().to_string();
    let started = suite.begin(request.clone()).await.unwrap();
    suite.ended(&started.name).await;
    assert_eq!(suite.begin(request.clone()).await.unwrap().name, started.name);
    let other = MergeOrganizationsRequest { plan_hash: "0".repeat(64), ..request.clone() };
    let id = [("request_id", request.request_id.as_str())];
    assert_refused(suite.begin(other).await, Code::AlreadyExists, "REQUEST_ID_REUSED", &id);

    let mut undo = UndoMergeRequest { name: goes.clone(), validate_only: true, ..Default::default() };
    let merged = (suite.rows().await, suite.footprint().await);
    let back = suite.organizations().undo_merge(suite.staff(undo.clone())).await.unwrap().into_inner();
    assert_eq!(back.merged_into, "");
    assert_eq!((suite.rows().await, suite.footprint().await), merged);
    undo = UndoMergeRequest { validate_only: false, request_id: uuid::Uuid::new_v4().to_string(), ..undo };
    let first = suite.organizations().undo_merge(suite.staff(undo.clone())).await.unwrap().into_inner();
    let again = suite.organizations().undo_merge(suite.staff(undo.clone())).await.unwrap().into_inner();
    assert_eq!(first, again);
    assert_eq!(suite.rows().await, before.0);
    let other = UndoMergeRequest { name: stays, ..undo.clone() };
    let id = [("request_id", undo.request_id.as_str())];
    let refused = suite.organizations().undo_merge(suite.staff(other)).await;
    assert_refused(refused, Code::AlreadyExists, "REQUEST_ID_REUSED", &id);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_merges_that_share_an_organization_one_wins() {
    let suite = Suite::start().await;
    let mut names = Vec::new();
    for name in ["A", "B", "C", "D"] {
        names.push(suite.create(customer(name, &[])).await.name);
    }
    let mut requests = Vec::new();
    for one in &names {
        for other in names.iter().filter(|other| *other != one) {
            requests.push(suite.agreed(one, other).await);
        }
    }
    let started = futures::future::join_all(requests.into_iter().map(|request| suite.begin(request))).await;
    for answer in started {
        match answer {
            Ok(operation) => {
                let (_, metadata) = suite.ended(&operation.name).await;
                assert!([OperationState::Succeeded, OperationState::Failed].contains(&metadata.state()));
            }
            Err(status) => {
                let reason = dialtone_status::error_info(&status).expect("every error has it").reason;
                let known = ["MERGE_UNDER_WAY", "ORGANIZATION_MERGED", "MERGE_PLAN_STALE"];
                assert!(known.contains(&reason.as_str()), "{status:?}");
            }
        }
    }
    let merged = suite.count("SELECT count(*) FROM organizations WHERE merged_into IS NOT NULL").await;
    assert!((1..=2).contains(&merged), "of four organizations at most two pairs: {merged}");
    assert_eq!(suite.count("SELECT count(*) FROM organization_merges WHERE state = 'MERGED'").await, merged);
    let loops = "SELECT count(*) FROM organizations AS o JOIN organizations AS p ON p.id = o.merged_into \
                 WHERE p.merged_into IS NOT NULL";
    assert_eq!(suite.count(loops).await, 0, "all had planned with live organizations");
}

#[tokio::test(flavor = "multi_thread")]
async fn after_its_window_a_merge_stands_and_its_record_goes() {
    let suite = Suite::start().await;
    let (stays, goes) = pair(&suite).await;
    suite.people(&stays, &[("anna@x.example", true, 1)]).await;
    suite.people(&goes, &[("anna@x.example", true, 2), ("bo@x.example", true, 2)]).await;
    suite.merge(&stays, &goes).await;
    suite.admin.batch_execute(EXPIRE).await.unwrap();
    let metadata = [("organization", goes.as_str()), ("merged_into", stays.as_str())];
    assert_refused(suite.undo(&goes).await, FailedPrecondition, "UNDO_WINDOW_OVER", &metadata);
    // Each process sweeps when it starts.
    let _stop = suite.start_another().await;
    eventually("the record is gone", PATIENCE, async || {
        (suite.count("SELECT count(*) FROM organization_merges").await == 0).then_some(())
    })
    .await;
    assert_eq!(suite.count("SELECT count(*) FROM organization_merge_rows").await, 0);
    assert_eq!(suite.count("SELECT count(*) FROM people").await, 2, "what stayed behind is gone too");
    assert_refused(suite.undo(&goes).await, FailedPrecondition, "UNDO_WINDOW_OVER", &metadata);
    let get = GetOrganizationRequest { name: goes.clone() };
    let told = suite.organizations().get_organization(suite.staff(get)).await;
    assert_refused(told, Code::NotFound, "ORGANIZATION_MERGED", &metadata);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undo_that_has_become_impossible_says_why_and_changes_nothing() {
    let suite = Suite::start().await;
    let stays = suite.create(customer("Stays", &["shared.example"])).await.name;
    let create = CreateOrganizationRequest {
        organization: Some(customer("Goes", &["shared.example"])),
        allow_duplicate: true,
        ..CreateOrganizationRequest::default()
    };
    let goes = suite.organizations().create_organization(suite.staff(create)).await.unwrap().into_inner().name;
    suite.domain_state(&goes, "shared.example", "CLAIMED").await;
    let third = suite.create(customer("Third", &["third.example"])).await.name;
    suite.merge(&stays, &goes).await;
    // The survivor gives the domain up, and somebody else claims it.
    let moved = format!(
        "DELETE FROM organization_domains WHERE organization_id = '{}'; \
         UPDATE organization_domains SET domain = 'shared.example', state = 'CLAIMED' WHERE organization_id = '{}'",
        id(&stays),
        id(&third)
    );
    suite.admin.batch_execute(&moved).await.unwrap();
    let before = (suite.rows().await, suite.footprint().await);
    let why = |obstacle, resource| [("organization", goes.as_str()), ("obstacle", obstacle), ("resource", resource)];
    let metadata = why("DOMAIN_CLAIMED", "shared.example");
    assert_refused(suite.undo(&goes).await, FailedPrecondition, "MERGE_NOT_UNDOABLE", &metadata);
    assert_eq!((suite.rows().await, suite.footprint().await), before);
    suite.domain_state(&third, "shared.example", "VERIFIED").await;
    let delete = |what: &str| format!("UPDATE organizations SET deleted = {what} WHERE id = '{}'", id(&stays));
    suite.admin.batch_execute(&delete("now()")).await.unwrap();
    let metadata = why("SURVIVOR_DELETED", stays.as_str());
    assert_refused(suite.undo(&goes).await, FailedPrecondition, "MERGE_NOT_UNDOABLE", &metadata);
    suite.admin.batch_execute(&delete("NULL")).await.unwrap();
    suite.undo(&goes).await.unwrap();
    let back = suite.get(&goes).await;
    assert_eq!(back.domains[0].state(), DomainState::Claimed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merged_organization_is_given_no_role_so_the_merge_can_be_undone() {
    let suite = Suite::start().await;
    let (stays, goes) = pair(&suite).await;
    suite.grant(&goes, "anna", Role::FullAdmin).await;
    suite.merge(&stays, &goes).await;
    let before = (suite.rows().await, suite.footprint().await);
    let metadata = [("organization", goes.as_str()), ("merged_into", stays.as_str())];
    for subject in ["anna", "rita"] {
        let grant = Grant { subject: subject.into(), role: Role::ReadOnly.into(), ..Grant::default() };
        let grant = GrantRoleRequest { parent: goes.clone(), grant: Some(grant), ..Default::default() };
        // Anna administers the survivor, and so what was merged into it.
        let refused = suite.access().grant_role(suite.person("anna", grant)).await;
        assert_refused(refused, Code::NotFound, "ORGANIZATION_MERGED", &metadata);
    }
    assert_eq!((suite.rows().await, suite.footprint().await), before);
    suite.undo(&goes).await.expect("nothing stands in its way");
}

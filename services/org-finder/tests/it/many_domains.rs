//! Ten thousand domains on one organization, as many as may be configured: no answer grows with them, and a merge carries them.

use dialtone_proto::orgfinder::v1::*;
use prost::Message as _;

use crate::domains::listed;
use crate::merge_support::id;
use crate::support::*;

const MANY: i64 = 10_000;

/// Organizations that both have all of the first 10,000 domains, and 100 more of their own.
async fn two(suite: &Suite) -> [String; 2] {
    let mut names = Vec::new();
    for (name, own) in [("Stays", "s"), ("Goes", "g")] {
        let organization = suite.create(customer(name, &[])).await.name;
        let fill = format!(
            "INSERT INTO organization_domains (organization_id, domain, state) \
             SELECT '{0}', 'd' || lpad(n::text, 5, '0') || '.example', 'VERIFIED' FROM generate_series(1, {MANY}) AS n; \
             INSERT INTO organization_domains (organization_id, domain, state) \
             SELECT '{0}', '{own}' || n || '.example', 'VERIFIED' FROM generate_series(1, 100) AS n",
            id(&organization)
        );
        suite.admin.batch_execute(&fill).await.expect("the statement is right");
        names.push(organization);
    }
    names.try_into().expect("two were made")
}

fn evidence(candidate: &Candidate) -> usize {
    let evidence = candidate.evidence.as_ref().expect("it is always there");
    let of_each = [&evidence.verified_domains, &evidence.claimed_domains, &evidence.unverified_domains];
    of_each.into_iter().map(Vec::len).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn reading_and_listing_show_a_hundred() {
    let suite = Suite::start().await;
    let names = two(&suite).await;
    let page = suite.organizations().list_organizations(suite.staff(ListOrganizationsRequest::default())).await;
    let page = page.expect("staff may").into_inner().organizations;
    assert_eq!(page.len(), 2);
    for organization in names.iter().map(|name| suite.get(name)) {
        let organization = organization.await;
        assert_eq!((organization.domains.len(), organization.has_more_domains), (100, true));
        assert!(page.contains(&organization) && organization.encoded_len() < 8 * 1024);
    }
    assert_eq!(listed(&suite, &names[0]).await.len(), 1_000, "the largest page");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_match_shows_at_most_a_hundred_of_each_candidate_and_those_that_fit_among_them() {
    let suite = Suite::start().await;
    two(&suite).await;
    // The last by name, which no first hundred has.
    let domain = format!("d{MANY:05}.example");
    let question = MatchOrganizationsRequest {
        contact_email: format!("x@mail.{domain}"),
        role: OrganizationRole::Customer.into(),
        company_name: String::new(),
    };
    let answer = suite.finder().match_organizations(suite.staff(question)).await.expect("anyone may").into_inner();
    assert_eq!((answer.outcome(), answer.candidates.len()), (MatchOutcome::Candidates, 2));
    for candidate in &answer.candidates {
        assert!(evidence(candidate) <= 100, "{}", evidence(candidate));
        assert!(candidate.evidence.as_ref().expect("it is there").verified_domains.contains(&domain));
    }
    assert!(answer.encoded_len() < 16 * 1024);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merge_is_planned_in_part_counted_in_full_and_taken_back() {
    let suite = Suite::start().await;
    let [stays, goes] = two(&suite).await;
    let before = suite.rows().await;
    let plan = suite.plan(&stays, &goes).await.expect("they can be merged");
    assert_eq!((plan.changes.len(), plan.encoded_len() < 64 * 1024), (500, true));
    let domains = plan.counts.iter().find(|count| count.kind() == MergeKind::Domain).expect("each kind is counted");
    assert_eq!((domains.moved_count, domains.combined_count, domains.dropped_count), (100, MANY, 0));
    suite.merge(&stays, &goes).await;
    let held = format!("SELECT count(*) FROM organization_domains WHERE organization_id::text = '{}'", id(&stays));
    assert_eq!(suite.count(&held).await, MANY + 200);
    suite.undo(&goes).await.expect("nothing has changed since");
    assert_eq!(suite.rows().await, before);
}

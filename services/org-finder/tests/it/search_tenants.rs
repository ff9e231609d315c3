//! Who finds what.

use dialtone_ids::{ServiceName, SubscriptionId};
use dialtone_proto::annotations::v1::Role;
use dialtone_proto::orgfinder::v1::*;
use dialtone_status::Code;
use dialtone_testkit::request;

use crate::search_domains::at;
use crate::search_names::{create_anyway, named};
use crate::support::*;

async fn names(suite: &Suite, token: &str, message: SearchOrganizationsRequest) -> Vec<String> {
    let answer = suite.finder().search_organizations(request(token, message)).await.expect("anyone may").into_inner();
    answer.organizations.into_iter().map(|found| found.display_name).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_services_and_set_up_sessions_find_all_and_persons_their_own() {
    let suite = Suite::start().await;
    let partner_org = create_anyway(&suite, partner("Voice Partner", &["partner.voice.example"])).await.name;
    let through = create_anyway(&suite, customer("Voice Through", &["through.voice.example"])).await.name;
    let own = create_anyway(&suite, customer("Voice Own", &["own.voice.example"])).await.name;
    create_anyway(&suite, customer("Voice Foreign", &["foreign.voice.example"])).await;
    suite.grant(&partner_org, "anna", Role::ReadOnly).await;
    suite.grant(&own, "anna", Role::ReadOnly).await;
    suite.link(&partner_org, &through, Role::ProvisioningAdmin).await.unwrap();
    let contact = suite.keys.setup_contact("anna@own.example", SubscriptionId::new());
    let all = ["Voice Foreign", "Voice Own", "Voice Partner", "Voice Through"];
    let everywhere = [
        suite.keys.platform(),
        suite.keys.service(ServiceName::Subscriptions),
        suite.keys.service(ServiceName::UserProvisioning),
        suite.keys.service(ServiceName::Templates),
        contact,
    ];
    let anna = suite.keys.token_for("anna");
    let nobody = suite.keys.token_for("nobody");
    for message in [named("voice"), at("voice.example")] {
        for token in &everywhere {
            let mut found = names(&suite, token, message.clone()).await;
            found.sort_unstable();
            assert_eq!(found, all);
        }
        let mut found = names(&suite, &anna, message.clone()).await;
        found.sort_unstable();
        assert_eq!(found, ["Voice Own", "Voice Partner", "Voice Through"]);
        assert_eq!(names(&suite, &nobody, message).await, [""; 0]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partner_finds_its_few_customers_among_many_strangers_that_fit_better() {
    let suite = Suite::start().await;
    let line = |n: usize| format!(r#"{{"name": "City Voice", "domains": ["v{n}.voice.example"], "country": "SE"}}"#);
    crate::import::load(&suite, &(0..3_000).map(line).collect::<Vec<_>>().join("\n")).await;
    let partner_org = create_anyway(&suite, partner("Reseller", &[])).await.name;
    for n in 1..4 {
        let name = format!("Old City Voice Number {n}");
        let own = create_anyway(&suite, customer(&name, &[&format!("z{n}.voice.example")])).await.name;
        suite.link(&partner_org, &own, Role::ReadOnly).await.unwrap();
    }
    suite.grant(&partner_org, "anna", Role::ReadOnly).await;
    let anna = suite.keys.token_for("anna");
    let expected = ["Old City Voice Number 1", "Old City Voice Number 2", "Old City Voice Number 3"];
    assert_eq!(names(&suite, &anna, named("city voice")).await, expected);
    // Misspelt as well, though nobody may learn from corrections what others are called.
    assert_eq!(names(&suite, &anna, named("citty voise")).await, expected);
    assert_eq!(names(&suite, &anna, at("voice.example")).await, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_token_is_good_for_its_own_caller_only() {
    let suite = Suite::start().await;
    for name in ["Voice One", "Voice Two"] {
        let created = create_anyway(&suite, customer(name, &[])).await;
        suite.grant(&created.name, "anna", Role::ReadOnly).await;
        suite.grant(&created.name, "bo", Role::ReadOnly).await;
    }
    let message = SearchOrganizationsRequest { page_size: 1, ..named("voice") };
    let page = suite.finder().search_organizations(suite.person("anna", message.clone())).await.unwrap().into_inner();
    let message = SearchOrganizationsRequest { page_token: page.next_page_token, ..message };
    suite.finder().search_organizations(suite.person("anna", message.clone())).await.expect("it is hers");
    let refused = suite.finder().search_organizations(suite.person("bo", message)).await;
    assert_refused(refused, Code::InvalidArgument, "INVALID_PAGE_TOKEN", &[]);
}

//! What other services still say of an organization that was merged.

use dialtone_proto::orgfinder::v1::*;

use crate::people::{Source, people, until_people};
use crate::support::*;

#[tokio::test(flavor = "multi_thread")]
async fn people_who_are_reported_for_the_duplicate_land_in_the_survivor() {
    let source = Source::new().await;
    let reserved = std::net::TcpListener::bind("127.0.0.1:0").expect("the loopback has free ports");
    let address = reserved.local_addr().expect("it is bound");
    drop(reserved);
    let suite = Suite::start_with_events_from(address).await;
    let server = source.bind(&suite.keys, address.port()).await;
    tokio::spawn(server.run(source.stop.clone().cancelled_owned()));
    let stays = suite.create(customer("Stays", &["stays.example"])).await.name;
    let goes = suite.create(customer("Goes", &["goes.example"])).await.name;
    source
        .tell(&[("user.provisioned", &goes, "anna@goes.example"), ("user.provisioned", &stays, "cy@stays.example")])
        .await;
    until_people(&suite, &goes, &[("anna@goes.example", true)]).await;
    until_people(&suite, &stays, &[("cy@stays.example", true)]).await;

    suite.merge(&stays, &goes).await;
    source.tell(&[("user.provisioned", &goes, "bo@goes.example"), ("user.deleted", &goes, "anna@goes.example")]).await;
    let all = [("anna@goes.example", false), ("bo@goes.example", true), ("cy@stays.example", true)];
    until_people(&suite, &stays, &all).await;
    assert_eq!(people(&suite, &goes).await, []);
    let question = MatchOrganizationsRequest {
        contact_email: "bo@goes.example".into(),
        role: OrganizationRole::Customer.into(),
        company_name: String::new(),
    };
    let answer = suite.finder().match_organizations(suite.staff(question)).await.unwrap().into_inner();
    assert_eq!(answer.outcome(), MatchOutcome::Matched);
    assert_eq!(answer.candidates[0].organization, stays);
    let active = "SELECT sum(active_users)::bigint FROM organization_activity AS a JOIN organizations AS o \
                  ON o.id = a.organization_id AND o.deleted IS NULL";
    assert_eq!(suite.count(active).await, 2);

    // Who came over goes back as it is now; who was reported since stays.
    suite.undo(&goes).await.unwrap();
    assert_eq!(people(&suite, &goes).await, [("anna@goes.example".to_owned(), false)]);
    until_people(&suite, &stays, &[("bo@goes.example", true), ("cy@stays.example", true)]).await;
    source.tell(&[("user.provisioned", &goes, "bo@goes.example")]).await;
    until_people(&suite, &goes, &[("anna@goes.example", false), ("bo@goes.example", true)]).await;
}

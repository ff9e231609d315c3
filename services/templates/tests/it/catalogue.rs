//! The catalogue of packages.

use dialtone_proto::templates::v1::{ListPackagesRequest, PackageAudience};
use dialtone_testkit::request;

use crate::support::World;

#[tokio::test(flavor = "multi_thread")]
async fn there_are_14_packages_for_customers_and_9_for_users_with_their_rules() {
    let world = World::new().await;
    let token = world.keys.token_for("anybody");
    let list = |audience: PackageAudience| ListPackagesRequest { audience: audience.into() };
    let customers = world.catalog().list_packages(request(&token, list(PackageAudience::Customer))).await.unwrap();
    let users = world.catalog().list_packages(request(&token, list(PackageAudience::User))).await.unwrap();
    let (customers, users) = (customers.into_inner().packages, users.into_inner().packages);
    assert_eq!((customers.len(), users.len()), (14, 9));
    let needs = |id: &str| customers.iter().find(|p| p.name == id).map(|p| p.needs_one_of.len());
    assert_eq!(needs("packages/cisco_calling_plan"), Some(6));
    assert_eq!(needs("packages/attendant_console"), Some(4));
    assert_eq!(needs("packages/webex_calling"), Some(0));
    assert!(users.iter().all(|p| p.name != "packages/cx_voice_ports"));
}

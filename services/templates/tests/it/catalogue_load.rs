//! The catalogue is changed by a file, without a build.

use dialtone_proto::templates::v1::{
    GetProductRequest, ListOfferingsRequest, ListPackagesRequest, ListProductsRequest, Product,
};
use dialtone_testkit::request;

use crate::support::World;

const DEFAULT: &str = include_str!("../../catalogue.default.toml");

impl World {
    async fn product(&self, sku: &str) -> Product {
        let message = GetProductRequest { name: format!("products/{sku}") };
        let token = self.keys.token_for("anybody");
        self.catalog().get_product(request(&token, message)).await.expect("it is there").into_inner()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_default_file_says_what_a_new_database_begins_with() {
    let world = World::new().await;
    let footprint = world.footprint().await;
    for rehearse in [true, false] {
        assert_eq!(world.load(DEFAULT, rehearse).await, Ok(vec![]));
    }
    assert_eq!(world.footprint().await, footprint);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_changes_what_differs_once_and_tells_it() {
    let world = World::new().await;
    let console = "[products.ATTENDANT]\ndisplay_name = \"Attendant Console\"";
    let other = DEFAULT.replace(console, "[products.ATTENDANT-2]\ndisplay_name = \"Attendant Console\"")
        + "\n[offerings.webex-events]\ndisplay_name = \"Webex Events 📣\"\n\n[packages.webex_events]\naudiences = [\"customer\"]\n\n\
           [products.EVENTS]\ndisplay_name = \"Webex Events\"\noffering = \"webex-events\"\nkind = \"base\"\n\
           packages = [\"webex_events\"]\nminimum = 5\nmaximum = 50\nstep = 5\n";
    let told = [
        "+ offerings/webex-events",
        "+ packages/webex_events",
        "+ products/ATTENDANT-2",
        "+ products/EVENTS",
        "- products/ATTENDANT",
    ];
    let footprint = world.footprint().await;
    assert_eq!(world.load(&other, true).await.unwrap(), told);
    assert_eq!(world.footprint().await, footprint, "a rehearsal changes nothing");

    assert_eq!(world.load(&other, false).await.unwrap(), told);
    let limits = world.product("EVENTS").await.quantity.unwrap();
    assert_eq!((limits.minimum, limits.maximum, limits.step), (5, 50, 5));
    assert_eq!(world.count("SELECT count(*) FROM history WHERE verb LIKE 'product.%'").await, 3);
    assert_eq!(world.count("SELECT count(*) FROM outbox WHERE kind = 'product.retired'").await, 1);
    let footprint = world.footprint().await;
    assert_eq!(world.load(&other, false).await, Ok(vec![]), "the second time there is nothing to do");
    assert_eq!(world.footprint().await, footprint);

    // What is retired is still there for those who have it, and not on offer.
    assert!(world.product("ATTENDANT").await.retired);
    let token = world.keys.token_for("anybody");
    for (show_retired, count) in [(false, 16), (true, 17)] {
        let message = ListProductsRequest { show_retired, ..Default::default() };
        let listed = world.catalog().list_products(request(&token, message)).await.unwrap().into_inner();
        assert_eq!(listed.products.len(), count);
    }
    // And back: what was new is retired, what was retired is sold again.
    let back = world.load(DEFAULT, false).await.unwrap();
    assert!(back.contains(&"~ products/ATTENDANT: retired true -> false".to_owned()), "{back:?}");
    assert!(back.contains(&"- offerings/webex-events".to_owned()), "{back:?}");
    for (show_retired, offerings, packages) in [(false, 4, 14), (true, 5, 15)] {
        let message = ListOfferingsRequest { show_retired };
        let listed = world.catalog().list_offerings(request(&token, message)).await.unwrap().into_inner();
        assert_eq!(listed.offerings.len(), offerings);
        let message = ListPackagesRequest { show_retired, ..Default::default() };
        let listed = world.catalog().list_packages(request(&token, message)).await.unwrap().into_inner();
        assert_eq!(listed.packages.len(), packages);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_and_limits_come_from_the_file() {
    let world = World::new().await;
    let changed = DEFAULT
        .replace("base_minimum = 1\nbase_maximum = 1", "base_minimum = 0\nbase_maximum = 2")
        .replace("maximum = 10000\nstep = 10", "maximum = 20000\nstep = 10");
    assert_ne!(changed, DEFAULT);
    let told = world.load(&changed, false).await.unwrap();
    let audience = "~ packageAudiences/user: maximum 1 -> 2, minimum 1 -> 0";
    assert!(told.contains(&audience.to_owned()), "{told:?}");
    assert_eq!(world.product("CX-VOICE-PORTS").await.quantity.unwrap().maximum, 20_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_with_faults_says_all_of_them_and_changes_nothing() {
    let world = World::new().await;
    let footprint = world.footprint().await;
    let bad = DEFAULT.replace("offering = \"lync-hosted\"", "offering = \"linc-hosted\"")
        + "\n[products.\"bad sku\"]\ndisplay_name = \" x\"\noffering = \"webex-calling\"\nkind = \"add-on\"\nminimum = 9\nmaximum = 3\n\
           [packages.x]\naudiences = [\"nobody\"]\n[surprise]\n";
    let faults = world.load(&bad, false).await.unwrap_err();
    for fault in [
        "products.LYNC-HOSTED.offering: ",
        "products.bad sku: is no article number",
        "products.bad sku.display_name: ",
        "products.bad sku.needs_one_of: ",
        "products.bad sku: minimum and maximum",
        "packages.x: ",
        "surprise: ",
    ] {
        assert!(faults.contains(fault), "{fault:?} is not in {faults}");
    }
    let notation = world.load("[offerings]\nwebex = = 1\n", false).await.unwrap_err();
    assert!(notation.contains("line 2: "), "{notation}");
    assert_eq!(world.footprint().await, footprint);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_the_same_file_loaded_twice_at_once_one_changes_something() {
    let world = World::new().await;
    let changed = DEFAULT.replace("display_name = \"Lync Hosted\"", "display_name = \"Lync\"");
    let (one, other) = tokio::join!(world.load(&changed, false), world.load(&changed, false));
    let mut counts = [one.unwrap().len(), other.unwrap().len()];
    counts.sort_unstable();
    assert_eq!(counts, [0, 2]);
    assert_eq!(world.count("SELECT count(*) FROM history").await, 2);
}

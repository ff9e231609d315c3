//! The catalogue: what can be set up, ordered and given, and which packages go together.

use dialtone_proto::templates::v1::{
    GetOfferingRequest, GetPackageRequest, GetProductRequest, ListOfferingsRequest, ListPackagesRequest,
    ListProductsRequest, Package, PackageAudience, PackageRule, PackageViolation, Product, ProductKind,
    ValidatePackagesRequest,
};
use dialtone_testkit::{assert_fault, request};
use tonic::Status;

use crate::support::World;

impl World {
    async fn packages(&self, audience: PackageAudience, show_retired: bool) -> Vec<Package> {
        let message = ListPackagesRequest { audience: audience.into(), show_retired };
        let token = self.keys.token_for("anybody");
        self.catalog().list_packages(request(&token, message)).await.expect("a list").into_inner().packages
    }

    async fn products(&self, message: ListProductsRequest) -> (Vec<Product>, String) {
        let token = self.keys.token_for("anybody");
        let page = self.catalog().list_products(request(&token, message)).await.expect("a list").into_inner();
        (page.products, page.next_page_token)
    }

    async fn validated(
        &self,
        audience: PackageAudience,
        packages: &[&str],
        language: &'static str,
    ) -> Result<Vec<PackageViolation>, Status> {
        let packages = packages.iter().map(|package| (*package).to_owned()).collect();
        let message = ValidatePackagesRequest { packages, audience: audience.into() };
        let mut request = request(&self.keys.token_for("anybody"), message);
        request.metadata_mut().insert("accept-language", language.parse().expect("a header"));
        Ok(self.catalog().validate_packages(request).await?.into_inner().violations)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn there_are_14_packages_for_customers_and_9_for_users_with_their_rules() {
    let world = World::new().await;
    let customers = world.packages(PackageAudience::Customer, false).await;
    let users = world.packages(PackageAudience::User, false).await;
    assert_eq!((customers.len(), users.len()), (14, 9));
    let needs = |id: &str| customers.iter().find(|p| p.name == id).map(|p| p.needs_one_of.len());
    assert_eq!(needs("packages/cisco_calling_plan"), Some(6));
    assert_eq!(needs("packages/attendant_console"), Some(4));
    assert_eq!(needs("packages/webex_calling"), Some(0));
    assert!(users.iter().all(|p| p.name != "packages/cx_voice_ports"));
    let token = world.keys.token_for("anybody");
    let message = GetPackageRequest { name: "packages/attendant_console".into() };
    let got = world.catalog().get_package(request(&token, message)).await.unwrap().into_inner();
    assert_eq!(Some(&got), customers.iter().find(|package| package.name == got.name));
    for (name, code) in [("packages/nothing", "NOT_FOUND"), ("packages/X", "INVALID_FIELDS")] {
        let refused = world.catalog().get_package(request(&token, GetPackageRequest { name: name.into() })).await;
        assert_eq!(dialtone_testkit::fault::seen(&refused).reason, code, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn offerings_and_products_say_what_can_be_ordered() {
    let world = World::new().await;
    let token = world.keys.token_for("anybody");
    let offerings = world.catalog().list_offerings(request(&token, ListOfferingsRequest::default())).await.unwrap();
    let offerings = offerings.into_inner().offerings;
    let names: Vec<_> = offerings.iter().map(|offering| (offering.name.as_str(), offering.takes_plans)).collect();
    assert_eq!(
        names,
        [
            ("offerings/lync-hosted", true),
            ("offerings/webex-calling", false),
            ("offerings/webex-meetings", false),
            ("offerings/webex-wholesale", false),
        ]
    );
    let message = GetOfferingRequest { name: "offerings/lync-hosted".into() };
    assert_eq!(world.catalog().get_offering(request(&token, message)).await.unwrap().into_inner(), offerings[0]);
    let message = GetOfferingRequest { name: "offerings/nothing".into() };
    let missing = world.catalog().get_offering(request(&token, message)).await;
    assert_fault!(missing, NotFound, "NOT_FOUND", { "resource" => "offerings/nothing" });

    // What the demo and the tests of subscriptions order.
    for (sku, offering, kind, trial) in [
        ("CALLING-STD", "offerings/webex-calling", ProductKind::Base, true),
        ("MEETINGS-STD", "offerings/webex-meetings", ProductKind::Base, true),
        ("CALLING-PLUS", "offerings/webex-calling", ProductKind::AddOn, true),
    ] {
        let message = GetProductRequest { name: format!("products/{sku}") };
        let product = world.catalog().get_product(request(&token, message)).await.unwrap().into_inner();
        assert_eq!((product.sku.as_str(), product.offering.as_str(), product.kind()), (sku, offering, kind));
        assert_eq!(product.trial_allowed, trial);
        assert_eq!(kind == ProductKind::AddOn, !product.needs_one_of.is_empty());
        assert!(!product.packages.is_empty());
    }
    let message = GetProductRequest { name: "products/CX-VOICE-PORTS".into() };
    let ports = world.catalog().get_product(request(&token, message)).await.unwrap().into_inner();
    let limits = ports.quantity.unwrap();
    assert_eq!((limits.minimum, limits.maximum, limits.step), (10, 10_000, 10));
    assert_eq!(ports.needs_one_of, ["products/CX-AGENT-PREMIUM", "products/CX-AGENT-STD"]);
    let message = GetProductRequest { name: "products/NOTHING".into() };
    let missing = world.catalog().get_product(request(&token, message)).await;
    assert_fault!(missing, NotFound, "NOT_FOUND", { "resource" => "products/NOTHING" });
}

#[tokio::test(flavor = "multi_thread")]
async fn products_are_listed_page_by_page_and_by_offering() {
    let world = World::new().await;
    let (all, token) = world.products(ListProductsRequest::default()).await;
    assert_eq!((all.len(), token.as_str()), (15, ""));
    assert!(all.is_sorted_by(|a, b| a.sku < b.sku));
    let (mut paged, mut token) = (Vec::new(), String::new());
    loop {
        let message = ListProductsRequest { page_size: 4, page_token: token, ..Default::default() };
        let (page, next) = world.products(message).await;
        assert!(page.len() <= 4);
        paged.extend(page);
        if next.is_empty() {
            break;
        }
        token = next;
    }
    assert_eq!(paged, all);
    let (hosted, _) =
        world.products(ListProductsRequest { offering: "offerings/lync-hosted".into(), ..Default::default() }).await;
    assert_eq!(hosted.iter().map(|product| product.sku.as_str()).collect::<Vec<_>>(), ["LYNC-HOSTED"]);
    let (_, token) = world.products(ListProductsRequest { page_size: 1, ..Default::default() }).await;
    let other =
        ListProductsRequest { page_token: token, offering: "offerings/webex-calling".into(), ..Default::default() };
    let refused = world.catalog().list_products(request(&world.keys.token_for("anybody"), other)).await;
    assert_fault!(refused, InvalidArgument, "INVALID_PAGE_TOKEN");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_broken_rule_of_packages_is_named() {
    use PackageAudience::{Customer, User};
    use PackageRule::{
        DuplicatePackage, MissingDependency, NoBasePackage, RetiredPackage, SeveralBasePackages, UnknownPackage,
        WrongAudience,
    };
    let world = World::new().await;
    world.execute("SET search_path = templates; UPDATE packages SET retired = true WHERE id = 'webex_voice'").await;
    let broken = async |audience, packages: &[&str]| {
        let found = world.validated(audience, packages, "en").await.unwrap();
        assert!(found.iter().all(|one| !one.text.is_empty() && one.language_code == "en"), "{found:?}");
        found.into_iter().map(|one| (one.rule(), one.package, one.packages.len())).collect::<Vec<_>>()
    };
    let calling = "packages/webex_calling";
    assert_eq!(broken(User, &[calling]).await, []);
    assert_eq!(broken(User, &[calling, "packages/attendant_console"]).await, []);
    assert_eq!(broken(Customer, &[]).await, []);
    assert_eq!(broken(Customer, &[calling, "packages/webex_suite", "packages/cisco_calling_plan"]).await, []);
    let console = "packages/attendant_console".to_owned();
    // One of the four is retired, and nobody is told to take it.
    assert_eq!(broken(Customer, &[&console]).await, [(MissingDependency, console.clone(), 3)]);
    let mut more = broken(User, &[&console]).await;
    assert_eq!(more.pop().map(|one| one.0), Some(NoBasePackage));
    assert_eq!(more, [(MissingDependency, console, 3)]);
    assert_eq!(broken(User, &[calling, "packages/webex_suite"]).await, [(SeveralBasePackages, String::new(), 2)]);
    let others = [calling, calling, "packages/cx_voice_ports", "packages/webex_voice", "nonsense \u{1f600}", ""];
    assert_eq!(
        broken(User, &others).await,
        [
            (DuplicatePackage, calling.to_owned(), 0),
            (WrongAudience, "packages/cx_voice_ports".to_owned(), 0),
            (RetiredPackage, "packages/webex_voice".to_owned(), 0),
            (UnknownPackage, "nonsense \u{1f600}".to_owned(), 0),
            (UnknownPackage, String::new(), 0),
            (SeveralBasePackages, String::new(), 2),
        ]
    );
    // A change of the rows is a change of the rules.
    world
        .execute("SET search_path = templates; UPDATE package_audiences SET base_maximum = 3 WHERE audience = 'user'")
        .await;
    assert_eq!(broken(User, &[calling, "packages/webex_suite"]).await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_rule_is_told_in_the_caller_s_language() {
    let world = World::new().await;
    let mut texts = std::collections::HashSet::new();
    for language in ["en", "fr", "sv", "de", "pt-BR"] {
        let found = world.validated(PackageAudience::User, &[], language).await.unwrap();
        assert_eq!((found.len(), found[0].rule()), (1, PackageRule::NoBasePackage));
        assert_eq!(found[0].language_code, language);
        assert!(found[0].text.contains("webex_calling"), "{found:?}");
        texts.insert(found[0].text.clone());
    }
    assert_eq!(texts.len(), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_package_could_be_is_refused_before_it_is_looked_at() {
    let world = World::new().await;
    let long = "p".repeat(10_240);
    let refused = world.validated(PackageAudience::User, &["packages/webex_calling", &long], "en").await;
    assert_fault!(refused, InvalidArgument, "INVALID_FIELDS", ["packages[1]"]);
    let many = vec!["packages/webex_calling"; 201];
    let refused = world.validated(PackageAudience::User, &many, "en").await;
    assert_fault!(refused, InvalidArgument, "INVALID_FIELDS", ["packages"]);
    let refused = world.validated(PackageAudience::Unspecified, &[], "en").await;
    assert_fault!(refused, InvalidArgument, "INVALID_FIELDS", ["audience"]);
    // A NUL is no reason to fail: there is no such package.
    let nul = world.validated(PackageAudience::Customer, &["packages/\0"], "en").await.unwrap();
    assert_eq!(nul[0].rule(), PackageRule::UnknownPackage);
}

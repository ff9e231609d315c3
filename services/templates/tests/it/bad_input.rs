//! Names and ids that nobody should send, and those that only look so.

use dialtone_proto::templates::v1::{AuthenticationMethod, Template};
use dialtone_testkit::{assert_fault, request};

use crate::support::{World, creation, edit};

async fn creating(world: &World, change: impl FnOnce(&mut Template)) -> Result<Template, tonic::Status> {
    let (partner, token) = world.partner(&uuid::Uuid::now_v7().to_string()).await;
    let mut message = creation(partner);
    change(message.template.as_mut().expect("it has one"));
    world.templates().create_template(request(&token, message)).await.map(tonic::Response::into_inner)
}

#[tokio::test(flavor = "multi_thread")]
async fn display_names_of_any_script_are_kept_as_they_are() {
    let world = World::new().await;
    // Emoji with joiners and flags, right-to-left script with its marks, combining letters, and 200 characters of four bytes.
    let long = "\u{1f600}".repeat(200);
    for name in ["👩‍💻 Büro 🇸🇪", "مكاتب\u{200f} (صغيرة)", "Stockholm\u{301} – «kontor»", "小さなオフィス", long.as_str()]
    {
        let made = creating(&world, |template| template.display_name = name.into()).await;
        assert_eq!(made.expect(name).display_name, name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn names_that_deceive_or_break_are_refused() {
    let world = World::new().await;
    let footprint = world.footprint().await;
    let too_long = "n".repeat(10_240);
    for name in [
        "nul\0",
        "\0",
        "line\nbreak",
        "\u{85}",
        "over\u{202e}ride",
        "iso\u{2066}late",
        "\u{200b}",
        "zero\u{200b}width",
        " ",
        " blank before",
        "blank after ",
        "\u{3000}wide blank",
        "\u{feff}mark",
        "para\u{2029}graph",
        "",
        too_long.as_str(),
    ] {
        let refused = creating(&world, |template| template.display_name = name.into()).await;
        assert_fault!(refused, InvalidArgument, "INVALID_FIELDS", ["template.display_name"]);
        if !name.is_empty() {
            let refused = creating(&world, |template| template.pstn_vendor = name.into()).await;
            assert_fault!(refused, InvalidArgument, "INVALID_FIELDS", ["template.pstn_vendor"]);
        }
    }
    assert_eq!(world.footprint().await, footprint);
}

#[tokio::test(flavor = "multi_thread")]
async fn countries_languages_and_addresses_that_do_not_exist_are_refused() {
    let world = World::new().await;
    for region in ["XX", "se", "SWE", "", "S\0", "ZZ", "🇸🇪"] {
        let refused = creating(&world, |template| template.region_code = region.into()).await;
        assert_fault!(refused, InvalidArgument, "INVALID_FIELDS", ["template.region_code"]);
    }
    for language in ["EN", "pt", "xx", "en-US\0", "no"] {
        let refused = creating(&world, |template| template.mail_language = language.into()).await;
        assert_fault!(refused, InvalidArgument, "INVALID_FIELDS", ["template.mail_language"]);
    }
    let too_long = format!("a@{}.example", "b".repeat(250));
    for address in ["noc", "noc@", "a b@c.example", "noc@partner.example\0", "", too_long.as_str()] {
        let refused = creating(&world, |template| template.administrator_email = address.into()).await;
        assert_fault!(refused, InvalidArgument, "INVALID_FIELDS", ["template.administrator_email"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrators_address_has_at_most_254_octets_and_nothing_unseen() {
    let world = World::new().await;
    let domain = format!("{0}.{0}.{0}.example", "d".repeat(60));
    let of = |octets: usize| format!("{}@{domain}", "a".repeat(octets - 1 - domain.len()));
    let with = async |address: &str| creating(&world, |template| template.administrator_email = address.into()).await;
    assert_eq!(with(&of(254)).await.expect("it is an address").administrator_email, of(254));
    let footprint = world.footprint().await;
    for address in [
        of(255).as_str(),
        "noc\u{200f}@partner.example",
        "\u{202e}noc@partner.example",
        "noc@part\u{200b}ner.example",
        "\"noc\0\"@partner.example",
    ] {
        assert_fault!(with(address).await, InvalidArgument, "INVALID_FIELDS", ["template.administrator_email"]);
    }
    assert_eq!(world.footprint().await, footprint);
}

#[tokio::test(flavor = "multi_thread")]
async fn entity_ids_have_to_be_what_the_method_knows() {
    let world = World::new().await;
    let with = async |method: AuthenticationMethod, id: &str| {
        let change = |template: &mut Template| {
            template.authentication_method = method.into();
            template.identity_provider_entity_id = id.into();
        };
        creating(&world, change).await
    };
    use AuthenticationMethod::{PartnerOidc, PartnerSaml, Unspecified, Webex};
    let too_long = format!("https://{}.example", "a".repeat(1_024));
    for (method, id) in [
        (Unspecified, "https://idp.example"),
        (Webex, "https://idp.example"),
        (PartnerSaml, ""),
        (PartnerSaml, "idp"),
        (PartnerSaml, "https://idp.example\0"),
        (PartnerSaml, "https://idp.exam ple"),
        (PartnerSaml, "javascript:alert(1)"),
        (PartnerOidc, ""),
        (PartnerOidc, "http://idp.example"),
        (PartnerOidc, "https://idp.example?tenant=1"),
        (PartnerOidc, "https://user:secret@idp.example"),
        (PartnerOidc, too_long.as_str()),
    ] {
        let refused = with(method, id).await;
        assert_fault!(refused, InvalidArgument, "INVALID_FIELDS", ["template.identity_provider_entity_id"]);
    }
    for (method, id) in [
        (Webex, ""),
        (PartnerSaml, "urn:mace:partner.example:idp"),
        (PartnerSaml, "http://www.okta.com/exk1"),
        (PartnerOidc, "https://login.partner.example/tenant/v2.0"),
    ] {
        let made = with(method, id).await.expect(id);
        assert_eq!((made.authentication_method(), made.identity_provider_entity_id.as_str()), (method, id));
    }
    // The id counts even where the mask names the method alone.
    let (partner, token) = world.partner("Partner").await;
    let saml = Template {
        authentication_method: PartnerSaml.into(),
        identity_provider_entity_id: format!("https://idp.example/{too_long}"),
        ..Template::default()
    };
    let message = edit(&world.draft(partner, &token).await, saml, &["authentication_method"]);
    let refused = world.templates().update_template(request(&token, message)).await;
    assert_fault!(refused, InvalidArgument, "INVALID_FIELDS", ["template.identity_provider_entity_id"]);

    let refused = creating(&world, |template| template.authentication_method = 77).await;
    assert_fault!(refused, InvalidArgument, "INVALID_FIELDS", ["template.authentication_method"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_s_name_has_its_one_form() {
    let world = World::new().await;
    for name in [
        "subscriptions/x",
        "orders/018f0000-0000-7000-8000-000000000000",
        "subscriptions/018F0000-0000-7000-8000-000000000000",
        "subscriptions/------------------------------------",
    ] {
        let refused = creating(&world, |template| template.wholesale_subscription = name.into()).await;
        assert_fault!(refused, InvalidArgument, "INVALID_FIELDS", ["template.wholesale_subscription"]);
    }
}

//! MatchOrganizations on what is written oddly, and on organizations with very many domains.

use dialtone_proto::orgfinder::v1::*;
use dialtone_status::Status;

use crate::matching::add_person;
use crate::support::*;

async fn ask(suite: &Suite, email: &str, company: &str) -> Result<MatchOrganizationsResponse, Status> {
    let question = MatchOrganizationsRequest {
        contact_email: email.into(),
        role: OrganizationRole::Customer.into(),
        company_name: company.into(),
    };
    Ok(suite.finder().match_organizations(suite.person("anyone", question)).await?.into_inner())
}

async fn outcome(suite: &Suite, email: &str) -> MatchOutcome {
    ask(suite, email, "").await.unwrap_or_else(|status| panic!("{email}: {status:?}")).outcome()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_found_however_it_is_spelt_and_another_one_is_not() {
    let suite = Suite::start().await;
    let own = suite.create(customer("Bücher", &["bücher.example"])).await;
    assert_eq!(own.domains[0].domain, "xn--bcher-kva.example");
    add_person(&suite, &own.name, "anna@xn--bcher-kva.example", 1).await;
    for email in
        ["anna@bücher.example", "ANNA@BÜCHER.example", "anna@xn--bcher-kva.example", "\"anna\"@Xn--Bcher-Kva.Example"]
    {
        assert_eq!(outcome(&suite, email).await, MatchOutcome::Matched, "{email}");
    }
    // Other people of the domain, as far as one knows: a tag makes another address.
    for email in ["anna+orders@bücher.example", "\"an na\"@bücher.example", "anna@mail.bücher.example"] {
        assert_eq!(outcome(&suite, email).await, MatchOutcome::Candidates, "{email}");
    }
    // The first letter of this one is Cyrillic: another domain, whatever it looks like.
    assert_eq!(outcome(&suite, "anna@b\u{fc}cher.ex\u{430}mple").await, MatchOutcome::None);
}

#[tokio::test(flavor = "multi_thread")]
async fn throw_away_domains_never_match_and_are_no_organizations_domains() {
    let suite = Suite::start().await;
    suite.create(customer("Greedy", &["greedy.example"])).await;
    let hold = "INSERT INTO organization_domains SELECT id, 'mailinator.com', 'VERIFIED' FROM organizations";
    suite.admin.batch_execute(hold).await.unwrap();
    for email in ["anna@mailinator.com", "anna@any.name.mailinator.com"] {
        assert_eq!(outcome(&suite, email).await, MatchOutcome::None, "{email}");
    }
    let before = suite.footprint().await;
    for (domain, rule) in [
        ("mailinator.com", "disposable_mail_domain"),
        ("p\u{430}ypal.example", "mixed_scripts"),
        ("\u{2615}.example", "mixed_scripts"),
    ] {
        let organization = Some(customer("New", &[domain]));
        let create = CreateOrganizationRequest { organization, ..Default::default() };
        let refused = suite.organizations().create_organization(suite.staff(create)).await;
        let violations = dialtone_status::field_violations(refused.as_ref().expect_err("it is refused"));
        assert_eq!(violations.iter().map(|v| v.reason.as_str()).collect::<Vec<_>>(), [rule.to_uppercase()]);
        assert_invalid(refused, &["organization.domains[0].domain"]);
    }
    assert_eq!(suite.footprint().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_seen_is_refused_in_an_address_and_harmless_in_a_name() {
    let suite = Suite::start().await;
    suite.create(customer("Own", &["own.example"])).await;
    let long = format!("{}@{}.example", "a".repeat(64), ["\u{fc}"; 30].join("."));
    for email in
        ["an\0na@own.example", "\"an\0na\"@own.example", "anna@own\u{202e}.example", "an\u{200f}na@own.example", &long]
    {
        assert_invalid(ask(&suite, email, "").await, &["contact_email"]);
    }
    for company in ["O\0wn", "\u{1f600}\u{1f600}", "\u{202e}nwO", "   ", "!!!"] {
        let answer = ask(&suite, "x@own.example", company).await.expect("a name is only compared");
        assert_eq!(answer.outcome(), MatchOutcome::Candidates, "{company:?}");
    }
    assert_invalid(ask(&suite, "x@own.example", &"x".repeat(10_000)).await, &["company_name"]);
    let nowhere = Organization { region_code: "XX".into(), ..customer("New", &[]) };
    let create = CreateOrganizationRequest { organization: Some(nowhere), ..Default::default() };
    let refused = suite.organizations().create_organization(suite.staff(create)).await;
    assert_invalid(refused, &["organization.region_code"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_ten_thousand_domains_a_hundred_are_shown_the_fitting_and_the_verified_first() {
    let suite = Suite::start().await;
    let own = suite.create(customer("Own", &["zz.own.example"])).await.name;
    let id = own.strip_prefix("organizations/").expect("a name");
    let many = format!(
        "INSERT INTO organization_domains (organization_id, domain, state) \
           SELECT '{id}', 'd' || n || '.example', CASE WHEN n = 9999 THEN 'VERIFIED' ELSE 'UNVERIFIED' END \
           FROM generate_series(1, 10000) AS n"
    );
    suite.admin.batch_execute(&many).await.unwrap();
    let answer = ask(&suite, "x@zz.own.example", "").await.unwrap();
    let candidate = &answer.candidates[0];
    let evidence = candidate.evidence.as_ref().expect("it is always there");
    assert_eq!(evidence.verified_domains, ["d9999.example"]);
    assert_eq!((evidence.unverified_domains[0].as_str(), evidence.unverified_domains.len()), ("zz.own.example", 99));
    assert!(evidence.has_more_domains && !candidate.unlikely);
}

#[tokio::test(flavor = "multi_thread")]
async fn deleted_and_merged_organizations_are_no_candidates() {
    let suite = Suite::start().await;
    let own = suite.create(customer("Own", &["own.example"])).await.name;
    let share = CreateOrganizationRequest {
        organization: Some(customer("Twin", &["own.example"])),
        allow_duplicate: true,
        ..Default::default()
    };
    let twin = suite.organizations().create_organization(suite.staff(share)).await.unwrap().into_inner().name;
    suite.merge(&own, &twin).await;
    let answer = ask(&suite, "x@own.example", "").await.unwrap();
    assert_eq!(answer.candidates.iter().map(|c| &c.organization).collect::<Vec<_>>(), [&own]);
    let etag = suite.get(&own).await.etag;
    let delete = DeleteOrganizationRequest { name: own, etag, ..Default::default() };
    suite.organizations().delete_organization(suite.staff(delete)).await.expect("it can be deleted");
    assert_eq!(outcome(&suite, "x@own.example").await, MatchOutcome::None);
}

//! SearchOrganizations by name.

use dialtone_proto::annotations::v1::Role;
use dialtone_proto::orgfinder::v1::found_organization::Why;
use dialtone_proto::orgfinder::v1::*;
use dialtone_status::{Code, Status};
use dialtone_testkit::fresh;

use crate::support::*;

/// A question for organizations by name.
pub fn named(query: &str) -> SearchOrganizationsRequest {
    SearchOrganizationsRequest { query: query.into(), kind: SearchKind::Name.into(), ..Default::default() }
}

/// What staff finds.
pub async fn search(suite: &Suite, request: SearchOrganizationsRequest) -> Result<SearchOrganizationsResponse, Status> {
    Ok(suite.finder().search_organizations(suite.staff(request)).await?.into_inner())
}

/// Names of what staff finds, best first.
pub async fn found(suite: &Suite, request: SearchOrganizationsRequest) -> Vec<String> {
    let answer = search(suite, request).await.expect("staff may");
    answer.organizations.into_iter().map(|found| found.display_name).collect()
}

async fn suite_of(names: &[&str]) -> Suite {
    let suite = Suite::start().await;
    for name in names {
        create_anyway(&suite, customer(name, &[])).await;
    }
    suite
}

/// Creates an organization even if there is one like it.
pub async fn create_anyway(suite: &Suite, organization: Organization) -> Organization {
    let organization = Some(organization);
    let create = CreateOrganizationRequest { organization, allow_duplicate: true, ..Default::default() };
    suite.organizations().create_organization(suite.staff(create)).await.expect("it can be created").into_inner()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_is_found_however_it_is_written() {
    let suite = suite_of(&[
        "Uppsala Universitet",
        "Université de Liège",
        "Lund University",
        "Aurora Voice AB",
        "東京大学",
        "Московский университет",
        "TeliaSonera Oyj",
        "جامعة القاهرة",
    ])
    .await;
    for (query, expected) in [
        ("Uppsala Universitet", "Uppsala Universitet"),
        ("upsala universitet", "Uppsala Universitet"),
        ("Upsaal Universtet", "Uppsala Universitet"),
        ("Universitet, Uppsala", "Uppsala Universitet"),
        ("uppsalauniversitet", "Uppsala Universitet"),
        ("UNIVERSITE LIEGE", "Université de Liège"),
        ("Aurora Voice", "Aurora Voice AB"),
        ("Aurora Voice GmbH", "Aurora Voice AB"),
        ("Telia Sonera", "TeliaSonera Oyj"),
        ("sonera", "TeliaSonera Oyj"),
        ("東京", "東京大学"),
        ("московски университет", "Московский университет"),
        ("القاهرة", "جامعة القاهرة"),
        ("Lund", "Lund University"),
    ] {
        let names = found(&suite, named(query)).await;
        assert_eq!(names.first().map(String::as_str), Some(expected), "{query}: {names:?}");
    }
    for query in ["Quux", "la", "!!!"] {
        assert_eq!(found(&suite, named(query)).await, [""; 0], "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_says_what_matched_and_nothing_more_than_is_needed_to_choose() {
    let suite = Suite::start().await;
    let own = suite.create(partner("Uppsala Universitet", &["uu.example"])).await;
    let answer = search(&suite, named("universitet Upsala")).await.expect("staff may");
    let [found] = &answer.organizations[..] else { panic!("{answer:?}") };
    assert_eq!((found.organization.as_str(), found.display_name.as_str()), (own.name.as_str(), "Uppsala Universitet"));
    assert_eq!((found.region_code.as_str(), &found.roles[..]), ("SE", &own.roles[..]));
    let Some(Why::Name(matched)) = &found.why else { panic!("{found:?}") };
    let words: Vec<_> = matched.words.iter().map(|w| (w.query_word.as_str(), w.name_word.as_str(), w.kind())).collect();
    let expected = [("universitet", "universitet", WordMatchKind::Exact), ("upsala", "uppsala", WordMatchKind::Typo)];
    assert_eq!(words, expected);
    // As documented.
    let score = matched.query_coverage * (0.7 + 0.3 * matched.name_coverage) * 0.99;
    assert!((found.score - score).abs() < 1e-6, "{found:?}");
    assert!(answer.next_page_token.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn role_and_country_narrow_the_answer() {
    let suite = Suite::start().await;
    let norwegian = |organization| Organization { region_code: "NO".into(), ..organization };
    create_anyway(&suite, customer("Nordic Voice", &[])).await;
    create_anyway(&suite, norwegian(partner("Nordic Voice Two", &[]))).await;
    create_anyway(&suite, norwegian(customer("Nordic Voice Three", &[]))).await;
    for (role, country, expected) in [
        (0, "", vec!["Nordic Voice", "Nordic Voice Three", "Nordic Voice Two"]),
        (1, "", vec!["Nordic Voice Two"]),
        (2, "", vec!["Nordic Voice", "Nordic Voice Three"]),
        (0, "NO", vec!["Nordic Voice Three", "Nordic Voice Two"]),
        (1, "NO", vec!["Nordic Voice Two"]),
        (1, "SE", vec![]),
        (0, "FR", vec![]),
    ] {
        let request = SearchOrganizationsRequest { role, country: country.into(), ..named("nordic voice") };
        assert_eq!(found(&suite, request).await, expected, "{role} {country}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_put_together_are_the_whole_answer_in_its_order() {
    let suite = Suite::start().await;
    let lines: Vec<String> = (0..260)
        .map(|n| format!(r#"{{"name": "Chain Store {}", "domains": ["c{n}.example"], "country": "SE"}}"#, n % 130))
        .collect();
    crate::import::load(&suite, &lines.join("\n")).await;
    let whole = search(&suite, SearchOrganizationsRequest { page_size: 200, ..named("chain store") }).await.unwrap();
    // Of what all of them have in common, so many are looked at.
    assert_eq!((whole.organizations.len(), whole.next_page_token.as_str()), (50, ""));
    for page_size in [7, 49, 50, 63] {
        let (mut all, mut request) = (Vec::new(), SearchOrganizationsRequest { page_size, ..named("chain store") });
        loop {
            let page = search(&suite, request.clone()).await.unwrap();
            assert!(page.organizations.len() <= page_size as usize);
            all.extend(page.organizations);
            if page.next_page_token.is_empty() {
                break;
            }
            request.page_token = page.next_page_token;
        }
        assert_eq!(all, whole.organizations, "{page_size}");
    }
    let first = search(&suite, SearchOrganizationsRequest { page_size: 7, ..named("chain store") }).await.unwrap();
    for other in [named("chain"), SearchOrganizationsRequest { country: "SE".into(), ..named("chain store") }] {
        let request = SearchOrganizationsRequest { page_token: first.next_page_token.clone(), ..other };
        assert_refused(search(&suite, request).await, Code::InvalidArgument, "INVALID_PAGE_TOKEN", &[]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_found_does_not_depend_on_the_order_of_creation() {
    let mut names = vec!["Alpha Voice", "Alpha Voices", "Alfa Voice", "Voice Alpha", "Alpha Voice AB", "Alpha Vice"];
    let first = suite_of(&names).await;
    names.reverse();
    let second = suite_of(&names).await;
    for query in ["alpha voice", "alfa vice", "voices", "alph"] {
        assert_eq!(found(&first, named(query)).await, found(&second, named(query)).await, "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_index_follows_every_change_of_an_organization() {
    let suite = Suite::start().await;
    let own = suite.create(customer("Aurora", &[])).await;
    assert_eq!(found(&suite, named("aurora")).await, ["Aurora"]);
    let organization = Some(Organization { display_name: "Borealis".into(), ..own.clone() });
    let update_mask = Some(prost_types::FieldMask { paths: vec!["display_name".into()] });
    let update = UpdateOrganizationRequest { organization, update_mask, ..Default::default() };
    // By somebody who sees nothing but this one: row-level security lets the index be written all the same.
    suite.grant(&own.name, "anna", Role::FullAdmin).await;
    let own = suite.organizations().update_organization(suite.person("anna", update)).await.unwrap().into_inner();
    assert_eq!((found(&suite, named("aurora")).await, found(&suite, named("borealis")).await.len()), (vec![], 1));
    let delete = DeleteOrganizationRequest { name: own.name.clone(), etag: own.etag, ..Default::default() };
    suite.organizations().delete_organization(suite.staff(delete)).await.unwrap();
    assert_eq!(found(&suite, named("borealis")).await, [""; 0]);
    let back = UndeleteOrganizationRequest { name: own.name.clone(), ..Default::default() };
    suite.organizations().undelete_organization(suite.staff(back)).await.unwrap();
    assert_eq!(found(&suite, named("borealis")).await, ["Borealis"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merged_organization_is_found_no_more_and_again_after_an_undo() {
    let suite = Suite::start().await;
    let survivor = suite.create(customer("Survivor Voice", &[])).await;
    let duplicate = suite.create(partner("Duplicate Sound", &[])).await;
    suite.merge(&survivor.name, &duplicate.name).await;
    assert_eq!(found(&suite, named("duplicate sound")).await, [""; 0]);
    // It has the roles of both now.
    let partners = SearchOrganizationsRequest { role: OrganizationRole::Partner.into(), ..named("survivor voice") };
    assert_eq!(found(&suite, partners.clone()).await, ["Survivor Voice"]);
    suite.undo(&duplicate.name).await.expect("it can be undone");
    assert_eq!(found(&suite, named("duplicate sound")).await, ["Duplicate Sound"]);
    assert_eq!(found(&suite, partners).await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn organizations_from_before_the_index_are_put_in() {
    let suite = Suite::start().await;
    let before = "INSERT INTO organizations (id, display_name, normalized_name, region_code, is_partner, is_customer) \
        SELECT gen_random_uuid(), 'Elder ' || n, 'elder ' || n, 'SE', true, true FROM generate_series(1, 3) AS n";
    suite.admin.batch_execute(before).await.expect("the statement is right");
    assert_eq!(found(&suite, named("elder")).await, [""; 0]);
    // Another process looks when it starts.
    let _second = suite.start_another().await;
    dialtone_testkit::eventually("they are found", std::time::Duration::from_secs(30), async || {
        (found(&suite, named("elder")).await.len() == 3).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_that_learn_the_same_word_at_once_do_not_wait_for_each_other() {
    let database = fresh(&template()).await;
    let (one, other) = (sql(database.url()).await, sql(database.url()).await);
    let learn = "INSERT INTO name_words (word, copy) VALUES ('word', floor(random() * 2e9)::int)";
    one.batch_execute(&format!("BEGIN; {learn}")).await.expect("it works");
    // Waiting would end in an error here.
    other.batch_execute(&format!("SET lock_timeout = '1s'; {learn}")).await.expect("it does not wait");
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_questions_are_refused_and_strange_ones_answered() {
    let suite = suite_of(&["Smile 😀", "خليج \u{200F}ABC", "Ünï–cødé"]).await;
    for (query, fields) in [
        (String::new(), ["query"]),
        ("a\0b".into(), ["query"]),
        ("abc\u{202E}moc".into(), ["query"]),
        ("x".repeat(10_000), ["query"]),
        (" \t".into(), ["query"]),
    ] {
        assert_invalid(search(&suite, named(&query)).await, &fields);
    }
    assert_invalid(search(&suite, SearchOrganizationsRequest::default()).await, &["query", "kind"]);
    let bad = SearchOrganizationsRequest { country: "se".into(), role: 9, page_size: 201, kind: 3, ..named("a") };
    assert_invalid(search(&suite, bad).await, &["country", "role", "page_size", "kind"]);
    let nowhere = SearchOrganizationsRequest { country: "XX".into(), ..named("a") };
    assert_invalid(search(&suite, nowhere).await, &["country"]);
    for (query, expected) in
        [("😀", ""), ("smile 😀", "Smile 😀"), ("\u{200F}abc خليج", "خليج \u{200F}ABC"), ("unicode", "Ünï–cødé")]
    {
        let names = found(&suite, named(query)).await;
        assert_eq!(names.first().map_or("", String::as_str), expected, "{query}");
    }
    // The most that is taken, of the kinds that cost most: still an answer.
    for query in ["京".repeat(253), "ab ".repeat(84), "abcdefghijkl ".repeat(19), "a1 ".repeat(84)] {
        assert_eq!(found(&suite, named(&query)).await, [""; 0], "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn names_that_look_alike_are_listed_with_how_much() {
    let suite = Suite::start().await;
    let same = suite.create(customer("Uppsala Universitet", &[])).await;
    let near = create_anyway(&suite, customer("Upsala Universitet", &[])).await;
    suite.create(customer("Lund Universitet", &[])).await;
    let before = suite.footprint().await;
    let create =
        |name: &str| CreateOrganizationRequest { organization: Some(customer(name, &[])), ..Default::default() };
    let mut client = suite.organizations();
    let refused = client.create_organization(suite.staff(create("Universitet Uppsala AB"))).await;
    let status = refused.expect_err("it is refused");
    let info = dialtone_status::error_info(&status).expect("it says why");
    assert_eq!(info.metadata["organizations"], format!("{},{}", same.name, near.name));
    let scores: Vec<f64> = info.metadata["scores"].split(',').map(|score| score.parse().unwrap()).collect();
    assert!(scores[0] == 1.0 && scores[1] < 1.0 && scores[1] >= 0.85, "{scores:?}");
    assert_eq!(suite.footprint().await, before);
    for other in ["Umea Universitet", "Uppsala Kommun", "Universitet 2"] {
        client.create_organization(suite.staff(create(other))).await.expect("it is another name");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_concurrent_creations_with_nearly_the_same_name_one_succeeds() {
    let suite = Suite::start().await;
    let spellings = ["Nordic Telephony", "Telephony Nordic AB", "Nordic Telephonny", "Nordicc Telephony"];
    let calls = spellings.iter().map(|name| {
        let create = CreateOrganizationRequest { organization: Some(customer(name, &[])), ..Default::default() };
        let (mut client, request) = (suite.organizations(), suite.staff(create));
        async move { client.create_organization(request).await }
    });
    let answers = futures::future::join_all(calls).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1, "{answers:?}");
    for status in answers.into_iter().filter_map(Result::err) {
        assert_eq!(dialtone_status::reason(&status).as_deref(), Some("LOOKS_LIKE_EXISTING"), "{status:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_name_is_found_among_any_number_of_namesakes_with_another_legal_form() {
    let suite = Suite::start().await;
    for _ in 0..130 {
        create_anyway(&suite, customer("Mossil Toldan AB", &[])).await;
    }
    create_anyway(&suite, customer("Mossil Toldan Oy", &[])).await;
    for asked in ["mossil toldan oy", "oy mossil toldan", "Toldan Mossil OY", "toldan oy mossil", "mosil toldan oy"] {
        assert_eq!(found(&suite, named(asked)).await[0], "Mossil Toldan Oy", "{asked}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_word_that_somebody_has_is_looked_for_with_one_letter_wrong_and_an_unknown_one_with_two() {
    let suite = Suite::start().await;
    for name in ["Gothenburg Voice", "Gothanbarg Voice", "Gothenbarg Voice"] {
        create_anyway(&suite, customer(name, &[])).await;
    }
    assert_eq!(found(&suite, named("gothenburg")).await, ["Gothenburg Voice", "Gothenbarg Voice"]);
    let mut all = found(&suite, named("gothonborg")).await;
    all.sort();
    assert_eq!(all, ["Gothanbarg Voice", "Gothenbarg Voice", "Gothenburg Voice"]);
}

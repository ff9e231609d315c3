//! ListPartnerLinks and UnlinkPartner; cycles over several links.

use dialtone_ids::PartnerLinkId;
use dialtone_proto::annotations::v1::Role;
use dialtone_proto::orgfinder::v1::*;
use dialtone_status::{Code, Status};
use uuid::Uuid;

use crate::access_requests::Pair;
use crate::support::*;

fn unlink(link: &PartnerLink) -> UnlinkPartnerRequest {
    UnlinkPartnerRequest { name: link.name.clone(), etag: link.etag.clone(), ..Default::default() }
}

async fn unlink_as(suite: &Suite, subject: &str, request: UnlinkPartnerRequest) -> Result<PartnerLink, Status> {
    Ok(suite.access().unlink_partner(suite.person(subject, request)).await?.into_inner())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_link_gives_no_access_at_once_and_ends_the_pending_request() {
    let pair = Pair::new().await;
    let suite = &pair.suite;
    let get = || GetOrganizationRequest { name: pair.customer.clone() };
    suite.organizations().get_organization(suite.person("paul", get())).await.expect("through the link");
    let request = pair.ask().await;
    let removed = unlink_as(suite, "anna", unlink(&pair.link)).await.expect("she may");
    assert_eq!(removed, pair.link);
    assert_denied(suite.organizations().get_organization(suite.person("paul", get())).await, "organizations.get");
    let told = suite.last_events(3).await;
    assert_eq!(told, ["access_request.created", "access_request.cancelled", "partner_link.deleted"]);
    let ended = suite.get_as("paul", &request.name).await.expect("he may");
    assert_eq!(ended.state(), AccessRequestState::Cancelled);
    let refused = suite.approve_as("anna", &ended).await;
    let metadata = [("request", request.name.as_str()), ("state", "CANCELLED")];
    assert_refused(refused, Code::FailedPrecondition, "ACCESS_REQUEST_DECIDED", &metadata);
    let ends = [("organization", pair.partner.as_str()), ("customer", pair.customer.as_str())];
    let refused = suite.ask_as("paul", pair.asking()).await;
    assert_refused(refused, Code::FailedPrecondition, "PARTNER_NOT_LINKED", &ends);
    // Linked anew it is another link, and the set-up is still complete.
    let again = suite.link(&pair.partner, &pair.customer, Role::ProvisioningAdmin).await.expect("it works");
    assert_ne!(again.name, pair.link.name);
    pair.ask().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_unlink_and_what_is_refused() {
    let pair = Pair::new().await;
    let suite = &pair.suite;
    suite.grant(&pair.partner, "pia", Role::FullAdmin).await;
    let before = suite.footprint().await;
    let missing = PartnerLink { name: format!("{}/{}", pair.partner, PartnerLinkId::new()), ..pair.link.clone() };
    for (subject, link) in [("pia", &pair.link), ("paul", &pair.link), ("nobody", &pair.link), ("anna", &missing)] {
        assert_denied(unlink_as(suite, subject, unlink(link)).await, "partnerLinks.delete");
    }
    let refused = suite.access().unlink_partner(suite.staff(unlink(&missing))).await;
    assert_refused(refused, Code::NotFound, "NOT_FOUND", &[("resource", &missing.name)]);
    let stale = UnlinkPartnerRequest { etag: "0".into(), ..unlink(&pair.link) };
    let refused = unlink_as(suite, "anna", stale).await;
    assert_refused(refused, Code::Aborted, "ETAG_MISMATCH", &[("resource", &pair.link.name)]);
    let bare = UnlinkPartnerRequest { etag: String::new(), request_id: "x".into(), ..unlink(&pair.link) };
    assert_invalid(unlink_as(suite, "anna", bare).await, &["etag", "request_id"]);
    let rehearsal = UnlinkPartnerRequest { validate_only: true, ..unlink(&pair.link) };
    unlink_as(suite, "anna", rehearsal).await.expect("it would work");
    assert_eq!(suite.footprint().await, before);

    let repeated = UnlinkPartnerRequest { request_id: Uuid::new_v4().to_string(), ..unlink(&pair.link) };
    let first = unlink_as(suite, "anna", repeated.clone()).await.expect("she may");
    assert_eq!((&first, &unlink_as(suite, "anna", repeated.clone()).await.expect("the same")), (&pair.link, &first));
    assert_denied(unlink_as(suite, "anna", unlink(&pair.link)).await, "partnerLinks.delete");
    assert_denied(unlink_as(suite, "nobody", repeated).await, "partnerLinks.delete");
    let again = suite.access().unlink_partner(suite.staff(unlink(&pair.link))).await;
    assert_refused(again, Code::NotFound, "NOT_FOUND", &[("resource", &pair.link.name)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn links_are_listed_from_both_ends_in_pages() {
    let suite = Suite::start().await;
    let reseller = suite.create(partner("Reseller", &[])).await.name;
    suite.grant(&reseller, "pia", Role::FullAdmin).await;
    suite.grant(&reseller, "paul", Role::ProvisioningAdmin).await;
    let mut links = Vec::new();
    for n in 0..3 {
        let shop = suite.create(customer(&format!("Shop {n}"), &[])).await.name;
        links.push(suite.link(&reseller, &shop, Role::ReadOnly).await.expect("it works"));
    }
    links.sort_by(|a, b| a.customer.cmp(&b.customer));
    let list = ListPartnerLinksRequest { parent: reseller.clone(), page_size: 2, ..Default::default() };
    let ask = async |subject: &str, list: ListPartnerLinksRequest| {
        let answer = suite.access().list_partner_links(suite.person(subject, list)).await?;
        Ok::<_, Status>(answer.into_inner())
    };
    let page = ask("pia", list.clone()).await.expect("she may");
    assert_eq!(page.partner_links, links[..2]);
    let next = ListPartnerLinksRequest { page_token: page.next_page_token, ..list.clone() };
    let page = ask("pia", next.clone()).await.expect("she may");
    assert_eq!((&page.partner_links[..], page.next_page_token.as_str()), (&links[2..], ""));
    let turned = ListPartnerLinksRequest { as_customer: true, ..next };
    assert_refused(ask("pia", turned).await, Code::InvalidArgument, "INVALID_PAGE_TOKEN", &[]);
    for (subject, parent) in [("paul", &reseller), ("pia", &links[0].customer), ("pia", &nowhere())] {
        let list = ListPartnerLinksRequest { parent: parent.clone(), ..list.clone() };
        assert_denied(ask(subject, list).await, "partnerLinks.list");
    }
    let own = ListPartnerLinksRequest { parent: links[0].customer.clone(), as_customer: true, ..Default::default() };
    let page = suite.access().list_partner_links(suite.staff(own)).await.expect("staff may").into_inner();
    assert_eq!(page.partner_links, links[..1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_links_at_once_that_would_close_a_ring_one_is_refused() {
    let suite = Suite::start().await;
    for round in 0..3 {
        let mut names = Vec::new();
        for n in 0..4 {
            names.push(suite.create(partner(&format!("R{round} {n}"), &[])).await.name);
        }
        let [a, b, c, d] = &names[..] else { unreachable!("four were made") };
        let link = |partner: &str, customer: &str| {
            let (suite, partner, customer) = (&suite, partner.to_owned(), customer.to_owned());
            async move { suite.link(&partner, &customer, Role::FullAdmin).await }
        };
        let answers: [Result<PartnerLink, Status>; 4] =
            tokio::join!(link(a, b), link(b, c), link(c, d), link(d, a)).into();
        let refused: Vec<_> = answers.iter().filter_map(|answer| answer.as_ref().err()).collect();
        assert_eq!(refused.len(), 1, "{answers:?}");
        let info = dialtone_status::error_info(refused[0]).expect("every error has it");
        assert_eq!(info.reason, "LINK_WOULD_CYCLE");
    }
}

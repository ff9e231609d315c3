//! Reading, keeping and counting reports.

use super::*;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("a time")
}

fn address(email: &str, organization: Option<OrganizationId>) -> Who {
    Who::At { email: email.to_owned(), organization }
}

#[test]
fn a_person_is_an_address_or_a_name() {
    let own = OrganizationId::new();
    let name = PersonName::new(own, dialtone_ids::PersonId::new());
    assert_eq!(Who::read("Anna@Example.ORG", ""), Ok(address("anna@example.org", None)));
    assert_eq!(Who::read("anna@example.org", &own.to_string()), Ok(address("anna@example.org", Some(own))));
    assert_eq!(Who::read(&name.to_string(), ""), Ok(Who::Named(name)));
    assert_eq!(Who::read(&name.to_string(), &own.to_string()), Ok(Who::Named(name)));
    assert_eq!(Who::read(&name.to_string(), &OrganizationId::new().to_string()), Err(Refusal::Organization));
    let long = format!("{}@example.org", "a".repeat(LONGEST_PERSON));
    for person in ["", "anna", "a\0b@example.org", "organizations/x/people/y", "anna@localhost", &long] {
        assert_eq!(Who::read(person, ""), Err(Refusal::Person), "{person}");
    }
    for organization in ["x", "organizations/x", "organizations/-"] {
        assert_eq!(Who::read("anna@example.org", organization), Err(Refusal::Organization), "{organization}");
    }
}

#[test]
fn a_stream_for_one_organization_takes_no_other() {
    let (own, other) = (OrganizationId::new(), OrganizationId::new());
    assert_eq!(address("a@x.example", None).within(own), Ok(address("a@x.example", Some(own))));
    assert_eq!(address("a@x.example", Some(own)).within(own), Ok(address("a@x.example", Some(own))));
    assert_eq!(address("a@x.example", Some(other)).within(own), Err(Refusal::NotYours));
}

#[test]
fn times_are_kept_to_the_hour_and_not_from_the_future() {
    let now = at("2026-05-04T12:58:00Z");
    assert_eq!(kept(at("2026-05-04T12:57:59.9Z"), now), Ok(at("2026-05-04T12:00:00Z")));
    assert_eq!(kept(at("2026-05-04T13:03:00Z"), now), Ok(at("2026-05-04T13:00:00Z")));
    assert_eq!(kept(at("2026-05-04T13:03:01Z"), now), Err(Refusal::Future));
    assert_eq!(kept(at("1969-12-31T23:59:59Z"), now), Ok(at("1969-12-31T23:00:00Z")));
    assert!(kept(DateTime::from_timestamp(-62_135_596_800, 0).expect("the year 1"), now).is_ok());
}

#[test]
fn reports_of_one_person_come_to_the_latest_time_in_any_order() {
    let times = ["2026-05-04T10:00:00Z", "2026-05-04T12:00:00Z", "2026-05-04T11:00:00Z"].map(at);
    for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2]] {
        let mut pending = Pending::default();
        for (index, place) in order.into_iter().enumerate() {
            pending.add(Sight { who: address("a@x.example", None), at: times[place] }, 7 + index as i64);
        }
        assert_eq!(pending.len(), 1);
        let expected = Seen { at: times[1], reports: 3, first: 7 };
        assert_eq!(pending.take(), [(address("a@x.example", None), expected)]);
        assert_eq!(pending.len(), 0);
    }
}

#[test]
fn examples_are_bounded_and_counts_are_not() {
    let mut tally = Tally::default();
    for index in 0..500 {
        tally.refuse(index, Refusal::Future);
        let seen = Seen { at: DateTime::UNIX_EPOCH, reports: 2, first: index };
        tally.miss(&address(&format!("p{}@x.example", index % 200), None), &seen);
    }
    assert_eq!((tally.refusals[&Refusal::Future].count, tally.refusals[&Refusal::Future].reports.len()), (500, 20));
    assert_eq!((tally.unknown, tally.unknown_people.len()), (1000, 100));
    assert_eq!(tally.unknown_people[99], (99, "p99@x.example".to_owned()));
}

use proptest::prelude::*;

use super::*;
use crate::model::name::normalize;
use crate::model::words::words;

fn like(asked: &str, named: &str, sense: Sense) -> Likeness {
    let (asked, named) = (normalize(asked), normalize(named));
    compare(&words(&asked), &words(&named), |_| 1.0, sense)
}

fn score(asked: &str, named: &str) -> f64 {
    f64::from(like(asked, named, Sense::Search).score) / 1e6
}

fn duplicate(a: &str, b: &str) -> f64 {
    let likeness = like(a, b, Sense::Duplicate);
    likeness.of_question.min(likeness.of_name)
}

#[test]
fn the_same_words_are_fully_alike_and_nothing_is_more() {
    assert_eq!(score("Université de Liège", "UNIVERSITE DE LIEGE"), 1.0);
    // Another order is worth a hundredth.
    assert_eq!(score("Liège, Université de", "Université de Liège"), 0.99);
    assert!(score("Liege Universite", "Université de Liège") > 0.95);
    assert!(score("Aurora Voice", "Aurora Voice AB") > 0.99);
}

#[test]
fn every_word_says_how_it_was_found() {
    let found = like("Upsala Univ Foo", "Uppsala University of Foobar", Sense::Search);
    let told: Vec<_> = found.words.iter().map(|word| (word.asked.as_str(), word.named.as_str(), word.how)).collect();
    assert_eq!(
        told,
        [("upsala", "uppsala", How::Typo), ("univ", "university", How::Prefix), ("foo", "foobar", How::Prefix)]
    );
    let found = like("Uppsala Universitet", "Uppsalauniversitet", Sense::Search);
    assert_eq!((found.words[0].asked.as_str(), found.words[0].how), ("uppsala universitet", How::Joined));
    let found = like("Telia Sonera", "TeliaSonera AB", Sense::Search);
    assert!(found.score > 900_000, "{found:?}");
    let found = like("lefon", "Telefonica", Sense::Search);
    assert_eq!(found.words[0].how, How::Inside);
    let found = like("東京大学", "国立東京大学", Sense::Search);
    assert_eq!(found.of_question, 1.0);
}

#[test]
fn the_nearer_name_is_the_better_one() {
    for (asked, better, worse) in [
        ("uppsala", "Uppsala University", "Uppsala Technical University"),
        ("upsala university", "Uppsala University", "Lund University"),
        ("main university", "Main University", "Maine University"),
        ("north texas", "University of North Texas", "University of Texas"),
        ("office 21", "Office 21", "Office 12"),
    ] {
        assert!(score(asked, better) > score(asked, worse), "{asked}");
    }
}

#[test]
fn duplicates_are_told_from_other_companies() {
    for (a, b) in [
        ("Uppsala Universitet", "Upsala Universitet"),
        ("Nordic Voice AB", "Nordic Voices"),
        ("Voice Nordic", "Nordic Voice Ltd"),
        ("Éclair & Sons", "ECLAIR and sons"),
        ("Telia Sonera", "TeliaSonera"),
    ] {
        assert!(duplicate(a, b) >= 0.85 && duplicate(b, a) >= 0.85, "{a} {b} {}", duplicate(a, b));
    }
    for (a, b) in [
        ("Own", "Owner"),
        ("Office 1", "Office 2"),
        ("Northwind", "Southwind"),
        ("Northern Alberta Institute of Technology", "Southern Alberta Institute of Technology"),
        ("University of Texas", "University of North Texas"),
        ("Uppsala", "Uppsala University"),
        ("Austria Voice", "Australia Voice"),
        ("Acme", "Acne"),
        ("A", "B"),
        ("東京大学", "京都大学"),
    ] {
        assert!(duplicate(a, b) < 0.85, "{a} {b} {}", duplicate(a, b));
    }
}

proptest! {
    #[test]
    fn a_name_is_wholly_like_itself_and_no_likeness_is_out_of_bounds(a in ".{0,60}", b in "\\PC{0,60}") {
        for sense in [Sense::Search, Sense::Duplicate] {
            let likeness = like(&a, &b, sense);
            prop_assert!(likeness.score <= 1_000_000);
            prop_assert!((0.0..=1.0).contains(&likeness.of_question) && (0.0..=1.0).contains(&likeness.of_name));
            let own = like(&a, &a, sense).score;
            prop_assert!(own == 1_000_000 || words(&normalize(&a)).is_empty(), "{}", own);
        }
    }

    #[test]
    fn a_duplicate_is_one_from_both_sides(a in "[a-e ]{1,20}", b in "[a-e ]{1,20}") {
        let (here, there) = (like(&a, &b, Sense::Duplicate), like(&b, &a, Sense::Duplicate));
        prop_assert_eq!(here.words.is_empty(), there.words.is_empty());
    }
}

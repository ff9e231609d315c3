//! The reasons of the protos with the metadata that their comments document.

use std::collections::{BTreeMap, BTreeSet};

use prost::Message as _;
use prost_types::{FileDescriptorProto, FileDescriptorSet};

/// Where `enum_type` stands in a file, and `value` in an enum: how comments find their places.
const ENUM_TYPE: i32 = 5;
const VALUE: i32 = 2;

/// Keys of the metadata by reason.
pub type Reasons = BTreeMap<String, BTreeSet<String>>;

/// Every `ErrorReason` of the suite, by the file of the catalogue that holds its texts.
pub fn all() -> BTreeMap<String, Reasons> {
    let set = FileDescriptorSet::decode(dialtone_proto::FILE_DESCRIPTOR_SET).expect("the build encoded it");
    set.file.iter().filter_map(|file| Some((service(file.package())?, reasons(file)?))).collect()
}

/// The catalogue's file for `dialtone.orgfinder.v1`: the service's name, which has hyphens where the package has none.
fn service(package: &str) -> Option<String> {
    const SERVICES: [&str; 5] = ["org-finder", "templates", "subscriptions", "user-provisioning", "gateway"];
    let name = package.strip_prefix("dialtone.")?.strip_suffix(".v1")?;
    if name == "operations" {
        return Some("shared".to_owned());
    }
    Some(SERVICES.into_iter().find(|service| service.replace('-', "") == name).unwrap_or(name).to_owned())
}

fn reasons(file: &FileDescriptorProto) -> Option<Reasons> {
    let index = file.enum_type.iter().position(|e| e.name() == "ErrorReason")?;
    let values = file.enum_type[index].value.iter().enumerate();
    let reasons = values.filter(|(_, value)| value.number() != 0).map(|(number, value)| {
        let comment = comment(file, &[ENUM_TYPE, place(index), VALUE, place(number)]);
        (value.name().trim_start_matches("ERROR_REASON_").to_owned(), metadata(comment))
    });
    Some(reasons.collect())
}

fn place(index: usize) -> i32 {
    i32::try_from(index).expect("no file is that long")
}

fn comment<'a>(file: &'a FileDescriptorProto, path: &[i32]) -> &'a str {
    let locations = file.source_code_info.iter().flat_map(|info| &info.location);
    let found = locations.filter(|location| location.path == path).find_map(|l| l.leading_comments.as_deref());
    found.unwrap_or_else(|| panic!("{} has a reason without a comment", file.name()))
}

/// The names in backticks of the sentence that begins with `Metadata:`.
fn metadata(comment: &str) -> BTreeSet<String> {
    let Some((_, rest)) = comment.split_once("Metadata:") else {
        return BTreeSet::new();
    };
    let sentence = rest.split(". ").next().unwrap_or_default();
    let sentence = sentence.split(".\n").next().unwrap_or_default();
    let quoted = sentence.split('`').skip(1).step_by(2);
    // Keys are in small letters; what else is quoted are the values that a key may have.
    quoted.filter(|word| !word.contains(char::is_uppercase)).map(str::to_owned).collect()
}

#[test]
fn comments_are_read_as_they_are_meant() {
    let of = |comment| metadata(comment).into_iter().collect::<Vec<_>>().join(" ");
    assert_eq!(of(" CODE. Text with `code`.\n"), "");
    assert_eq!(of(" CODE. Text. Metadata: `b`, `a`.\n"), "a b");
    assert_eq!(of(" Text. Metadata: `a` (`NAME`: one; `OTHER`: another).\n"), "a");
    assert_eq!(of(" Text. Metadata: `a` (names,\n comma-separated),\n `b`. Send `c`.\n"), "a b");
    let shared = &all()["shared"];
    assert_eq!(shared["NOT_FOUND"], ["resource".to_owned()].into());
    assert!(shared["CANCELLED"].is_empty() && !shared.contains_key("UNSPECIFIED"));
}

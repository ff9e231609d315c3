//! The layers of a service: which may name which, and which third-party crates belong to one of them.

use std::path::Path;

/// What a layer may name besides itself, `error`, `config` and the crate's root.
const MAY_NAME: &[(&str, &[&str])] = &[
    ("api", &["ops", "model"]),
    ("ops", &["store", "model", "peers", "connectors"]),
    ("store", &["model"]),
    ("model", &[]),
    ("jobs", &["ops", "model", "peers", "connectors"]),
    ("command", &["ops", "model"]),
    ("peers", &["model"]),
    ("connectors", &["model"]),
    ("error", &["model"]),
];

/// Files that put the layers together: they may name every layer.
const WIRING: [&str; 3] = ["main", "lib", "config"];

/// A group of crates that only some layers may name.
struct Reserved {
    crates: &'static [&'static str],
    layers: &'static [&'static str],
    wiring: bool,
    remedy: &'static str,
}

const RESERVED: &[Reserved] = &[
    Reserved {
        crates: &["diesel", "diesel_async", "tokio_postgres"],
        layers: &["store"],
        wiring: false,
        remedy: "only store speaks to the database: give it a noun_verb function that answers with types of model",
    },
    Reserved {
        // `lib.rs` embeds the migrations for `migrate` and the tests.
        crates: &["diesel_migrations"],
        layers: &["store"],
        wiring: true,
        remedy: "migrations are embedded in lib.rs and applied by `migrate`",
    },
    Reserved {
        crates: &["tonic", "tonic_types", "tonic_health", "tonic_reflection", "prost", "prost_types", "dialtone_proto"],
        layers: &["api", "peers", "connectors"],
        wiring: true,
        remedy: "the wire ends in api (incoming) and peers (outgoing): convert there and pass types of model",
    },
];

/// The gateway owns no data.
const NOT_IN_GATEWAY: [&str; 5] = ["diesel", "diesel_async", "dialtone_db", "dialtone_events", "dialtone_operations"];

/// Where a file stands.
pub(super) struct Place<'a> {
    service: &'a str,
    layer: String,
}

impl<'a> Place<'a> {
    /// `file` is relative to the service's `src`.
    pub(super) fn of(service: &'a str, file: &Path) -> Place<'a> {
        let first = file.iter().next().unwrap_or_default();
        let layer = Path::new(first).with_extension("");
        Place { service, layer: layer.to_string_lossy().into_owned() }
    }

    fn is_wiring(&self) -> bool {
        WIRING.contains(&self.layer.as_str())
    }
}

/// A broken rule in words.
#[derive(Debug)]
pub(super) struct Broken {
    pub rule: String,
    pub remedy: String,
}

/// What is wrong with naming this path here; `None` when nothing is.
pub(super) fn check(place: &Place, path: &[String]) -> Option<Broken> {
    let first = path.first()?.as_str();
    if place.service == "gateway" {
        return NOT_IN_GATEWAY.contains(&first).then(|| Broken {
            rule: format!("the gateway names `{first}`"),
            remedy: "the gateway has no database: ask the service that owns the data".to_owned(),
        });
    }
    match first {
        "crate" => layer_named(place, path.get(1)?),
        _ => crate_named(place, first),
    }
}

fn layer_named(place: &Place, other: &str) -> Option<Broken> {
    let allowed = |layer: &str| MAY_NAME.iter().find(|(name, _)| *name == layer);
    // Names at the crate's root that are no layer: re-exports, macros, `error`, `config`.
    if place.is_wiring() || other == place.layer || other == "error" || allowed(other).is_none() {
        return None;
    }
    let (_, may) = allowed(&place.layer)?;
    if may.contains(&other) {
        return None;
    }
    let may = if may.is_empty() { "no other layer".to_owned() } else { may.join(", ") };
    Some(Broken {
        rule: format!("`{}` names `{other}`", place.layer),
        remedy: format!("imports go api -> ops -> store -> model and jobs -> ops; {} may name {may}", place.layer),
    })
}

fn crate_named(place: &Place, name: &str) -> Option<Broken> {
    let reserved = RESERVED.iter().find(|r| r.crates.contains(&name))?;
    let allowed = reserved.layers.contains(&place.layer.as_str()) || (reserved.wiring && place.is_wiring());
    (!allowed).then(|| Broken { rule: format!("`{}` names `{name}`", place.layer), remedy: reserved.remedy.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken(file: &str, path: &str) -> bool {
        let place = Place::of("templates", Path::new(file));
        let segments: Vec<String> = path.split("::").map(str::to_owned).collect();
        check(&place, &segments).is_some()
    }

    #[test]
    fn each_layer_names_only_what_is_below_it() {
        for (file, path) in [
            ("api/mod.rs", "crate::ops::submit"),
            ("api/render.rs", "crate::model::Template"),
            ("ops/submit.rs", "crate::store::templates"),
            ("ops/submit.rs", "crate::peers::OrgFinder"),
            ("ops/submit.rs", "crate::error::Error"),
            ("jobs/purge.rs", "crate::ops::purge"),
            ("lib.rs", "crate::store::Store"),
            ("peers/org_finder.rs", "tonic::Status"),
            ("main.rs", "tonic::service::Routes"),
            ("store/mod.rs", "diesel::prelude"),
            ("lib.rs", "diesel_migrations::embed_migrations"),
        ] {
            assert!(!broken(file, path), "{file} may name {path}");
        }
        for (file, path) in [
            ("api/mod.rs", "crate::store::templates"),
            ("api/mod.rs", "crate::jobs::purge"),
            ("ops/submit.rs", "crate::api::convert"),
            ("ops/submit.rs", "tonic::Status"),
            ("ops/submit.rs", "dialtone_proto::templates::v1::Template"),
            ("ops/submit.rs", "diesel::QueryDsl"),
            ("store/mod.rs", "crate::ops::submit"),
            ("store/mod.rs", "prost::Message"),
            ("model/mod.rs", "crate::store::Row"),
            ("jobs/purge.rs", "crate::store::templates"),
            ("error.rs", "diesel::result::Error"),
            ("lib.rs", "diesel::QueryDsl"),
            ("ops/submit.rs", "diesel_migrations::embed_migrations"),
        ] {
            assert!(broken(file, path), "{file} must not name {path}");
        }
    }

    #[test]
    fn gateway_names_no_database() {
        let place = Place::of("gateway", Path::new("upstream/mod.rs"));
        assert!(check(&place, &["dialtone_db".to_owned(), "Store".to_owned()]).is_some());
        assert!(check(&place, &["tonic".to_owned(), "Status".to_owned()]).is_none());
    }
}

//! The texts themselves, read once from what the build embedded.

use std::sync::LazyLock;

use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use unic_langid::LanguageIdentifier;

use crate::Locale;

/// What the error domain of a service ends in: `org-finder.dialtone.internal`.
const DOMAIN: &str = ".dialtone.internal";
/// The texts that belong to no service.
const SHARED: &str = "shared";
/// The texts of broken rules.
const RULES: &str = "rules";
/// What is told where no other text fits.
const GENERAL: &str = "general";
/// A longer number would lose digits on its way through Fluent, which counts in `f64`.
const LONGEST_NUMBER: usize = 15;

/// The texts of one service in each language, in the order of [`Locale::ALL`].
type Sources = (&'static str, [&'static str; Locale::ALL.len()]);

macro_rules! sources {
    ($($service:literal),* $(,)?) => {
        &[$((
            $service,
            [
                include_str!(concat!("../catalogue/en/", $service, ".ftl")),
                include_str!(concat!("../catalogue/fr/", $service, ".ftl")),
                include_str!(concat!("../catalogue/sv/", $service, ".ftl")),
                include_str!(concat!("../catalogue/de/", $service, ".ftl")),
                include_str!(concat!("../catalogue/pt-BR/", $service, ".ftl")),
            ],
        )),*]
    };
}

static SOURCES: &[Sources] =
    sources!["shared", "rules", "org-finder", "templates", "subscriptions", "user-provisioning"];

type Bundle = FluentBundle<FluentResource>;

struct Texts {
    service: &'static str,
    locale: Locale,
    bundle: Bundle,
}

static CATALOGUE: LazyLock<Vec<Texts>> = LazyLock::new(|| {
    let read = |(service, sources): &Sources| {
        let service = *service;
        let sources: Vec<_> = Locale::ALL.into_iter().zip(*sources).collect();
        sources.into_iter().map(move |(locale, source)| Texts { service, locale, bundle: bundle(locale, source) })
    };
    SOURCES.iter().flat_map(read).collect()
});

fn bundle(locale: Locale, source: &str) -> Bundle {
    let language: LanguageIdentifier = locale.tag().parse().expect("the tags are ours");
    let mut bundle = Bundle::new_concurrent(vec![language]);
    // Marks around each parameter would show as garbage in logs and terminals; all languages here are written left to right.
    bundle.set_use_isolating(false);
    let resource = FluentResource::try_new(source.to_owned()).expect("a test reads every file of the catalogue");
    bundle.add_resource(resource).expect("a test finds every text that is there twice");
    bundle
}

/// What people are told of an error: the text of its reason (`ErrorInfo.reason`) in the domain's service or among the shared ones,
/// with the metadata put in. A general sentence where there is no such text, or where the metadata lacks what the text names.
pub fn error<'a>(
    locale: Locale,
    domain: &str,
    reason: &str,
    metadata: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> String {
    let arguments = arguments(metadata);
    let service = domain.strip_suffix(DOMAIN).unwrap_or_default();
    format(locale, service, reason, &arguments)
        .or_else(|| format(locale, SHARED, reason, &arguments))
        .or_else(|| format(locale, SHARED, GENERAL, &arguments))
        .unwrap_or_default()
}

/// What people are told of a field that breaks a rule (`FieldViolation.reason`: `STRING_MAX_LEN`), without the limits of the rule. A
/// general sentence for a rule that has no text.
pub fn rule(locale: Locale, rule: &str) -> String {
    let text = |key: &str| format(locale, RULES, key, &FluentArgs::new());
    // A limit means the same for every type.
    let untyped = rule.split_once('_').map_or(rule, |(_, untyped)| untyped);
    text(&format!("rule-{rule}"))
        .or_else(|| text(&format!("rule-{untyped}")))
        .or_else(|| text("rule"))
        .unwrap_or_default()
}

/// A text of a service by its key, with `parameters` put in. None if there is none, or if a parameter is missing.
pub fn text<'a>(
    locale: Locale,
    service: &str,
    key: &str,
    parameters: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Option<String> {
    format(locale, service, key, &arguments(parameters))
}

fn format(locale: Locale, service: &str, key: &str, arguments: &FluentArgs) -> Option<String> {
    let texts = CATALOGUE.iter().find(|texts| texts.service == service && texts.locale == locale)?;
    let pattern = texts.bundle.get_message(key)?.value()?;
    let mut errors = Vec::new();
    let text = texts.bundle.format_pattern(pattern, Some(arguments), &mut errors);
    errors.is_empty().then(|| text.into_owned())
}

fn arguments<'a>(parameters: impl IntoIterator<Item = (&'a str, &'a str)>) -> FluentArgs<'a> {
    parameters.into_iter().map(|(key, value)| (key, argument(value))).collect()
}

/// A number if it is one for certain, so that texts can choose by plural; anything else stays as it is written.
fn argument(value: &str) -> FluentValue<'_> {
    let digits = value.len() <= LONGEST_NUMBER && value.bytes().all(|byte| byte.is_ascii_digit());
    match value.parse::<u64>() {
        Ok(number) if digits && (value == "0" || !value.starts_with('0')) => FluentValue::from(number),
        _ => FluentValue::from(value),
    }
}

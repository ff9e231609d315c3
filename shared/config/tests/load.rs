//! What `load_from` accepts and refuses.

use dialtone_config::{Check, Faults, Loaded, load_from};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use std::{collections::BTreeMap, io::Write, net::SocketAddr, path::PathBuf};

#[derive(Debug, Deserialize)]
struct Config {
    listen: SocketAddr,
    page_token_key: SecretString,
    database: Database,
    #[serde(default)]
    upstreams: BTreeMap<String, String>,
    log: Option<LogFormat>,
    #[serde(default)]
    hosts: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Database {
    url: SecretString,
    pool_size: std::num::NonZeroU32,
    least: u16,
    most: u16,
    #[serde(default)]
    strict: bool,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum LogFormat {
    Json,
    Pretty,
}

impl Check for Config {
    fn check(&self, faults: &mut Faults) {
        faults.nested("database", &self.database);
    }
}

impl Check for Database {
    fn check(&self, faults: &mut Faults) {
        faults.within("pool_size", self.pool_size.get(), 1..=100);
        if self.least > self.most {
            faults.refuse("least", "must not be above `database.most`");
        }
    }
}

const DEFAULTS: &str = r#"
listen = "127.0.0.1:50051"
[database]
pool_size = 10
least = 1
most = 9
[upstreams]
templates = "http://127.0.0.1:50052"
"#;

fn vars(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(key, value)| (format!("DIALTONE_ORG_FINDER__{key}"), (*value).to_owned())).collect()
}

fn secrets() -> Vec<(String, String)> {
    vars(&[("PAGE_TOKEN_KEY", "k3y"), ("DATABASE__URL", "postgres://me:hunter2@db/x")])
}

fn load(file: &str, variables: Vec<(String, String)>) -> Result<Loaded<Config>, Faults> {
    let path = temporary(file);
    let loaded = load_from("org-finder", DEFAULTS, Some(&path), variables);
    std::fs::remove_file(path).expect("the file was written");
    loaded
}

fn temporary(content: &str) -> PathBuf {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let name = format!("dialtone-config-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let path = std::env::temp_dir().join(name);
    let mut file = std::fs::File::create(&path).expect("the temporary folder is writable");
    file.write_all(content.as_bytes()).expect("written");
    path
}

fn keys(result: Result<Loaded<Config>, Faults>) -> Vec<String> {
    let faults = result.err().expect("refused");
    faults.iter().map(|fault| fault.key.clone()).collect()
}

#[test]
fn variables_win_over_the_file_and_the_file_over_the_defaults() {
    let mut variables = secrets();
    variables.extend(vars(&[
        ("DATABASE__MOST", "70"),
        ("DATABASE__STRICT", "true"),
        ("HOSTS", "a.example, b.example"),
        ("LOG", "json"),
        ("UPSTREAMS__USER_PROVISIONING", "http://up"),
    ]));
    let config = load("[database]\nmost = 50\nleast = 5\n", variables).expect("valid").config;
    assert_eq!((config.database.least, config.database.most), (5, 70));
    assert_eq!(config.database.pool_size.get(), 10);
    assert!(config.database.strict);
    assert_eq!(config.database.url.expose_secret(), "postgres://me:hunter2@db/x");
    assert_eq!(config.listen.port(), 50051);
    assert_eq!(config.hosts, ["a.example", "b.example"]);
    assert_eq!(config.log, Some(LogFormat::Json));
    assert_eq!(config.upstreams["user_provisioning"], "http://up");
    assert_eq!(config.upstreams["templates"], "http://127.0.0.1:50052");
    assert_eq!(config.page_token_key.expose_secret(), "k3y");
}

#[test]
fn every_fault_is_reported_at_once() {
    let file = r#"
        listen = "nowhere"
        log = "xml"
        colour = "red"
        [database]
        pool_size = "ten"
        poolsize = 3
        least = 70000
    "#;
    let faults = load(file, vars(&[("DATABASE__MOST", "many")])).err().expect("refused");
    let text = faults.to_string();
    let found: Vec<_> = faults.iter().map(|fault| fault.key.as_str()).collect();
    assert_eq!(
        found,
        [
            "colour",
            "database.least",
            "database.most",
            "database.pool_size",
            "database.poolsize",
            "database.url",
            "listen",
            "log",
            "page_token_key",
        ],
        "{text}"
    );
    assert!(text.contains("did you mean `database.pool_size`?"), "{text}");
    assert!(text.contains("(set by DIALTONE_ORG_FINDER__DATABASE__MOST)"), "{text}");
    assert!(text.contains("wants one of json, pretty"), "{text}");
    assert!(text.contains("from 0 to 65535"), "{text}");
}

#[test]
fn what_a_check_refuses_is_reported_with_the_other_faults() {
    let mut variables = secrets();
    variables.extend(vars(&[("DATABASE__POOL_SIZE", "1000"), ("DATABASE__LEAST", "30"), ("COLOUR", "red")]));
    let found = keys(load("", variables));
    assert_eq!(found, ["colour", "database.least", "database.pool_size"]);
}

#[test]
fn an_unknown_variable_is_refused_with_the_nearest_key() {
    let mut variables = secrets();
    variables.extend(vars(&[("DATABSE__POOL_SIZE", "3"), ("POOL_SIZE", "3")]));
    variables.push(("DIALTONE_ORG_FINDER_DATABASE__URL".into(), "x".into()));
    variables.push(("DIALTONE_TEMPLATES__ANYTHING".into(), "x".into()));
    let text = load("", variables).err().expect("refused").to_string();
    assert!(text.contains("databse: there is no such key; did you mean `database`?"), "{text}");
    assert!(text.contains("pool_size: there is no such key; did you mean `database.pool_size`?"), "{text}");
    assert!(text.contains("keys follow two underscores: DIALTONE_ORG_FINDER__DATABASE__URL"), "{text}");
    assert!(text.starts_with("the configuration has 3 fault(s)"), "{text}");
}

#[test]
fn a_secret_is_read_from_its_file_without_the_line_end() {
    let secret = temporary("s3cret\n");
    let variables = vars(&[("PAGE_TOKEN_KEY_FILE", &secret.display().to_string()), ("DATABASE__URL", "postgres://db")]);
    let loaded = load("", variables).expect("valid");
    assert_eq!(loaded.config.page_token_key.expose_secret(), "s3cret");
    std::fs::remove_file(secret).expect("the file was written");
}

#[test]
fn a_file_is_taken_for_secrets_only_and_must_be_readable_and_alone() {
    let mut variables = secrets();
    variables.extend(vars(&[("LISTEN_FILE", "/nonexistent"), ("DATABASE__URL_FILE", "/nonexistent")]));
    assert_eq!(keys(load("", variables)), ["database.url", "listen_file"]);

    let variables = vars(&[("PAGE_TOKEN_KEY_FILE", "/nonexistent"), ("DATABASE__URL", "x")]);
    assert_eq!(keys(load("", variables)), ["page_token_key_file"]);
}

#[test]
fn the_printout_and_debug_output_mask_secrets() {
    let file = "[upstreams]\nproxy = \"http://user:pass@proxy/x\"\n";
    let loaded = load(file, secrets()).expect("valid");
    let shown = format!("{}\n{:?}", loaded.masked, loaded.config.database);
    assert!(!shown.contains("hunter2") && !shown.contains("k3y"), "{shown}");
    let masked = loaded.masked;
    assert!(!masked.contains("user:pass"), "{masked}");
    assert!(masked.contains("database.url = \"********\"  # DIALTONE_ORG_FINDER__DATABASE__URL\n"), "{masked}");
    assert!(masked.contains("database.pool_size = 10  # default\n"), "{masked}");
    masked.parse::<toml::Table>().expect("the printout is TOML");
}

#[test]
fn a_fault_never_shows_the_value_of_a_secret() {
    let variables = vars(&[("DATABASE", "postgres://me:hunter2@db"), ("LISTEN", "tcp://me:hunter2@host")]);
    let text = load("page_token_key = 5\n", variables).err().expect("refused").to_string();
    assert!(!text.contains("hunter2"), "{text}");
    assert!(text.contains("database: wants a table, but is text"), "{text}");
    assert!(text.contains("page_token_key: wants text, but is a whole number"), "{text}");
}

#[test]
fn a_file_that_is_absent_or_no_toml_is_one_fault_among_the_others() {
    let absent = load_from::<Config>(
        "org-finder",
        DEFAULTS,
        Some(&PathBuf::from("/nonexistent.toml")),
        vars(&[("COLOUR", "red")]),
    );
    assert_eq!(keys(absent), ["", "colour", "database.url", "page_token_key"]);
    assert_eq!(keys(load("listen = = 3", secrets())), [""]);
    let broken = load("hosts = []\npage_token_key = hunter2|x\n", secrets());
    let text = broken.err().expect("refused").to_string();
    assert!(text.contains("line 2"), "{text}");
    assert!(!text.contains("hunter2"), "{text}");
}

#[test]
fn without_any_source_each_required_key_is_named() {
    let bare = load_from::<Config>("org-finder", "", None, Vec::new());
    assert_eq!(
        keys(bare),
        ["database.least", "database.most", "database.pool_size", "database.url", "listen", "page_token_key",]
    );
}

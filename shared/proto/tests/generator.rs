//! What ends a build: validation rules that the generator does not know, and RPCs that do not declare themselves.
//! Puts the build's own modules to work on protos written here.

#![allow(dead_code, reason = "the build script uses the rest")]

#[path = "../build/emit.rs"]
mod emit;
#[path = "../build/emit_value.rs"]
mod emit_value;
#[path = "../build/methods.rs"]
mod methods;
#[path = "../build/names.rs"]
mod names;
#[path = "../build/options.rs"]
mod options;
#[path = "../build/rules.rs"]
mod rules;

use prost_reflect::DescriptorPool;
use protox::{
    Compiler, Error,
    file::{ChainFileResolver, File, FileResolver, GoogleFileResolver, IncludeFileResolver},
};

/// A proto that exists only here.
struct InMemory(String);

impl FileResolver for InMemory {
    fn open_file(&self, name: &str) -> Result<File, Error> {
        if name == "x.proto" { File::from_source(name, &self.0) } else { Err(Error::file_not_found(name)) }
    }
}

fn pool(body: &str) -> DescriptorPool {
    let source = format!(
        "syntax = \"proto3\"; package dialtone.x.v1; \
         import \"buf/validate/validate.proto\"; import \"dialtone/annotations/v1/annotations.proto\"; \
         import \"google/api/annotations.proto\"; import \"google/protobuf/timestamp.proto\"; {body}"
    );
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../proto");
    let mut resolver = ChainFileResolver::new();
    resolver.add(InMemory(source));
    resolver.add(IncludeFileResolver::new(root.clone()));
    resolver.add(IncludeFileResolver::new(root.join("third_party")));
    resolver.add(GoogleFileResolver::new());
    let mut compiler = Compiler::with_file_resolver(resolver);
    compiler.include_imports(true).open_file("x.proto").unwrap_or_else(|fault| panic!("{fault:?}"));
    compiler.descriptor_pool()
}

/// What the validation generator says of a proto.
fn rules(body: &str) -> Result<String, String> {
    let pool = pool(body);
    let messages: Vec<_> = pool.all_messages().filter(|m| m.package_name() == "dialtone.x.v1").collect();
    emit::implementations(&pool, &messages, &names::Names { root: "crate" })
}

fn field(type_: &str, rule: &str) -> Result<String, String> {
    rules(&format!("message M {{ {type_} f = 1 [(buf.validate.field).{rule}]; }}"))
}

#[test]
fn a_known_rule_becomes_a_check() {
    let source = field("string", "string.max_len = 7").expect("a known rule");
    assert!(source.contains("check::string_max_len(value, 7, path, out)"), "{source}");
}

#[test]
fn a_rule_that_nothing_enforces_ends_the_build() {
    for (type_, rule) in [
        ("string", "string.contains = 'a'"),
        ("string", "string.ip = true"),
        ("string", "string.const = 'a'"),
        ("string", "cel = {id: 'a', message: 'b', expression: 'true'}"),
        ("string", "cel_expression = 'true'"),
        ("string", "ignore = IGNORE_ALWAYS"),
        ("bytes", "bytes.prefix = 'a'"),
        ("bool", "bool.const = true"),
        ("float", "float.gte = 1"),
        ("int32", "int32.in = 1"),
        ("fixed64", "fixed64.gte = 1"),
        ("double", "double.finite = true"),
        ("google.protobuf.Timestamp", "timestamp.gt_now = true"),
        ("map<string, string>", "map.max_pairs = 1"),
        ("repeated double", "repeated.unique = true"),
        ("repeated string", "repeated.items.string.contains = 'a'"),
    ] {
        let fault = field(type_, rule).expect_err(rule);
        assert!(fault.starts_with("dialtone.x.v1.M.f: "), "{fault}");
    }
    let message = rules("message M { option (buf.validate.message).cel_expression = 'true'; }");
    message.expect_err("a rule of a whole message");
}

#[test]
fn a_rule_that_does_not_fit_its_field_ends_the_build() {
    for (type_, rule) in [
        ("string", "int32.gte = 1"),
        ("int64", "int32.gte = 1"),
        ("repeated string", "string.max_len = 1"),
        ("string", "repeated.max_items = 1"),
        ("string", "string = {min_len: 2, max_len: 1}"),
        ("string", "string.pattern = '[a-z]'"),
        ("string", "string.pattern = '^[a-z$'"),
        ("string", "string.pattern = '^\\\\d+$'"),
    ] {
        field(type_, rule).expect_err(rule);
    }
}

#[test]
fn every_fault_is_reported_at_once() {
    let fault = rules(
        "message A { string f = 1 [(buf.validate.field).string.ip = true]; } \
         message B { string g = 1 [(buf.validate.field).string.ip = true]; }",
    )
    .expect_err("two unknown rules");
    assert!(fault.contains("dialtone.x.v1.A.f: ") && fault.contains("dialtone.x.v1.B.g: "), "{fault}");
}

const HTTP: &str = "option (google.api.http) = {get: '/v1/things'};";
const PERMISSION: &str =
    "option (dialtone.annotations.v1.permission) = {name: 'things.get' least_role: ROLE_READ_ONLY};";
const POLICY: &str = "option (dialtone.annotations.v1.policy) = {deadline_ms: 5 retry: RETRY_SAFE};";

fn rpc(options: &[&str]) -> Result<String, String> {
    methods::table(&pool(&format!("message M {{}} service S {{ rpc R(M) returns (M) {{ {} }} }}", options.concat())))
}

#[test]
fn an_rpc_that_declares_itself_is_in_the_table() {
    let table = rpc(&[HTTP, PERMISSION, POLICY]).expect("a complete RPC");
    assert!(table.contains("path: \"/dialtone.x.v1.S/R\""), "{table}");
}

#[test]
fn an_rpc_without_permission_policy_or_path_ends_the_build() {
    for (options, fault) in [
        ([HTTP, PERMISSION, ""], "dialtone.x.v1.S.R: has no (dialtone.annotations.v1.policy)"),
        ([HTTP, "", POLICY], "dialtone.x.v1.S.R: has no (dialtone.annotations.v1.permission)"),
        (["", PERMISSION, POLICY], "dialtone.x.v1.S.R: has no (google.api.http)"),
    ] {
        assert_eq!(rpc(&options).expect_err("an incomplete RPC"), fault);
    }
}

#[test]
fn an_rpc_whose_declaration_says_nothing_ends_the_build() {
    for option in [
        "option (dialtone.annotations.v1.permission) = {name: 'things.get'};",
        "option (dialtone.annotations.v1.permission) = {name: 'things' least_role: ROLE_READ_ONLY};",
        "option (dialtone.annotations.v1.permission) = {least_role: ROLE_READ_ONLY};",
    ] {
        rpc(&[HTTP, option, POLICY]).expect_err(option);
    }
    for option in [
        "option (dialtone.annotations.v1.policy) = {retry: RETRY_SAFE};",
        "option (dialtone.annotations.v1.policy) = {deadline_ms: 5};",
    ] {
        rpc(&[HTTP, PERMISSION, option]).expect_err(option);
    }
    for option in ["option (google.api.http) = {};", "option (google.api.http) = {get: '/things'};"] {
        rpc(&[option, PERMISSION, POLICY]).expect_err(option);
    }
}

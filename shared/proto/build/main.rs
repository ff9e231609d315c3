//! Turns proto/ into Rust: messages, clients and servers; the rules of `buf.validate`; the table of methods.
//!
//! Pure Rust (protox), so that a build needs no protoc. The build fails on a validation rule that the generator does
//! not know and on an RPC that does not say who may call it, for how long, and at which HTTP path.

mod emit;
mod emit_value;
mod methods;
mod names;
mod options;
mod redact;
mod rules;

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use prost_reflect::DescriptorPool;

type Fault = Box<dyn std::error::Error>;

/// Protos of others that the suite serves or sends. error_details is here because clients such as grpcurl print error
/// details only if the server's reflection knows their types.
const FOREIGN: [&str; 3] =
    ["google/longrunning/operations.proto", "google/rpc/error_details.proto", "google/api/httpbody.proto"];

/// Protos for the tests of the validation rules.
const FIXTURE: &str = "tests/fixture";

fn main() -> Result<(), Fault> {
    let proto = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../../proto");
    let third_party = proto.join("third_party");
    println!("cargo:rerun-if-changed={}", proto.display());
    println!("cargo:rerun-if-changed=build");
    println!("cargo:rerun-if-changed={FIXTURE}");

    let mut files = Vec::new();
    walk(&proto, &proto.join("dialtone"), &mut files)?;
    files.sort();
    files.extend(FOREIGN.map(PathBuf::from));

    let mut compiler = protox::Compiler::new([&proto, &third_party])?;
    compiler.include_imports(true).include_source_info(true);
    // The plain Display of a protox error has no position; its Debug is a full report.
    compiler.open_files(&files).map_err(|e| format!("{e:?}"))?;
    let pool = compiler.descriptor_pool();

    let out = PathBuf::from(env::var("OUT_DIR")?);
    // Not file_descriptor_set(): prost-types drops unknown fields, and with them every option.
    fs::write(out.join("descriptors.bin"), compiler.encode_file_descriptor_set())?;
    generate_types(&compiler, &out)?;
    fs::write(out.join("implementations.rs"), implementations(&pool, "crate::generated")?)?;
    fs::write(out.join("methods.rs"), methods::table(&pool)?)?;
    generate_fixture(&third_party, &out.join("fixture"))
}

/// The build does not know whether it is for a test; a few messages cost it nothing.
fn generate_fixture(third_party: &Path, out: &Path) -> Result<(), Fault> {
    fs::create_dir_all(out)?;
    let mut compiler = protox::Compiler::new([Path::new(FIXTURE), third_party])?;
    compiler.include_imports(true).open_file("fixture.proto").map_err(|e| format!("{e:?}"))?;
    generate_types(&compiler, out)?;
    let pool = compiler.descriptor_pool();
    fs::write(out.join("implementations.rs"), implementations(&pool, "crate::fixture")?)?;
    Ok(())
}

/// Collects the paths of all .proto files under `folder`, relative to `root`.
fn walk(root: &Path, folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), Fault> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            walk(root, &path, files)?;
        } else if path.extension().is_some_and(|e| e == "proto") {
            files.push(path.strip_prefix(root)?.to_path_buf());
        }
    }
    Ok(())
}

fn generate_types(compiler: &protox::Compiler, out: &Path) -> Result<(), Fault> {
    let mut set = compiler.file_descriptor_set();
    // Packages of options only need no Rust types. google.rpc has them in tonic-types, but stays in the set: prost
    // looks up whatever a kept message refers to.
    set.file.retain(|file| match file.package() {
        "buf.validate" => false,
        "google.api" => file.name() == "google/api/httpbody.proto",
        _ => true,
    });
    let hidden = redact::messages(&compiler.descriptor_pool())?;
    let mut builder = tonic_prost_build::configure()
        .out_dir(out)
        .emit_rerun_if_changed(false)
        .btree_map(".")
        .extern_path(".google.rpc", "::tonic_types::pb")
        // Comments of others hold indented examples, which rustdoc would compile.
        .disable_comments([".google"])
        .skip_debug(hidden.iter().map(|m| format!(".{}", m.full_name())))
        .include_file("includes.rs");
    // skip_debug takes the message's oneofs along.
    for oneof in hidden.iter().flat_map(|m| m.oneofs().collect::<Vec<_>>()) {
        builder = builder.enum_attribute(format!(".{}", oneof.full_name()), "#[derive(Debug)]");
    }
    builder.compile_fds(set)?;
    Ok(())
}

/// What prost does not write for the messages of the suite: `impl Validate` for each, in the order of their names, and
/// `impl Debug` for those with secrets.
fn implementations(pool: &DescriptorPool, root: &'static str) -> Result<String, Fault> {
    let names = names::Names { root };
    let mut messages: Vec<_> =
        pool.all_messages().filter(|m| m.package_name().starts_with(emit::OWN) && !m.is_map_entry()).collect();
    messages.sort_by(|a, b| a.full_name().cmp(b.full_name()));
    let validations = emit::implementations(pool, &messages, &names)?;
    Ok(validations + &redact::implementations(&redact::messages(pool)?, &names))
}

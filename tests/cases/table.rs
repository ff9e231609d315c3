//! Reads a table of cases.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use serde_json::Value;
use tonic::Code;

/// A sentence of the requirements and the calls that show it.
pub struct Case {
    /// `ORG-1`.
    pub row: String,
    pub sentence: String,
    pub steps: Vec<Step>,
}

/// A call and what must come of it.
pub struct Step {
    /// `file:line`, for messages.
    pub place: String,
    pub caller: String,
    /// In which it wants to be spoken to.
    pub language: Option<String>,
    /// `OrganizationService.GetOrganization`.
    pub method: String,
    /// With `$x` still in place.
    pub request: Value,
    pub outcome: Outcome,
}

/// What must come of a call.
pub enum Outcome {
    /// The answer contains this.
    Answer(Value),
    /// An answer contains this, if not the first.
    Eventually(Value),
    Refusal {
        code: Code,
        reason: String,
        metadata: Value,
        fields: Value,
    },
}

/// A line that begins something, with the lines that belong to it.
struct Entry {
    line: usize,
    text: String,
}

/// The cases of every `.cases` file in `folder`.
pub fn read(folder: &Path) -> anyhow::Result<Vec<Case>> {
    let files = std::fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))?;
    let mut files: Vec<PathBuf> = files.map(|file| Ok(file?.path())).collect::<std::io::Result<_>>()?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "cases"));
    files.sort();
    let mut cases = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))?;
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        cases.extend(parse(&name, &text)?);
    }
    Ok(cases)
}

fn parse(file: &str, text: &str) -> anyhow::Result<Vec<Case>> {
    let mut cases: Vec<Case> = Vec::new();
    let mut call: Option<(String, Entry)> = None;
    for entry in entries(text) {
        let place = format!("{file}:{}", entry.line);
        if let Some(title) = entry.text.strip_prefix("# ") {
            ensure!(call.is_none(), "{place}: the call before it says not what must come of it");
            let (row, sentence) = title.split_once(' ').with_context(|| format!("{place}: no sentence"))?;
            cases.push(Case { row: row.to_owned(), sentence: sentence.trim().to_owned(), steps: Vec::new() });
        } else if entry.text.starts_with(['=', '~', '!']) {
            let (place, begun) = call.take().with_context(|| format!("{place}: an outcome without a call"))?;
            let step = step(&place, &begun.text, &entry.text).with_context(|| place.clone())?;
            cases.last_mut().with_context(|| format!("{place}: a call outside a case"))?.steps.push(step);
        } else {
            ensure!(call.is_none(), "{place}: the call before it says not what must come of it");
            call = Some((place, entry));
        }
    }
    ensure!(call.is_none(), "{file}: the last call says not what must come of it");
    Ok(cases)
}

/// Lines that continue another are indented; `//` begins a remark.
fn entries(text: &str) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if line.trim().is_empty() || line.trim_start().starts_with("//") {
            continue;
        }
        match entries.last_mut().filter(|_| line.starts_with(' ')) {
            Some(entry) => {
                entry.text.push(' ');
                entry.text.push_str(line.trim());
            }
            None => entries.push(Entry { line: index + 1, text: line.trim_end().to_owned() }),
        }
    }
    entries
}

fn step(place: &str, call: &str, outcome: &str) -> anyhow::Result<Step> {
    let mut words = call.splitn(3, ' ');
    let (caller, method) = (words.next().unwrap_or_default(), words.next().context("no method")?);
    let request = words.next().map_or(Ok(Value::Object(serde_json::Map::new())), serde_json::from_str);
    let (caller, language) =
        caller.split_once('/').map_or((caller, None), |(caller, language)| (caller, Some(language)));
    Ok(Step {
        place: place.to_owned(),
        caller: caller.to_owned(),
        language: language.map(str::to_owned),
        method: method.to_owned(),
        request: request.context("the request is no JSON")?,
        outcome: parse_outcome(outcome)?,
    })
}

fn parse_outcome(text: &str) -> anyhow::Result<Outcome> {
    let (kind, rest) = text.split_at(1);
    let json = |text: &str| serde_json::from_str(text).context("what is expected is no JSON");
    Ok(match kind {
        "=" => Outcome::Answer(json(rest)?),
        "~" => Outcome::Eventually(json(rest)?),
        _ => {
            let mut words = rest.trim().splitn(3, ' ');
            let (code, reason) = (words.next().context("no code")?, words.next().context("no reason")?);
            let details = words.next().unwrap_or_default();
            let mut details = serde_json::Deserializer::from_str(details).into_iter::<Value>();
            let metadata = details.next().transpose()?.unwrap_or(Value::Null);
            let fields = details.next().transpose()?.unwrap_or(Value::Null);
            Outcome::Refusal { code: parse_code(code)?, reason: reason.to_owned(), metadata, fields }
        }
    })
}

fn parse_code(name: &str) -> anyhow::Result<Code> {
    let found = (0..17).map(Code::from_i32).find(|code| screaming(&format!("{code:?}")) == name);
    match found {
        Some(code) => Ok(code),
        None => bail!("{name} is no gRPC code"),
    }
}

/// `NotFound` -> `NOT_FOUND`.
fn screaming(camel: &str) -> String {
    let mut text = String::new();
    for (place, letter) in camel.char_indices() {
        if place > 0 && letter.is_uppercase() {
            text.push('_');
        }
        text.extend(letter.to_uppercase());
    }
    text
}

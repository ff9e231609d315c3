//! Loads organizations from a stream of JSON lines in flat memory.
//!
//! Good lines are staged in small transactions while the stream lasts; when it has ended, one transaction makes organizations of
//! them, page by page. So nothing is seen of an import before all of it is, and no transaction waits for the network.

use dialtone_authz::Ctx;
use dialtone_db::{Conn, Mutation};
use dialtone_ids::ImportId;
use futures::{Stream, StreamExt as _};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::change;
use crate::App;
use crate::error::Error;
use crate::model::import::{Entry, Issue, parse};
use crate::model::lines::{LineTooLong, Splitter};
use crate::store::{import, op::Op};

/// Lines of one staging transaction.
const STAGED_AT_ONCE: usize = 500;
/// Lines of one page of the merge.
const MERGED_AT_ONCE: i64 = 1_000;
/// Bad lines that are described; the others are only counted.
const MOST_ISSUES: usize = 100;

/// What one bad line means for the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// It refuses the file.
    Atomic,
    /// It is reported, and the good ones are loaded.
    BestEffort,
}

/// How to import.
pub struct Options {
    pub mode: Mode,
    pub request_id: Option<Uuid>,
    pub validate_only: bool,
}

/// What became of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Lines that are not blank.
    pub lines: i64,
    pub created: i64,
    /// Lines that were loaded before.
    pub unchanged: i64,
    pub refused: i64,
    /// Of the first bad lines.
    pub issues: Vec<Reported>,
}

/// An [`Issue`] that can be stored as part of an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reported {
    pub line: i64,
    pub field: String,
    pub rule: String,
    pub description: String,
}

pub async fn run(
    app: &App,
    ctx: &Ctx,
    options: Options,
    pieces: impl Stream<Item = Result<Vec<u8>, Error>> + Send,
) -> Result<Report, Error> {
    let import = ImportId::new();
    let loaded = load(app, ctx, import, &options, pieces).await;
    let discard = async |c: &mut Conn| import::import_discard(c, import).await;
    // Under a deadline of its own: the request's may be what ended the import.
    let cleanup = Ctx::job(crate::SERVICE, "import-discard");
    if let Err(fault) = app.store.tx(Op::ImportDiscard, &cleanup, discard).await {
        tracing::warn!(%import, %fault, "staged lines stay until they are swept");
    }
    loaded
}

async fn load(
    app: &App,
    ctx: &Ctx,
    import: ImportId,
    options: &Options,
    pieces: impl Stream<Item = Result<Vec<u8>, Error>> + Send,
) -> Result<Report, Error> {
    let mut intake = Intake::new(app, ctx, import, options.mode);
    let mut pieces = std::pin::pin!(pieces);
    while let Some(piece) = pieces.next().await {
        intake.take(&piece?).await?;
    }
    let (read, body_hash) = intake.finish().await?;
    if options.mode == Mode::Atomic && read.refused > 0 {
        return Err(Error::ImportRefused { refused: read.refused, issues: read.issues });
    }
    let mutation = Mutation {
        method: ctx.method.path,
        caller: ctx.caller.key(),
        request_id: options.request_id,
        body_hash,
        validate_only: options.validate_only,
    };
    let merge = async |c: &mut Conn| merge(c, ctx, import, &read).await;
    app.store.mutate(Op::ImportMerge, ctx, &mutation, merge).await
}

/// What was read of the file.
#[derive(Default)]
struct Read {
    lines: i64,
    refused: i64,
    issues: Vec<Issue>,
}

/// The file on its way in: holds one piece and at most [`STAGED_AT_ONCE`] lines.
struct Intake<'a> {
    app: &'a App,
    ctx: &'a Ctx,
    import: ImportId,
    mode: Mode,
    splitter: Splitter,
    hash: Sha256,
    read: Read,
    good: Vec<(i64, Entry)>,
}

impl<'a> Intake<'a> {
    fn new(app: &'a App, ctx: &'a Ctx, import: ImportId, mode: Mode) -> Self {
        // The mode is part of what is asked.
        let hash = Sha256::new_with_prefix([u8::from(mode == Mode::Atomic)]);
        let (splitter, read, good) = (Splitter::default(), Read::default(), Vec::new());
        Self { app, ctx, import, mode, splitter, hash, read, good }
    }

    async fn take(&mut self, piece: &[u8]) -> Result<(), Error> {
        self.hash.update(piece);
        let mut lines = Vec::new();
        let too_long = |LineTooLong { line }| Error::LineTooLong { line };
        self.splitter.feed(piece, &mut lines).map_err(too_long)?;
        for line in lines {
            self.read_line(line.number, &line.text).await?;
        }
        Ok(())
    }

    async fn finish(mut self) -> Result<(Read, [u8; 32]), Error> {
        let mut lines = Vec::new();
        std::mem::take(&mut self.splitter).finish(&mut lines);
        for line in lines {
            self.read_line(line.number, &line.text).await?;
        }
        self.stage().await?;
        Ok((self.read, self.hash.finalize().into()))
    }

    async fn read_line(&mut self, number: i64, text: &[u8]) -> Result<(), Error> {
        self.read.lines += 1;
        match parse(number, text) {
            Ok(entry) => self.good.push((number, entry)),
            Err(issues) => {
                self.read.refused += 1;
                if self.read.refused <= MOST_ISSUES as i64 {
                    self.read.issues.extend(issues);
                }
            }
        }
        if self.good.len() == STAGED_AT_ONCE { self.stage().await } else { Ok(()) }
    }

    async fn stage(&mut self) -> Result<(), Error> {
        let good = std::mem::take(&mut self.good);
        // A file that is refused as a whole is read on only for what else is wrong with it.
        if good.is_empty() || (self.mode == Mode::Atomic && self.read.refused > 0) {
            return Ok(());
        }
        let stage = async |c: &mut Conn| import::import_stage(c, self.import, &good).await;
        self.app.store.tx(Op::ImportStage, self.ctx, stage).await.map_err(Error::Db)
    }
}

async fn merge(c: &mut Conn, ctx: &Ctx, import: ImportId, read: &Read) -> Result<Report, Error> {
    let issues = read.issues.iter().map(|issue| Reported {
        line: issue.line,
        field: issue.field.clone(),
        rule: issue.rule.to_owned(),
        description: issue.description.clone(),
    });
    let mut report = Report { lines: read.lines, refused: read.refused, issues: issues.collect(), ..Report::default() };
    let mut after = 0;
    loop {
        let page = import::import_merge(c, import, after, MERGED_AT_ONCE).await.map_err(Error::Db)?;
        if page.lines == 0 {
            return Ok(report);
        }
        after = page.last_line;
        let created = page.created.len() as i64;
        report.created += created;
        report.unchanged += page.lines - created;
        let changes = page.created.iter().map(|o| change(o.id, o.id, "organization.created", None, Some(o.view())));
        dialtone_events::record_changes(c, ctx, changes.collect()).await.map_err(Error::Db)?;
    }
}

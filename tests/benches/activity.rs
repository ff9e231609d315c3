//! ReportActivity: how many reports org-finder takes for each second of CPU time, in how much memory, against the same directory
//! brought up to date with one COPY and one UPDATE.

use std::time::Duration;

use anyhow::{Context, ensure};
use dialtone_ids::ServiceName;
use dialtone_proto::orgfinder::v1::activity_service_client::ActivityServiceClient;
use dialtone_proto::orgfinder::v1::report_activity_request::Payload;
use dialtone_proto::orgfinder::v1::{
    ActivityBatch, ActivityOptions, ActivityReport, ReportActivityRequest, ReportActivityResponse,
};
use dialtone_suite::{caller, process};
use futures::SinkExt as _;
use prost_types::Timestamp;
use tokio::time::Instant;
use tokio_postgres::{Client, NoTls};
use tonic::Request;
use tonic::metadata::MetadataValue;

use crate::cpu;
use crate::figures::{Series, print_goal, print_table};
use crate::stand::Stand;

/// Reports of one message.
const BATCH: usize = 1_000;
/// The hour from which rounds count, before now: every round moves everybody by an hour or two.
const BEGIN_HOURS: i64 = 2_000;
/// Reports for each second of the service's CPU time.
const GOAL: f64 = 20_000.0;

/// How much is reported.
#[derive(Clone, Copy)]
pub struct Size {
    /// In the directory, spread over all organizations.
    pub people: usize,
    /// Of one stream that says nothing new.
    pub reports: usize,
    pub rounds: usize,
}

/// What one stream took.
struct Took {
    wall: Duration,
    /// CPU time of org-finder, and of Postgres with all its sessions.
    service: Duration,
    postgres: Duration,
}

#[derive(Default)]
struct Rates {
    wall: Series,
    service: Series,
    both: Series,
}

impl Rates {
    fn push(&mut self, reports: usize, took: &Took) {
        let per = |time: Duration| reports as f64 / time.as_secs_f64();
        self.wall.push(per(took.wall));
        self.service.push(per(took.service));
        self.both.push(per(took.service + took.postgres));
    }

    fn row(&self, name: &str) -> Vec<String> {
        vec![name.to_owned(), self.wall.spread(0), self.service.spread(0), self.both.spread(0)]
    }
}

/// Measures and prints.
pub async fn measure(stand: &Stand, size: Size) -> anyhow::Result<()> {
    let admin = admin(stand).await?;
    fill(&admin, size.people).await?;
    let bench = Bench::new(stand)?;
    let now = Timestamp::from(std::time::SystemTime::now()).seconds;
    let hour = |hours: i64| now - now % 3_600 - (BEGIN_HOURS - hours) * 3_600;
    let (mut moving, mut repeating, mut sql) = (Rates::default(), Rates::default(), Rates::default());
    let before = bench.memory()?;
    let mut rows = Vec::new();
    for round in 0..size.rounds {
        let first = 2 * i64::try_from(round)?;
        settle(&admin).await?;
        let (took, answer) = bench.stream(size.people, |n| (spread(n, size.people), hour(first))).await?;
        ensure!(answer.accepted_count == size.people as i64, "not everybody was known: {answer:?}");
        ensure!(answer.updated_people_count == size.people as i64, "not everybody moved: {answer:?}");
        moving.push(size.people, &took);
        settle(&admin).await?;
        sql.push(size.people, &bench.plain(&admin, size.people, hour(first + 1)).await?);
        settle(&admin).await?;
        let (took, answer) = bench.stream(size.reports, |n| (spread(n, size.people), hour(first + 1) + 60)).await?;
        ensure!(answer.accepted_count == size.reports as i64, "not everybody was known: {answer:?}");
        ensure!(answer.updated_people_count == 0, "a report without news moved somebody: {answer:?}");
        repeating.push(size.reports, &took);
        rows.push(vec![format!("after round {}", round + 1), bench.memory()?.to_string(), bench.peak()?.to_string()]);
    }
    verify(&admin).await?;
    println!(
        "\nReportActivity of {} people of {} organizations, {BATCH} reports a message, one stream at a time: {} rounds;\n\
         medians (least..most) of reports per second.\n",
        size.people,
        organizations(&admin).await?,
        size.rounds,
    );
    let sql_row =
        vec!["COPY and one UPDATE, plain SQL".to_owned(), sql.wall.spread(0), "-".to_owned(), sql.both.spread(0)];
    let table = [
        moving.row(&format!("{} reports, everybody moves", size.people)),
        repeating.row(&format!("{} reports, nothing new", size.reports)),
        sql_row,
    ];
    print_table(&["", "of time", "of the service's CPU", "of its and Postgres' CPU"], &table);
    println!("\n  resident memory of org-finder, before: {before} KiB");
    print_table(&["", "KiB", "most so far"], &rows);
    println!();
    print_goal("reports moving everybody, of plain SQL's rate", &moving.wall.over(&sql.wall), 0.25, false);
    let goal = |rates: &Rates| rates.service.over(&constant(GOAL, size.rounds));
    print_goal("reports per core of the service, everybody moves, of 20000", &goal(&moving), 1.0, false);
    print_goal("reports per core of the service, nothing new, of 20000", &goal(&repeating), 1.0, false);
    Ok(())
}

fn constant(value: f64, rounds: usize) -> Series {
    let mut series = Series::default();
    (0..rounds).for_each(|_| series.push(value));
    series
}

/// Everybody once in `people` numbers, in an order that is not that of the table.
fn spread(n: usize, people: usize) -> usize {
    n.wrapping_mul(7_919) % people
}

fn email(person: usize) -> String {
    format!("person{person:08}@mail.example")
}

struct Bench<'a> {
    stand: &'a Stand,
    service: u32,
    postgres: u32,
}

impl<'a> Bench<'a> {
    fn new(stand: &'a Stand) -> anyhow::Result<Self> {
        let name = ServiceName::OrgFinder.as_str();
        let service = process::running(&stand.suite.layout, name).context("org-finder does not run")?;
        let postgres = stand.suite.postgres.pid().context("Postgres does not run")?;
        Ok(Self { stand, service: service.as_raw().cast_unsigned(), postgres })
    }

    /// One stream of `count` reports, the n-th of which is about this person at this second.
    async fn stream(
        &self,
        count: usize,
        report: impl Fn(usize) -> (usize, i64),
    ) -> anyhow::Result<(Took, ReportActivityResponse)> {
        let channel = caller::connect(&format!("http://127.0.0.1:{}", self.stand.suite.ports.org_finder)).await?;
        let mut client = ActivityServiceClient::new(channel);
        let (mut sender, receiver) = futures::channel::mpsc::channel(4);
        let mut request = Request::new(receiver);
        let (_, identity) = self.stand.identity()?;
        request.metadata_mut().insert(dialtone_authz::IDENTITY_HEADER, MetadataValue::try_from(identity.as_bytes())?);
        let feed = async {
            let options =
                ActivityOptions { parent: "organizations/-".into(), source: "bench".into(), ..Default::default() };
            let message = |payload| ReportActivityRequest { payload: Some(payload) };
            sender.send(message(Payload::Options(options))).await?;
            for start in (0..count).step_by(BATCH) {
                let reports = (start..count.min(start + BATCH)).map(|n| {
                    let (person, seconds) = report(n);
                    let time = Some(Timestamp { seconds, nanos: 0 });
                    ActivityReport { person: email(person), organization: String::new(), time }
                });
                sender.send(message(Payload::Batch(ActivityBatch { reports: reports.collect() }))).await?;
            }
            sender.close_channel();
            anyhow::Ok(())
        };
        let before = self.cpu()?;
        let begun = Instant::now();
        let call = async { anyhow::Ok(client.report_activity(request).await?.into_inner()) };
        let ((), answer) = tokio::try_join!(feed, call)?;
        ensure!(answer.report_count == count as i64, "not every report was read: {answer:?}");
        Ok((self.since(before, begun.elapsed())?, answer))
    }

    /// The same by hand: all people in one COPY, one UPDATE, and one of the rollup.
    async fn plain(&self, admin: &Client, people: usize, seconds: i64) -> anyhow::Result<Took> {
        let before = self.cpu()?;
        let begun = Instant::now();
        admin.batch_execute("BEGIN; CREATE TEMP TABLE reported (email text, at timestamptz) ON COMMIT DROP").await?;
        let mut sink = Box::pin(admin.copy_in("COPY reported FROM STDIN").await?);
        let at = chrono::DateTime::from_timestamp(seconds, 0).context("an hour of this year")?.to_rfc3339();
        for start in (0..people).step_by(BATCH) {
            let lines = (start..people.min(start + BATCH)).map(|n| format!("{}\t{at}\n", email(spread(n, people))));
            sink.send(bytes(lines.collect())).await?;
        }
        sink.close().await?;
        let update = "WITH moved AS (UPDATE people AS p SET last_activity = r.at FROM reported AS r \
              WHERE p.email = r.email AND p.last_activity < r.at RETURNING p.organization_id, p.domain, p.last_activity) \
            UPDATE organization_activity AS a SET last_activity = greatest(a.last_activity, g.last_activity) FROM \
              (SELECT organization_id, domain, max(last_activity) AS last_activity FROM moved GROUP BY 1, 2) AS g \
            WHERE a.organization_id = g.organization_id AND a.domain = g.domain; COMMIT";
        admin.batch_execute(update).await?;
        self.since(before, begun.elapsed())
    }

    fn cpu(&self) -> anyhow::Result<(Duration, Duration)> {
        let of = |pid| cpu::of_tree(pid).context("this system does not tell CPU times");
        Ok((of(self.service)?, of(self.postgres)?))
    }

    fn since(&self, before: (Duration, Duration), wall: Duration) -> anyhow::Result<Took> {
        let after = self.cpu()?;
        // Sessions that ended in between take their time with them.
        Ok(Took { wall, service: after.0 - before.0, postgres: after.1.saturating_sub(before.1) })
    }

    /// KiB.
    fn memory(&self) -> anyhow::Result<u64> {
        cpu::status(self.service, "VmRSS").context("this system does not tell memory")
    }

    fn peak(&self) -> anyhow::Result<u64> {
        cpu::status(self.service, "VmHWM").context("this system does not tell memory")
    }
}

fn bytes(text: String) -> hyper::body::Bytes {
    text.into()
}

async fn admin(stand: &Stand) -> anyhow::Result<Client> {
    let url = dialtone_suite::settings::database_url(&stand.suite.ports, "org_finder_owner");
    let (client, connection) = tokio_postgres::connect(&url, NoTls).await?;
    tokio::spawn(connection);
    client.batch_execute("SET search_path = org_finder, public; SET dialtone.tenants = '*'").await?;
    Ok(client)
}

/// People of all organizations in turn, and their rollup.
async fn fill(admin: &Client, people: usize) -> anyhow::Result<()> {
    let sql = format!(
        "INSERT INTO people (id, organization_id, email, active, last_activity, source_user) \
         SELECT gen_random_uuid(), o.ids[1 + n % cardinality(o.ids)], 'person' || lpad(n::text, 8, '0') || '@mail.example', \
           true, now() - interval '{} hours', '' \
         FROM generate_series(0, {people} - 1) AS n, (SELECT array_agg(id) AS ids FROM organizations) AS o; \
         INSERT INTO organization_activity SELECT organization_id, domain, count(*), max(last_activity) FROM people GROUP BY 1, 2; \
         ANALYZE people, organization_activity",
        BEGIN_HOURS + 1
    );
    admin.batch_execute(&sql).await.context("filling the directory")
}

/// Nobody pays for what the one before left behind.
async fn settle(admin: &Client) -> anyhow::Result<()> {
    admin.batch_execute("VACUUM people, organization_activity").await.context("vacuum")
}

async fn organizations(admin: &Client) -> anyhow::Result<i64> {
    Ok(admin.query_one("SELECT count(*) FROM organization_activity", &[]).await?.get(0))
}

/// The rollup is what the people count to.
async fn verify(admin: &Client) -> anyhow::Result<()> {
    let sql = "SELECT count(*) FROM (SELECT organization_id, domain, count(*) FILTER (WHERE active AND NOT dormant) AS n, \
        max(last_activity) AS last FROM people GROUP BY 1, 2) AS p FULL JOIN organization_activity AS a \
        USING (organization_id, domain) WHERE p.n IS DISTINCT FROM a.active_users OR p.last IS DISTINCT FROM a.last_activity";
    let wrong: i64 = admin.query_one(sql, &[]).await?.get(0);
    ensure!(wrong == 0, "{wrong} rollups are not what the people count to");
    Ok(())
}

//! What a superuser does once for each service: the database, a schema, and two roles.
//!
//! `<schema>_owner` owns the schema and migrates; `<schema>_app` has DML on its own schema and nothing else. May run any number of
//! times, also several at once.

use dialtone_ids::ServiceName;
use tokio_postgres::{Client, Config, NoTls};

/// Why a schema could not be prepared.
#[derive(Debug, thiserror::Error)]
pub enum BootstrapError {
    /// The URL cannot be read; it is not shown, because it may hold a password.
    #[error("the superuser's URL cannot be read")]
    Url,
    /// The server refused.
    #[error("preparing the database: {0}")]
    Refused(String),
}

impl From<tokio_postgres::Error> for BootstrapError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Refused(error.as_db_error().map_or_else(|| error.to_string(), |refused| refused.message().to_owned()))
    }
}

/// Prepares `database` for `service`. The URL's role must be a superuser of the server; the URL's own database does not matter.
///
/// # Errors
/// See [`BootstrapError`].
pub async fn run(
    superuser_url: &str,
    database: &str,
    service: ServiceName,
    owner_password: &str,
    app_password: &str,
) -> Result<(), BootstrapError> {
    let mut config: Config = superuser_url.parse().map_err(|_| BootstrapError::Url)?;
    let server = connect(config.dbname("postgres")).await?;
    // Roles are the server's, so that everyone meets at one lock; it is released with the connection.
    server.batch_execute("SELECT pg_advisory_lock(hashtextextended('dialtone bootstrap', 0))").await?;
    let schema = service.schema();
    role(&server, &format!("{schema}_owner"), owner_password).await?;
    role(&server, &format!("{schema}_app"), app_password).await?;
    if server.query_opt("SELECT FROM pg_database WHERE datname = $1", &[&database]).await?.is_none() {
        server.batch_execute(&format!("CREATE DATABASE {}", name(database))).await?;
    }
    let inside = connect(config.dbname(database)).await?;
    inside.batch_execute(&schema_sql(&name(database), schema)).await?;
    Ok(())
}

async fn connect(config: &Config) -> Result<Client, BootstrapError> {
    let (client, connection) = config.connect(NoTls).await?;
    // Ends when the client is dropped.
    tokio::spawn(connection);
    Ok(client)
}

async fn role(server: &Client, role: &str, password: &str) -> Result<(), BootstrapError> {
    if server.query_opt("SELECT FROM pg_roles WHERE rolname = $1", &[&role]).await?.is_none() {
        server.batch_execute(&format!("CREATE ROLE {}", name(role))).await?;
    }
    // Faults are told apart by their English text (classify.rs); only a superuser may choose the language.
    let sql = format!(
        "ALTER ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD {password}; \
         ALTER ROLE {role} SET lc_messages = 'C'",
        role = name(role),
        password = literal(password),
    );
    Ok(server.batch_execute(&sql).await?)
}

fn schema_sql(database: &str, schema: &str) -> String {
    let (owner, app) = (format!("{schema}_owner"), format!("{schema}_app"));
    format!(
        "CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA public;
         REVOKE ALL ON DATABASE {database} FROM PUBLIC;
         REVOKE CREATE ON SCHEMA public FROM PUBLIC;
         -- TEMPORARY: a role that may connect cannot make temporary tables by that alone.
         GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {owner}, {app};
         CREATE SCHEMA IF NOT EXISTS {schema} AUTHORIZATION {owner};
         REVOKE ALL ON SCHEMA {schema} FROM PUBLIC;
         GRANT USAGE ON SCHEMA {schema} TO {app};
         ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA {schema}
             GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {app};
         ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA {schema} GRANT USAGE ON SEQUENCES TO {app};
         -- For psql and pg_dump by hand; services and migrations set it themselves.
         ALTER ROLE {owner} IN DATABASE {database} SET search_path = {schema}, public;
         ALTER ROLE {app} IN DATABASE {database} SET search_path = {schema}, public;"
    )
}

fn name(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

fn literal(text: &str) -> String {
    // The E form, so that a backslash means itself whatever standard_conforming_strings says.
    format!("E'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_passwords_are_quoted() {
        assert_eq!(name("a\"b"), "\"a\"\"b\"");
        assert_eq!(literal(r"it's a \"), r"E'it''s a \\'");
    }
}

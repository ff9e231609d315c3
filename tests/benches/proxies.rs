//! The proxies of others, each with one worker, HTTP/2 on both sides, and no log of its calls.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::Context;
use dialtone_suite::layout::Layout;
use dialtone_suite::process;
use dialtone_suite::suite::without_settings;

use crate::stand::Stand;

/// A proxy that others wrote.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Proxy {
    Nginx,
    Haproxy,
    Envoy,
}

impl Proxy {
    /// All of them.
    pub const ALL: [Proxy; 3] = [Proxy::Nginx, Proxy::Haproxy, Proxy::Envoy];

    /// Of the tool and of the process.
    pub fn name(self) -> &'static str {
        match self {
            Self::Nginx => "nginx",
            Self::Haproxy => "haproxy",
            Self::Envoy => "envoy",
        }
    }

    /// Starts it on `port`, before what listens on `upstream`; its process id. An error if it cannot be had on this machine.
    pub async fn start(self, stand: &Stand, port: u16, upstream: u16) -> anyhow::Result<u32> {
        let layout = &stand.suite.layout;
        let program = fetched(self.name())?;
        let file = layout.root().join("config").join(self.file_name());
        std::fs::write(&file, self.settings(layout, port, upstream))?;
        let mut command = Command::new(program);
        match self {
            // The log that is compiled in is opened before any configuration is read.
            Self::Nginx => command.arg("-e").arg("stderr").arg("-c").arg(&file),
            Self::Haproxy => command.arg("-db").arg("-f").arg(&file),
            Self::Envoy => {
                command.args(["--concurrency", "1", "--disable-hot-restart", "--log-level", "error"]);
                command.arg("--config-path").arg(&file)
            }
        };
        without_settings(&mut command);
        let pid = process::spawn(layout, self.name(), command)?;
        stand.answers(self.name(), port).await?;
        Ok(pid)
    }

    fn file_name(self) -> &'static str {
        match self {
            Self::Nginx => "nginx.conf",
            Self::Haproxy => "haproxy.cfg",
            Self::Envoy => "envoy.yaml",
        }
    }

    fn settings(self, layout: &Layout, port: u16, upstream: u16) -> String {
        match self {
            Self::Nginx => nginx(layout, port, upstream),
            Self::Haproxy => haproxy(port, upstream),
            Self::Envoy => envoy(port, upstream),
        }
    }
}

/// The pinned program, fetched first where it is not there yet.
fn fetched(name: &str) -> anyhow::Result<PathBuf> {
    let mut fetch = Command::new(process::binary("xtask")?);
    let output = fetch.args(["tools", name]).stderr(Stdio::inherit()).output()?;
    anyhow::ensure!(output.status.success(), "it cannot be fetched");
    let printed = String::from_utf8(output.stdout)?;
    Ok(printed.lines().last().context("no path was printed")?.into())
}

fn nginx(layout: &Layout, port: u16, upstream: u16) -> String {
    let folder = layout.root().join("nginx");
    let folder = folder.display();
    // Connections are kept on both sides, as the others do unasked.
    let keep = "keepalive_requests 1000000000;";
    format!(
        "daemon off;\nworker_processes 1;\nuser root;\nerror_log stderr;\npid {folder}.pid;\n\
         events {{ worker_connections 1024; }}\n\
         http {{\n  access_log off;\n  {keep}\n\
         \x20 client_body_temp_path {folder}.body;\n  proxy_temp_path {folder}.proxy;\n  fastcgi_temp_path {folder}.fastcgi;\n\
         \x20 uwsgi_temp_path {folder}.uwsgi;\n  scgi_temp_path {folder}.scgi;\n\
         \x20 upstream service {{ server 127.0.0.1:{upstream}; keepalive 64; {keep} }}\n\
         \x20 server {{ listen 127.0.0.1:{port} http2; location / {{ grpc_pass grpc://service; }} }}\n}}\n"
    )
}

fn haproxy(port: u16, upstream: u16) -> String {
    format!(
        "global\n  nbthread 1\n\
         defaults\n  mode http\n  http-reuse always\n  timeout client 60s\n  timeout server 60s\n  timeout connect 2s\n\
         frontend clients\n  bind 127.0.0.1:{port} proto h2\n  default_backend service\n\
         backend service\n  server one 127.0.0.1:{upstream} proto h2\n"
    )
}

fn envoy(port: u16, upstream: u16) -> String {
    let address = |port: u16| format!("{{socket_address: {{address: 127.0.0.1, port_value: {port}}}}}");
    let (listen, service) = (address(port), address(upstream));
    format!(
        r#"static_resources:
  listeners:
  - name: clients
    address: {listen}
    filter_chains:
    - filters:
      - name: envoy.filters.network.http_connection_manager
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: clients
          codec_type: HTTP2
          route_config:
            virtual_hosts:
            - {{name: all, domains: ["*"], routes: [{{match: {{prefix: "/"}}, route: {{cluster: service, timeout: 0s}}}}]}}
          http_filters:
          - name: envoy.filters.http.router
            typed_config: {{"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}}
  clusters:
  - name: service
    type: STATIC
    typed_extension_protocol_options:
      envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
        "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
        explicit_http_config: {{http2_protocol_options: {{}}}}
    load_assignment:
      cluster_name: service
      endpoints: [{{lb_endpoints: [{{endpoint: {{address: {service}}}}}]}}]
"#
    )
}

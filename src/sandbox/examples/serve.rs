//! A sandbox in the foreground, without the rest of bogosa: `cargo run -p bogosa-sandbox --example serve -- 4566`.

use bogosa_sandbox::{Options, Sandbox, daemon};
use std::io::Write;

fn main() -> anyhow::Result<()> {
    let port = std::env::args().nth(1).map_or(Ok(daemon::PORT), |port| port.parse())?;
    let say = |line: &str| drop(writeln!(std::io::stderr(), "{line}"));
    let sandbox = Sandbox::start(&Options { port, applications: true, ..Options::default() }, &say)?;
    say(&format!("AWS is at {}", sandbox.endpoint));
    sandbox.wait();
    Ok(())
}

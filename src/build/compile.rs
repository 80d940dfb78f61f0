//! Running the build: cargo for this machine, cargo with zig's linker for instances, or a command of one's own.
//!
//! Amazon Linux 2023 has glibc 2.34 (<https://docs.aws.amazon.com/linux/al2023/ug/compare-with-al2.html>): a program that was linked
//! against a newer one does not start there. cargo-zigbuild links against any version that is named, for either
//! architecture, on any machine (<https://github.com/rust-cross/cargo-zigbuild>).

use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use bogosa_engine::{Context, Failure, Result};
use serde_json::Value;
use tokio::io::AsyncReadExt;
use tokio::process::{Child, Command};

use super::{Platform, log, subject};

/// What Amazon Linux 2023 comes with.
const GLIBC: &str = "2.34";
/// How often a build is looked at.
const LOOK: Duration = Duration::from_millis(200);

/// Builds the one program that `which` names, and tells where it is.
pub(super) async fn cargo(context: &Context, directory: &Path, which: &[&str], platform: &Platform) -> Result<PathBuf> {
    let mut words = vec!["cargo".to_owned()];
    match platform {
        Platform::Here(_) => words.push("build".to_owned()),
        Platform::AmazonLinux2023(architecture) => {
            let rust = if architecture == "arm64" { "aarch64" } else { "x86_64" };
            let target = format!("{rust}-unknown-linux-gnu");
            tools(directory, &target).await?;
            words.extend(["zigbuild".to_owned(), "--target".to_owned(), format!("{target}.{GLIBC}")]);
        }
    }
    words.extend(which.iter().chain(&["--message-format", "json-render-diagnostics"]).map(|word| (*word).to_owned()));
    let printed = run(context, directory, &words, platform, Printed::Wanted).await?;
    let built = printed.lines().rev().find_map(executable);
    built.ok_or_else(|| Failure::new(words.join(" "), "cargo does not tell where the program is"))
}

/// Runs a command of the stack file.
pub(super) async fn command(context: &Context, directory: &Path, words: &[String], platform: &Platform) -> Result<()> {
    run(context, directory, words, platform, Printed::ForTheLog).await.map(drop)
}

/// What becomes of a build's standard output.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Printed {
    Wanted,
    ForTheLog,
}

/// The path of the program, where a line of cargo's tells that it was built; the last of these is what was asked for.
/// <https://doc.rust-lang.org/cargo/reference/external-tools.html#artifact-messages>
fn executable(line: &str) -> Option<PathBuf> {
    let message: Value = serde_json::from_str(line).ok()?;
    message["executable"].as_str().map(PathBuf::from)
}

/// What cargo tells a program that it runs, bogosa by `cargo run`: of another package than the one that is built. The
/// build script of ring, for one, takes a change of these for a reason to build again, and with it all that uses TLS.
/// <https://doc.rust-lang.org/cargo/reference/environment-variables.html#environment-variables-cargo-sets-for-crates>
fn tells_of_a_package(variable: &str) -> bool {
    ["CARGO_PKG_", "CARGO_MANIFEST_"].iter().any(|prefix| variable.starts_with(prefix))
}

/// Runs to the end, and gives what was printed where that is wanted. Everything else goes to the log.
async fn run(
    context: &Context,
    directory: &Path,
    words: &[String],
    platform: &Platform,
    printed: Printed,
) -> Result<String> {
    let shown = words.join(" ");
    let failed = |said: String| Failure::new(format!("building {}: {shown}", subject(context)), said);
    let (path, log) =
        log::create(&context.stack, context.address.name()).map_err(|error| failed(format!("{error:#}")))?;
    let mut command = Command::new(words.first().map_or("", String::as_str));
    command.args(words.iter().skip(1)).current_dir(directory).env("BOGOSA_ARCHITECTURE", platform.architecture());
    for (name, _) in std::env::vars_os().filter(|(name, _)| tells_of_a_package(&name.to_string_lossy())) {
        command.env_remove(name);
    }
    // Ctrl-C is for bogosa, which ends the build itself.
    command.stdin(Stdio::null()).process_group(0).kill_on_drop(true);
    match printed {
        Printed::Wanted => command.stdout(Stdio::piped()),
        Printed::ForTheLog => command.stdout(log.try_clone().map_err(|error| failed(error.to_string()))?),
    };
    command.stderr(log);
    context.say(format!("building with `{shown}` (log: {})", path.display()));
    let mut child = command.spawn().map_err(|error| {
        failed(format!("it cannot be started in {}: {error}", directory.display()))
            .hint("Install it, or name another way to build in the stack file.")
    })?;
    let output = child.stdout.take();
    let reader = tokio::spawn(async move {
        let mut printed = String::new();
        if let Some(mut output) = output {
            let _ = output.read_to_string(&mut printed).await; // what is missing then is missed below
        }
        printed
    });
    let status = ended(context, &mut child).await?;
    if !status.success() {
        return Err(failed(format!("{status}; the end of {}:{}", path.display(), log::end(&path))));
    }
    Ok(reader.await.unwrap_or_default())
}

/// Waits for the end. Where the run is to stop, the build is ended with all that it started.
async fn ended(context: &Context, child: &mut Child) -> Result<ExitStatus> {
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(status),
            Ok(None) => {}
            Err(error) => return Err(Failure::new(format!("building {}", subject(context)), error.to_string())),
        }
        if let Err(interrupted) = context.pause(LOOK, &format!("building {}", subject(context))).await {
            if let Some(id) = child.id() {
                let _ = Command::new("kill").args(["-TERM", "--", &format!("-{id}")]).status().await;
            }
            let _ = child.wait().await;
            return Err(interrupted);
        }
    }
}

/// Refuses where zig's linker or the target's standard library is missing, and says how to get them.
async fn tools(directory: &Path, target: &str) -> Result<()> {
    let asks = |words: &'static [&'static str]| async move {
        let asked = Command::new(words[0]).args(&words[1..]).current_dir(directory).stdin(Stdio::null()).output().await;
        asked.ok().filter(|output| output.status.success()).map(|output| output.stdout)
    };
    let what = format!("building for {target}");
    if asks(&["cargo-zigbuild", "--version"]).await.is_none() {
        let said = "cargo-zigbuild is not installed; it links against the C library of Amazon Linux";
        return Err(Failure::new(what, said).hint("Install it: `pip install cargo-zigbuild ziglang`."));
    }
    // Without rustup nobody can tell; cargo itself will.
    let Some(sysroot) = asks(&["rustc", "--print", "sysroot"]).await else { return Ok(()) };
    let sysroot = PathBuf::from(String::from_utf8_lossy(&sysroot).trim());
    if !sysroot.join("lib/rustlib").join(target).join("lib").is_dir() {
        let said = format!("Rust's standard library for {target} is not installed");
        return Err(Failure::new(what, said).hint(format!("Install it: `rustup target add {target}`.")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use bogosa_engine::Tags;

    use super::*;

    /// Cargo runs this test as it runs bogosa.
    #[tokio::test]
    async fn what_cargo_tells_of_bogosa_is_not_told_to_a_build() {
        assert_eq!(std::env::var("CARGO_PKG_NAME").as_deref(), Ok("bogosa"));
        let context = Context::new("compile-test", "home.artifact/app".parse().expect("an address"), Tags::new());
        let words = ["sh", "-c", "test -z \"$CARGO_PKG_NAME$CARGO_MANIFEST_DIR\""].map(str::to_owned);
        command(&context, &std::env::temp_dir(), &words, &Platform::here()).await.expect("neither is there");
    }
}

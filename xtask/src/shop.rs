//! The shop's tests, on SQLite and again on MariaDB (which stands in for MySQL), started for them and stopped after.
//! Apart from the workspace's: built together, cargo would unify features and compile the AWS SDK a second time.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::setup::run;
use crate::steps::{cargo, step};

const PACKAGE: [&str; 2] = ["--package", "bogosa-shop"];
const START: Duration = Duration::from_secs(60);

pub(crate) fn test(quick: bool) -> Result<()> {
    let with = |words: &[&'static str]| cargo(&[&words[..1], &PACKAGE, &words[1..]].concat());
    step("shop: lints", with(&["clippy", "--all-targets", "--", "-D", "warnings"]))?;
    if quick {
        return step("shop: unit tests", with(&["test", "--quiet", "--lib"]));
    }
    step("shop: tests on SQLite", with(&["test", "--quiet"]).env_remove("SHOP_TEST_MYSQL_URL"))?;
    const ALONE: &str = "authorization::refusals::refusals_are_logged";
    let alone = ["test", "--quiet", "--test", "shop", "--", "--ignored", "--exact", ALONE];
    step("shop: what needs a process of its own", with(&alone).env_remove("SHOP_TEST_MYSQL_URL"))?;
    let server = MariaDb::start()?;
    step(
        "shop: tests on MariaDB, which stands in for MySQL",
        with(&["test", "--quiet", "--test", "shop"]).env("SHOP_TEST_MYSQL_URL", server.url()),
    )?;
    drop(server);
    crate::browser::test()?;
    step("shop: docs", with(&["doc", "--no-deps", "--document-private-items"]).env("RUSTDOCFLAGS", "-D warnings"))
}

/// A server of its own: a socket and data in a temporary folder, no port.
struct MariaDb {
    process: Child,
    folder: PathBuf,
}

impl MariaDb {
    fn start() -> Result<Self> {
        let folder = std::env::temp_dir().join(format!("bogosa-mariadb-{}", std::process::id()));
        std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let user = Command::new("id").arg("-un").output().context("cannot ask who we are")?.stdout;
        let user = format!("--user={}", String::from_utf8_lossy(&user).trim());
        let data = format!("--datadir={}", folder.join("data").display());
        let mut install = Command::new("mariadb-install-db");
        install.args(["--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db", &data, &user]);
        run(install.stdout(Stdio::null()).stderr(Stdio::null()))?;
        let socket = format!("--socket={}", socket(&folder).display());
        let log = std::fs::File::create(folder.join("log")).context("cannot write MariaDB's log")?;
        let process = Command::new(program())
            .args(["--no-defaults", "--skip-networking", "--skip-log-bin", "--innodb-flush-log-at-trx-commit=0"])
            .args(["--max-connections=1000", &data, &user, &socket])
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .context("cannot start MariaDB")?;
        let server = Self { process, folder };
        server.wait()?;
        Ok(server)
    }

    fn wait(&self) -> Result<()> {
        let started = std::time::Instant::now();
        let socket = format!("--socket={}", socket(&self.folder).display());
        while started.elapsed() < START {
            let mut ping = Command::new("mariadb-admin");
            ping.args(["--no-defaults", "--user=root", &socket, "ping"]).stdout(Stdio::null()).stderr(Stdio::null());
            if ping.status().is_ok_and(|status| status.success()) {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(200));
        }
        let log = std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        bail!("MariaDB did not start:\n{log}")
    }

    fn url(&self) -> String {
        format!("mysql://root@localhost?socket={}", socket(&self.folder).display())
    }
}

impl Drop for MariaDb {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn socket(folder: &Path) -> PathBuf {
    folder.join("socket")
}

/// Debian has it where only root looks.
fn program() -> &'static str {
    if Path::new("/usr/sbin/mariadbd").exists() { "/usr/sbin/mariadbd" } else { "mariadbd" }
}

//! Tools that nobody here wrote, against a running shop on loopback (`app/tests/browser/attack.mjs`): schemathesis, wapiti,
//! sqlmap. `docs/shop-security.md` says what they found.

use std::process::Command;

use anyhow::{Result, ensure};

use crate::browser;
use crate::setup::{exists, run};
use crate::steps::step;

/// Of PyPI; greenlet is what wapiti's package forgets to ask for.
const TOOLS: [&str; 3] = ["schemathesis==4.32.5", "wapiti3==3.1.8", "greenlet==3.2.4"];

pub(crate) fn attack() -> Result<()> {
    ensure!(exists("sqlmap"), "missing: sqlmap. On Debian: apt-get install sqlmap");
    // A virtual environment beside what is built.
    let tools = browser::target()?.join("attack");
    if !tools.join("bin/wapiti").exists() {
        run(Command::new("python3").args(["-m", "venv"]).arg(&tools))?;
        run(Command::new(tools.join("bin/pip")).args(["install", "--quiet"]).args(TOOLS))?;
    }
    let mut node = browser::node()?;
    step("shop: attack", node.arg("attack.mjs").env("ATTACK_TOOLS", &tools))
}

//! The Python virtual environment that moto lives in: made in the user's cache on first use, and used by every sandbox
//! afterwards. A marker file, written last, tells a finished one from one whose making was broken off.

use anyhow::{Context, bail};
use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Output},
};

/// moto's version; the corrections are written against it.
pub const MOTO: &str = "5.2.5";

const MARKER: &str = "bogosa-complete";

/// Tells the user what goes on.
pub type Progress<'a> = &'a dyn Fn(&str);

/// The sandbox's folder: `$XDG_CACHE_HOME/bogosa/sandbox`, or the same under `~/.cache`.
pub fn cache_dir() -> anyhow::Result<PathBuf> {
    let absolute = |name| std::env::var_os(name).map(PathBuf::from).filter(|path: &PathBuf| path.is_absolute());
    let cache = absolute("XDG_CACHE_HOME").or_else(|| Some(absolute("HOME")?.join(".cache")));
    Ok(cache
        .context("neither XDG_CACHE_HOME nor HOME is set, so there is no place for the sandbox's files")?
        .join("bogosa/sandbox"))
}

/// The Python of a finished environment; makes it where there is none. Others who start meanwhile wait.
pub fn ensure(cache: &Path, say: Progress) -> anyhow::Result<PathBuf> {
    ensure_with(&["python3", "python", "python3.13", "python3.12", "python3.11", "python3.10"], cache, say)
}

fn ensure_with(pythons: &[&str], cache: &Path, say: Progress) -> anyhow::Result<PathBuf> {
    let home = cache.join(format!("moto-{MOTO}"));
    let python = home.join("bin/python");
    let complete = || home.join(MARKER).is_file() && python.exists();
    if complete() {
        return Ok(python);
    }
    fs::create_dir_all(cache).with_context(|| format!("cannot make {}", cache.display()))?;
    let lock = File::create(cache.join("venv.lock"))?;
    lock.lock().context("cannot lock the sandbox's folder")?;
    if complete() {
        return Ok(python); // made by another while we waited
    }
    let system = find_python(pythons)?;
    if home.exists() {
        say("the sandbox's Python environment was left half made; making it anew");
        fs::remove_dir_all(&home).with_context(|| format!("cannot remove the half-made {}", home.display()))?;
    }
    say(&format!("first use: making a Python environment for the sandbox in {}", home.display()));
    let made = run(Command::new(&system).args(["-m", "venv"]).arg(&home))?;
    if !made.status.success() {
        let _ = fs::remove_dir_all(&home); // best effort; the marker is missing anyway
        bail!("{}", explain_venv(&words(&made)));
    }
    say(&format!("first use: installing moto {MOTO}, which plays AWS (about 40 MB from PyPI, half a minute)"));
    let package = format!("moto[server]=={MOTO}");
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", &package];
    let installed = run(Command::new(&python).args(pip))?;
    if !installed.status.success() {
        bail!("{}", explain_pip(&words(&installed)));
    }
    File::create(home.join(MARKER))?;
    Ok(python)
}

/// The first of these that is Python 3.10 or later.
fn find_python(names: &[&str]) -> anyhow::Result<PathBuf> {
    let mut too_old = None;
    for name in names {
        let program = "import sys; print(*sys.version_info[:2])";
        let Ok(output) = Command::new(name).args(["-c", program]).output() else { continue };
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let version: Vec<u32> = text.split_whitespace().filter_map(|part| part.parse().ok()).collect();
        match version[..] {
            [3, minor] if minor >= 10 => return Ok(name.into()),
            [major, minor] => too_old = too_old.or(Some(format!("{name} is Python {major}.{minor}"))),
            _ => {}
        }
    }
    match too_old {
        Some(found) => bail!(
            "the sandbox needs Python 3.10 or later, but {found}\n  install a newer one (Debian: apt install python3 python3-venv)"
        ),
        None => bail!(
            "the sandbox plays AWS with moto, which needs Python 3.10 or later, and there is no python3 on the PATH\n  \
             install it (Debian: apt install python3 python3-venv), or use a real account without --sandbox"
        ),
    }
}

fn run(command: &mut Command) -> anyhow::Result<Output> {
    command.output().with_context(|| format!("cannot run {}", command.get_program().display()))
}

fn words(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)).trim().to_owned()
}

fn explain_venv(said: &str) -> String {
    if said.contains("ensurepip") || said.contains("No module named venv") {
        format!(
            "this Python cannot make virtual environments: its venv module is missing\n  Debian keeps it apart: apt install python3-venv\n{}",
            indent(said)
        )
    } else {
        format!("python3 -m venv failed\n{}", indent(said))
    }
}

fn explain_pip(said: &str) -> String {
    const NETWORK: [&str; 7] = [
        "Connection",
        "Temporary failure in name resolution",
        "Network is unreachable",
        "timed out",
        "ProxyError",
        "Max retries",
        "No matching distribution",
    ];
    if NETWORK.iter().any(|sign| said.contains(sign)) {
        format!(
            "cannot fetch moto {MOTO} from PyPI: is there a network?\n  \
             The sandbox needs it once; afterwards it works without. Behind a mirror, set PIP_INDEX_URL (or pip.conf).\n{}",
            indent(said)
        )
    } else {
        format!("pip could not install moto {MOTO}; run the command again to start over\n{}", indent(said))
    }
}

/// The last lines of another program's output, set off from our own words.
fn indent(said: &str) -> String {
    let lines: Vec<&str> = said.lines().collect();
    lines[lines.len().saturating_sub(8)..].iter().map(|line| format!("  | {line}\n")).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// A Python of that version that makes environments with itself inside, and notes each call beside the cache.
    fn fake_python(folder: &Path, version: &str, pip: &str) -> String {
        use std::os::unix::fs::PermissionsExt;
        let (script, log) = (folder.join("python"), folder.join("calls"));
        let text = format!(
            "#!/bin/sh\necho \"$2\" >> {}\ncase \"$1 $2\" in '-m venv') mkdir -p \"$3/bin\" && cp \"$0\" \"$3/bin/python\";;\n\
             '-m pip') {pip};;\n*) echo {version};; esac\n",
            log.display()
        );
        fs::write(&script, text).unwrap();
        fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
        script.display().to_string()
    }

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("bogosa-venv-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    #[test]
    fn a_half_made_environment_is_remade_and_a_finished_one_kept() {
        let folder = folder("remade");
        let python = fake_python(&folder, "3 12", "exit 0");
        let home = folder.join(format!("moto-{MOTO}"));
        fs::create_dir_all(home.join("bin")).unwrap();
        fs::write(home.join("bin/python"), "half").unwrap();
        for _ in 0..2 {
            let found = ensure_with(&[&python], &folder, &|_| ()).unwrap();
            assert_eq!(found, home.join("bin/python"));
        }
        let calls = fs::read_to_string(folder.join("calls")).unwrap();
        assert_eq!(calls.matches("venv").count(), 1, "{calls}");
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn what_is_missing_is_named() {
        let folder = folder("missing");
        let error = |python: &str| ensure_with(&[python], &folder, &|_| ()).unwrap_err().to_string();
        assert!(error("/nowhere/python").contains("there is no python3"));
        let old = fake_python(&folder, "3 9", "exit 0");
        assert!(error(&old).contains("is Python 3.9"));
        let offline =
            fake_python(&folder, "3 12", "echo 'NewConnectionError: Temporary failure in name resolution'; exit 1");
        assert!(error(&offline).contains("is there a network?"));
        assert!(!folder.join(format!("moto-{MOTO}")).join(MARKER).exists());
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn errors_say_what_to_do() {
        assert!(explain_venv("Error: ensurepip is not available").contains("apt install python3-venv"));
        assert!(explain_pip("NewConnectionError: Temporary failure in name resolution").contains("PIP_INDEX_URL"));
        assert!(!explain_pip("error: no space left on device").contains("network?"));
    }
}

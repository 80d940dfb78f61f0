//! ffmpeg: what it says of a file, and its runs.

use super::process::Process;
use regex::Regex;
use std::{collections::BTreeMap, path::Path, sync::LazyLock};
use tokio::{
    io::AsyncReadExt,
    process::{ChildStderr, ChildStdout},
};

/// A video as it is looked at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Input {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) seconds: f64,
    pub(super) audio: bool,
}

/// Why nothing is known of a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Lacking {
    /// ffmpeg itself.
    Program,
    /// A picture; what ffmpeg says.
    Video(String),
}

/// Looks at a file.
pub(super) async fn probe(input: &Path, folder: &Path) -> Result<Input, Lacking> {
    let (code, said) = run(&["-hide_banner".to_owned(), "-i".to_owned(), input.display().to_string()], folder).await;
    if code == Some(127) {
        return Err(Lacking::Program); // what a shell says where there is no such program
    }
    read(&said).ok_or_else(|| Lacking::Video(last_line(&said)))
}

/// Makes files in a folder out of one.
pub(super) async fn convert(input: &Path, arguments: &[String], folder: &Path) -> Result<(), String> {
    let input = ["-i".to_owned(), input.display().to_string()];
    make(&[&input, arguments].concat(), folder).await
}

/// Makes files in a folder.
pub(super) async fn make(arguments: &[String], folder: &Path) -> Result<(), String> {
    let mut all = ["-hide_banner", "-nostdin", "-loglevel", "error", "-y"].map(str::to_owned).to_vec();
    all.extend_from_slice(arguments);
    match run(&all, folder).await {
        (Some(0), _) => Ok(()),
        (_, said) => Err(last_line(&said)),
    }
}

/// Its exit code, and what it writes about itself.
async fn run(arguments: &[String], folder: &Path) -> (Option<i32>, String) {
    let path = std::env::var("PATH").unwrap_or_default();
    let environment = BTreeMap::from([("PATH".to_owned(), path)]);
    let started = Process::start(Path::new("ffmpeg"), arguments, &environment, folder);
    let (mut process, out, mut err): (Process, ChildStdout, ChildStderr) = match started {
        Ok(started) => started,
        Err(error) => return (None, error.to_string()),
    };
    drop(out); // it has nothing to say there
    let mut said = Vec::new();
    let (status, _) = tokio::join!(process.ended(), err.read_to_end(&mut said));
    (status.ok().and_then(|status| status.code()), String::from_utf8_lossy(&said).into_owned())
}

/// What `ffmpeg -i` prints; `None` where there is no picture.
fn read(said: &str) -> Option<Input> {
    static VIDEO: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"Stream #.*: Video: .*?, (\d{2,5})x(\d{2,5})").ok());
    static DURATION: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"Duration: (\d+):(\d+):(\d+(?:\.\d+)?)").ok());
    static TURNED: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"rotation of (-?\d+)").ok());
    let video = VIDEO.as_ref()?.captures(said)?;
    let (width, height) = (video[1].parse().ok()?, video[2].parse().ok()?);
    // Phones keep portraits as landscapes that are to be turned; ffmpeg turns them by itself.
    let turned = TURNED.as_ref()?.captures(said).and_then(|found| found[1].parse::<i32>().ok());
    let (width, height) =
        if turned.is_some_and(|degrees| degrees % 180 != 0) { (height, width) } else { (width, height) };
    let seconds = DURATION.as_ref()?.captures(said).map_or(0.0, |found| {
        let part = |number: usize| found[number].parse::<f64>().unwrap_or_default();
        part(1) * 3600.0 + part(2) * 60.0 + part(3)
    });
    Some(Input { width, height, seconds, audio: said.contains(": Audio: ") })
}

fn last_line(said: &str) -> String {
    let mut lines = said.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.next_back().unwrap_or("it says nothing").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ffmpeg_says_is_read() {
        let said = "  Duration: 00:01:03.50, start: 0.000000, bitrate: 132 kb/s
  Stream #0:0[0x1](und): Video: h264 (High) (avc1 / 0x31637661), yuv420p(progressive), 1920x1080 [SAR 1:1 DAR 16:9], 25 fps
      Side data:
        displaymatrix: rotation of -90.00 degrees
  Stream #0:1[0x2](und): Audio: aac (LC) (mp4a / 0x6134706D), 44100 Hz, mono";
        assert_eq!(read(said), Some(Input { width: 1080, height: 1920, seconds: 63.5, audio: true }));
        assert_eq!(read("Invalid data found when processing input"), None);
    }
}

//! The archive: a tar.gz or zip whose bytes depend on the names, contents and permissions of its files, and on nothing else.

use std::fs;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use flate2::{Compression, GzBuilder};
use tar::{Builder, EntryType, Header};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// Packs files and directories: where each goes in the archive (nothing: its contents go to the top), and where it is.
pub fn pack(entries: &[(PathBuf, PathBuf)]) -> Result<Vec<u8>> {
    let files = all(entries)?;
    // A gzip header without time and name.
    let mut archive = Builder::new(GzBuilder::new().mtime(0).write(Vec::new(), Compression::default()));
    for (to, from) in &files {
        let what = || format!("cannot pack {}", from.display());
        add(&mut archive, to, from).with_context(what)?;
    }
    Ok(archive.into_inner()?.finish()?)
}

/// The same as a zip, which is what Lambda takes. Links are followed.
pub fn zip(entries: &[(PathBuf, PathBuf)]) -> Result<Vec<u8>> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (to, from) in all(entries)? {
        let what = || format!("cannot pack {}", from.display());
        let permissions = if is_executable(&fs::metadata(&from).with_context(what)?) { 0o755 } else { 0o644 };
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(DateTime::default())
            .unix_permissions(permissions);
        archive.start_file_from_path(&to, options)?;
        archive.write_all(&fs::read(&from).with_context(what)?)?;
    }
    Ok(archive.finish()?.into_inner())
}

fn all(entries: &[(PathBuf, PathBuf)]) -> Result<Vec<(PathBuf, PathBuf)>> {
    let mut files = Vec::new();
    for (to, from) in entries {
        collect(to, from, &mut files)?;
    }
    files.sort();
    match files.windows(2).find(|pair| matches!(pair, [one, other] if one.0 == other.0)) {
        Some(twice) => bail!("{} is shipped twice; leave one of them out of the build", twice[0].0.display()),
        None => Ok(files),
    }
}

/// The files below, without following links.
fn collect(to: &Path, from: &Path, files: &mut Vec<(PathBuf, PathBuf)>) -> Result<()> {
    let metadata = fs::symlink_metadata(from).with_context(|| format!("cannot read {}", from.display()))?;
    if !metadata.is_dir() {
        files.push((to.to_owned(), from.to_owned()));
        return Ok(());
    }
    for entry in fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))? {
        let entry = entry?;
        collect(&to.join(entry.file_name()), &entry.path(), files)?;
    }
    Ok(())
}

fn add(archive: &mut Builder<impl Write>, to: &Path, from: &Path) -> Result<()> {
    let metadata = fs::symlink_metadata(from)?;
    let mut header = Header::new_gnu();
    header.set_mtime(0);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mode(if is_executable(&metadata) { 0o755 } else { 0o644 });
    if metadata.is_symlink() {
        header.set_entry_type(EntryType::Symlink);
        header.set_size(0);
        archive.append_link(&mut header, to, fs::read_link(from)?)?;
        return Ok(());
    }
    if !metadata.is_file() {
        bail!("it is neither a file, a directory nor a link");
    }
    let contents = fs::read(from)?;
    header.set_size(contents.len() as u64);
    archive.append_data(&mut header, to, contents.as_slice())?;
    Ok(())
}

/// Whether its owner may run it.
pub(super) fn is_executable(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o100 != 0
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::build::sources::tests::Folder;

    fn unpacked(archive: &[u8]) -> Vec<(String, u32, String)> {
        let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(archive));
        let entries = archive.entries().expect("an archive").map(|entry| {
            let mut entry = entry.expect("an entry");
            assert_eq!(entry.header().mtime().ok(), Some(0));
            let mut contents = String::new();
            entry.read_to_string(&mut contents).expect("text");
            let name = entry.path().expect("a path").display().to_string();
            (name, entry.header().mode().expect("a mode"), contents)
        });
        entries.collect()
    }

    #[test]
    fn the_same_files_make_the_same_archive_wherever_they_lie() {
        let (one, other) = (Folder::new("archive-one"), Folder::new("archive-other"));
        one.write("b/deep/text", "text").write("a", "#!/bin/sh\n");
        other.write("a", "#!/bin/sh\n").write("b/deep/text", "text");
        for folder in [&one, &other] {
            fs::set_permissions(folder.path.join("a"), fs::Permissions::from_mode(0o750)).expect("permissions");
        }
        let pack = |folder: &Folder| pack(&[(PathBuf::new(), folder.path.clone())]).expect("an archive");
        assert_eq!(pack(&one), pack(&other));
        let expected = [("a", 0o755, "#!/bin/sh\n"), ("b/deep/text", 0o644, "text")];
        assert_eq!(unpacked(&pack(&one)), expected.map(|(name, mode, text)| (name.to_owned(), mode, text.to_owned())));
        other.write("b/deep/text", "other");
        assert_ne!(pack(&one), pack(&other));
    }

    #[test]
    fn the_same_files_make_the_same_zip_and_can_be_executed() {
        let (one, other) = (Folder::new("zip-one"), Folder::new("zip-other"));
        for folder in [&one, &other] {
            folder.write("program", "#!/bin/sh\n").write("more/text", "text");
            fs::set_permissions(folder.path.join("program"), fs::Permissions::from_mode(0o700)).expect("permissions");
        }
        let zip = |folder: &Folder| {
            let entries = [("bootstrap", "program"), ("more", "more")];
            zip(&entries.map(|(to, from)| (to.into(), folder.path.join(from)))).expect("a zip")
        };
        assert_eq!(zip(&one), zip(&other));
        let mut zip = zip::ZipArchive::new(Cursor::new(zip(&one))).expect("a zip");
        for (name, mode, text) in [("bootstrap", 0o755, "#!/bin/sh\n"), ("more/text", 0o644, "text")] {
            let mut file = zip.by_name(name).expect(name);
            assert_eq!(file.unix_mode().map(|mode| mode & 0o777), Some(mode));
            let mut contents = String::new();
            file.read_to_string(&mut contents).expect("text");
            assert_eq!(contents, text);
        }
    }

    #[test]
    fn what_is_missing_or_there_twice_is_named() {
        let folder = Folder::new("archive-wrong");
        folder.write("a", "");
        let a = (PathBuf::from("a"), folder.path.join("a"));
        let twice = pack(&[a.clone(), a]).expect_err("it is there twice").to_string();
        assert!(twice.contains("a is shipped twice"), "{twice}");
        let missing = pack(&[("x".into(), folder.path.join("x"))]).expect_err("it is missing").to_string();
        assert!(missing.contains("cannot read") && missing.ends_with("/x"), "{missing}");
    }
}

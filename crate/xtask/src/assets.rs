//! The built page in memory: every file under the path at which it is served.
//!
//! Requests are looked up among these paths and never touch the file system, so none can leave the folder.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, ensure};

/// A file of the page.
#[derive(Debug)]
pub struct Asset {
    /// The bytes to send.
    pub bytes: Vec<u8>,
    /// The value of `Content-Type`.
    pub media_type: &'static str,
    /// The value of `Cache-Control`.
    pub cache_control: &'static str,
}

/// All files of the page.
#[derive(Debug)]
pub struct Assets {
    files: HashMap<String, Asset>,
}

impl Assets {
    /// Reads a folder of built files; symbolic links are left out.
    ///
    /// Fails when a file cannot be read or there is no `index.html`.
    pub fn load(folder: &Path) -> anyhow::Result<Self> {
        let mut files = HashMap::new();
        let mut pending = vec![(folder.to_owned(), String::from("/"))];
        while let Some((folder, prefix)) = pending.pop() {
            let entries = folder
                .read_dir()
                .with_context(|| format!("cannot read {}", folder.display()))?;
            for entry in entries {
                let entry = entry.with_context(|| format!("cannot read {}", folder.display()))?;
                let path = entry.path();
                let kind = entry
                    .file_type()
                    .with_context(|| format!("cannot read {}", path.display()))?;
                let url_path = format!("{prefix}{}", entry.file_name().to_string_lossy());
                if kind.is_dir() {
                    pending.push((path, format!("{url_path}/")));
                } else if kind.is_file() {
                    let bytes = fs::read(&path)
                        .with_context(|| format!("cannot read {}", path.display()))?;
                    let asset = Asset {
                        bytes,
                        media_type: media_type(&url_path),
                        cache_control: cache_control(&url_path),
                    };
                    files.insert(url_path, asset);
                }
            }
        }
        ensure!(
            files.contains_key("/index.html"),
            "{} has no index.html",
            folder.display()
        );
        Ok(Self { files })
    }

    /// The file for the target of a request; a path that ends in `/` means its `index.html`.
    pub fn get(&self, target: &str) -> Option<&Asset> {
        let path = target.split(['?', '#']).next().unwrap_or_default();
        if path.ends_with('/') {
            return self.files.get(&format!("{path}index.html"));
        }
        self.files.get(path)
    }
}

/// The media type of a file by its ending; the browser is told not to guess another.
fn media_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" | "map" => "application/json; charset=utf-8",
        "webmanifest" => "application/manifest+json; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" | "nix" | "md" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// Vite names everything in `assets/` by its content, so it never changes; the rest is asked for again.
fn cache_control(path: &str) -> &'static str {
    if path.starts_with("/assets/") {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    }
}

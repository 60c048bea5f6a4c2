//! A static file server for the loopback interface: development and tests, not the internet.

use std::sync::Arc;
use std::thread::{self, JoinHandle};

use anyhow::{Context as _, anyhow};
use tiny_http::{Header, Method, Request, Response, StatusCode};

use crate::assets::Assets;

/// Requests answered at a time; more wait.
const WORKERS: usize = 4;

/// A running server; dropping it stops it.
pub struct Server {
    http: Arc<tiny_http::Server>,
    workers: Vec<JoinHandle<()>>,
    url: String,
}

impl Server {
    /// Serves the files on a loopback port; port 0 is a free one.
    ///
    /// Fails when the port is taken.
    pub fn start(assets: Assets, port: u16) -> anyhow::Result<Self> {
        let http = tiny_http::Server::http(("127.0.0.1", port)).map_err(|error| {
            anyhow!("cannot serve on port {port} of the loopback interface: {error}")
        })?;
        let address = http
            .server_addr()
            .to_ip()
            .context("the server has no address")?;
        let http = Arc::new(http);
        let assets = Arc::new(assets);
        let workers = (0..WORKERS)
            .map(|_| {
                let http = Arc::clone(&http);
                let assets = Arc::clone(&assets);
                thread::spawn(move || {
                    // An error is how `unblock` ends the wait.
                    while let Ok(request) = http.recv() {
                        answer(&assets, request);
                    }
                })
            })
            .collect();
        Ok(Self {
            http,
            workers,
            url: format!("http://{address}/"),
        })
    }

    /// The address of the page.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        for _ in &self.workers {
            self.http.unblock();
        }
        for worker in self.workers.drain(..) {
            // A worker that panicked has printed its message; the others are still to be waited for.
            let _ = worker.join();
        }
    }
}

fn answer(assets: &Assets, request: Request) {
    // Failing to answer means that the client is gone.
    let _ = match (request.method(), assets.get(request.url())) {
        (Method::Get | Method::Head, Some(asset)) => request.respond(
            Response::from_data(asset.bytes.as_slice())
                .with_header(header("Content-Type", asset.media_type))
                .with_header(header("Cache-Control", asset.cache_control))
                .with_header(header("X-Content-Type-Options", "nosniff")),
        ),
        (Method::Get | Method::Head, None) => request.respond(plain(404, "Not found\n")),
        _ => request
            .respond(plain(405, "Only GET and HEAD\n").with_header(header("Allow", "GET, HEAD"))),
    };
}

fn plain(status: u16, text: &str) -> Response<std::io::Cursor<Vec<u8>>> {
    Response::from_string(text)
        .with_status_code(StatusCode(status))
        .with_header(header("Content-Type", "text/plain; charset=utf-8"))
        .with_header(header("Cache-Control", "no-store"))
}

fn header(name: &str, value: &str) -> Header {
    Header::from_bytes(name, value).expect("header names and values here are plain ASCII")
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpStream;
    use std::{env, fs, process};

    use super::*;

    /// Sends one request to a server of a small page and returns the whole answer.
    fn exchange(request_line: &str) -> String {
        let folder = env::temp_dir().join(format!(
            "drvlab-server-{}-{:?}",
            process::id(),
            thread::current().id()
        ));
        fs::create_dir_all(folder.join("assets")).unwrap();
        fs::write(folder.join("index.html"), "<p>page</p>").unwrap();
        fs::write(folder.join("assets/a-1.wasm"), b"\0asm").unwrap();
        let assets = Assets::load(&folder).unwrap();
        fs::remove_dir_all(&folder).unwrap();

        let server = Server::start(assets, 0).unwrap();
        let address = server
            .url()
            .strip_prefix("http://")
            .unwrap()
            .trim_end_matches('/');
        let mut stream = TcpStream::connect(address).unwrap();
        write!(
            stream,
            "{request_line}\r\nHost: {address}\r\nConnection: close\r\n\r\n"
        )
        .unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }

    #[test]
    fn serves_the_page_at_the_root() {
        for target in ["/", "/?view=plan", "/index.html"] {
            let answer = exchange(&format!("GET {target} HTTP/1.1"));
            assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
            assert!(
                answer.contains("Content-Type: text/html; charset=utf-8\r\n"),
                "{answer}"
            );
            assert!(answer.contains("Cache-Control: no-cache\r\n"), "{answer}");
            assert!(answer.ends_with("<p>page</p>"), "{answer}");
        }
    }

    #[test]
    fn serves_hashed_files_for_ever() {
        let answer = exchange("GET /assets/a-1.wasm HTTP/1.1");
        assert!(
            answer.contains("Content-Type: application/wasm\r\n"),
            "{answer}"
        );
        assert!(answer.contains("immutable"), "{answer}");
        assert!(answer.ends_with("\0asm"), "{answer}");
    }

    #[test]
    fn answers_head_without_a_body() {
        let answer = exchange("HEAD / HTTP/1.1");
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert!(answer.ends_with("\r\n\r\n"), "{answer}");
    }

    #[test]
    fn never_leaves_the_folder() {
        for target in [
            "/../Cargo.toml",
            "/%2e%2e/Cargo.toml",
            "/assets/../../x",
            "//etc/passwd",
            "/assets",
            "/assets/",
        ] {
            let answer = exchange(&format!("GET {target} HTTP/1.1"));
            assert!(answer.starts_with("HTTP/1.1 404"), "{target}: {answer}");
        }
    }

    #[test]
    fn refuses_other_methods() {
        let answer = exchange("DELETE / HTTP/1.1");
        assert!(answer.starts_with("HTTP/1.1 405"), "{answer}");
        assert!(answer.contains("Allow: GET, HEAD\r\n"), "{answer}");
    }
}

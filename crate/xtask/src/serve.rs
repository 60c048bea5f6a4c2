//! `cargo xtask serve`: builds everything and serves the page until it is stopped.

use std::thread;

use crate::server::Server;
use crate::workspace::Workspace;
use crate::{build_lock, page, wasm};

/// Builds WASM and page, serves the page and prints its address; returns only on failure.
///
/// Port 0 is a free one. Fails when something cannot be built or the port is taken.
pub fn run(workspace: &Workspace, port: u16) -> anyhow::Result<()> {
    let assets = {
        let lock = build_lock::acquire(workspace)?;
        wasm::build(workspace, &lock)?;
        page::build(workspace, &lock)?
    };
    let server = Server::start(assets, port)?;
    println!("\ndrvlab is at {}\nStop it with Ctrl-C.", server.url());
    loop {
        thread::park();
    }
}

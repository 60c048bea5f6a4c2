//! Expansion of patterns to the paths that match them.

use bstr::BString;
use drvlab_store::order;

use super::Shell;
use super::pattern::{is_pattern, matches, unescape};
use crate::file_system::FileType;
use crate::machine::Step;

/// Returns the paths that match a pattern, sorted by bytes.
pub fn paths(shell: &mut Shell<'_, '_>, pattern: &[u8]) -> Step<Vec<BString>> {
    let mut found: Vec<BString> = vec![BString::default()];
    let mut rest = pattern;
    while !rest.is_empty() && !found.is_empty() {
        // Slashes are passed on as they are.
        let slashes = rest.iter().take_while(|&&byte| byte == b'/').count();
        let length = rest[slashes..]
            .iter()
            .position(|&byte| byte == b'/')
            .unwrap_or(rest.len() - slashes);
        let (component, after) = rest[slashes..].split_at(length);
        let prefix = &rest[..slashes];
        rest = after;
        let mut next = Vec::new();
        for base in found {
            shell.machine.step()?;
            let mut base = base;
            base.extend_from_slice(prefix);
            if !is_pattern(component) {
                base.extend_from_slice(&unescape(component));
                // Only the last names are checked; a wrong one before shows when its directory is read.
                let cwd = shell.state.cwd.node;
                if rest.is_empty() && shell.machine.fs.find_link(cwd, &base).is_err() {
                    continue;
                }
                next.push(base);
                continue;
            }
            let cwd = shell.state.cwd.node;
            let directory = if base.is_empty() { &b"."[..] } else { &base };
            let Ok(node) = shell.machine.fs.find(cwd, directory) else {
                continue;
            };
            if shell.machine.fs.file_type(node) != FileType::Directory {
                continue;
            }
            let names = shell.machine.fs.entries(node).unwrap_or_default();
            shell.machine.check()?;
            for name in names {
                shell.machine.spend(name.len() + base.len())?;
                let hidden = name.starts_with(b".") && !component.starts_with(b".");
                if !hidden && matches(component, &name) {
                    let mut path = base.clone();
                    path.extend_from_slice(&name);
                    next.push(path);
                }
            }
        }
        found = next;
    }
    order::sort_by(&mut found, Ord::cmp);
    Ok(found)
}

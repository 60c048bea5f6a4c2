//! `drvlab show`: derivations as JSON, as `nix derivation show` prints them.

use drvlab_store::OrderedMap;
use std::io::{IsTerminal as _, Write, stdout};
use std::rc::Rc;

use drvlab_store::json::{self, Layout};

use crate::arguments::{Input, Source};
use crate::drv_files;
use crate::failure::Failure;
use crate::instantiate::each_instance;
use crate::session::Session;
use crate::store_dir::store_dir;

/// Prints the derivations of `.drv` files and those that expressions evaluate to.
///
/// # Errors
/// When a file cannot be read, the evaluation fails, or a derivation has no JSON form.
pub fn run(input: &Input, output: &mut dyn Write) -> Result<(), Failure> {
    let store_dir = store_dir()?;
    let mut shown = OrderedMap::new();
    let mut expressions = input.clone();
    expressions.sources.clear();
    for source in &input.sources {
        match source {
            Source::File(path) if drv_files::is_drv_file(path) => {
                let (path, derivation) = drv_files::read(path, &store_dir)?;
                shown.insert(path, Rc::new(derivation));
            }
            other => expressions.sources.push(other.clone()),
        }
    }
    if !expressions.sources.is_empty() {
        let mut session = Session::start(&expressions)?;
        each_instance(&mut session, &expressions, |session, instance| {
            let store = &session.machine().store;
            // Without one, the expression only named a derivation of some other store.
            let Some(derivation) = store.derivations.get(&instance.drv_path) else {
                let path = store.dir.display(&instance.drv_path);
                return Err(Failure::message(format!("path '{path}' is not valid")));
            };
            shown.insert(instance.drv_path, Rc::clone(derivation));
            Ok(())
        })?;
    }
    let value = json::show(
        shown
            .iter()
            .map(|(path, derivation)| (path, Rc::as_ref(derivation))),
    )
    .map_err(|error| Failure::message(error.to_string()))?;
    let layout = if stdout().is_terminal() {
        Layout::Pretty
    } else {
        Layout::Compact
    };
    writeln!(output, "{}", value.to_text(layout)).map_err(|error| Failure::output(&error))
}

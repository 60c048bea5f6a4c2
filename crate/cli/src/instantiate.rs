//! `drvlab instantiate`: the paths of store derivations, as `nix-instantiate` prints them.

use std::io::Write;
use std::path::Path;
use std::rc::Rc;

use bstr::BString;
use drvlab_lang::derivation_search::Instance;

use crate::arguments::Input;
use crate::drv_files;
use crate::failure::Failure;
use crate::session::Session;

/// Prints the derivations that an input evaluates to, and writes them with all that they need into `drv_dir`.
///
/// # Errors
/// When the evaluation fails, or something cannot be written.
pub fn run(
    session: &mut Session,
    input: &Input,
    drv_dir: Option<&Path>,
    output: &mut dyn Write,
) -> Result<(), Failure> {
    let result = each_instance(session, input, |session, instance| {
        let path = session.machine().store.dir.display(&instance.drv_path);
        let mut line = BString::from(path);
        // The first output is `out` unless a derivation says otherwise.
        if instance.output != b"out" {
            line.extend_from_slice(b"!");
            line.extend_from_slice(&instance.output);
        }
        line.push(b'\n');
        output
            .write_all(&line)
            .map_err(|error| Failure::output(&error))
    });
    if let Some(folder) = drv_dir {
        // Also when a later expression failed: the reference's store keeps what was made before.
        let store = &session.machine().store;
        let made = store
            .derivations
            .iter()
            .map(|(path, derivation)| (path, Rc::as_ref(derivation)));
        drv_files::write(folder, &store.dir, made)?;
    }
    result
}

/// Hands every derivation that an input evaluates to to `use_instance`.
///
/// # Errors
/// The first failure, of the evaluation or of `use_instance`.
pub fn each_instance(
    session: &mut Session,
    input: &Input,
    mut use_instance: impl FnMut(&mut Session, Instance) -> Result<(), Failure>,
) -> Result<(), Failure> {
    session.each_value(input, |session, value| {
        let arguments = session.arguments();
        let found = session.machine().find_derivations(value, arguments);
        for derivation in found.map_err(|error| session.failure(&error))? {
            let instance = session.machine().instance(&derivation);
            let instance = instance.map_err(|error| session.failure(&error))?;
            use_instance(session, instance)?;
        }
        Ok(())
    })
}

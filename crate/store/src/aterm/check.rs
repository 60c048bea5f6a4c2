//! Checking what a text says about its outputs, which takes the inputs.

use crate::OrderedMap;
use std::ops::Range;

use bstr::{BString, ByteSlice as _};

use super::error::{ParseError, ParseErrorKind};
use super::{Layout, OutputPaths, Part, write_with_layout};
use crate::derivation::{Derivation, DerivationKind};
use crate::digest::{DigestCache, DigestError};
use crate::store_path::StorePath;

/// Where a text has what is checked.
#[derive(Default)]
struct Places {
    inputs: Vec<usize>,
    outputs: OrderedMap<BString, usize>,
    variables: OrderedMap<BString, usize>,
}

impl Layout for Places {
    fn part(&mut self, part: Part<'_>, range: Range<usize>) {
        match part {
            Part::InputDerivation(_) => self.inputs.push(range.start),
            Part::OutputPath(output) => {
                self.outputs.insert(output.into(), range.start);
            }
            Part::OutputVariable(output) => {
                self.variables.insert(output.into(), range.start);
            }
            _ => {}
        }
    }
}

/// Finds what is wrong with the outputs of a derivation and with what it wants of its inputs, whose digests `cache` should know.
///
/// Offsets are those in the text as Nix writes it. An input whose digest is not known makes it impossible to check more.
#[must_use]
pub fn check(derivation: &Derivation, cache: &mut DigestCache) -> Vec<ParseError> {
    let store_dir = cache.store_dir().clone();
    let mut places = Places::default();
    let mut text = Vec::new();
    write_with_layout(
        derivation,
        &store_dir,
        OutputPaths::Written,
        &mut text,
        &mut places,
    );
    let input_place = |input: &StorePath| {
        let index = derivation.input_drvs.keys().position(|it| it == input);
        index.and_then(|index| places.inputs.get(index).copied())
    };
    let problem = |offset, field, kind| ParseError {
        offset,
        field,
        kind,
    };
    let digest = match cache.masked_digest(derivation) {
        Ok(digest) => digest,
        Err(error) => {
            let (offset, field, kind) = match error {
                DigestError::MissingInput { input, .. } => (
                    input_place(&input),
                    "input derivations",
                    ParseErrorKind::MissingInput(input),
                ),
                DigestError::MissingOutput { input, output } => (
                    input_place(&input),
                    "input derivations",
                    ParseErrorKind::MissingOutput { input, output },
                ),
                DigestError::Cycle(input) => (
                    input_place(&input),
                    "input derivations",
                    ParseErrorKind::Cycle(input),
                ),
                DigestError::Kind { error, .. } => {
                    (None, "outputs", ParseErrorKind::Outputs(error))
                }
                DigestError::Path(error) => (None, "outputs", ParseErrorKind::Path(error)),
                DigestError::Address(error) => (None, "outputs", ParseErrorKind::Address(error)),
            };
            return vec![problem(offset.unwrap_or(0), field, kind)];
        }
    };
    let Ok(DerivationKind::InputAddressed | DerivationKind::Deferred) = derivation.kind() else {
        return Vec::new();
    };
    let mut problems = Vec::new();
    for (name, output) in &derivation.outputs {
        let expected = if digest.deferred {
            None
        } else {
            let path = store_dir.output_path(&digest.digest, &derivation.name, name.as_bstr());
            match path {
                Ok(path) => Some(path),
                Err(error) => {
                    let offset = places.outputs.get(name).copied().unwrap_or(0);
                    problems.push(problem(offset, "outputs", ParseErrorKind::Path(error)));
                    continue;
                }
            }
        };
        let wrong = || ParseErrorKind::OutputPath {
            output: name.clone(),
            expected: expected.clone(),
        };
        if output.path() != expected.as_ref() {
            let offset = places.outputs.get(name).copied().unwrap_or(0);
            problems.push(problem(offset, "outputs", wrong()));
        }
        let variable = derivation.env.get(name);
        let in_variable = expected.as_ref().map(|path| store_dir.display(path));
        if let Some(variable) = variable
            && *variable != in_variable.unwrap_or_default()
        {
            let offset = places.variables.get(name).copied().unwrap_or(0);
            problems.push(problem(offset, "environment", wrong()));
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aterm;
    use crate::derivation::{DerivationInputs, DerivationOutput};
    use crate::store_path::StoreDir;

    fn derivation(name: &str, inputs: &[(&StorePath, &str)]) -> Derivation {
        let mut derivation = Derivation::new(name);
        let output = DerivationOutput::Deferred;
        derivation.outputs.insert("out".into(), output);
        for (input, output) in inputs {
            let wanted = DerivationInputs::of(*output);
            derivation.input_drvs.insert((*input).clone(), wanted);
        }
        derivation
    }

    fn messages(derivation: &Derivation, cache: &mut DigestCache) -> Vec<String> {
        check(derivation, cache)
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn wrong_paths_of_outputs_are_found_where_they_stand() {
        let mut cache = DigestCache::default();
        let mut good = derivation("x", &[]);
        cache.instantiate(&mut good).unwrap();
        assert_eq!(messages(&good, &mut cache), [""; 0]);
        let right = good.outputs["out".as_bytes().as_bstr()]
            .path()
            .cloned()
            .unwrap();
        let wrong = StorePath::parse("00000000000000000000000000000000-x").unwrap();
        let text = aterm::to_bytes(&good, &StoreDir::default());
        let text = text.to_str().unwrap();
        let (right, wrong) = (right.to_string(), wrong.to_string());
        for (place, field) in [
            (text.find(&right), "outputs"),
            (text.rfind(&right), "environment"),
        ] {
            let mut bad = text.to_owned();
            bad.replace_range(place.unwrap()..place.unwrap() + right.len(), &wrong);
            let bad = aterm::parse(bad.as_bytes(), "x", &StoreDir::default()).unwrap();
            let offset = place.unwrap() - "/nix/store/".len();
            let expected = format!(
                "error parsing derivation at byte {offset}, {field}: the path of output 'out' does not follow from the derivation, \
                 expected '{right}'"
            );
            assert_eq!(messages(&bad, &mut cache), [expected]);
        }
    }

    #[test]
    fn inputs_that_are_not_there_are_named() {
        let mut cache = DigestCache::default();
        let input = cache.instantiate(&mut derivation("input", &[])).unwrap();
        let unknown = StorePath::parse("00000000000000000000000000000000-a.drv").unwrap();
        let wanting = derivation("x", &[(&unknown, "out")]);
        assert_eq!(
            messages(&wanting, &mut cache),
            [format!(
                "error parsing derivation at byte 29, input derivations: the input '{unknown}' is not there, so that the outputs' paths \
                 cannot be checked"
            )]
        );
        let wanting = derivation("x", &[(&input, "dev")]);
        assert_eq!(
            messages(&wanting, &mut cache),
            [format!(
                "error parsing derivation at byte 29, input derivations: the input '{input}' does not have an output 'dev'"
            )]
        );
    }
}

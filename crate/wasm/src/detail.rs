//! Everything about one derivation, for the page.

use crate::diagnostics::text;
use crate::microscope;
use crate::model::detail::{AttributePlace, ChainLink, DerivationDetail, PieceKind, TextPiece};
use crate::report::Picture;
use drvlab_cache::NodeId;
use drvlab_cache::compare::text as difference;
use drvlab_store::{Derivation, StoreDir, aterm, json};

/// Bytes of a `.drv` file that are shown.
const SHOWN_ATERM: usize = 100_000;

/// Bytes of a field that are compared.
const SHOWN_FIELD: usize = 20_000;

/// Describes a derivation of a picture.
pub(crate) fn detail(
    picture: &Picture<'_>,
    id: NodeId,
    attributes: Vec<AttributePlace>,
) -> DerivationDetail {
    let Picture {
        graph, store_dir, ..
    } = *picture;
    let node = &graph[id];
    let compared = picture.baseline.map(|(before, comparison)| {
        let compared = &comparison.derivations[id.index()];
        let old = compared.before.map(|old| &before[old].derivation);
        (comparison, old)
    });
    let old = compared.and_then(|(_, old)| old);
    let now = aterm_of(&node.derivation, store_dir);
    let before = old.map_or_else(|| now.clone(), |old| aterm_of(old, store_dir));
    let chain = compared.map_or_else(Vec::new, |(comparison, _)| comparison.chain(id));
    DerivationDetail {
        aterm: pieces(difference::difference_by_words(
            beginning(&before, SHOWN_ATERM),
            beginning(&now, SHOWN_ATERM),
        )),
        aterm_bytes: now.len() as u32,
        json: match json::show([(&node.path, &*node.derivation)]) {
            Ok(value) => value.to_text(json::Layout::Pretty),
            Err(error) => error.to_string(),
        },
        baseline_name: old
            .map(|old| old.name.clone())
            .filter(|name| *name != node.derivation.name),
        has_baseline: old.is_some(),
        changes: picture.changes(id),
        chain: chain
            .iter()
            .skip(1)
            .map(|&id| ChainLink {
                name: graph[id].derivation.name.clone(),
                drv_path: store_dir.display(&graph[id].path),
            })
            .collect(),
        explanation: microscope::explanation(graph, id, store_dir),
        sources: node
            .derivation
            .input_srcs
            .iter()
            .map(|path| store_dir.display(path))
            .collect(),
        attributes,
    }
}

/// The difference of two texts character by character; one that is missing is empty.
pub(crate) fn character_pieces(before: Option<&[u8]>, after: Option<&[u8]>) -> Vec<TextPiece> {
    let shown = |text: Option<&[u8]>| beginning(text.unwrap_or_default(), SHOWN_FIELD).to_vec();
    pieces(difference::difference(&shown(before), &shown(after)))
}

fn pieces(pieces: Vec<difference::Piece<'_>>) -> Vec<TextPiece> {
    let pieces = pieces.into_iter().map(|piece| TextPiece {
        kind: match piece.kind {
            difference::PieceKind::Same => PieceKind::Same,
            difference::PieceKind::Removed => PieceKind::Removed,
            difference::PieceKind::Added => PieceKind::Added,
        },
        text: text(piece.text),
    });
    pieces.collect()
}

/// At most so many bytes, without cutting a character.
pub(crate) fn beginning(text: &[u8], limit: usize) -> &[u8] {
    let mut end = text.len().min(limit);
    while end < text.len() && end > 0 && text[end] & 0xC0 == 0x80 {
        end -= 1;
    }
    &text[..end]
}

fn aterm_of(derivation: &Derivation, store_dir: &StoreDir) -> Vec<u8> {
    aterm::to_bytes(derivation, store_dir)
}

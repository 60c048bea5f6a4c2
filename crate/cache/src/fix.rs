//! What would change a decision: for each reason the thing to do, in a sentence.

use crate::reason::{CacheMiss, MissKind, Reason, duration};

/// Says what would let something be fetched instead of built, or be had at all; nothing if it is as good as it gets.
#[must_use]
pub fn fix(reason: &Reason) -> Option<String> {
    let text = match reason {
        Reason::AlreadyValid
        | Reason::Skipped { .. }
        | Reason::NotWanted
        | Reason::InCache { .. }
        | Reason::Reference { .. }
        | Reason::Realised { .. }
        | Reason::EarlyCutoff { .. }
        | Reason::BuiltAlong => return None,
        Reason::Impure => {
            "take '__impure = true' from the derivation, if its result need not be new each time"
        }
        Reason::SubstitutionDisabled => "set 'substitute = true'",
        Reason::SubstitutesNotAllowed => {
            "take 'allowSubstitutes = false' from the derivation, or set 'always-allow-substitutes = true'"
        }
        Reason::NoCaches { dropped } => {
            let fix = dropped.as_ref().and_then(|dropped| dropped.fix());
            fix.unwrap_or("list a cache in 'substituters'")
        }
        Reason::BuiltHere(reason) => return fix(reason),
        Reason::NotInCaches { misses, .. }
        | Reason::NotSubstitutable { misses }
        | Reason::MissingReference { misses, .. }
        | Reason::OutputPathUnknown { misses } => return fix_of_misses(misses),
        Reason::SubstitutesFailed { misses } => {
            let more = fix_of_misses(misses).map_or(String::new(), |fix| format!(", or {fix}"));
            return Some(format!("set 'fallback = true' to build it instead{more}"));
        }
        Reason::CacheFailed(_) => {
            "set 'fallback = true' to build it instead, or take the cache from 'substituters'"
        }
        Reason::WrongSystem(system) => {
            return Some(format!(
                "build it on a machine for {system} (a remote builder, or emulation with 'extra-platforms'), \
                 or let a cache have it"
            ));
        }
        Reason::MissingFeatures(_) => {
            "build it on a machine that has the features ('system-features'), or let a cache have it"
        }
        Reason::NoBuildJobs => "set 'max-jobs' above 0, or let a cache have it",
        Reason::DynamicInput { .. } => "build it: a build looks at it when the output is there",
        Reason::NoDerivation => "evaluate it again, so that its .drv file is there",
        Reason::BuildFailed(_) => "change what it is built from, so that the build succeeds",
        Reason::InputFailed { input } => return Some(format!("see to {input} first")),
        Reason::NotReached => "see to what failed first, or set 'keep-going'",
    };
    Some(text.to_owned())
}

/// Says what would let the cache deliver that comes closest to it.
fn fix_of_misses(misses: &[CacheMiss]) -> Option<String> {
    const fn closeness(kind: &MissKind) -> u8 {
        match kind {
            MissKind::NotFound | MissKind::NoRealisation => 0,
            MissKind::OtherStoreDir | MissKind::OtherName(_) => 1,
            MissKind::Forbidden | MissKind::Disabled => 2,
            MissKind::Failed(_) => 3,
            MissKind::ReferenceMissing { .. } => 4,
            MissKind::NarBroken(_) | MissKind::NarGone => 5,
            MissKind::Remembered { .. } => 6,
            MissKind::NotSigned { .. } => 7,
        }
    }
    let closest = misses.iter().max_by_key(|miss| closeness(&miss.kind))?;
    let cache = &closest.cache;
    Some(match &closest.kind {
        MissKind::NotFound | MissKind::NoRealisation => {
            "publish it: let a build farm build exactly this and push it to a cache".to_owned()
        }
        MissKind::OtherStoreDir => {
            "publish it for this store directory: paths of another one are other paths".to_owned()
        }
        MissKind::OtherName(path) => format!("repair {cache}, which has '{path}' under this hash"),
        MissKind::Forbidden => {
            format!("get access to it on {cache}, or publish it to another cache")
        }
        MissKind::Disabled => format!("try again in a minute, when {cache} is asked again"),
        MissKind::Failed(fault) if !fault.unanswered => {
            format!("publish it to {cache} again, which says something damaged of it")
        }
        MissKind::Failed(_) => format!("repair {cache}, or take it from 'substituters'"),
        MissKind::ReferenceMissing {
            reference,
            failed: true,
        } => format!("see to {} first", reference.name()),
        MissKind::ReferenceMissing { reference, .. } => {
            format!(
                "publish {} too, so that the closure is complete",
                reference.name()
            )
        }
        MissKind::NarGone => format!("it was evicted: publish it to {cache} again"),
        MissKind::NarBroken(fault) if fault.unanswered => {
            format!("repair {cache}, or publish it to another cache")
        }
        MissKind::NarBroken(_) => format!("publish it to {cache} again"),
        MissKind::Remembered { expires_in } => format!(
            "wait for {} until the cached miss expires, or set 'narinfo-cache-negative-ttl = 0'",
            duration(*expires_in)
        ),
        MissKind::NotSigned { signed_by } if signed_by.is_empty() => {
            "sign it with a trusted key ('nix store sign')".to_owned()
        }
        MissKind::NotSigned { signed_by } => {
            let keys: Vec<_> = signed_by.iter().map(ToString::to_string).collect();
            format!(
                "add the key {} to 'trusted-public-keys', if you trust it, or sign it with a trusted one",
                keys.join(" or ")
            )
        }
    })
}

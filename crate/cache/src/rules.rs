//! The rules of substitution by their numbers, each in a sentence: what [`crate::reason::Reason::rule`] refers to.

/// The sentences, from rule 1 on.
const RULES: [&str; 19] = [
    "What is valid in the local store needs nothing, and an impure derivation is never fetched.",
    "Caches are asked only if 'substitute' is on and the derivation does not say 'allowSubstitutes = false'.",
    "What no cache has is built; if a cache failed and 'fallback' is off, it is an error instead.",
    "Inputs are looked at only when the output itself cannot be fetched, so a hit skips everything below it.",
    "'preferLocalBuild' says where something is built, not whether it is fetched.",
    "A machine of another system, without the features, or with 'max-jobs = 0' can still fetch, but not build.",
    "Caches are asked in the order of their priorities, lower first; one that is for another store directory or cannot be opened is not asked.",
    "A cache that a user adds who is not trusted is not asked, unless it is in 'trusted-substituters'.",
    "Paths of another store directory are other paths, but for content-addressed ones without references.",
    "A cache is asked for the narinfo of the hash part; the statuses 404 and 403 both mean that it has none.",
    "With 'require-sigs' what is fetched needs a signature by one of 'trusted-public-keys', unless it is content-addressed.",
    "When a cache fails, the next is asked; when the last one does, only 'fallback' turns the error into a build, and leaves it alone for a minute.",
    "Before a path everything that it refers to is fetched; if that cannot be had, the path is built.",
    "An archive that is gone is a miss; one that does not come, or has another hash or size than its narinfo says, is a failure.",
    "A narinfo must say StorePath, URL, NarHash and NarSize; one that does not is a failure of the cache.",
    "Answers are remembered: a miss for an hour, a hit for 30 days, by default.",
    "What a floating output turned out to be is looked up as a realisation before its path can be.",
    "A derivation whose inputs have turned out to be something is looked up again under what they are: early cutoff.",
    "The dry run leaves out what is an output of an output.",
];

/// Returns a rule in a sentence; none if there is no rule of this number.
#[must_use]
pub fn sentence(rule: u8) -> Option<&'static str> {
    RULES.get(usize::from(rule).checked_sub(1)?).copied()
}

#[cfg(test)]
mod tests {
    use super::{RULES, sentence};

    #[test]
    fn rules_are_counted_from_one() {
        assert_eq!(sentence(0), None);
        assert_eq!(sentence(1), Some(RULES[0]));
        assert_eq!(sentence(19), Some(RULES[18]));
        assert_eq!(sentence(20), None);
    }
}

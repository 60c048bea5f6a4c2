//! Sizes as the reference prints them.
//!
//! Source: `renderSize` in `libutil/util.cc`; its corner cases were measured.

/// Renders a number of bytes with one decimal: `0.7 KiB`, `1.5 MiB`.
///
/// As in the reference the unit is the largest that leaves at least one whole unit, found by integer division, that
/// changes only above 1024: 1,048,577 bytes are `1024.0 KiB`. Values from 2^63 count as negative there.
#[must_use]
pub fn render(bytes: u64) -> String {
    const UNITS: [&str; 7] = ["KiB", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    let signed = bytes.cast_signed();
    let mut rest = signed.wrapping_abs();
    let mut power = 0;
    while rest > 1024 && power + 1 < UNITS.len() {
        rest /= 1024;
        power += 1;
    }
    let mut value = signed as f64;
    // Even bytes are given in KiB; dividing by a power of two is exact.
    for _ in 0..power.max(1) {
        value /= 1024.0;
    }
    format!("{value:.1} {}", UNITS[power])
}

#[cfg(test)]
mod tests {
    use super::render;

    /// Each line was printed by `nix-build --dry-run` for a narinfo with this size.
    #[test]
    fn prints_what_the_reference_prints() {
        for (bytes, text) in [
            (0, "0.0 KiB"),
            (51, "0.0 KiB"),
            (52, "0.1 KiB"),
            (153, "0.1 KiB"),
            (154, "0.2 KiB"),
            (1023, "1.0 KiB"),
            (1025, "1.0 KiB"),
            (1587, "1.5 KiB"),
            (1588, "1.6 KiB"),
            (1_048_524, "1023.9 KiB"),
            (1_048_577, "1024.0 KiB"),
            (1_073_741_825, "1024.0 MiB"),
            (1_099_511_627_777, "1024.0 GiB"),
            (1_125_899_906_842_625, "1024.0 TiB"),
            (1_152_921_504_606_846_977, "1024.0 PiB"),
            (9_223_372_036_854_775_807, "8.0 EiB"),
            (9_223_372_036_854_775_808, "-9007199254740992.0 KiB"),
            (u64::MAX, "-0.0 KiB"),
        ] {
            assert_eq!(render(bytes), text, "{bytes}");
        }
    }
}

//! Floating-point numbers as text, exactly as the reference's JSON library (nlohmann) writes them.
//!
//! That is Grisu2 of Florian Loitsch, "Printing Floating-Point Numbers Quickly and Accurately with Integers" (2010). Its digits always
//! identify the number, and nearly always are the fewest and closest ones; where they are not, a better algorithm would make other
//! store paths than the reference.

/// Returns the JSON text of a number: positional for decimal exponents from -4 to 14, else scientific with an exponent of at
/// least two digits; `null` for infinities and NaN, which JSON does not have.
#[must_use]
pub fn float(value: f64) -> String {
    if !value.is_finite() {
        return "null".to_owned();
    }
    let mut text = String::new();
    if value.is_sign_negative() {
        text.push('-');
    }
    let value = value.abs();
    if value == 0.0 {
        text.push_str("0.0");
        return text;
    }
    let (digits, exponent) = digits(value);
    let count = digits.len() as i32;
    // The decimal point stands after this many digits.
    let point = count + exponent;
    let zeros = |count: i32| "0".repeat(count.max(0) as usize);
    if (-3..=15).contains(&point) {
        if point <= 0 {
            text.push_str("0.");
            text.push_str(&zeros(-point));
            text.push_str(&digits);
        } else if point < count {
            let (whole, fraction) = digits.split_at(point as usize);
            text.push_str(whole);
            text.push('.');
            text.push_str(fraction);
        } else {
            text.push_str(&digits);
            text.push_str(&zeros(exponent));
            text.push_str(".0");
        }
    } else {
        let (first, rest) = digits.split_at(1);
        text.push_str(first);
        if !rest.is_empty() {
            text.push('.');
            text.push_str(rest);
        }
        let scientific = point - 1;
        text.push_str(if scientific < 0 { "e-" } else { "e+" });
        if scientific.abs() < 10 {
            text.push('0');
        }
        text.push_str(&scientific.abs().to_string());
    }
    text
}

/// The number `significand * 2^exponent`.
#[derive(Clone, Copy)]
struct Scaled {
    significand: u64,
    exponent: i32,
}

impl Scaled {
    /// Shifts the significand up until its top bit is set.
    fn normalized(self) -> Scaled {
        let shift = self.significand.leading_zeros();
        Scaled {
            significand: self.significand << shift,
            exponent: self.exponent - shift as i32,
        }
    }

    /// Writes the same number with a smaller exponent; the caller knows that there is room.
    fn with_exponent(self, exponent: i32) -> Scaled {
        Scaled {
            significand: self.significand << (self.exponent - exponent),
            exponent,
        }
    }

    /// Multiplies, rounding the upper half of the product, ties up.
    fn times(self, other: Scaled) -> Scaled {
        let product = u128::from(self.significand) * u128::from(other.significand);
        Scaled {
            significand: ((product + (1 << 63)) >> 64) as u64,
            exponent: self.exponent + other.exponent + 64,
        }
    }
}

/// Bits of a double's significand that are stored.
const STORED_BITS: u32 = 52;

/// What the stored exponent is larger by than that of the significand as an integer.
const BIAS: i32 = 1023 + 52;

/// Computes the digits of a positive finite number and the power of ten of the last digit.
fn digits(value: f64) -> (String, i32) {
    let bits = value.to_bits();
    let hidden = 1u64 << STORED_BITS;
    let fraction = bits & (hidden - 1);
    let stored_exponent = (bits >> STORED_BITS) as i32;
    let exact = if stored_exponent == 0 {
        Scaled {
            significand: fraction,
            exponent: 1 - BIAS,
        }
    } else {
        Scaled {
            significand: fraction + hidden,
            exponent: stored_exponent - BIAS,
        }
    };
    // Half-way to the neighbours; below a power of two they are nearer.
    let above = Scaled {
        significand: 2 * exact.significand + 1,
        exponent: exact.exponent - 1,
    }
    .normalized();
    let below = if fraction == 0 && stored_exponent > 1 {
        Scaled {
            significand: 4 * exact.significand - 1,
            exponent: exact.exponent - 2,
        }
    } else {
        Scaled {
            significand: 2 * exact.significand - 1,
            exponent: exact.exponent - 1,
        }
    }
    .with_exponent(above.exponent);
    let (power, power_of_ten) = cached_power(above.exponent);
    let scaled = exact.normalized().times(power);
    // Products are off by at most one unit, so the interval is taken smaller by one at both ends.
    let upper = above.times(power);
    let lower = below.times(power);
    let upper = Scaled {
        significand: upper.significand - 1,
        ..upper
    };
    let width = upper.significand - (lower.significand + 1);
    let (digits, exponent) = shortest(upper, width, upper.significand - scaled.significand);
    (digits, exponent - power_of_ten)
}

/// Generates the digits of `upper` until what is left is within `width`, then goes down towards the number, `distance` below.
fn shortest(upper: Scaled, mut width: u64, mut distance: u64) -> (String, i32) {
    // The cached power puts the exponent between -60 and -32: an integral part of 32 bits, a fraction of at most 60.
    let shift = -upper.exponent;
    let one = 1u64 << shift;
    let mut whole = (upper.significand >> shift) as u32;
    let mut fraction = upper.significand & (one - 1);
    let mut digits = Vec::with_capacity(20);
    let mut left = whole.checked_ilog10().map_or(1, |log| log as i32 + 1);
    let mut power = 10u32.pow(left as u32 - 1);
    while left > 0 {
        digits.push(b'0' + (whole / power) as u8);
        whole %= power;
        left -= 1;
        let rest = (u64::from(whole) << shift) + fraction;
        if rest <= width {
            round(
                &mut digits,
                distance,
                width,
                rest,
                u64::from(power) << shift,
            );
            return (text(digits), left);
        }
        power /= 10;
    }
    loop {
        fraction *= 10;
        digits.push(b'0' + (fraction >> shift) as u8);
        fraction &= one - 1;
        left -= 1;
        width *= 10;
        distance *= 10;
        if fraction <= width {
            round(&mut digits, distance, width, fraction, one);
            return (text(digits), left);
        }
    }
}

/// Lowers the last digit while that brings the result closer to the number and keeps it in the interval.
fn round(digits: &mut [u8], distance: u64, width: u64, mut rest: u64, unit: u64) {
    let Some(last) = digits.last_mut() else {
        return;
    };
    while rest < distance
        && width - rest >= unit
        && (rest + unit < distance || distance - rest > rest + unit - distance)
    {
        *last -= 1;
        rest += unit;
    }
}

fn text(digits: Vec<u8>) -> String {
    digits.into_iter().map(char::from).collect()
}

/// Returns a power of ten, rounded to 64 bits, that brings a number with this exponent into the range of [`shortest`].
fn cached_power(exponent: i32) -> (Scaled, i32) {
    // The smallest power of ten that is enough: 78913 / 2^18 is log10 of 2.
    let wanted = -60 - exponent - 1;
    let power_of_ten = wanted * 78_913 / (1 << 18) + i32::from(wanted > 0);
    let index = (power_of_ten - FIRST_POWER + STEP - 1) / STEP;
    let power_of_ten = FIRST_POWER + index * STEP;
    let power = Scaled {
        significand: POWERS[index as usize],
        // 217706 / 2^16 is log2 of 10.
        exponent: ((power_of_ten * 217_706) >> 16) - 63,
    };
    (power, power_of_ten)
}

/// The exponent of the first of [`POWERS`].
const FIRST_POWER: i32 = -300;

/// How far apart the exponents are.
const STEP: i32 = 8;

/// Significands of 10^-300, 10^-292, … 10^324: the powers of ten with the top bit of 64 set, rounded to the nearest.
#[rustfmt::skip]
const POWERS: [u64; 79] = [
    0xAB70_FE17_C79A_C6CA, 0xFF77_B1FC_BEBC_DC4F, 0xBE56_91EF_416B_D60C, 0x8DD0_1FAD_907F_FC3C,
    0xD351_5C28_3155_9A83, 0x9D71_AC8F_ADA6_C9B5, 0xEA9C_2277_23EE_8BCB, 0xAECC_4991_4078_536D,
    0x823C_1279_5DB6_CE57, 0xC210_9436_4DFB_5637, 0x9096_EA6F_3848_984F, 0xD774_85CB_2582_3AC7,
    0xA086_CFCD_97BF_97F4, 0xEF34_0A98_172A_ACE5, 0xB238_67FB_2A35_B28E, 0x84C8_D4DF_D2C6_3F3B,
    0xC5DD_4427_1AD3_CDBA, 0x936B_9FCE_BB25_C996, 0xDBAC_6C24_7D62_A584, 0xA3AB_6658_0D5F_DAF6,
    0xF3E2_F893_DEC3_F126, 0xB5B5_ADA8_AAFF_80B8, 0x8762_5F05_6C7C_4A8B, 0xC9BC_FF60_34C1_3053,
    0x964E_858C_91BA_2655, 0xDFF9_7724_7029_7EBD, 0xA6DF_BD9F_B8E5_B88F, 0xF8A9_5FCF_8874_7D94,
    0xB944_7093_8FA8_9BCF, 0x8A08_F0F8_BF0F_156B, 0xCDB0_2555_6531_31B6, 0x993F_E2C6_D07B_7FAC,
    0xE45C_10C4_2A2B_3B06, 0xAA24_2499_6973_92D3, 0xFD87_B5F2_8300_CA0E, 0xBCE5_0864_9211_1AEB,
    0x8CBC_CC09_6F50_88CC, 0xD1B7_1758_E219_652C, 0x9C40_0000_0000_0000, 0xE8D4_A510_0000_0000,
    0xAD78_EBC5_AC62_0000, 0x813F_3978_F894_0984, 0xC097_CE7B_C907_15B3, 0x8F7E_32CE_7BEA_5C70,
    0xD5D2_38A4_ABE9_8068, 0x9F4F_2726_179A_2245, 0xED63_A231_D4C4_FB27, 0xB0DE_6538_8CC8_ADA8,
    0x83C7_088E_1AAB_65DB, 0xC45D_1DF9_4271_1D9A, 0x924D_692C_A61B_E758, 0xDA01_EE64_1A70_8DEA,
    0xA26D_A399_9AEF_774A, 0xF209_787B_B47D_6B85, 0xB454_E4A1_79DD_1877, 0x865B_8692_5B9B_C5C2,
    0xC835_53C5_C896_5D3D, 0x952A_B45C_FA97_A0B3, 0xDE46_9FBD_99A0_5FE3, 0xA59B_C234_DB39_8C25,
    0xF6C6_9A72_A398_9F5C, 0xB7DC_BF53_54E9_BECE, 0x88FC_F317_F222_41E2, 0xCC20_CE9B_D35C_78A5,
    0x9816_5AF3_7B21_53DF, 0xE2A0_B5DC_971F_303A, 0xA8D9_D153_5CE3_B396, 0xFB9B_7CD9_A4A7_443C,
    0xBB76_4C4C_A7A4_4410, 0x8BAB_8EEF_B640_9C1A, 0xD01F_EF10_A657_842C, 0x9B10_A4E5_E991_3129,
    0xE710_9BFB_A19C_0C9D, 0xAC28_20D9_623B_F429, 0x8044_4B5E_7AA7_CF85, 0xBF21_E440_03AC_DD2D,
    0x8E67_9C2F_5E44_FF8F, 0xD433_179D_9C8C_B841, 0x9E19_DB92_B4E3_1BA9,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_laid_out_as_the_reference_does() {
        for (value, text) in [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.0, "1.0"),
            (2.5, "2.5"),
            (-12.25, "-12.25"),
            (1e14, "100000000000000.0"),
            (123_456_789_012_345_680.0, "1.2345678901234568e+17"),
            (1e15, "1e+15"),
            (1e-4, "0.0001"),
            (1e-5, "1e-05"),
            (1.5e300, "1.5e+300"),
            (f64::INFINITY, "null"),
            (f64::NAN, "null"),
        ] {
            assert_eq!(float(value), text);
        }
    }

    #[test]
    fn the_ends_of_the_range_survive_the_round_trip() {
        for value in [
            f64::MAX,
            f64::MIN_POSITIVE,
            f64::from_bits(1),
            f64::from_bits((1 << 52) - 1),
        ] {
            assert_eq!(float(value).parse(), Ok(value));
        }
    }

    #[test]
    fn neighbouring_powers_are_a_hundred_million_apart() {
        let factor = Scaled {
            significand: 100_000_000,
            exponent: 0,
        }
        .normalized();
        for (index, pair) in POWERS.windows(2).enumerate() {
            let next = Scaled {
                significand: pair[0],
                exponent: 0,
            }
            .times(factor)
            .normalized();
            assert!(next.significand.abs_diff(pair[1]) <= 2, "power {index}");
        }
    }
}

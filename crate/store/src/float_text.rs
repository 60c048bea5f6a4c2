//! Doubles read from decimal texts, and written with as many digits as somebody wants, rounded exactly. What the standard library has for
//! reading is as exact, but its table of powers alone takes 10 kB of the module for browsers, which no compression makes less. How JSON
//! has its numbers written is in [`json_number`](crate::json_number).

mod natural;

use std::cmp::Ordering;

use natural::Natural;

use crate::json_number::{STORED_BITS, Scaled, exact_parts, scaled_by_power_of_ten};

/// As many digits decide about each double; of others it is enough to know whether all are zeros.
const MAX_DIGITS: usize = 800;

/// Powers of ten up to this exponent are doubles without rounding.
const EXACT_POWERS: i64 = 22;

/// A decimal number `digits * 10^exponent`.
struct Decimal<'a> {
    /// All digits but zeros in front, and maybe a point.
    digits: &'a [u8],
    /// How many digits there are.
    count: usize,
    /// The first of them, as many as fit.
    significand: u64,
    /// How many do.
    fitting: usize,
    exponent: i64,
}

impl<'a> Decimal<'a> {
    /// Reads digits with at most one point in them and an exponent behind them.
    fn new(text: &'a [u8]) -> Option<Self> {
        let end = text.iter().position(|&byte| matches!(byte, b'e' | b'E'));
        let (number, exponent) = text.split_at(end.unwrap_or(text.len()));
        let start = number
            .iter()
            .position(|&byte| !matches!(byte, b'0' | b'.'))
            .unwrap_or(number.len());
        let mut decimal = Decimal {
            digits: &number[start..],
            count: 0,
            significand: 0,
            fitting: 0,
            exponent: match exponent {
                [] => 0,
                [_, exponent @ ..] => read_exponent(exponent)?,
            },
        };
        let mut point = None;
        for (at, &byte) in number.iter().enumerate() {
            match byte {
                b'0'..=b'9' if at < start => {}
                b'0'..=b'9' => {
                    decimal.count += 1;
                    if decimal.fitting < 19 {
                        decimal.significand = 10 * decimal.significand + u64::from(byte - b'0');
                        decimal.fitting += 1;
                    }
                }
                b'.' if point.is_none() => point = Some(at),
                _ => return None,
            }
        }
        let fraction = point.map_or(0, |point| number.len() - point - 1);
        if number.len() == usize::from(point.is_some()) {
            return None;
        }
        decimal.exponent = decimal.exponent.saturating_sub(fraction as i64);
        Some(decimal)
    }

    /// Returns the double that arithmetic without rounding gives, if it does.
    fn exact(&self) -> Option<f64> {
        let is_exact = self.fitting == self.count
            && self.significand <= 1 << (STORED_BITS + 1)
            && self.exponent.abs() <= EXACT_POWERS;
        if !is_exact {
            return None;
        }
        let power = (0..self.exponent.abs()).fold(1.0, |power, _| power * 10.0);
        let number = self.significand as f64;
        Some(if self.exponent < 0 {
            number / power
        } else {
            number * power
        })
    }

    /// Returns a double next to the number, and whether it is known to be the nearest one.
    fn estimate(&self) -> (f64, bool) {
        let exponent = self.exponent + (self.count - self.fitting) as i64;
        let Some(scaled) = i32::try_from(exponent)
            .ok()
            .and_then(|exponent| scaled_by_power_of_ten(self.significand, exponent))
        else {
            // Where there is no such power, step by step, which is a few doubles off.
            let mut number = self.significand as f64;
            for _ in 0..exponent.unsigned_abs() {
                number = if exponent < 0 {
                    number / 10.0
                } else {
                    number * 10.0
                };
            }
            return (number, false);
        };
        // In units of the last of 64 bits: digits that do not fit are less than 16, since 19 digits take 60 bits; two products and the power
        // are half a unit off each; and the shift after them makes four of one.
        let error = if self.fitting == self.count { 8 } else { 128 };
        let below = u64::BITS - 1 - STORED_BITS;
        let rest = scaled.significand & ((1 << below) - 1);
        let half = 1 << (below - 1);
        let exponent = scaled.exponent + below as i32;
        let is_usual = (-1074..=1023 - STORED_BITS as i32).contains(&exponent);
        let bits = scaled.significand >> below;
        let bits = if rest < half { bits } else { bits + 1 };
        let number = times_power_of_two(bits as f64, exponent);
        (number, is_usual && rest.abs_diff(half) > error)
    }

    /// Compares with `(2 * significand + 1) * 2^(exponent - 1)`, which is half-way to the next double.
    fn compare_with_half(&self, double: u64) -> Ordering {
        let below = exact_parts(double);
        let digits = self.digits.iter().copied().filter(|&byte| byte != b'.');
        let kept = self.count.min(MAX_DIGITS);
        let mut left = Natural::from_decimal(digits.clone().take(kept));
        let mut exponent = self.exponent + (self.count - kept) as i64;
        if digits.skip(kept).any(|byte| byte != b'0') {
            // Something behind them: a digit more that says so.
            left = Natural::from_decimal(
                left.into_decimal()
                    .into_iter()
                    .rev()
                    .chain(std::iter::once(b'1')),
            );
            exponent -= 1;
        }
        let mut right = Natural::new(2 * below.significand + 1);
        let power = exponent.unsigned_abs() as u32;
        let side = if exponent < 0 { &mut right } else { &mut left };
        side.multiply_by_power_of_five(power);
        let shift = exponent - i64::from(below.exponent - 1);
        let side = if shift < 0 { &mut right } else { &mut left };
        side.shift_up(shift.unsigned_abs() as u32);
        left.compare(&right)
    }

    /// Goes from a double to the nearest one; of two, the one with an even significand.
    fn nearest(&self, estimate: f64) -> f64 {
        let mut bits = estimate.min(f64::MAX).to_bits();
        let up = |bits: u64| match self.compare_with_half(bits) {
            Ordering::Less => false,
            Ordering::Equal => bits % 2 == 1,
            Ordering::Greater => true,
        };
        while bits < f64::INFINITY.to_bits() && up(bits) {
            bits += 1;
        }
        while bits > 0 && !up(bits - 1) {
            bits -= 1;
        }
        f64::from_bits(bits)
    }
}

/// Reads an exponent; one that has too many digits is as large as there are.
fn read_exponent(text: &[u8]) -> Option<i64> {
    let (is_negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] | digits => (false, digits),
    };
    if digits.is_empty() {
        return None;
    }
    let mut exponent = 0i64;
    for &byte in digits {
        let digit = byte.is_ascii_digit().then(|| byte - b'0')?;
        exponent = exponent.saturating_mul(10).saturating_add(digit.into());
    }
    Some(if is_negative { -exponent } else { exponent })
}

/// Multiplies by a power of two, in two steps, lest the power is none that is a double.
fn times_power_of_two(number: f64, exponent: i32) -> f64 {
    let power = |exponent: i32| f64::from_bits(((exponent + 1023) as u64) << STORED_BITS);
    let first = exponent.clamp(-1022, 1023);
    let second = (exponent - first).clamp(-1022, 1023);
    number * power(first) * power(second)
}

/// Returns the double nearest to a decimal number: a sign, digits with a point between, before or behind them, an exponent. One that is
/// too large is infinite. `None` for any other text.
#[must_use]
pub fn parse(text: &[u8]) -> Option<f64> {
    let (is_negative, text) = match text {
        [b'-', text @ ..] => (true, text),
        [b'+', text @ ..] | text => (false, text),
    };
    let decimal = Decimal::new(text)?;
    let size = decimal.exponent.saturating_add(decimal.count as i64);
    let number = if decimal.count == 0 || size < -330 {
        0.0
    } else if size > 310 {
        f64::INFINITY
    } else if let Some(number) = decimal.exact() {
        number
    } else {
        match decimal.estimate() {
            (number, true) => number,
            (number, false) => decimal.nearest(number),
        }
    };
    Some(if is_negative { -number } else { number })
}

/// Returns a positive finite number's decimal digits, the last first, and how many of them are behind the point.
fn all_digits(number: f64) -> (Vec<u8>, usize) {
    let Scaled {
        significand,
        exponent,
    } = exact_parts(number.to_bits());
    let mut natural = Natural::new(significand);
    if exponent < 0 {
        natural.multiply_by_power_of_five(exponent.unsigned_abs());
        (natural.into_decimal(), exponent.unsigned_abs() as usize)
    } else {
        natural.shift_up(exponent.unsigned_abs());
        (natural.into_decimal(), 0)
    }
}

/// Removes the last digits, which are the first of these, and rounds: a half to the even digit.
fn round_off(digits: &mut Vec<u8>, count: usize) {
    if count == 0 {
        return;
    }
    digits.resize(digits.len().max(count + 1), b'0');
    let is_odd = digits[count] % 2 == 1;
    let half = match digits[count - 1] {
        b'5' if digits[..count - 1].iter().all(|&digit| digit == b'0') => is_odd,
        digit => digit >= b'5',
    };
    digits.drain(..count);
    if half {
        let nines = digits.iter().take_while(|&&digit| digit == b'9').count();
        digits[..nines].fill(b'0');
        match digits.get_mut(nines) {
            Some(digit) => *digit += 1,
            None => digits.push(b'1'),
        }
    }
}

/// Returns the text of a number that is not NaN, with this many digits behind the point; `inf` for infinity.
#[must_use]
pub fn fixed(number: f64, places: usize) -> String {
    if number.is_infinite() {
        return if number > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let (mut digits, behind) = all_digits(number.abs());
    if behind > places {
        round_off(&mut digits, behind - places);
    } else {
        digits.splice(..0, std::iter::repeat_n(b'0', places - behind));
    }
    digits.resize(digits.len().max(places + 1), b'0');
    if places > 0 {
        digits.insert(places, b'.');
    }
    if number.is_sign_negative() {
        digits.push(b'-');
    }
    digits.iter().rev().map(|&byte| char::from(byte)).collect()
}

/// Returns so many decimal digits of a finite number without its sign, at least one, and the power of ten of the first.
#[must_use]
pub fn leading_digits(number: f64, count: usize) -> (Vec<u8>, i32) {
    let (mut digits, behind) = all_digits(number.abs());
    if digits.is_empty() {
        return (vec![b'0'; count], 0);
    }
    let mut first = digits.len() as i32 - 1 - behind as i32;
    if digits.len() > count {
        let dropped = digits.len() - count;
        round_off(&mut digits, dropped);
        if digits.len() > count {
            // All were nines.
            digits.remove(0);
            first += 1;
        }
    } else {
        digits.splice(..0, std::iter::repeat_n(b'0', count - digits.len()));
    }
    digits.reverse();
    (digits, first)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The standard library is right, too.
    fn reads_as_the_standard_library_does(text: &str) {
        let expected: Result<f64, _> = text.parse();
        let number = parse(text.as_bytes()).map(f64::to_bits);
        assert_eq!(number, expected.ok().map(f64::to_bits), "{text}");
    }

    fn writes_as_the_standard_library_does(number: f64) {
        for places in [0, 1, 6, 20] {
            assert_eq!(fixed(number, places), format!("{number:.places$}"));
        }
        for count in [1, 6, 17] {
            let (digits, exponent) = leading_digits(number, count);
            let mut text = String::from_utf8(digits).expect("digits are ASCII");
            if count > 1 {
                text.insert(1, '.');
            }
            let expected = format!("{:.*e}", count - 1, number.abs());
            assert_eq!(format!("{text}e{exponent}"), expected);
        }
    }

    #[test]
    fn texts_of_any_form_are_read() {
        let long = format!("0.{}1", "0".repeat(2000));
        let nines = "9".repeat(1000);
        for text in [
            "0",
            "-0",
            "+1",
            "1.",
            ".5",
            "1.5e3",
            "1E+05",
            "1e-7",
            "0.1",
            "123456789012345678901234567890",
            "9007199254740993",
            "9007199254740992.9999999999999999",
            "1e22",
            "1e23",
            "1.7976931348623157e308",
            "1.7976931348623158e308",
            "1.797693134862315808e308",
            "1e309",
            "1e999999999999999999999",
            "5e-324",
            "4.9e-324",
            "2.4703282292062327e-324",
            "2.4703282292062328e-324",
            "1e-400",
            "1e-99999999999999999999",
            "0e5",
            "2.2250738585072011e-308",
            "2.2250738585072014e-308",
            "0.000000000000000000000000000000000000001e39",
            &long,
            &nines,
            &format!("{long}e2001"),
            &format!("{nines}e-1000"),
        ] {
            reads_as_the_standard_library_does(text);
        }
    }

    #[test]
    fn what_is_no_number_is_none() {
        for text in [
            "", "-", ".", "1e", "1e+", "e5", "1.2.3", "0x1", "1 ", "..", ".e1", "1e5.0", "1-",
        ] {
            assert_eq!(parse(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn numbers_at_the_ends_are_written() {
        for number in [
            0.0,
            -0.0,
            0.5,
            1.5,
            2.5,
            0.05,
            9.5,
            99.5,
            0.000_000_5,
            999_999.5,
            9.999_999_5,
            1e21,
            123.456,
            f64::MAX,
            f64::MIN_POSITIVE,
            f64::from_bits(1),
            -1.0 / 3.0,
        ] {
            writes_as_the_standard_library_does(number);
        }
    }

    /// The decimal text of what is half-way between a double and the next, all digits.
    fn half_way(double: u64) -> String {
        let below = exact_parts(double);
        let mut natural = Natural::new(2 * below.significand + 1);
        let exponent = below.exponent - 1;
        if exponent < 0 {
            natural.multiply_by_power_of_five(exponent.unsigned_abs());
        } else {
            natural.shift_up(exponent.unsigned_abs());
        }
        let digits = natural.into_decimal().into_iter().rev().map(char::from);
        format!("{}e{}", digits.collect::<String>(), exponent.min(0))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]

        #[test]
        fn any_double_is_written_and_read(bits in 0..f64::INFINITY.to_bits(), near in -320..308i32) {
            let number = f64::from_bits(bits);
            let usual = (bits % 1_000_000_007) as f64 * 10f64.powi(near / 16);
            for number in [number, -number, usual] {
                writes_as_the_standard_library_does(number);
                reads_as_the_standard_library_does(&number.to_string());
                reads_as_the_standard_library_does(&format!("{number:.15e}"));
                reads_as_the_standard_library_does(&format!("{number:.16e}"));
                reads_as_the_standard_library_does(&format!("{number:.19e}"));
            }
        }

        #[test]
        fn what_is_between_two_doubles_is_rounded_exactly(bits in 0..f64::MAX.to_bits()) {
            let half = half_way(bits);
            reads_as_the_standard_library_does(&half);
            let (digits, exponent) = half.split_once('e').expect("there is an exponent");
            let exponent: i32 = exponent.parse().expect("it is a number");
            reads_as_the_standard_library_does(&format!("{digits}000001e{}", exponent - 6));
            reads_as_the_standard_library_does(&format!("{}e{}", &digits[..digits.len() - 1], exponent + 1));
        }

        #[test]
        fn any_text_of_the_grammar_is_read(text in "[-+]?([0-9]{1,30}|[0-9]{0,25}\\.[0-9]{1,25}|[0-9]{1,25}\\.)([eE][-+]?[0-9]{1,3})?") {
            reads_as_the_standard_library_does(&text);
        }
    }
}

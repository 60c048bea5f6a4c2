//! Natural numbers of any size, as far as decimal texts and doubles need them to be compared and written exactly.

use std::cmp::Ordering;

/// A natural number.
#[derive(Clone, Debug)]
pub(super) struct Natural {
    /// Digits to the base 2^32, the least first; the last is not zero.
    digits: Vec<u32>,
}

impl Natural {
    pub(super) fn new(number: u64) -> Self {
        let mut result = Natural {
            digits: vec![number as u32, (number >> 32) as u32],
        };
        result.trim();
        result
    }

    /// Reads decimal digits.
    pub(super) fn from_decimal(digits: impl Iterator<Item = u8>) -> Self {
        let mut result = Natural { digits: Vec::new() };
        digits.for_each(|digit| result.multiply_and_add(10, u32::from(digit - b'0')));
        result
    }

    fn trim(&mut self) {
        while self.digits.last() == Some(&0) {
            self.digits.pop();
        }
    }

    fn multiply_and_add(&mut self, factor: u32, summand: u32) {
        let mut carry = u64::from(summand);
        for digit in &mut self.digits {
            carry += u64::from(*digit) * u64::from(factor);
            *digit = carry as u32;
            carry >>= 32;
        }
        self.digits.push(carry as u32);
        self.trim();
    }

    /// Multiplies by a power of five.
    pub(super) fn multiply_by_power_of_five(&mut self, mut exponent: u32) {
        /// The largest exponent whose power fits into a digit.
        const STEP: u32 = 13;
        while exponent > 0 {
            let step = exponent.min(STEP);
            self.multiply_and_add(5u32.pow(step), 0);
            exponent -= step;
        }
    }

    /// Multiplies by a power of two.
    pub(super) fn shift_up(&mut self, bits: u32) {
        self.multiply_and_add(1 << (bits % 32), 0);
        let zeros = std::iter::repeat_n(0, bits as usize / 32);
        self.digits.splice(..0, zeros);
        self.trim();
    }

    /// Divides by a number below 2^32 and returns the remainder.
    fn divide(&mut self, divisor: u32) -> u32 {
        let mut rest = 0;
        for digit in self.digits.iter_mut().rev() {
            let dividend = rest << 32 | u64::from(*digit);
            *digit = (dividend / u64::from(divisor)) as u32;
            rest = dividend % u64::from(divisor);
        }
        self.trim();
        rest as u32
    }

    /// Returns the decimal digits, none for zero, the last first.
    pub(super) fn into_decimal(mut self) -> Vec<u8> {
        let mut result = Vec::new();
        while !self.digits.is_empty() {
            let mut nine = self.divide(1_000_000_000);
            for _ in 0..9 {
                result.push(b'0' + (nine % 10) as u8);
                nine /= 10;
            }
        }
        while result.last() == Some(&b'0') {
            result.pop();
        }
        result
    }

    pub(super) fn compare(&self, other: &Self) -> Ordering {
        let length = self.digits.len().cmp(&other.digits.len());
        length.then_with(|| self.digits.iter().rev().cmp(other.digits.iter().rev()))
    }
}

//! Dates and times. There are no such values in the language: only whether one is written as it must be counts.

use super::parser::{Message, Parser};
use super::report;

const TIME_HINTS: &str = "Hint: valid  : 1979-05-27T07:32:00, 1979-05-27 07:32:00.999999\nHint: invalid: 1979-05-27T7:32:00, 1979-05-27 17:32\n";
const OFFSET_HINTS: &str = "Hint: valid  : +09:00, -05:30\nHint: invalid: +9:00,  -5:30\n";

/// What dates, times and offsets look like.
const DATE: &[u8] = b"0000-00-00";
const TIME: &[u8] = b"00:00:00";
const OFFSET: &[u8] = b"00:00";

impl Parser<'_> {
    /// Takes a date or a time if there is one.
    #[inline]
    pub(super) fn date(&mut self) -> Result<bool, Message> {
        let start = self.at;
        if self.mismatch(start, TIME).is_none() {
            self.at = self.after_time(start);
            self.check_time(start)?;
        } else if self.mismatch(start, DATE).is_none() {
            self.date_and_time(start, start + DATE.len())?;
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    /// Takes a date that ends at an offset, and what follows it: a time, and where that holds.
    #[inline]
    fn date_and_time(&mut self, start: usize, after: usize) -> Result<(), Message> {
        let is_digit = |at: usize| self.text.get(at).is_some_and(u8::is_ascii_digit);
        let has_time = match self.text.get(after) {
            Some(b'T' | b't') => true,
            Some(b' ') => is_digit(after + 1),
            _ => false,
        };
        if is_digit(after) {
            let label = "expected T, t, or 0x20(SPACE)";
            let title = "bad datetime: missing T or space";
            return Err(self.error_with_hints(title, after, label, TIME_HINTS));
        }
        if !has_time {
            self.at = after;
            return self.check_date(start);
        }
        let time = after + 1;
        if let Some(at) = self.mismatch(time, TIME) {
            return Err(self.malformed(
                "bad time: must be HH:MM:SS.subsec",
                at,
                time,
                TIME,
                "",
                TIME_HINTS,
            ));
        }
        let after_time = self.after_time(time);
        let sign = self.text.get(after_time);
        let offset = matches!(sign, Some(b'+' | b'-')).then_some(after_time + 1);
        if let Some(offset) = offset
            && let Some(at) = self.mismatch(offset, OFFSET)
        {
            let title = "bad offset: must be [+-]HH:MM or Z";
            return Err(self.malformed(title, at, offset, OFFSET, "z or Z or ", OFFSET_HINTS));
        }
        self.at = after;
        self.check_date(start)?;
        self.at = after_time;
        self.check_time(time)?;
        if let Some(offset) = offset {
            self.at = offset + OFFSET.len();
            if self.two_digits(offset) > 24 || self.two_digits(offset + 3) > 60 {
                let title =
                    "toml::parse_offset_datetime: too large offset: |hour| <= 24, |minute| <= 60";
                return Err(report::at(self.text, title, start..self.at, "here"));
            }
        } else if matches!(sign, Some(b'Z' | b'z')) {
            self.at += 1;
        }
        Ok(())
    }

    /// Returns where a text stops to be as a pattern says, in which `0` stands for all digits.
    #[inline]
    fn mismatch(&self, at: usize, pattern: &[u8]) -> Option<usize> {
        let found = (at..).zip(pattern).find(|&(at, &wanted)| {
            let byte = self.text.get(at);
            !byte.is_some_and(|byte| *byte == wanted || wanted == b'0' && byte.is_ascii_digit())
        });
        found.map(|(at, _)| at)
    }

    #[inline]
    fn malformed(
        &self,
        title: &str,
        at: usize,
        start: usize,
        pattern: &[u8],
        or: &str,
        hints: &str,
    ) -> Message {
        let wanted = match pattern[at - start] {
            b'0' => "digit [0-9]",
            _ => ":",
        };
        self.error_with_hints(title, at, &format!("expected {or}{wanted}"), hints)
    }

    /// Returns where a time ends that starts here: after a fraction, if there is one.
    #[inline]
    fn after_time(&self, start: usize) -> usize {
        let end = start + TIME.len();
        let digits = |from: usize| {
            let rest = self.text.get(from..).unwrap_or_default();
            rest.iter().take_while(|byte| byte.is_ascii_digit()).count()
        };
        match self.text.get(end) {
            Some(b'.') if digits(end + 1) > 0 => end + 1 + digits(end + 1),
            _ => end,
        }
    }

    #[inline]
    fn two_digits(&self, at: usize) -> u32 {
        let digit = |at: usize| u32::from(self.text[at] - b'0');
        10 * digit(at) + digit(at + 1)
    }

    #[inline]
    fn check_date(&self, start: usize) -> Result<(), Message> {
        let year = 100 * self.two_digits(start) + self.two_digits(start + 2);
        let is_leap =
            year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let days = match self.two_digits(start + 5) {
            2 => 28 + u32::from(is_leap),
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => 0,
        };
        if (1..=days).contains(&self.two_digits(start + 8)) {
            return Ok(());
        }
        let label =
            "month must be 01-12, day must be any of 01-28,29,30,31 depending on the month/year.";
        Err(self.error("toml::parse_local_date: invalid date.", start, label))
    }

    #[inline]
    fn check_time(&self, start: usize) -> Result<(), Message> {
        let label = if self.two_digits(start) > 23 || self.two_digits(start + 3) > 59 {
            "hour must be 00-23, minute must be 00-59."
        } else if self.two_digits(start + 6) > 60 {
            "second must be 00-60."
        } else {
            return Ok(());
        };
        Err(self.error("toml::parse_local_time: invalid time.", start, label))
    }
}

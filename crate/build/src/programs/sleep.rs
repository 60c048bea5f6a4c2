//! `sleep`: nobody waits, but the build takes so much longer.

use bstr::ByteSlice as _;

use super::Process;
use crate::machine::Step;

impl Process<'_, '_> {
    pub fn sleep(&mut self) -> Step {
        let operands = self.options("", "", &[])?.operands;
        if operands.is_empty() {
            return Err(self.unsupported("no time"));
        }
        for operand in &operands {
            let Some(time) = milliseconds(operand) else {
                return Err(self.unsupported("such a time"));
            };
            self.machine.slept = self.machine.slept.saturating_add(time);
        }
        Ok(())
    }
}

/// Reads a decimal number of seconds, or of what the letter behind it stands for.
fn milliseconds(text: &[u8]) -> Option<u64> {
    let (digits, unit) = match text.split_last()? {
        (b's', digits) => (digits, 1_000),
        (b'm', digits) => (digits, 60_000),
        (b'h', digits) => (digits, 3_600_000),
        (b'd', digits) => (digits, 86_400_000),
        _ => (text, 1_000),
    };
    let (whole, part) = digits.split_once_str(".").unwrap_or((digits, b"0"));
    if ![whole, part]
        .iter()
        .all(|it| it.iter().all(u8::is_ascii_digit))
    {
        return None;
    }
    let whole: u64 = whole.to_str().ok()?.parse().ok()?;
    // Less than a millisecond is nothing here.
    let part = part.get(..3).unwrap_or(part);
    let scale = 10_u64.pow(u32::try_from(part.len()).ok()?);
    let part: u64 = part.to_str().ok()?.parse().ok()?;
    whole.checked_mul(unit)?.checked_add(part * unit / scale)
}

#[cfg(test)]
mod tests {
    use super::milliseconds;

    #[test]
    fn times_are_read_with_their_units() {
        for (text, time) in [
            ("2", Some(2_000)),
            ("0.5", Some(500)),
            ("1.5m", Some(90_000)),
            ("0.0019s", Some(1)),
            ("3h", Some(10_800_000)),
            ("1d", Some(86_400_000)),
            ("", None),
            ("s", None),
            ("-1", None),
            ("+1", None),
            ("1.+5", None),
            ("1.234.5", None),
            ("1e3", None),
            ("infinity", None),
            ("99999999999999999999", None),
        ] {
            assert_eq!(milliseconds(text.as_bytes()), time, "{text}");
        }
    }
}

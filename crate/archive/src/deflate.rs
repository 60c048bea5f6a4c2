//! Deflate (RFC 1951): one stream, with a bound on what comes out.

use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress};

use crate::error::Problem;

/// Room that is made at first, and the least that is added.
const STEP: usize = 32 << 10;

/// Unpacks the stream at the start of `input`, to `limit` bytes at most; returns them and how many bytes of the input the stream has.
/// `too_large` is the problem when the limit is met.
pub(crate) fn inflate(
    input: &[u8],
    expected: usize,
    limit: usize,
    too_large: Problem,
) -> Result<(Vec<u8>, usize), Problem> {
    let mut state = Box::<DecompressorOxide>::default();
    let mut output = vec![0; expected.max(1).min(limit)];
    let (mut read, mut written) = (0, 0);
    loop {
        let (status, more_read, more_written) = decompress(
            &mut state,
            &input[read..],
            &mut output,
            written,
            TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF,
        );
        read += more_read;
        written += more_written;
        match status {
            TINFLStatus::Done => {
                output.truncate(written);
                return Ok((output, read));
            }
            TINFLStatus::HasMoreOutput if output.len() >= limit => return Err(too_large),
            TINFLStatus::HasMoreOutput => {
                let room = output.len().max(STEP).saturating_add(output.len());
                output.resize(room.min(limit), 0);
            }
            TINFLStatus::NeedsMoreInput | TINFLStatus::FailedCannotMakeProgress => {
                return Err(Problem::CutOff);
            }
            _ => {
                return Err(Problem::Malformed("the compressed data are damaged"));
            }
        }
    }
}

/**
 * A checksum of many bytes that have just been read, for which 10 ms would be long: neither JavaScript, which is slow until it has been
 * optimised, nor the browser's SHA-256 takes less for what an image has. It finds what was cut off or changed by mistake and is no protection
 * from anybody.
 */

/** The module that `checksum.wat` describes; a test compares them. */
export const MODULE =
  "AGFzbQEAAAABBgFgAn9/AAMCAQAFAwEABQcQAgZtZW1vcnkCAANtaXgAAArfAQHcAQEFe0Gx893xef0RIQZBAP0ABAAhAkEA/QAEECEDQQD9AAQgIQRBAP" +
  "0ABDAhBQNAIAYgAP0ABAAgAkEF/asBIAJBG/2tAf1Q/VH9tQEhAiAGIAD9AAQQIANBBf2rASADQRv9rQH9UP1R/bUBIQMgBiAA/QAEICAEQQX9qwEgBEEb" +
  "/a0B/VD9Uf21ASEEIAYgAP0ABDAgBUEF/asBIAVBG/2tAf1Q/VH9tQEhBSAAQcAAaiEAIAAgAUkNAAtBACAC/QsEAEEAIAP9CwQQQQAgBP0LBCBBACAF/Q" +
  "sEMAs=";

/** Bytes are summed up in blocks of this size. */
const BLOCK = 256 * 1024;

/** Bytes of a checksum, and of a row of words that go into its sums. */
export const CHECKSUM_SIZE = 64;

/** The checksum of bytes as text. */
export function checksumText(bytes: Uint8Array): string {
  return Array.from(checksum(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The checksum of bytes; their number counts too. */
export function checksum(bytes: Uint8Array): Uint8Array {
  const module = new WebAssembly.Module(Uint8Array.from(atob(MODULE), (letter) => letter.charCodeAt(0)));
  const { memory, mix } = new WebAssembly.Instance(module).exports as { memory: WebAssembly.Memory; mix(from: number, to: number): void };
  new Uint32Array(memory.buffer, 0, CHECKSUM_SIZE / 4).fill(bytes.length);
  const block = new Uint8Array(memory.buffer, CHECKSUM_SIZE, BLOCK);
  for (let at = 0; at < bytes.length; at += BLOCK) {
    const part = bytes.subarray(at, at + BLOCK);
    block.set(part);
    const rows = Math.ceil(part.length / CHECKSUM_SIZE) * CHECKSUM_SIZE;
    block.fill(0, part.length, rows);
    mix(CHECKSUM_SIZE, CHECKSUM_SIZE + rows);
  }
  return new Uint8Array(memory.buffer.slice(0, CHECKSUM_SIZE));
}

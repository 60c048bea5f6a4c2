/** What the browser unpacks itself, sooner than the module would, within bounds. */

/** All bytes of a stream; `undefined` if there are more than `limit`. */
export async function bounded(stream: ReadableStream<Uint8Array>, limit: number): Promise<Uint8Array | undefined> {
  const pieces = await piecesOf(stream, limit);
  if (pieces === undefined) return undefined;
  const all = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

/** All bytes of a stream, as they come; `undefined` if there are more than `limit`. */
async function piecesOf(stream: ReadableStream<Uint8Array>, limit: number): Promise<Uint8Array[] | undefined> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return pieces;
    length += value.length;
    if (length > limit) {
      await reader.cancel();
      return undefined;
    }
    pieces.push(value);
  }
}

/** Bytes that an archive may unpack to whatever its size, for each of its bytes, and at most: the bounds of the module. */
const FREE = 16 << 20;
const RATIO = 200;
const LIMIT = 512 << 20;

/** Packed bytes are decompressed in parts of this size, so that what they unpack to does not all come at once. */
const PART = 64 * 1024;

/** Writes bytes to a stream, as fast as it takes them. */
async function written(bytes: Uint8Array, writable: WritableStream<BufferSource>): Promise<void> {
  const writer = writable.getWriter();
  for (let at = 0; at < bytes.length; at += PART) {
    await writer.ready;
    await writer.write(bytes.subarray(at, at + PART) as BufferSource);
  }
  await writer.close();
}

/** What a gzip file unpacks to, in pieces. Other bytes, and those that it is not as easy with, stay as they are: the module says what is wrong with them. */
export async function gunzipped(packed: Uint8Array): Promise<Uint8Array[]> {
  if (packed[0] !== 0x1f || packed[1] !== 0x8b) return [packed];
  try {
    const { readable, writable } = new DecompressionStream("gzip");
    const limit = Math.min(LIMIT, Math.max(FREE, RATIO * packed.length));
    // What is wrong with the bytes is said on both sides; so is that there are too many.
    const [pieces] = await Promise.all([piecesOf(readable, limit), written(packed, writable).catch(() => undefined)]);
    return pieces ?? [packed];
  } catch {
    return [packed];
  }
}

/** What the browser unpacks itself, sooner than the module would, within bounds. */

/** All bytes of a stream; `undefined` if there are more than `limit`. */
export async function bounded(stream: ReadableStream<Uint8Array>, limit: number): Promise<Uint8Array | undefined> {
  const parts: Uint8Array[] = [];
  let length = 0;
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > limit) {
      await reader.cancel();
      return undefined;
    }
    parts.push(value);
  }
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Bytes that an archive may unpack to whatever its size, for each of its bytes, and at most: the bounds of the module. */
const FREE = 16 << 20;
const RATIO = 200;
const LIMIT = 512 << 20;

/** What a gzip file unpacks to. Other bytes, and those that it is not as easy with, stay as they are: the module says what is wrong with them. */
export async function gunzipped(packed: Uint8Array): Promise<Uint8Array> {
  if (packed[0] !== 0x1f || packed[1] !== 0x8b) return packed;
  try {
    const stream = new Blob([packed as BlobPart]).stream().pipeThrough(new DecompressionStream("gzip"));
    return (await bounded(stream, Math.min(LIMIT, Math.max(FREE, RATIO * packed.length)))) ?? packed;
  } catch {
    return packed;
  }
}

/** Files in and out: archives and folders that people choose or drop, and a tar file that is handed to them. */

/** The largest sum of files that is taken, in bytes. */
const LIMIT = 512 * 1024 * 1024;

const BLOCK = 512;

/** Writes a tar file (ustar), as `tar` and the page's own reader take it. */
export function packTar(files: readonly (readonly [name: string, bytes: Uint8Array])[]): Uint8Array {
  const encoder = new TextEncoder();
  const parts: Uint8Array[] = [];
  for (const [path, bytes] of files) {
    const header = new Uint8Array(BLOCK);
    const put = (text: string, at: number, length: number) => header.set(encoder.encode(text).subarray(0, length), at);
    const [prefix, name] = split(path, encoder);
    put(name, 0, 100);
    put("0000644\0", 100, 8);
    put("0000000\0", 108, 8);
    put("0000000\0", 116, 8);
    put(`${bytes.length.toString(8).padStart(11, "0")}\0`, 124, 12);
    put("00000000001\0", 136, 12);
    put("        ", 148, 8);
    put("0", 156, 1);
    put("ustar\0" + "00", 257, 8);
    put(prefix, 345, 155);
    const sum = header.reduce((total, byte) => total + byte, 0);
    put(`${sum.toString(8).padStart(6, "0")}\0 `, 148, 8);
    parts.push(header, bytes, new Uint8Array((BLOCK - (bytes.length % BLOCK)) % BLOCK));
  }
  parts.push(new Uint8Array(2 * BLOCK));
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Cuts a path at a slash, so that both parts fit into a header. */
function split(path: string, encoder: TextEncoder): [prefix: string, name: string] {
  const length = (text: string) => encoder.encode(text).length;
  if (length(path) <= 100) return ["", path];
  for (let slash = path.indexOf("/"); slash >= 0; slash = path.indexOf("/", slash + 1)) {
    const [prefix, name] = [path.slice(0, slash), path.slice(slash + 1)];
    if (length(prefix) <= 155 && length(name) <= 100 && name !== "") return [prefix, name];
  }
  throw new RangeError(`the path ${path} is too long for a tar file`);
}

/** Offers bytes as a file to be saved. */
export function download(name: string, bytes: Uint8Array | string): void {
  const address = URL.createObjectURL(new Blob([bytes as BlobPart]));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** An archive that somebody gave. */
export interface Given {
  name: string;
  bytes: Uint8Array;
}

/** What was chosen in a file input: one archive, or a folder, which is packed into one. */
export async function chosen(files: FileList | null): Promise<Given | undefined> {
  const all = [...(files ?? [])];
  const [first] = all;
  if (first === undefined) return undefined;
  check(all);
  if (all.length === 1 && first.webkitRelativePath === "") return { name: first.name, bytes: await read(first) };
  const packed = await Promise.all(all.map(async (file) => [file.webkitRelativePath || file.name, await read(file)] as const));
  return { name: first.webkitRelativePath.split("/")[0] || "files", bytes: packTar(packed) };
}

/** What was dropped: one archive, or files and folders, which are packed into one. */
export async function dropped(data: DataTransfer | null): Promise<Given | undefined> {
  // Entries must be taken before anything is waited for.
  const entries = [...(data?.items ?? [])].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  const [first] = entries;
  // What comes from another page or program need not be on a disk.
  if (first === undefined) return chosen(data?.files ?? null);
  const found: [string, File][] = [];
  const pending = [...entries];
  while (pending.length > 0) {
    const entry = pending.pop();
    if (entry?.isFile) {
      const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
      found.push([entry.fullPath.slice(1), file]);
    } else if (entry?.isDirectory) {
      const reader = (entry as FileSystemDirectoryEntry).createReader();
      for (;;) {
        const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
        if (some.length === 0) break;
        pending.push(...some);
      }
    }
  }
  check(found.map(([, file]) => file));
  if (entries.length === 1 && first.isFile && found[0]) return { name: found[0][1].name, bytes: await read(found[0][1]) };
  const packed = await Promise.all(found.map(async ([path, file]) => [path, await read(file)] as const));
  return { name: first.name, bytes: packTar(packed) };
}

function check(files: readonly File[]): void {
  const size = files.reduce((sum, file) => sum + file.size, 0);
  if (size > LIMIT) throw new RangeError(`more than ${LIMIT / 1024 / 1024} MiB are not read here; drvlab in a terminal reads more`);
}

async function read(file: File): Promise<Uint8Array> {
  return new Uint8Array(await file.arrayBuffer());
}

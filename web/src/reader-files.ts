/** Files that somebody opens or drops: those that may hold derivations, from folders too, and no more of each than is read. */

/** Of a `.drv` file so many bytes are read, by the evaluator's rule, and one more, by which it sees that there are others. */
const MOST_BYTES = (16 << 20) + 1;

/** JSON has no beginning that could be read alone. */
const MOST_JSON_BYTES = 64 << 20;

/** Files that are read at a time. */
const MOST_FILES = 20_000;

export interface ReadFile {
  name: string;
  bytes: Uint8Array;
  /** All bytes of the file. */
  length: number;
}

/** Whether a name is that of a file that may hold derivations. */
export function mayHoldDerivations(name: string): boolean {
  return name.endsWith(".drv") || name.endsWith(".json");
}

/** Reads files that were chosen; of a folder only those that may hold derivations. */
export async function readFiles(files: Iterable<File>): Promise<ReadFile[]> {
  const chosen = [...files].filter(({ name, webkitRelativePath }) => webkitRelativePath === "" || mayHoldDerivations(name));
  return Promise.all(chosen.slice(0, MOST_FILES).map(readFile));
}

/** Reads files and folders that were dropped. To be called while the event is handled, for its data is gone after that. */
export async function readDropped(transfer: DataTransfer): Promise<ReadFile[]> {
  const files: File[] = [];
  const left: FileSystemEntry[] = [];
  for (const item of [...transfer.items].toReversed()) {
    const entry = item.webkitGetAsEntry();
    const file = item.getAsFile();
    if (entry?.isDirectory) left.push(entry);
    else if (file) files.push(file);
  }
  while (left.length > 0 && files.length < MOST_FILES) {
    const entry = left.pop();
    if (entry === undefined) break;
    if (isDirectory(entry)) left.push(...(await children(entry)).filter((child) => child.isDirectory || mayHoldDerivations(child.name)));
    else files.push(await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject)));
  }
  return Promise.all(files.map(readFile));
}

async function readFile(file: File): Promise<ReadFile> {
  const limit = file.name.endsWith(".json") ? MOST_JSON_BYTES : MOST_BYTES;
  const bytes = new Uint8Array(await file.slice(0, limit).arrayBuffer());
  return { name: file.name, bytes, length: file.size };
}

/** A text that was pasted. */
export function readText(text: string): Omit<ReadFile, "name"> {
  // No character has more than three bytes for each unit of its length.
  const bytes = new TextEncoder().encode(text.slice(0, MOST_JSON_BYTES));
  return { bytes, length: Math.max(bytes.length, text.length) };
}

function isDirectory(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory;
}

/** The reader of a folder gives its entries in portions. */
async function children(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const portion = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (portion.length === 0 || all.length > MOST_FILES) return all;
    all.push(...portion);
  }
}

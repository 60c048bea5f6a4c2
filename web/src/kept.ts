/**
 * Archives that the visitor gave, kept in this browser so that they survive a reload: binary caches that worlds name by their paths, and package
 * sets. What is kept is data of unknown origin when it is read again: what has another shape counts as absent.
 */

/** So many bytes are kept in all. */
export const KEPT_LIMIT = 256 * 1024 * 1024;

export type KeptKind = "cache" | "set";

/** What is known of an archive without reading it. */
export interface KeptAbout {
  id: string;
  kind: KeptKind;
  /** The file's name. */
  name: string;
  /** In bytes. */
  size: number;
}

const DATABASE = "drvlab";
const ABOUT = "about";
const BYTES = "bytes";

let opened: Promise<IDBDatabase> | undefined;

function database(): Promise<IDBDatabase> {
  opened ??= new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(ABOUT);
      request.result.createObjectStore(BYTES);
    };
    request.onsuccess = () => {
      // Another tab may want to delete or change the database.
      request.result.onversionchange = () => {
        request.result.close();
        opened = undefined;
      };
      resolve(request.result);
    };
    request.onerror = () => reject(request.error ?? new Error("it can't be opened"));
    request.onblocked = () => reject(new Error("another tab is in the way"));
  });
  opened.catch(() => (opened = undefined));
  return opened;
}

/** Does something in one transaction and resolves to its result when all of it is written. */
async function transact<T>(mode: IDBTransactionMode, work: (about: IDBObjectStore, bytes: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const transaction = (await database()).transaction([ABOUT, BYTES], mode);
  return new Promise((resolve, reject) => {
    const request = work(transaction.objectStore(ABOUT), transaction.objectStore(BYTES));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onabort = () => reject(transaction.error ?? new Error("it was given up"));
  });
}

/** What is kept, in the order of the names; nothing if the browser keeps nothing. */
export async function listKept(): Promise<KeptAbout[]> {
  try {
    const all: unknown[] = await transact("readonly", (about) => about.getAll());
    return all.filter(isAbout).sort((a, b) => a.name.localeCompare(b.name));
  } catch {
    return [];
  }
}

/** Keeps an archive; resolves to why it can't be kept, if it can't. */
export async function keep(about: KeptAbout, bytes: Uint8Array): Promise<string | undefined> {
  const others = (await listKept()).filter(({ id }) => id !== about.id);
  const size = others.reduce((sum, other) => sum + other.size, about.size);
  if (size > KEPT_LIMIT) return `more than ${KEPT_LIMIT / 1024 / 1024} MiB are not kept`;
  try {
    await transact("readwrite", (abouts, all) => {
      abouts.put(about, about.id);
      return all.put(bytes, about.id);
    });
    return undefined;
  } catch (error) {
    return error instanceof Error && error.name === "QuotaExceededError" ? "this browser has no room for it" : "this browser does not keep it";
  }
}

/** The bytes of an archive; `undefined` if they are not kept, or are not all there. */
export async function loadKept(id: string): Promise<Uint8Array | undefined> {
  try {
    const about: unknown = await transact("readonly", (abouts) => abouts.get(id));
    const bytes: unknown = await transact("readonly", (_, all) => all.get(id));
    return isAbout(about) && bytes instanceof Uint8Array && bytes.length === about.size ? bytes : undefined;
  } catch {
    return undefined;
  }
}

export async function forgetKept(id: string): Promise<void> {
  try {
    await transact("readwrite", (about, bytes) => {
      bytes.delete(id);
      return about.delete(id);
    });
  } catch {
    // What can't be reached can't be forgotten either; the list shows it again.
  }
}

function isAbout(value: unknown): value is KeptAbout {
  const about = value as Partial<KeptAbout> | null;
  return (
    typeof about === "object" &&
    about !== null &&
    typeof about.id === "string" &&
    (about.kind === "cache" || about.kind === "set") &&
    typeof about.name === "string" &&
    typeof about.size === "number"
  );
}

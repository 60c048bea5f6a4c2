/**
 * Images in this browser's private file system, beside the drafts that they belong to, so that the next visit goes on from them.
 *
 * They hold what the visitor typed, as drafts do, and are kept and forgotten with them. A browser without such a file system, without room
 * or without permission has none: whatever goes wrong here only means that the next visit evaluates from the beginning. A file is the
 * checksum of an image and then the image, so that one that was cut off or changed is none.
 */

import { checksum, CHECKSUM_SIZE } from "./checksum";

/** How many are kept. */
const KEPT = 2;

const FOLDER = "images";
const fileName = (name: string) => `${encodeURIComponent(name)}.image`;

async function folder(): Promise<FileSystemDirectoryHandle> {
  const root = await navigator.storage.getDirectory();
  return await root.getDirectoryHandle(FOLDER, { create: true });
}

/** Keeps an image in the place of the last one of this name, in one step. */
export async function keepImage(name: string, image: ArrayBuffer): Promise<void> {
  try {
    const images = await folder();
    const file = await images.getFileHandle(fileName(name), { create: true });
    // What is written takes the file's place when it is closed.
    const writable = await file.createWritable();
    await writable.write(checksum(new Uint8Array(image)) as BufferSource);
    await writable.write(image);
    await writable.close();
    await removeOld(images);
    performance.mark("evaluator-image-kept");
  } catch {
    await forgetImage(name);
  }
}

/** What only workers have, and what reads three times as fast as all else. */
interface SyncHandle {
  getSize(): number;
  read(target: ArrayBuffer): number;
  close(): void;
}
interface SyncFile extends FileSystemFileHandle {
  createSyncAccessHandle?(options: { mode: "read-only" }): Promise<SyncHandle>;
}

/** The image that was kept last under a name, if it is as it was kept; for workers. */
export async function readImage(name: string): Promise<Uint8Array | undefined> {
  try {
    const file = await (await folder()).getFileHandle(fileName(name));
    const bytes = (await readAtOnce(file)) ?? (await (await file.getFile()).arrayBuffer());
    if (bytes.byteLength < CHECKSUM_SIZE) return undefined;
    const image = new Uint8Array(bytes, CHECKSUM_SIZE);
    const sum = new Uint8Array(bytes, 0, CHECKSUM_SIZE);
    return checksum(image).every((byte, at) => byte === sum[at]) ? image : undefined;
  } catch {
    return undefined;
  }
}

async function readAtOnce(file: SyncFile): Promise<ArrayBuffer | undefined> {
  // Another page may have it, where two can't read at once.
  const handle = await file.createSyncAccessHandle?.({ mode: "read-only" }).catch(() => undefined);
  if (handle === undefined) return undefined;
  try {
    const bytes = new ArrayBuffer(handle.getSize());
    return handle.read(bytes) === bytes.byteLength ? bytes : undefined;
  } finally {
    handle.close();
  }
}

export async function forgetImage(name: string): Promise<void> {
  try {
    await (await folder()).removeEntry(fileName(name));
  } catch {
    // There is none.
  }
}

async function removeOld(images: FileSystemDirectoryHandle): Promise<void> {
  const found: { name: string; time: number }[] = [];
  for await (const [name, handle] of images.entries()) {
    if (handle instanceof FileSystemFileHandle) found.push({ name, time: (await handle.getFile()).lastModified });
  }
  found.sort((one, other) => other.time - one.time);
  for (const { name } of found.slice(KEPT)) await images.removeEntry(name);
}

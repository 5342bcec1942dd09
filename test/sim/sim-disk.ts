/**
 * A host's disk: it survives its process. A file is written under another name, synced and renamed; whoever dies in
 * between leaves what was written of it under the other name, cut somewhere, and never half a file under its own.
 */
export class SimDisk {
  readonly files: Map<string, Buffer> = new Map();

  /** What a process that dies after `share` of the bytes were written leaves behind. */
  tear(name: string, bytes: Buffer, share: number): void {
    this.files.set(`${name}.tmp`, bytes.subarray(0, Math.floor(bytes.length * share)));
  }

  replace(name: string, bytes: Buffer): void {
    this.files.delete(`${name}.tmp`);
    this.files.set(name, Buffer.from(bytes));
  }
}

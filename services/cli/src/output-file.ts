import { open } from "node:fs/promises";
import { errorCode, FatalError } from "@antedate/runtime";

/** Makes sure before long work that a file can be written; makes it where it is not there. Throws FatalError. */
export async function requireWritable(file: string, flag: string): Promise<void> {
  try {
    const handle = await open(file, "a");
    await handle.close();
  } catch (error) {
    throw new FatalError(sentence(file, flag, errorCode(error)));
  }
}

function sentence(file: string, flag: string, code: string): string {
  switch (code) {
    case "EISDIR":
      return `${file} is a folder: give ${flag} a file.`;
    case "ENOENT":
    case "ENOTDIR":
      return `${file} cannot be made, for its folder does not exist: give ${flag} a file in an existing folder.`;
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return `${file} may not be written: give ${flag} a file that may.`;
    default:
      return `${file} cannot be written (${code}): give ${flag} another file.`;
  }
}

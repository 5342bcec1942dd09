import { mkdir, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { errorCode, FatalError } from "./errors.ts";

/**
 * Makes a folder and those above it. Throws FatalError that says why it cannot and names `setting`, a flag or variable.
 * Step by step: Node's recursive mkdir never ends below a folder that answers "no such file", as those of /proc do.
 */
export async function makeFolder(folder: string, setting: string): Promise<void> {
  const missing: string[] = [];
  for (let path = resolve(folder); !(await isFolder(path, folder, setting)); path = dirname(path))
    missing.unshift(path);
  for (const path of missing) {
    try {
      await mkdir(path);
    } catch (error) {
      // Another process may have been faster.
      if (errorCode(error) === "EEXIST") continue;
      throw new FatalError(`${folder} cannot be made (${why(errorCode(error))}): give ${setting} another folder.`);
    }
  }
}

async function isFolder(path: string, folder: string, setting: string): Promise<boolean> {
  let found;
  try {
    found = await stat(path);
  } catch (error) {
    const code = errorCode(error);
    if (code === "ENOENT") return false;
    if (code !== "ENOTDIR")
      throw new FatalError(`${folder} cannot be used (${why(code)}): give ${setting} another folder.`);
    return false;
  }
  if (found.isDirectory()) return true;
  throw new FatalError(`${path === resolve(folder) ? folder : path} is a file: give ${setting} a folder.`);
}

const reasons: Record<string, string> = {
  EACCES: "its folder may not be written",
  EPERM: "its folder may not be written",
  EROFS: "its disk can only be read",
  ENOENT: "its folder takes none",
  ENOSPC: "the disk is full",
  ENAMETOOLONG: "the name is too long",
};

function why(code: string): string {
  return reasons[code] ?? code;
}

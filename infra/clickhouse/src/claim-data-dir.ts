import { once } from "node:events";
import { rmSync } from "node:fs";
import { connect, createServer } from "node:net";

import { ConfigError } from "./config.ts";

/** Relative, since the path of a socket has room for about a hundred bytes. */
const socketName = "owner.sock";

/**
 * Claims the working directory, which is the data directory, for this process: as long as the process lives, frozen or
 * not, its socket takes connections. The engine has a lock of its own that decides in the end, but it tells of it only
 * in text on the terminal. Returns the way to give the claim up.
 */
export async function claimDataDir(dataDir: string): Promise<() => void> {
  const probe = connect(socketName);
  const isOwned = await once(probe, "connect").then(
    () => true,
    () => false,
  );
  probe.destroy();
  if (isOwned) {
    throw new ConfigError(
      `The data directory ${dataDir} is in use by another server: stop that one, or choose another directory.`,
    );
  }
  rmSync(socketName, { force: true });
  const claim = createServer((caller) => caller.destroy()).listen(socketName);
  await once(claim, "listening");
  claim.unref();
  return () => void claim.close();
}

/** Why the server did not start, as one sentence for a person: what is wrong and what to do. */
export class ServerStartError extends Error {
  override readonly name = "ServerStartError";
}

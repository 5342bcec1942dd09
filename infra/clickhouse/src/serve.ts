import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

import { exception, parseEngineError } from "./exception.ts";
import { createReply, type Reply, type ServerFacts } from "./reply.ts";
import { acceptsGzip, parseRequest } from "./request.ts";
import { runQuery, type QueryRunner } from "./run-query.ts";
import { authenticate, type ServerUser } from "./users.ts";

/** The HTTP side of the server. */
export interface HttpSide {
  server: Server;
  /** Refuses new queries (503) and resolves when none is running. */
  drain(): Promise<void>;
}

/** Makes the HTTP server; it does not listen yet. */
export function createHttpSide(
  runner: QueryRunner,
  options: { users: readonly ServerUser[]; facts: ServerFacts },
): HttpSide {
  const running = new Map<string, Promise<void>>();
  let stopping = false;

  const admit = (queryId: string): void => {
    if (stopping) throw exception("ABORTED", "The server is stopping: send the query again later");
    if (!running.has(queryId)) return;
    throw exception("QUERY_WITH_SAME_ID_IS_ALREADY_RUNNING", `Query with id = ${queryId} is already running.`);
  };
  const answer = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(incoming.url ?? "/", "http://localhost");
    if (answerPlain(incoming, response, url)) return;
    const queryId = url.searchParams.get("query_id") || randomUUID();
    const encoding = acceptsGzip(url, incoming.headers) ? "gzip" : "identity";
    const reply = createReply(response, { ...options.facts, queryId: headerSafe(queryId), encoding });
    try {
      admit(queryId);
    } catch (error) {
      incoming.resume();
      return await reply.fail(parseEngineError(error));
    }
    const done = answerQuery(incoming, response, { runner, users: options.users, url, reply });
    running.set(queryId, done);
    await done.finally(() => running.delete(queryId));
  };

  const server = createServer(
    { keepAliveTimeout: 10_000, requestTimeout: 0, headersTimeout: 60_000 },
    (incoming, response) => {
      if (stopping) response.shouldKeepAlive = false;
      answer(incoming, response).catch(() => response.destroy());
    },
  );
  return {
    server,
    async drain() {
      stopping = true;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await Promise.allSettled(running.values());
      // What was refused meanwhile is still to be sent; a connection that stays open for nothing is not waited for.
      server.closeIdleConnections();
      await Promise.race([closed, sleep(200)]);
    },
  };
}

async function answerQuery(
  incoming: IncomingMessage,
  response: ServerResponse,
  on: { runner: QueryRunner; users: readonly ServerUser[]; url: URL; reply: Reply },
): Promise<void> {
  const gone = new AbortController();
  response.once("close", () => response.writableFinished || gone.abort());
  try {
    refuseForeignPages(incoming);
    const request = parseRequest({ method: incoming.method ?? "GET", url: on.url, headers: incoming.headers });
    const user = authenticate(on.users, request.credentials);
    await runQuery(on.runner, { incoming, request, user, reply: on.reply, signal: gone.signal });
  } catch (error) {
    if (gone.signal.aborted) return;
    incoming.resume();
    await on.reply.fail(parseEngineError(error));
  }
}

/** What needs no user: liveness, as load balancers and clients ask for it, and paths that do not exist. */
function answerPlain(incoming: IncomingMessage, response: ServerResponse, url: URL): boolean {
  const asksNothing = incoming.method !== "POST" && url.pathname === "/" && url.search === "";
  const isLiveness = asksNothing || url.pathname === "/ping" || url.pathname === "/replicas_status";
  if (url.pathname === "/" && !isLiveness) return false;
  incoming.resume();
  response.statusCode = isLiveness ? 200 : 404;
  response.setHeader("Content-Type", "text/html; charset=UTF-8");
  response.end(isLiveness ? "Ok.\n" : `There is no handle ${url.pathname}\n\nUse / or /ping.\n`);
  return true;
}

/** A page in a browser can post to loopback, where the default user needs no password; no other client says Origin. */
function refuseForeignPages(incoming: IncomingMessage): void {
  const { origin } = incoming.headers;
  if (origin !== undefined) throw exception("ACCESS_DENIED", "Queries from pages of a browser are not accepted");
}

function headerSafe(text: string): string {
  return /^[\x20-\x7e]*$/.test(text) ? text : encodeURIComponent(text);
}

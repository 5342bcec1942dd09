import { basename } from "node:path";
import { createCanonicalParser } from "./domain/canonical-parser.ts";
import type { Digests, LineParser, SourceOptions } from "./domain/parsed-line.ts";
import { createPostfixParser } from "./domain/postfix-parser.ts";
import { createSendsParser } from "./domain/sends-parser.ts";
import { createTokenMap, type TokenMap } from "./domain/token-map.ts";
import { createTrackerParser } from "./domain/tracker-parser.ts";
import { followLines } from "./follow-lines.ts";
import type { Format } from "./formats.ts";
import { caughtUp, type Line, type LineSource } from "./line-source.ts";
import { mergeByTime, type Merged, type MergeInput } from "./merge-by-time.ts";
import { readLines } from "./read-lines.ts";

/** What `antedate ingest file`, `ingest check` and `replay` read, and how. */
export interface FileOptions {
  inputs: readonly { format: Format; file: string }[];
  tenant: string;
  /** Default: the tenant. */
  account?: string | undefined;
  /** Year of the first line of logs whose stamps lack it; default: the latest that does not lie in the future. */
  year?: number | undefined;
  /** IANA name of the zone of stamps that lack it; default UTC. */
  timezone?: string | undefined;
  nowMs: number;
  /** Told once of each file whose times carry no zone where none was given. */
  onZoneAssumed?: ((file: string) => void) | undefined;
  digests: Digests;
  /** Go on with what is appended to the files. */
  follow?: boolean | undefined;
  /** Told of every chunk that was read, as it is on the disk. */
  onBytes?: ((bytes: number) => void) | undefined;
}

/**
 * Reads the files as one stream in time order. Where there is a tracker input, the sends inputs are read whole first for
 * their tokens, and then again as events.
 */
export async function* readInputs(options: FileOptions): AsyncGenerator<Merged, void, undefined> {
  const tokens = options.inputs.some((input) => input.format === "tracker") ? createTokenMap() : null;
  const names = nameInputs(options.inputs.map((input) => input.file));
  const merging: MergeInput[] = [];
  for (const [index, { format, file }] of options.inputs.entries()) {
    let lines = openLines(file, options);
    if (format === "sends" && tokens !== null) lines = await readTokens(lines, file, options, tokens);
    merging.push({
      file: names[index] ?? file,
      lines,
      parser: createParser({ format, file }, options, tokens),
      ...(file === "-" ? { lookahead: 1 } : {}),
    });
  }
  yield* mergeByTime(merging);
}

/** Names without folders; the second of one name gets its number, so that places stay apart. */
function nameInputs(files: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return files.map((file) => {
    const name = file === "-" ? "stdin" : basename(file);
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count === 1 ? name : `${name}#${count}`;
  });
}

function openLines(file: string, options: FileOptions): LineSource {
  return options.follow === true && file !== "-" ? followLines(file) : readLines(file, options.onBytes);
}

/** Standard input cannot be read twice, so its lines are kept; files are read again, followed ones from their beginning. */
async function readTokens(
  lines: LineSource,
  file: string,
  options: FileOptions,
  tokens: TokenMap,
): Promise<LineSource> {
  const parser = createParser({ format: "sends", file }, options, tokens);
  const kept: Line[] = [];
  for await (const line of file === "-" ? lines : openLines(file, options)) {
    if (line === caughtUp) break;
    if (!line.cut) parser.line(line.text, line.number);
    if (file === "-") kept.push(line);
  }
  return file === "-" ? replayed(kept) : lines;
}

async function* replayed(lines: readonly Line[]): AsyncGenerator<Line, void, undefined> {
  yield* lines;
}

function createParser(
  { format, file }: FileOptions["inputs"][number],
  options: FileOptions,
  tokens: TokenMap | null,
): LineParser {
  const source: SourceOptions = {
    tenant: options.tenant,
    account: options.account ?? options.tenant,
    digests: options.digests,
  };
  switch (format) {
    case "postfix":
      return createPostfixParser({
        ...source,
        year: options.year ?? null,
        timezone: options.timezone ?? null,
        nowMs: options.nowMs,
        onZoneAssumed: () => options.onZoneAssumed?.(file),
      });
    case "tracker":
      return createTrackerParser({ ...source, tokens: tokens ?? createTokenMap() });
    case "sends":
      return createSendsParser({ ...source, tokens });
    case "canonical":
      return createCanonicalParser();
  }
}

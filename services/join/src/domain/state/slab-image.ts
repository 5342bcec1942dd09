import { attemptWords, cellBytes, routePart, routeParts, type Slab } from "./slab.ts";

// A slab as one run of bytes, little endian as all machines that Node runs on: a header of 64 bytes, then its parts in the
// order of `ImageParts`, each beginning at a multiple of 8.

/** Says the layout: another one has another number, and is never read as this one. */
const imageVersion = 5;
const headerBytes = 64;
const at = { version: 0, cells: 1, attempts: 2, seenWords: 3, seen: 4, texts: 5, textBytes: 6, routes: 7, sealed: 8 };
const beganToAt = 5;

/** Where the parts of an image begin, bytes. */
export interface ImageParts {
  cells: number;
  attempts: number;
  seen: number;
  textEnds: number;
  routes: number;
  /** What a sealed generation has beside a slab's parts; empty in other images. */
  sealed: number;
  texts: number;
  end: number;
}

/** What the header of an image says, and where its parts are. */
export interface ImageHeader {
  cellCount: number;
  attemptCount: number;
  seenWords: number;
  seenCount: number;
  textCount: number;
  textBytes: number;
  routeCount: number;
  sealedBytes: number;
  beganTo: number;
  at: ImageParts;
}

/** What an image holds: a slab's own arrays, or what stands in for them. */
interface ImageContent {
  cells: Uint8Array;
  attempts: Int32Array;
  seen: Int32Array;
  seenCount: number;
  textEnds: Int32Array;
  texts: Uint8Array;
  routes: Int32Array;
  sealed: Uint8Array;
  beganTo: number;
}

/** What a slab's image holds beside its cells. */
export function contentOf(slab: Slab): Omit<ImageContent, "cells"> {
  return {
    attempts: slab.attempts,
    seen: slab.seen,
    seenCount: slab.seenCount,
    textEnds: slab.textEnds,
    texts: slab.texts,
    routes: slab.routes,
    sealed: new Uint8Array(0),
    beganTo: slab.beganTo,
  };
}

/** The bytes of an image. */
export function encodeImage(content: ImageContent): Uint8Array {
  const { cells, attempts, seen, seenCount, textEnds, texts, routes, sealed, beganTo } = content;
  const header = layOut({
    cellCount: cells.length / cellBytes,
    attemptCount: attempts.length / attemptWords,
    seenWords: seen.length,
    seenCount,
    textCount: textEnds.length,
    textBytes: texts.length,
    routeCount: routes.length / routeParts,
    sealedBytes: sealed.length,
    beganTo,
  });
  const bytes = new Uint8Array(header.at.end);
  const words = new Int32Array(bytes.buffer);
  words[at.version] = imageVersion;
  words[at.cells] = header.cellCount;
  words[at.attempts] = header.attemptCount;
  words[at.seenWords] = header.seenWords;
  words[at.seen] = header.seenCount;
  words[at.texts] = header.textCount;
  words[at.textBytes] = header.textBytes;
  words[at.routes] = header.routeCount;
  words[at.sealed] = header.sealedBytes;
  new Float64Array(bytes.buffer)[beganToAt] = beganTo;
  bytes.set(cells, header.at.cells);
  words.set(attempts, header.at.attempts / 4);
  words.set(seen, header.at.seen / 4);
  words.set(textEnds, header.at.textEnds / 4);
  words.set(routes, header.at.routes / 4);
  bytes.set(sealed, header.at.sealed);
  bytes.set(texts, header.at.texts);
  return bytes;
}

/** Reads the first 64 bytes of an image. Null where they are of another layout. */
export function readImageHeader(bytes: Uint8Array): ImageHeader | null {
  // A copy: `slice` of a Buffer is none.
  const header = new Uint8Array(bytes.subarray(0, headerBytes));
  const words = new Int32Array(header.buffer);
  if (header.length < headerBytes || words[at.version] !== imageVersion) return null;
  const word = (index: number): number => words[index] as number;
  return layOut({
    cellCount: word(at.cells),
    attemptCount: word(at.attempts),
    seenWords: word(at.seenWords),
    seenCount: word(at.seen),
    textCount: word(at.texts),
    textBytes: word(at.textBytes),
    routeCount: word(at.routes),
    sealedBytes: word(at.sealed),
    beganTo: new Float64Array(header.buffer)[beganToAt] as number,
  });
}

/** Fills an empty slab with what an image holds. False where the image is of another layout. */
export function fillSlab(slab: Slab, image: Uint8Array): boolean {
  const header = readImageHeader(image);
  if (header === null || header.at.end !== image.length) return false;
  const words = (start: number, count: number): Int32Array =>
    new Int32Array(new Uint8Array(image.subarray(start, start + 4 * count)).buffer);
  const { core, address } = slab;
  let start = header.at.texts;
  for (const end of words(header.at.textEnds, header.textCount)) {
    const text = image.subarray(start, header.at.texts + end);
    core.calls.internText(address, core.put(text), text.length);
    start = header.at.texts + end;
  }
  const routes = words(header.at.routes, header.routeCount * routeParts);
  for (let at = 0; at < routes.length; at += routeParts) {
    const part = (of: number): number => routes[at + of] as number;
    const { origin, domain, host, precisionMs } = routePart;
    core.calls.internRoute(address, part(origin), part(domain), part(host), part(precisionMs));
  }
  core.calls.fillSlab(address, header.attemptCount, header.seenWords);
  slab.count = header.cellCount;
  slab.seenCount = header.seenCount;
  slab.beganTo = header.beganTo;
  slab.cells.set(words(header.at.cells, (header.cellCount * cellBytes) / 4));
  slab.attempts.set(words(header.at.attempts, header.attemptCount * attemptWords));
  slab.seen.set(words(header.at.seen, header.seenWords));
  return true;
}

function layOut(header: Omit<ImageHeader, "at">): ImageHeader {
  const cells = headerBytes;
  const attempts = cells + header.cellCount * cellBytes;
  const seen = aligned(attempts + header.attemptCount * attemptWords * 4);
  const textEnds = seen + header.seenWords * 4;
  const routes = aligned(textEnds + header.textCount * 4);
  const sealed = routes + header.routeCount * routeParts * 4;
  const texts = aligned(sealed + header.sealedBytes);
  const end = aligned(texts + header.textBytes);
  return { ...header, at: { cells, attempts, seen, textEnds, routes, sealed, texts, end } };
}

function aligned(position: number): number {
  return (position + 7) & ~7;
}

import { filterVendor } from "../filter-vendor.ts";
import type { NearBand, SettingsLookup, SourceWaits } from "../settings.ts";
import type { Slab } from "./slab.ts";

// What settings say of the words of a slab. The core asks once for each word, and for each pair of words of a near band.

/** The waits of an origin's source: the word is an encoded tenant and source. */
export function waitsOf(slab: Slab, origin: number, settings: SettingsLookup): SourceWaits {
  const text = slab.text(origin);
  const source = textAt(text, textAt(text, 0).end);
  return settings.waitsOf(decodeUtf8(text, source.start, source.end));
}

/** The encoded name of the host's filter vendor, or null's encoding. */
export function vendorOf(slab: Slab, host: number): Uint8Array {
  const vendor = filterVendor(nameOf(slab, host));
  if (vendor === null) return new Uint8Array(1);
  // Vendors' names are ASCII, and shorter than 60 letters.
  return Uint8Array.from([2, 2 * vendor.length, ...Array.from(vendor, (letter) => letter.charCodeAt(0))]);
}

/** Near bands of pairs of words: of a domain and an MX host, −1 for none. */
export class BandsOfWords {
  readonly #bands = new Map<number, Map<number, NearBand>>();

  of(slab: Slab, domain: number, host: number, settings: SettingsLookup): NearBand {
    let own = this.#bands.get(slab.address);
    if (own === undefined) this.#bands.set(slab.address, (own = new Map<number, NearBand>()));
    const key = domain * 0x400_0000 + host + 1;
    let band = own.get(key);
    if (band === undefined) {
      band = settings.nearBandOf(domain < 0 ? "" : nameOf(slab, domain), host < 0 ? null : nameOf(slab, host));
      own.set(key, band);
    }
    return band;
  }

  /** The slab is gone: another one may have its address and other words. */
  forget(address: number): void {
    this.#bands.delete(address);
  }
}

function nameOf(slab: Slab, word: number): string {
  const text = slab.text(word);
  return decodeUtf8(text, 0, text.length);
}

/** Where the string that is encoded at a place starts and ends. */
function textAt(bytes: Uint8Array, at: number): { start: number; end: number } {
  let length = 0;
  let scale = 1;
  let index = at;
  for (; (bytes[index] as number) >= 128; index++) {
    length += ((bytes[index] as number) & 127) * scale;
    scale *= 128;
  }
  length += (bytes[index] as number) * scale;
  return { start: index + 1, end: index + 1 + length / 2 };
}

/** UTF-8 by hand: the pure core has no TextDecoder. Only names that are compared with settings pass here. */
function decodeUtf8(bytes: Uint8Array, start: number, end: number): string {
  let decoded = "";
  for (let index = start; index < end;) {
    const first = bytes[index++] as number;
    const more = first < 0x80 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
    let code = more === 0 ? first : first & (0x3f >> more);
    for (let count = 0; count < more && index < end; count++) code = (code << 6) | ((bytes[index++] as number) & 63);
    decoded += code <= 0x10ffff ? String.fromCodePoint(code) : "\ufffd";
  }
  return decoded;
}

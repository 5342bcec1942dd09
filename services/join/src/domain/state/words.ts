import { deliveryField, sendField, type EventView } from "@antedate/schemas/model";
import { filterVendor } from "../filter-vendor.ts";
import type { NearBand, SettingsLookup, SourceWaits } from "../settings.ts";
import { ByteWriter } from "./byte-writer.ts";
import type { Slab } from "./slab.ts";

// Words are what repeats among messages, kept in the encoding of the rows that they go into:
//   sender  tenant, campaign or null, source      origin  tenant, source
//   domain  recipient domain                      host    MX host or null
//   route   the words of origin, domain and host, and the precision, as four int32

const scratch = new ByteWriter(256);
const column = { sender: 0, sendDomain: 1, origin: 2, domain: 3, host: 4, route: 5 } as const;

export function senderWord(slab: Slab, view: EventView): number {
  scratch.clear();
  text(view, sendField.tenant);
  textOrNull(view, sendField.campaign);
  text(view, sendField.source);
  return intern(slab, column.sender);
}

export function sendDomainWord(slab: Slab, view: EventView): number {
  scratch.clear();
  text(view, sendField.recipient_domain);
  return intern(slab, column.sendDomain);
}

/** Where a delivery came from and went to, and how precise its stamps are. */
export function routeWord(slab: Slab, view: EventView): number {
  scratch.clear();
  text(view, deliveryField.tenant);
  text(view, deliveryField.source);
  const origin = intern(slab, column.origin);
  scratch.clear();
  text(view, deliveryField.recipient_domain);
  const domain = intern(slab, column.domain);
  scratch.clear();
  textOrNull(view, deliveryField.mx_host);
  const host = intern(slab, column.host);
  scratch.clear();
  for (const part of [origin, domain, host, Math.max(0, view.number[deliveryField.precision_ms] as number)])
    int32(part);
  return intern(slab, column.route);
}

export function originOf(slab: Slab, route: number): number {
  return routePart(slab, route, 0);
}

export function domainOf(slab: Slab, route: number): number {
  return routePart(slab, route, 1);
}

export function hostOf(slab: Slab, route: number): number {
  return routePart(slab, route, 2);
}

export function precisionOf(slab: Slab, route: number): number {
  return routePart(slab, route, 3);
}

/** Whether the word of a host is null's. */
export function isNullHost(slab: Slab, host: number): boolean {
  return slab.texts.end(host) - slab.texts.start(host) === 1;
}

/** The waits of the source in an origin. */
export function waitsOf(slab: Slab, origin: number, settings: SettingsLookup): SourceWaits {
  return (slab.waits[origin] ??= settings.waitsOf(sourceOf(slab, origin)));
}

/** The encoded name of the host's filter vendor, or null's encoding. `host` is −1 for no host at all. */
export function vendorOf(slab: Slab, host: number): Uint8Array {
  if (host < 0) return encodedNull;
  return (slab.vendors[host] ??= encodedVendor(filterVendor(hostName(slab, host))));
}

export function bandOf(slab: Slab, domain: number, host: number, settings: SettingsLookup): NearBand {
  if (settings.hasOneBand) return settings.nearBandOf("", null);
  const key = domain * 0x400_0000 + host + 1;
  let band = slab.bands.get(key);
  if (band === undefined) {
    const name = domain < 0 ? "" : decodeText(slab.texts.bytes, slab.texts.start(domain));
    band = settings.nearBandOf(name, host < 0 ? null : hostName(slab, host));
    slab.bands.set(key, band);
  }
  return band;
}

/** End of the encoded string that begins at `at`. */
export function textEnd(bytes: Uint8Array, at: number): number {
  let length = 0;
  let scale = 1;
  let index = at;
  for (; (bytes[index] as number) >= 128; index++) {
    length += ((bytes[index] as number) & 127) * scale;
    scale *= 128;
  }
  length += (bytes[index] as number) * scale;
  return index + 1 + length / 2;
}

/** End of the encoded string or null that begins at `at`. */
export function textOrNullEnd(bytes: Uint8Array, at: number): number {
  return bytes[at] === 0 ? at + 1 : textEnd(bytes, at + 1);
}

function hostName(slab: Slab, host: number): string | null {
  return isNullHost(slab, host) ? null : decodeText(slab.texts.bytes, slab.texts.start(host) + 1);
}

function sourceOf(slab: Slab, origin: number): string {
  const { bytes } = slab.texts;
  return decodeText(bytes, textEnd(bytes, slab.texts.start(origin)));
}

function routePart(slab: Slab, route: number, part: number): number {
  const { bytes } = slab.texts;
  const at = slab.texts.start(route) + 4 * part;
  return (
    (bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24)
  );
}

const encodedNull = new Uint8Array(1);

function encodedVendor(vendor: string | null): Uint8Array {
  if (vendor === null) return encodedNull;
  scratch.clear();
  // Vendors' names are ASCII.
  const letters = Uint8Array.from(vendor, (letter) => letter.charCodeAt(0));
  scratch.textOrNull(letters, 0, letters.length);
  return scratch.bytes.slice(0, scratch.length);
}

function text(view: EventView, field: number): void {
  scratch.text(view.bytes, view.start[field] as number, view.length[field] as number);
}

function textOrNull(view: EventView, field: number): void {
  scratch.textOrNull(view.bytes, view.start[field] as number, view.length[field] as number);
}

function int32(value: number): void {
  for (let shift = 0; shift < 32; shift += 8) scratch.byte((value >> shift) & 255);
}

function intern(slab: Slab, of: number): number {
  return slab.texts.intern(of, scratch.bytes, 0, scratch.length);
}

/** UTF-8 by hand: the pure core has no TextDecoder. Only names that are compared with settings pass here. */
function decodeText(bytes: Uint8Array, at: number): string {
  const end = textEnd(bytes, at);
  let start = at;
  while ((bytes[start] as number) >= 128) start++;
  let decoded = "";
  for (let index = start + 1; index < end;) {
    const first = bytes[index++] as number;
    const more = first < 0x80 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
    let code = more === 0 ? first : first & (0x3f >> more);
    for (let count = 0; count < more && index < end; count++) code = (code << 6) | ((bytes[index++] as number) & 63);
    decoded += code <= 0x10ffff ? String.fromCodePoint(code) : "\ufffd";
  }
  return decoded;
}

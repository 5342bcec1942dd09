import { deliveryField, sendField, type EventView } from "@antedate/schemas/model";
import { filterVendor } from "../filter-vendor.ts";
import type { NearBand, SettingsLookup, SourceWaits } from "../settings.ts";
import { ByteWriter, dataOf } from "./byte-writer.ts";
import { encodedEnd, encodedEndOrNull, encodedStart } from "./encoded-run.ts";
import { routePart } from "./route-table.ts";
import type { Slab } from "./slab.ts";

// Words are numbers for what repeats among messages. Those of senders and origins are in the encoding of the rows that they
// go into, those of domains and hosts are plain:
//   sender  tenant, campaign or null, source      origin  tenant, source
//   domain  recipient domain                      host    MX host; −1 for none

const scratch = new ByteWriter(256);
const column = { sender: 0, sendDomain: 1, origin: 2, domain: 3, host: 4 } as const;

export function senderWord(slab: Slab, view: EventView): number {
  const start = encodedStart(view, sendField.tenant);
  let end = encodedEnd(view, sendField.tenant, start);
  end = encodedEndOrNull(view, sendField.campaign, end);
  end = encodedEnd(view, sendField.source, end);
  if (end >= 0) return slab.texts.intern(column.sender, view.data, start, end);
  scratch.clear();
  text(view, sendField.tenant);
  scratch.textOrNull(view.data, view.start[sendField.campaign] as number, view.length[sendField.campaign] as number);
  text(view, sendField.source);
  return slab.texts.intern(column.sender, scratch.data, 0, scratch.length);
}

export function sendDomainWord(slab: Slab, view: EventView): number {
  return plainWord(slab, column.sendDomain, view, sendField.recipient_domain);
}

/** The word of a sender in another slab's encoding, as `readText` gave it. */
export function internSender(slab: Slab, sender: ByteWriter): number {
  return slab.texts.intern(column.sender, sender.data, 0, sender.length);
}

export function internSendDomain(slab: Slab, domain: ByteWriter): number {
  return slab.texts.intern(column.sendDomain, domain.data, 0, domain.length);
}

/** The number of a route whose words are those of another slab. */
export function internRoute(
  slab: Slab,
  origin: ByteWriter,
  domain: ByteWriter,
  host: ByteWriter | null,
  precisionMs: number,
): number {
  const originWord = slab.texts.intern(column.origin, origin.data, 0, origin.length);
  const domainWord = slab.texts.intern(column.domain, domain.data, 0, domain.length);
  const hostWord = host === null ? -1 : slab.texts.intern(column.host, host.data, 0, host.length);
  return slab.routes.intern(originWord, domainWord, hostWord, precisionMs);
}

/** The number of a delivery's route among the slab's. */
export function routeWord(slab: Slab, view: EventView): number {
  const origin = originWord(slab, view);
  const domain = plainWord(slab, column.domain, view, deliveryField.recipient_domain);
  const hasHost = (view.length[deliveryField.mx_host] as number) >= 0;
  const host = hasHost ? plainWord(slab, column.host, view, deliveryField.mx_host) : -1;
  return slab.routes.intern(origin, domain, host, Math.max(0, view.number[deliveryField.precision_ms] as number));
}

function originWord(slab: Slab, view: EventView): number {
  const start = encodedStart(view, deliveryField.tenant);
  const end = encodedEnd(view, deliveryField.source, encodedEnd(view, deliveryField.tenant, start));
  if (end >= 0) return slab.texts.intern(column.origin, view.data, start, end);
  scratch.clear();
  text(view, deliveryField.tenant);
  text(view, deliveryField.source);
  return slab.texts.intern(column.origin, scratch.data, 0, scratch.length);
}

export function originOf(slab: Slab, route: number): number {
  return slab.routes.part(route, routePart.origin);
}

export function domainOf(slab: Slab, route: number): number {
  return slab.routes.part(route, routePart.domain);
}

/** −1 for none. */
export function hostOf(slab: Slab, route: number): number {
  return slab.routes.part(route, routePart.host);
}

export function precisionOf(slab: Slab, route: number): number {
  return slab.routes.part(route, routePart.precisionMs);
}

/** The waits of a route's source. */
export function waitsOf(slab: Slab, route: number, settings: SettingsLookup): SourceWaits {
  const origin = originOf(slab, route);
  return (slab.waits[origin] ??= settings.waitsOf(sourceOf(slab, origin)));
}

/** The encoded name of the host's filter vendor, or null's encoding. */
export function vendorOf(slab: Slab, host: number): DataView {
  if (host < 0) return encodedNull;
  return (slab.vendors[host] ??= encodedVendor(filterVendor(nameOf(slab, host))));
}

/** `domain` and `host` are −1 for none. */
export function bandOf(slab: Slab, domain: number, host: number, settings: SettingsLookup): NearBand {
  if (settings.hasOneBand) return settings.nearBandOf("", null);
  const key = domain * 0x400_0000 + host + 1;
  let band = slab.bands.get(key);
  if (band === undefined) {
    band = settings.nearBandOf(domain < 0 ? "" : nameOf(slab, domain), host < 0 ? null : nameOf(slab, host));
    slab.bands.set(key, band);
  }
  return band;
}

/** End of the encoded string that begins at `at`. */
export function textEnd(data: DataView, at: number): number {
  let length = 0;
  let scale = 1;
  let index = at;
  for (; data.getUint8(index) >= 128; index++) {
    length += (data.getUint8(index) & 127) * scale;
    scale *= 128;
  }
  length += data.getUint8(index) * scale;
  return index + 1 + length / 2;
}

/** End of the encoded string or null that begins at `at`. */
export function textOrNullEnd(data: DataView, at: number): number {
  return data.getUint8(at) === 0 ? at + 1 : textEnd(data, at + 1);
}

function plainWord(slab: Slab, of: number, view: EventView, field: number): number {
  const start = view.start[field] as number;
  return slab.texts.intern(of, view.data, start, start + (view.length[field] as number));
}

function nameOf(slab: Slab, word: number): string {
  return decodeUtf8(slab.texts.data, slab.texts.start(word), slab.texts.end(word));
}

function sourceOf(slab: Slab, origin: number): string {
  const { data } = slab.texts;
  const end = slab.texts.end(origin);
  let start = textEnd(data, slab.texts.start(origin));
  while (data.getUint8(start) >= 128) start++;
  return decodeUtf8(data, start + 1, end);
}

const encodedNull = dataOf(new Uint8Array(1));

function encodedVendor(vendor: string | null): DataView {
  if (vendor === null) return encodedNull;
  const to = new ByteWriter(64);
  // Vendors' names are ASCII.
  const letters = Uint8Array.from(vendor, (letter) => letter.charCodeAt(0));
  to.textOrNull(dataOf(letters), 0, letters.length);
  return dataOf(to.bytes.slice(0, to.length));
}

function text(view: EventView, field: number): void {
  scratch.text(view.data, view.start[field] as number, view.length[field] as number);
}

/** UTF-8 by hand: the pure core has no TextDecoder. Only names that are compared with settings pass here. */
function decodeUtf8(data: DataView, start: number, end: number): string {
  let decoded = "";
  for (let index = start; index < end;) {
    const first = data.getUint8(index++);
    const more = first < 0x80 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
    let code = more === 0 ? first : first & (0x3f >> more);
    for (let count = 0; count < more && index < end; count++) code = (code << 6) | (data.getUint8(index++) & 63);
    decoded += code <= 0x10ffff ? String.fromCodePoint(code) : "\ufffd";
  }
  return decoded;
}

import { copyBytes, equalBytes, grown, grownZeroed, putText, putTextOrNull, zeroed } from "./bytes";
import { bandOf as askBand, vendorOf as askVendor, waitsOf as askWaits } from "./host";
import { internRoute, originOf } from "./routes";
import { scratch } from "./scratch";
import { Slab } from "./slab";
import { internText } from "./texts";
import {
  Delivery,
  encodedEnd,
  encodedEndOrNull,
  encodedStart,
  fieldLength,
  fieldNumber,
  fieldStart,
  Send,
} from "./view";

// Words are numbers for what repeats among messages. Those of senders and origins are in the encoding of the rows that they
// go into, those of domains and hosts are plain:
//   sender  tenant, campaign or null, source      origin  tenant, source
//   domain  recipient domain                      host    MX host; −1 for none

export function senderWord(slab: Slab): i32 {
  const start = encodedStart(Send.tenant);
  const end = encodedEnd(Send.source, encodedEndOrNull(Send.campaign, encodedEnd(Send.tenant, start)));
  if (end != 0) return internText(slab, start, <i32>(end - start));
  const campaign = fieldLength(Send.campaign);
  const at = scratch(fieldLength(Send.tenant) + max(0, campaign) + fieldLength(Send.source));
  let to = putText(at, fieldStart(Send.tenant), fieldLength(Send.tenant));
  to = putTextOrNull(to, fieldStart(Send.campaign), campaign);
  to = putText(to, fieldStart(Send.source), fieldLength(Send.source));
  return internText(slab, at, <i32>(to - at));
}

export function sendDomainWord(slab: Slab): i32 {
  return plainWord(slab, Send.recipient_domain);
}

/** The number of a delivery's route among the slab's. */
export function routeWord(slab: Slab): i32 {
  const origin = originWord(slab);
  const domain = plainWord(slab, Delivery.recipient_domain);
  const host = fieldLength(Delivery.mx_host) >= 0 ? plainWord(slab, Delivery.mx_host) : -1;
  return internRoute(slab, origin, domain, host, <i32>max(0, fieldNumber(Delivery.precision_ms)));
}

function originWord(slab: Slab): i32 {
  const start = encodedStart(Delivery.tenant);
  const end = encodedEnd(Delivery.source, encodedEnd(Delivery.tenant, start));
  if (end != 0) return internText(slab, start, <i32>(end - start));
  const at = scratch(fieldLength(Delivery.tenant) + fieldLength(Delivery.source));
  let to = putText(at, fieldStart(Delivery.tenant), fieldLength(Delivery.tenant));
  to = putText(to, fieldStart(Delivery.source), fieldLength(Delivery.source));
  return internText(slab, at, <i32>(to - at));
}

function plainWord(slab: Slab, field: usize): i32 {
  return internText(slab, fieldStart(field), fieldLength(field));
}

/** Where settle and send hold (f64 each, ms) of a route's source stand. */
export function waitsAt(slab: Slab, route: i32): usize {
  const origin = originOf(slab, route);
  if (origin >= slab.waitsRoom) {
    const room = max(64, max(2 * slab.waitsRoom, origin + 1));
    slab.waits = grown(slab.waits, (<usize>slab.waitsRoom) << 4, (<usize>room) << 4);
    for (let word = slab.waitsRoom; word < room; word++) store<f64>(slab.waits + ((<usize>word) << 4), NaN);
    slab.waitsRoom = room;
  }
  const at = slab.waits + ((<usize>origin) << 4);
  if (isNaN(load<f64>(at))) askWaits(changetype<usize>(slab), origin, at);
  return at;
}

/** Where the encoded name of the host's filter vendor, or null's encoding, stands; before it four bytes of its length. */
export function vendorAt(slab: Slab, host: i32): usize {
  if (host < 0) return noVendor;
  if (host >= slab.vendorsRoom) {
    const room = max(64, max(2 * slab.vendorsRoom, host + 1));
    slab.vendors = grownZeroed(slab.vendors, (<usize>slab.vendorsRoom) << 2, (<usize>room) << 2);
    slab.vendorsRoom = room;
  }
  const at = slab.vendors + ((<usize>host) << 2);
  if (load<usize>(at) == 0) store<usize>(at, vendorName(slab, host));
  return load<usize>(at) + 4;
}

/** Encoded names of vendors, each once and for good: a length in four bytes, then the name. */
let vendorNames: usize = zeroed(16 * 4);
let vendorNameRoom: i32 = 16;
let vendorNameCount: i32 = 0;

function vendorName(slab: Slab, host: i32): usize {
  const asked = scratch(vendorBytesMax);
  const length = askVendor(changetype<usize>(slab), host, asked);
  for (let number = 0; number < vendorNameCount; number++) {
    const known = load<usize>(vendorNames + ((<usize>number) << 2));
    if (load<i32>(known) == length && equalBytes(known + 4, asked, length)) return known;
  }
  const name = heap.alloc(4 + <usize>length);
  store<i32>(name, length);
  copyBytes(name + 4, asked, length);
  if (vendorNameCount == vendorNameRoom) {
    vendorNames = grown(vendorNames, (<usize>vendorNameRoom) << 2, (<usize>vendorNameRoom) << 3);
    vendorNameRoom *= 2;
  }
  store<usize>(vendorNames + ((<usize>vendorNameCount) << 2), name);
  vendorNameCount++;
  return name;
}

const vendorBytesMax: i32 = 64;

const noVendor: usize = memory.data<u8>([1, 0, 0, 0, 0]) + 4;

/** Both sides of the near band, where all mail has the same one. */
let hasOneBand: bool = true;
const band: usize = memory.data(16, 8);

export function setBand(isOne: bool, beforeMs: f64, afterMs: f64): void {
  hasOneBand = isOne;
  store<f64>(band, beforeMs);
  store<f64>(band, afterMs, 8);
}

/** Where the two sides of the near band stand. `domain` and `host` are −1 for none. */
export function bandAt(slab: Slab, domain: i32, host: i32): usize {
  if (!hasOneBand) askBand(changetype<usize>(slab), domain, host, band);
  return band;
}

import { grown, zeroed } from "./bytes";
import { broken } from "./host";
import { numberMask, Slab } from "./slab";

// Routes are where deliveries came from and went to and how precise their stamps are: four words each, the words of origin,
// domain and host (−1 for none) and the precision in ms. Numbered like texts.

function routeAt(slab: Slab, route: i32): usize {
  return slab.routes + ((<usize>route) << 4);
}

export function originOf(slab: Slab, route: i32): i32 {
  return load<i32>(routeAt(slab, route));
}

export function domainOf(slab: Slab, route: i32): i32 {
  return load<i32>(routeAt(slab, route), 4);
}

/** −1 for none. */
export function hostOf(slab: Slab, route: i32): i32 {
  return load<i32>(routeAt(slab, route), 8);
}

export function precisionOf(slab: Slab, route: i32): i32 {
  return load<i32>(routeAt(slab, route), 12);
}

/** The number of a route. */
export function internRoute(slab: Slab, origin: i32, domain: i32, host: i32, precisionMs: i32): i32 {
  const mask = slab.routeSlotCount - 1;
  let slot = hashOf(origin, domain, host, precisionMs) & mask;
  for (; ; slot = (slot + 1) & mask) {
    const number = load<i32>(slab.routeSlots + ((<usize>slot) << 2)) - 1;
    if (number < 0) break;
    const at = routeAt(slab, number);
    const isSame =
      load<i32>(at) == origin &&
      load<i32>(at, 4) == domain &&
      load<i32>(at, 8) == host &&
      load<i32>(at, 12) == precisionMs;
    if (isSame) return number;
  }
  const number = slab.routeCount++;
  if (number == slab.routeRoom) {
    if (2 * number > numberMask) broken(0);
    slab.routes = grown(slab.routes, (<usize>number) << 4, (<usize>number) << 5);
    slab.routeRoom = 2 * number;
  }
  const at = routeAt(slab, number);
  store<i32>(at, origin);
  store<i32>(at, domain, 4);
  store<i32>(at, host, 8);
  store<i32>(at, precisionMs, 12);
  store<i32>(slab.routeSlots + ((<usize>slot) << 2), number + 1);
  if (2 * slab.routeCount > slab.routeSlotCount) rehash(slab);
  return number;
}

function rehash(slab: Slab): void {
  const slots = 2 * slab.routeSlotCount;
  heap.free(slab.routeSlots);
  slab.routeSlots = zeroed((<usize>slots) << 2);
  slab.routeSlotCount = slots;
  for (let number = 0; number < slab.routeCount; number++) {
    const at = routeAt(slab, number);
    let slot = hashOf(load<i32>(at), load<i32>(at, 4), load<i32>(at, 8), load<i32>(at, 12)) & (slots - 1);
    while (load<i32>(slab.routeSlots + ((<usize>slot) << 2)) != 0) slot = (slot + 1) & (slots - 1);
    store<i32>(slab.routeSlots + ((<usize>slot) << 2), number + 1);
  }
}

function hashOf(origin: i32, domain: i32, host: i32, precisionMs: i32): i32 {
  let hash = (origin * 0x9e37_79b1) ^ (domain * 0x85eb_ca6b);
  hash ^= (host * 0xc2b2_ae35) ^ (precisionMs * 0x27d4_eb2f);
  return (hash ^ (hash >>> 15)) >>> 3;
}

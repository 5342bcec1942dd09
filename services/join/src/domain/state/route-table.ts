/** Words of a route: where a delivery came from and went to, and how precise its stamps are. */
export const routePart = { origin: 0, domain: 1, host: 2, precisionMs: 3 } as const;

/** Words of one route. */
export const routeParts = 4;

/** Numbers for routes that repeat: 0, 1, 2 … in the order of their first coming. Nothing is ever taken out. */
export class RouteTable {
  #words = new Int32Array(64 * routeParts);
  #count = 0;
  /** Open addressing: number + 1, 0 where empty. */
  #slots = new Int32Array(128);

  /** A table of these routes, as `words` gave them. */
  static of(words: Int32Array): RouteTable {
    const table = new RouteTable();
    for (let at = 0; at < words.length; at += routeParts) {
      const [origin, domain, host, precisionMs] = words.subarray(at, at + routeParts);
      table.intern(origin as number, domain as number, host as number, precisionMs as number);
    }
    return table;
  }

  /** All routes, one after the other; good until the next is added. */
  get words(): Int32Array {
    return this.#words.subarray(0, this.#count * routeParts);
  }

  /** Bytes held. */
  get size(): number {
    return 4 * (this.#words.length + this.#slots.length);
  }

  part(route: number, part: number): number {
    return this.#words[route * routeParts + part] as number;
  }

  intern(origin: number, domain: number, host: number, precisionMs: number): number {
    const words = this.#words;
    const mask = this.#slots.length - 1;
    let slot = hashOf(origin, domain, host, precisionMs) & mask;
    for (; ; slot = (slot + 1) & mask) {
      const number = (this.#slots[slot] as number) - 1;
      if (number < 0) break;
      const at = number * routeParts;
      if (words[at] === origin && words[at + 1] === domain && words[at + 2] === host && words[at + 3] === precisionMs) {
        return number;
      }
    }
    return this.#add(slot, origin, domain, host, precisionMs);
  }

  #add(slot: number, origin: number, domain: number, host: number, precisionMs: number): number {
    const number = this.#count++;
    const at = number * routeParts;
    if (at === this.#words.length) {
      const grown = new Int32Array(2 * at);
      grown.set(this.#words);
      this.#words = grown;
    }
    this.#words[at] = origin;
    this.#words[at + 1] = domain;
    this.#words[at + 2] = host;
    this.#words[at + 3] = precisionMs;
    this.#slots[slot] = number + 1;
    if (2 * this.#count > this.#slots.length) this.#rehash();
    return number;
  }

  #rehash(): void {
    const slots = new Int32Array(2 * this.#slots.length);
    const mask = slots.length - 1;
    for (let number = 0; number < this.#count; number++) {
      const [origin, domain, host, precisionMs] = this.#words.subarray(
        number * routeParts,
        number * routeParts + routeParts,
      );
      let slot = hashOf(origin as number, domain as number, host as number, precisionMs as number) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = number + 1;
    }
    this.#slots = slots;
  }
}

function hashOf(origin: number, domain: number, host: number, precisionMs: number): number {
  let hash = Math.imul(origin, 0x9e37_79b1) ^ Math.imul(domain, 0x85eb_ca6b);
  hash ^= Math.imul(host, 0xc2b2_ae35) ^ Math.imul(precisionMs, 0x27d4_eb2f);
  return (hash ^ (hash >>> 15)) >>> 3;
}

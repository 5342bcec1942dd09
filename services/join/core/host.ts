// What the core asks of its owner: all that is rare, or needs settings, strings or files. Nothing of it is called for most
// records.

/** A message with the hash that was made last, back from a sealed generation; −1 where there is none. */
export declare function recall(): i32;
/** Whether the message saw an event of this identity before it was sealed. */
export declare function sawSealed(ref: i32, high: i32, low: i32): bool;
/** The message of the same ID whose window ended before this one's began and that is not gone; −1 without one. */
export declare function previousOf(ref: i32): i32;
/** A message began whose ID has an earlier one that is not gone. */
export declare function follows(ref: i32, earlier: i32): void;
/** A slab is out of the table. True where a snapshot still needs its memory and will free it. */
export declare function forgot(slot: i32, slab: usize): bool;
/** A snapshot is being taken and the message is about to change. */
export declare function keep(ref: i32): void;
/** A snapshot is being taken and an identity was added to the seen events of the message's slab. */
export declare function saw(ref: i32, high: i32, low: i32): void;
/** Writes settle and send hold (f64 each, ms) of an origin, which is an encoded tenant and source, to an address. */
export declare function waitsOf(slab: usize, origin: i32, to: usize): void;
/** Writes the encoded name of a host's filter vendor, or null's encoding, to an address. Gives its length, 64 at the most. */
export declare function vendorOf(slab: usize, host: i32, to: usize): i32;
/** Writes both sides (f64, ms) of the near band of a domain and a host, −1 for none, to an address. */
export declare function bandOf(slab: usize, domain: i32, host: i32, to: usize): void;
/** The draft is full in the middle of a step: what it holds is to be cut off as a piece. */
export declare function full(): void;
/** What must never be is. */
export declare function broken(sentence: i32): void;

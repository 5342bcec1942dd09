/** A seeded source of chance: the same keys give the same draws on every machine. */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /** Streams of different keys are independent, so that one message's draws do not move another's. */
  constructor(seed: number, stream: number, part = 0) {
    this.#a = mix(seed, 0x9e3779b9);
    this.#b = mix(stream, this.#a);
    this.#c = mix(part, this.#b);
    for (let round = 0; round < 8; round++) this.uint32();
  }

  /** Uniform over all 32-bit integers (sfc32). */
  uint32(): number {
    const sum = (this.#a + this.#b + this.#counter++) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** Uniform in [0, 1). */
  share(): number {
    return this.uint32() / 4_294_967_296;
  }

  chance(share: number): boolean {
    return this.share() < share;
  }

  /** A whole number in [from, to]. */
  between(from: number, to: number): number {
    return from + Math.floor(this.share() * (to - from + 1));
  }

  pick<T>(choices: readonly T[]): T {
    return choices[Math.floor(this.share() * choices.length)] as T;
  }

  /** A choice by weight; weights need not sum to 1. */
  weighted<T>(choices: readonly (readonly [choice: T, weight: number])[]): T {
    let rest = this.share() * choices.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [choice, weight] of choices) {
      rest -= weight;
      if (rest < 0) return choice;
    }
    return (choices.at(-1) as readonly [T, number])[0];
  }

  /** Log-normal with the given median, rounded; `sigma` is the deviation of its logarithm. */
  logNormal(median: number, sigma: number): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.share()));
    return Math.round(median * Math.exp(sigma * radius * Math.cos(2 * Math.PI * this.share())));
  }
}

/** A 32-bit hash of two numbers; of an integer beyond 32 bits all digits count. */
function mix(value: number, salt: number): number {
  const high = Math.floor(value / 4_294_967_296);
  let mixed = (value ^ Math.imul(high, 0x85ebca6b) ^ salt) | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
  return mixed ^ (mixed >>> 15);
}

import fc from "fast-check";
import { expect, test } from "vitest";
import { createSuffixLookup } from "../../services/join/src/domain/suffix-lookup.ts";

const label = fc.constantFrom("a", "b", "ab", "B", "com");
const host = fc.array(label, { minLength: 1, maxLength: 5 }).map((labels) => labels.join("."));
const dotted = fc.tuple(host, fc.constantFrom("", ".")).map(([name, dot]) => name + dot);

function canonical(name: string): string {
  return name.replace(/\.$/, "").toLowerCase();
}

test("the longest suffix on label boundaries wins, without regard to case or a dot at the end", () => {
  const suffixes = fc.uniqueArray(dotted, { maxLength: 8, selector: canonical });
  fc.assert(
    fc.property(suffixes, dotted, (known, name) => {
      const lookup = createSuffixLookup(known.map((suffix) => [suffix, suffix] as const));
      const expected = known
        .filter((suffix) => `.${canonical(name)}`.endsWith(`.${canonical(suffix)}`))
        .toSorted((a, b) => canonical(b).length - canonical(a).length)[0];
      expect(lookup(name)).toBe(expected ?? null);
    }),
    { numRuns: 2_000 },
  );
});

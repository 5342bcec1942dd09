import { expect, test } from "vitest";
import { createSuffixLookup } from "./suffix-lookup.ts";

test("a suffix fits on label boundaries only, the longest one wins", () => {
  const lookup = createSuffixLookup([
    ["example.com", "outer"],
    ["mx.example.com", "inner"],
  ]);
  expect(lookup("a.mx.example.com")).toBe("inner");
  expect(lookup("mx.example.com")).toBe("inner");
  expect(lookup("a.example.com")).toBe("outer");
  expect(lookup("anexample.com")).toBeNull();
  expect(lookup("com")).toBeNull();
});

test("case and a dot at the end do not count, on either side", () => {
  const lookup = createSuffixLookup([["Example.COM.", 1]]);
  expect(lookup("MX.example.com.")).toBe(1);
});

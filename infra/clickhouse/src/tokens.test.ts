import { expect, test } from "vitest";

import { tokens } from "./tokens.ts";

const texts = (sql: string): string[] => [...tokens(sql)].map((token) => token.text);

test("strings, quoted names, heredocs and comments keep their signs to themselves", () => {
  expect(texts("SELECT 'a''b\\'; c' -- ; x\n, \"d;\"\"e\", `f;` /* ; */, $x$ ; $x$ # ;")).toEqual([
    "SELECT",
    "'a''b\\'; c'",
    ",",
    '"d;""e"',
    ",",
    "`f;`",
    ",",
    "$x$ ; $x$",
  ]);
});

test("curly quotes are quotes and exotic spaces are spaces, as for the engine", () => {
  const bytes = (text: string): string => Buffer.from(text).toString("latin1");
  expect(texts(bytes("SELECT ‘ ' ’ INTO\u00a0OUTFILE"))).toEqual(["SELECT", bytes("‘ ' ’"), "INTO", "OUTFILE"]);
});

test("depth counts open brackets", () => {
  expect([...tokens("f(a[1])")].map((token) => token.depth)).toEqual([0, 0, 1, 1, 2, 1, 0]);
});

test("an unclosed string swallows the rest", () => {
  expect(texts("SELECT 'a ; DROP TABLE x")).toEqual(["SELECT", "'a ; DROP TABLE x"]);
});

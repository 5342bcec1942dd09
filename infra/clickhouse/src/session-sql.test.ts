import { expect, test } from "vitest";

import { sessionSql } from "./session-sql.ts";

test("read-only comes last, so that nothing a request sets can lift it", () => {
  const sql = sessionSql({
    database: "a`b",
    settings: { readonly: "0", s: "it's\\" },
    params: { p: "x\ty" },
    readonly: 1,
  });
  expect(sql).toEqual([
    "USE `a\\`b`",
    "SET implicit_select = '0', readonly = '0', s = 'it\\'s\\\\', param_p = 'x\ty'",
    "SET readonly = 1",
  ]);
});

test("a name that is not a name is refused", () => {
  const context = { database: undefined, settings: { "a = 1, b": "2" }, params: {}, readonly: undefined };
  expect(() => sessionSql(context)).toThrow(/cannot be the name/);
});

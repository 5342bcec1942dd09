import { expect, test } from "vitest";

import { authenticate, defaultUsers } from "./users.ts";

test("the default user has no password", () => {
  expect(authenticate(defaultUsers, { name: "default", password: "" }).access).toBe("write");
});

test.each([
  ["default", "x"],
  ["nobody", ""],
  ["nobody", "x"],
])("%s with password '%s' is refused in the same words", (name, password) => {
  expect(() => authenticate(defaultUsers, { name, password })).toThrow(
    `${name}: Authentication failed: password is incorrect`,
  );
});

import { expect, test } from "vitest";

import { help, loadConfig } from "./config.ts";

test("flags win over the environment, and the default listens on loopback", () => {
  const config = loadConfig({
    flags: ["--data", "a", "--port", "0"],
    environment: { CLICKHOUSE_DATA: "b", CLICKHOUSE_QUERIES_MAX: "3" },
  });
  expect(config).toMatchObject({ dataDir: "a", port: 0, host: "127.0.0.1", queriesMax: 3 });
});

test.each([
  [[], {}, /--data/],
  [["--data", "a", "--port", "x"], {}, /--port/],
  [["--data", "a", "--port", "70000"], {}, /--port/],
  [["--data", "a", "--host", "0.0.0.0"], {}, /needs a password/],
  [["--data", "a", "--nope"], {}, /--help/],
  [["--data", "a"], { CLICKHOUSE_USERS: "[{}]" }, /CLICKHOUSE_USERS/],
])("%j with %j is refused with what to do", (flags, environment, sentence) => {
  expect(() => loadConfig({ flags, environment })).toThrow(sentence);
});

test("a server with passwords may listen elsewhere", () => {
  const users = [{ name: "a", password: "b", access: "read" }];
  const config = loadConfig({
    flags: ["--data", "a", "--host", "0.0.0.0"],
    environment: { CLICKHOUSE_USERS: JSON.stringify(users) },
  });
  expect(config).toMatchObject({ users });
});

test("help names every variable", () => {
  for (const name of [
    "DATA",
    "PORT",
    "HOST",
    "MEMORY_BYTES_MAX",
    "BODY_BYTES_MAX",
    "QUERIES_MAX",
    "STOP_MS_MAX",
    "USERS",
  ]) {
    expect(help).toContain(`CLICKHOUSE_${name}`);
  }
});

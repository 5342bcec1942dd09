import { expect, test } from "vitest";

import { httpStatus } from "./http-status.ts";

test.each([
  [62, 400],
  [60, 404],
  [115, 404],
  [516, 403],
  [194, 401],
  [48, 501],
  [159, 408],
  [223, 413],
  [241, 500],
  [395, 500],
])("code %i has ClickHouse's status %i", (code, status) => {
  expect(httpStatus(code)).toBe(status);
});

test.each([236, 202, 243])("code %i passes by itself, so it is 503", (code) => {
  expect(httpStatus(code)).toBe(503);
});

import { expect, test } from "vitest";

import { exception, exceptionText, parseEngineError } from "./exception.ts";

test("code, name and message come out of the engine's text once, however often the engine repeats them", () => {
  const error = parseEngineError(
    new Error(
      "Code: 27. DB::Exception: Code: 27. DB::Exception: Cannot parse input: (at row 1)\n: (in file/uri /data/spool/file-1): While executing File: data for INSERT was parsed from file. (CANNOT_PARSE_INPUT_ASSERTION_FAILED) (version 26.7.2.1). (CANNOT_PARSE_INPUT_ASSERTION_FAILED)",
    ),
  );
  expect(error.code).toBe(27);
  expect(error.codeName).toBe("CANNOT_PARSE_INPUT_ASSERTION_FAILED");
  expect(exceptionText(error, "26.7.2.1")).toBe(
    "Code: 27. DB::Exception: Cannot parse input: (at row 1)\n: While executing File. (CANNOT_PARSE_INPUT_ASSERTION_FAILED) (version 26.7.2.1)\n",
  );
});

test("a text without a code is an unknown exception, and an exception of our own stays itself", () => {
  expect(parseEngineError(new Error("No result available")).code).toBe(1002);
  const own = exception("ABORTED", "The server is stopping");
  expect(parseEngineError(own)).toBe(own);
});

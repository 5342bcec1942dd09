import { expect, test } from "vitest";
import { MessageTable } from "./message-table.ts";

// More than a table of seen events doubles for: it grows by eighths behind that.
test("hundreds of thousands of events of one message are each new once", () => {
  const { core } = new MessageTable();
  const id = new TextEncoder().encode("m-1");
  const ref = core.calls.beginMessage(core.put(id), id.length, 0, core.calls.findMessage(core.put(id), id.length));
  const at = core.put(new Uint8Array(4));
  const newOnes = (): number => {
    let count = 0;
    for (let event = 0; event < 300_000; event++) {
      core.words[at >>> 2] = event;
      if (core.calls.seeEvent(ref, 1, at, 4)) count++;
    }
    return count;
  };
  expect(newOnes()).toBe(300_000);
  expect(newOnes()).toBe(0);
});

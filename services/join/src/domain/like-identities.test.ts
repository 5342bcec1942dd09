import { expect, test } from "vitest";
import { freshTask } from "../../../../test/support/drive-task.ts";
import { deliveryEvent, eventTime } from "../../../../test/support/events.ts";
import { defaultSettings } from "./settings.ts";
import { MessageTable } from "./state/message-table.ts";

const { core } = new MessageTable(0);

function hashOf(id: string): Int32Array {
  const bytes = new TextEncoder().encode(id);
  core.calls.hashBytes(core.put(bytes), bytes.length, 0);
  return core.copyWords(core.calls.hashAt.value, 3);
}

/** Two message IDs that have a word of their hashes in common: some 80,000 are enough to find such. */
function alike(word: number): [string, string] {
  const seen = new Map<number, string>();
  for (let number = 0; number < 1_000_000; number++) {
    const id = `message-${number}`;
    const own = hashOf(id)[word] as number;
    const other = seen.get(own);
    if (other !== undefined) return [other, id];
    seen.set(own, id);
  }
  throw new Error(`no two IDs have word ${word} of their hashes in common`);
}

// Many producers name their events `delivery` or `1` in all messages.
test.each([0, 1, 2])("events of one ID are none twice where word %i of their messages' hashes is the same", (word) => {
  const ids = alike(word);
  // Both in one slab, which keeps its messages' events together.
  const task = freshTask({ ...defaultSettings, sendHoldMs: 0 });
  for (const [offset, message_id] of ids.entries()) {
    task.apply({ input: "deliveries", event: deliveryEvent({ message_id }), offset, appendTime: eventTime });
  }
  const rows = task.takePieces().flatMap(({ messages }) => messages);
  expect(rows.map(({ message_id }) => message_id)).toEqual(ids);
});

import { decodeCommitBody } from "@antedate/schemas";
import { EventView } from "@antedate/schemas/model";
import { expect, onTestFinished, test, vi } from "vitest";
import { collectGarbage } from "../../../../test/support/collect-garbage.ts";
import { fillView } from "../../../../test/support/event-view.ts";
import { deliveryEvent, eventTime } from "../../../../test/support/events.ts";
import { bodyOf, type Piece } from "./piece.ts";
import { createSettingsLookup, defaultSettings } from "./settings.ts";
import { MessageTable } from "./state/message-table.ts";
import { freshStart } from "./task-start.ts";
import { Task } from "./task.ts";

/** A task whose pieces have a row each, and so many messages that wait for their send. */
function taskWith(messages: number): Task {
  const table = new MessageTable();
  const task = new Task(createSettingsLookup(defaultSettings), freshStart(table));
  table.core.calls.limitPieces(1);
  giveMessages(task, 0, messages);
  return task;
}

function giveMessages(task: Task, from: number, count: number): void {
  for (let offset = from; offset < from + count; offset++) {
    const event = deliveryEvent({ message_id: `m${offset}` });
    task.apply("deliveries", fillView(task.nextView(), { input: "deliveries", event }), offset, eventTime + offset);
  }
}

test("pieces that were taken stay as they are while more are cut, until the next are taken", () => {
  const task = taskWith(8);
  for (let takes = 0; takes < 5; takes++) {
    const pieces = task.takePieces();
    const before = pieces.map((piece) => Buffer.from(bodyOf(piece)));
    expect(new Set(pieces.map(({ room }) => room)).size).toBe(pieces.length);
    // An end that is learnt while the COMMITs are on their way.
    task.closeAll();
    expect(pieces.map((piece) => Buffer.from(bodyOf(piece)))).toEqual(before);
    giveMessages(task, 8 * (takes + 1), 8);
  }
});

test("positions of every size come out of a piece as they went in", () => {
  for (let exponent = 0; exponent < 53; exponent++) {
    const offsets = [2 ** exponent - 1, 2 ** exponent];
    const task = new Task(createSettingsLookup(defaultSettings), freshStart());
    for (const offset of offsets) task.reject("engagements", offset, eventTime);
    const [piece] = task.takePieces() as [Piece];
    expect(decodeCommitBody(bodyOf(piece))).toMatchObject({
      next_offsets: { sends: 0, deliveries: 0, engagements: 2 ** exponent + 1 },
      rejected_engagements: [{ first: 2 ** exponent - 1, count: 2 }],
    });
  }
});

test("a task that found no room for a piece fails for ever: the core holds nothing of it any more", () => {
  const task = taskWith(8);
  const stock = Uint8Array;
  onTestFinished(() => void vi.unstubAllGlobals());
  vi.stubGlobal(
    "Uint8Array",
    class extends stock {
      constructor(room: number) {
        super(room);
        throw new RangeError("Array buffer allocation failed");
      }
    },
  );
  expect(() => task.takePieces()).toThrow("Array buffer allocation failed");
  vi.unstubAllGlobals();
  expect(() => task.takePieces()).toThrow("Array buffer allocation failed");
});

test("a task whose sealing failed fails for ever: part of the slab has moved", () => {
  const table = new MessageTable(2);
  const task = new Task(createSettingsLookup(defaultSettings), freshStart(table));
  giveMessages(task, 0, 8);
  expect(task.messageCount).toBe(8);
  const failing = vi.spyOn(table, "seal").mockImplementation(() => {
    throw new Error("no memory left");
  });
  expect(() => task.seal(-Infinity)).toThrow("no memory left");
  failing.mockRestore();
  expect(() => task.takePieces()).toThrow("no memory left");
});

test("rooms of pieces are let go where a task rests, however many the last step had", async () => {
  const task = taskWith(40);
  task.closeAll();
  const rooms = task.takePieces().map(({ room }) => new WeakRef(room));
  expect(rooms.length).toBeGreaterThan(30);
  task.draft.letGo();
  await collectGarbage();
  expect(rooms.filter((room) => room.deref() !== undefined)).toHaveLength(0);
});

test("a view that was read before something was asked of the task is refused, not taken for another record", () => {
  const task = taskWith(1);
  const view = fillView(task.nextView(), { input: "deliveries", event: deliveryEvent({ message_id: "another" }) });
  expect(task.messageCount).toBe(1);
  expect(() => task.apply("deliveries", view, 1, eventTime + 1)).toThrow("a view that was let go of");
});

test("a record that is rejected does not have those that follow in its array staged again", () => {
  const task = new Task(createSettingsLookup(defaultSettings), freshStart(new MessageTable()));
  const view = fillView(new EventView(), { input: "deliveries", event: deliveryEvent({}) });
  const stage = vi.spyOn(view.bytes, "subarray");
  for (let offset = 0; offset < 40; offset += 2) {
    task.apply("deliveries", view, offset, eventTime + offset);
    task.reject("deliveries", offset + 1, eventTime + offset);
  }
  expect(stage).toHaveBeenCalledTimes(1);
});

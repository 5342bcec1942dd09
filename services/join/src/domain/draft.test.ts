import { setTimeout as wait } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, onTestFinished, test, vi } from "vitest";
import { fillView } from "../../../../test/support/event-view.ts";
import { deliveryEvent, eventTime } from "../../../../test/support/events.ts";
import { bodyOf } from "./piece.ts";
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

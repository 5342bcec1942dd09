import { expect, test } from "vitest";
import { collectGarbage } from "../../../../test/support/collect-garbage.ts";
import { eventTime, deliveryEvent } from "../../../../test/support/events.ts";
import { fillView } from "../../../../test/support/event-view.ts";
import { createSettingsLookup, defaultSettings } from "./settings.ts";
import { MessageTable } from "./state/message-table.ts";
import { freshStart } from "./task-start.ts";
import { Task } from "./task.ts";

function giveDelivery(task: Task, offset: number): void {
  const event = deliveryEvent({ message_id: `m${offset}` });
  task.apply("deliveries", fillView(task.nextView(), { input: "deliveries", event }), offset, eventTime + offset);
}

test("a task whose step failed fails for ever: what it holds is half applied", () => {
  const settings = createSettingsLookup(defaultSettings);
  let faults = 1;
  const failing = {
    ...settings,
    waitsOf(source: string) {
      if (faults-- > 0) throw new Error("the disk went away");
      return settings.waitsOf(source);
    },
  };
  const task = new Task(failing, freshStart(new MessageTable()));
  giveDelivery(task, 0);
  expect(() => task.parkedCount).toThrow("the disk went away");
  for (const ask of [
    () => task.nextOffsets,
    () => task.takePieces(),
    () => task.seal(0),
    () => task.beginSnapshot(),
    () => task.draft.hasContent,
    () => task.reachEnd("sends", eventTime),
    () => task.reject("deliveries", 1, eventTime),
  ]) {
    expect(ask).toThrow("the disk went away");
  }
});

test("a task fails for ever also where it failed as an input reached its end", () => {
  const table = new MessageTable();
  const task = new Task(createSettingsLookup(defaultSettings), freshStart(table));
  for (let offset = 0; offset < 3; offset++) giveDelivery(task, offset);
  expect(task.messageCount).toBe(3);
  // Every row fills a piece, so that it is cut as the windows close.
  table.core.calls.limitPieces(1);
  task.draft.cut = () => {
    throw new Error("no memory left");
  };
  expect(() => task.closeAll()).toThrow("no memory left");
  expect(() => task.nextOffsets).toThrow("no memory left");
});

test("a task that was asked for anything holds no record's bytes", async () => {
  const task = new Task(createSettingsLookup(defaultSettings), freshStart(new MessageTable()));
  const responses: WeakRef<Uint8Array>[] = [];
  for (let offset = 0; offset < 40; offset++) {
    const view = task.nextView();
    giveDelivery(task, offset);
    responses.push(new WeakRef(view.bytes));
  }
  expect(task.draft.hasContent).toBe(false);
  await collectGarbage();
  expect(responses.filter((response) => response.deref() !== undefined)).toHaveLength(0);
});

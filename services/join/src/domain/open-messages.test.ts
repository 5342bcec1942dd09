import { expect, test } from "vitest";
import { freshTask } from "../../../../test/support/drive-task.ts";
import { deliveryEvent, engagementEvent, sendEvent } from "../../../../test/support/events.ts";
import { defaultSettings } from "./settings.ts";

/** A task that holds a message for its send for 5 s after the outcome. */
function driver() {
  const task = freshTask({ ...defaultSettings, sendHoldMs: 5_000 });
  return {
    send: (appendTime: number) =>
      task.apply({ input: "sends", event: sendEvent({ tenant: "from send" }), offset: 0, appendTime }),
    delivery: (appendTime: number) =>
      task.apply({ input: "deliveries", event: deliveryEvent({ tenant: "from delivery" }), offset: 0, appendTime }),
    engagement: (appendTime: number, offset = 0) =>
      task.apply({
        input: "engagements",
        event: engagementEvent({ event_id: String(offset) }),
        offset,
        appendTime,
      }),
    rowsAt: (time: number) => {
      for (const input of ["sends", "deliveries", "engagements"] as const) task.reachEnd(input, time);
      const pieces = task.takePieces();
      return {
        messages: pieces.flatMap(({ messages }) => messages),
        engagements: pieces.flatMap(({ engagements }) => engagements),
      };
    },
  };
}

test("the send hold counts from the outcome, also where an older record of the message is read after it", () => {
  const on = driver();
  on.delivery(10);
  on.engagement(5);
  on.send(5_010);
  expect(on.rowsAt(5_010).messages).toMatchObject([{ tenant: "from send" }]);
});

test("a send behind the hold serves no message row, also where an older record of the message is read after it", () => {
  const on = driver();
  on.delivery(10);
  on.send(5_011);
  on.engagement(5);
  expect(on.rowsAt(5_011).messages).toMatchObject([{ tenant: "from delivery" }]);
});

test("hundreds of engagements that wait for one outcome are decided in the order in which they came", () => {
  const on = driver();
  for (let offset = 0; offset < 300; offset++) on.engagement(offset, offset);
  on.delivery(300);
  on.send(300);
  const { engagements } = on.rowsAt(300);
  expect(engagements.map((row) => row.event_id)).toEqual(Array.from({ length: 300 }, (_, offset) => String(offset)));
});

import type { Delivery, EngagementRow, Input, MessageRow } from "@antedate/schemas/model";
import { inputs } from "@antedate/schemas/model";
import { expect, test } from "vitest";
import { applyTo, DrivenTask, freshTask } from "../../../../test/support/drive-task.ts";
import { deliveryEvent, engagementEvent, eventTime, sendEvent } from "../../../../test/support/events.ts";
import { createSettingsLookup, defaultSettings } from "./settings.ts";
import { MessageTable } from "./state/message-table.ts";
import { startFrom } from "./task-snapshot.ts";
import { freshStart } from "./task-start.ts";
import { Task } from "./task.ts";

// The outcome of a message wherever it stands among its attempts: in the order of what they say of their time.

const settleMs = 60_000;
const settings = { ...defaultSettings, sendHoldMs: 0, sources: { slow: { settleMs } } };

/** A delivery record of the message at a time in seconds; what comes first in a list is read first. */
function at(seconds: number, change: Partial<Delivery> = {}): Partial<Delivery> {
  return { occurred_at: eventTime + 1_000 * seconds, outcome: "deferred", source: "quick", ...change };
}

/** One message of a task, whose records are all appended within its settle. */
class Course {
  task = freshTask(settings);
  readonly rows: { engagements: EngagementRow[]; messages: MessageRow[] } = { engagements: [], messages: [] };
  counters: object | undefined;
  #offsets: Record<Input, number> = { sends: 0, deliveries: 0, engagements: 0 };

  send(): void {
    this.task.apply({ input: "sends", event: sendEvent(), offset: this.#offsets.sends++, appendTime: eventTime });
  }

  delivery(change: Partial<Delivery>, appendTime = eventTime): void {
    const offset = this.#offsets.deliveries++;
    const event = deliveryEvent({ event_id: `d${offset}`, ...change });
    this.task.apply({ input: "deliveries", event, offset, appendTime });
  }

  click(seconds: number, appendTime = eventTime): void {
    const offset = this.#offsets.engagements++;
    const event = engagementEvent({ event_id: `e${offset}`, occurred_at: eventTime + 1_000 * seconds });
    this.task.apply({ input: "engagements", event, offset, appendTime });
  }

  /** What is settled or past at the time is decided, and what is cold is sealed. */
  until(time: number): void {
    for (const input of inputs) this.task.reachEnd(input, time);
    this.take();
  }

  take(): void {
    for (const piece of this.task.takePieces()) {
      this.rows.engagements.push(...piece.engagements.filter((row) => row.message_id === "m"));
      this.rows.messages.push(...piece.messages.filter((row) => row.message_id === "m"));
      this.counters = piece.counters;
    }
  }

  /** Has the message's slab sealed: it is carried on while it is open, and comes back from its generation when it is not. */
  seal(): void {
    const before = this.task.sealedCount;
    for (let index = 0; index < 8; index++) this.delivery({ message_id: `other ${this.#offsets.deliveries}` });
    this.until(Math.max(this.task.taskTime, eventTime + 1));
    expect(this.task.sealedCount).toBeGreaterThan(before);
  }

  get exposures(): string[] {
    return this.rows.engagements.map((row) => `${row.exposure} ${row.exposed_attempt}`);
  }
}

test("an acceptance that is older than deferrals which were read before it has the place of its time among them", () => {
  const on = new Course();
  on.send();
  for (const change of [at(20), at(40), at(30, { outcome: "accepted", mx_host: "mx.accepts" })]) on.delivery(change);
  on.click(35);
  on.take();
  expect(on.rows.messages).toMatchObject([
    { outcome: "accepted", accepted_at: eventTime + 30_000, attempts: 3, deferrals: 2, mx_host: "mx.accepts" },
  ]);
  expect(on.exposures).toEqual(["after_acceptance 2"]);
});

test("deferrals that settle behind the outcome are its attempts; how long is said by the outcome's source alone", () => {
  const on = new Course();
  on.send();
  on.delivery(at(100, { outcome: "accepted", source: "slow", mx_host: "mx.accepts" }));
  // Of the same time as the outcome, but read later: behind it.
  for (const seconds of [110, 90, 105, 100]) on.delivery(at(seconds, { mx_host: "mx.defers" }));
  on.delivery(at(120, { outcome: "bounced", source: "slow" }));
  on.delivery(at(120, { outcome: "accepted" }));
  on.delivery(at(120), eventTime + settleMs + 1);
  on.click(130);
  on.until(eventTime + settleMs + 2);
  expect(on.rows.messages).toMatchObject([
    { outcome: "accepted", accepted_at: eventTime + 100_000, attempts: 5, deferrals: 4, mx_host: "mx.accepts" },
  ]);
  expect(on.exposures).toEqual(["after_acceptance 2"]);
  expect(on.counters).toMatchObject({ contradicted: 1, deliveries_late: 2 });
});

test("expired ends a message without being one of its attempts, also where more deferrals settle behind it", () => {
  const on = new Course();
  on.send();
  on.delivery(at(10, { mx_host: "mx.first" }));
  on.delivery(at(50, { outcome: "expired", source: "slow" }));
  for (const seconds of [60, 40, 55]) on.delivery(at(seconds, { stage: "rcpt" }));
  on.delivery(at(70, { outcome: "accepted" }));
  on.delivery(at(70, { outcome: "expired" }));
  on.click(45);
  on.until(eventTime + settleMs + 2);
  expect(on.rows.messages).toMatchObject([
    { outcome: "expired", accepted_at: null, attempts: 4, deferrals: 4, content_deferrals: 1, mx_host: "mx.first" },
  ]);
  expect(on.rows.engagements).toMatchObject([{ class: "never_accepted", attempts: 4, exposed_attempt: 1 }]);
  expect(on.counters).toMatchObject({ contradicted: 1, deliveries_late: 1 });
});

test("an outcome that is the message's only record, of any kind, is known", () => {
  for (const [outcome, attempts] of [
    ["accepted", 1],
    ["bounced", 1],
    ["expired", 0],
  ] as const) {
    const on = new Course();
    on.send();
    on.delivery(at(10, { outcome }));
    on.take();
    expect(on.rows.messages).toMatchObject([{ outcome, attempts, deferrals: 0 }]);
  }
});

test("an outcome under ten thousand deferrals that settled behind it is what decides the message", () => {
  const on = new Course();
  on.send();
  on.delivery(at(5));
  on.delivery(at(10, { outcome: "accepted", source: "slow" }));
  for (let index = 1; index <= 10_000; index++) on.delivery(at(10 + index));
  on.delivery(at(11, { outcome: "bounced" }));
  on.until(eventTime + settleMs + 1);
  on.click(20_000, eventTime + settleMs + 2);
  on.until(eventTime + settleMs + 3);
  expect(on.rows.messages).toMatchObject([{ outcome: "accepted", attempts: 10_002, deferrals: 10_001 }]);
  expect(on.rows.engagements).toMatchObject([{ accepted_at: eventTime + 10_000, attempts: 10_002 }]);
  expect(on.exposures).toEqual(["after_acceptance 2"]);
  expect(on.counters).toMatchObject({ contradicted: 1 });
});

/** A message's deliveries in the order in which they are read. */
const courses: [string, Partial<Delivery>[]][] = [
  ["is the last attempt", [at(10), at(20), at(30, { outcome: "accepted", source: "slow" })]],
  [
    "stands in the midst of its attempts",
    [at(10), at(30), at(20, { outcome: "accepted", source: "slow" }), at(20), at(25), at(40), at(5)],
  ],
  ["has attempts of later times read behind it", [at(20, { outcome: "bounced", source: "slow" }), at(30), at(25)]],
  ["is no attempt", [at(10), at(20, { outcome: "expired", source: "slow" }), at(30), at(15), at(40)]],
  ["is no attempt, and there is none", [at(20, { outcome: "expired", source: "slow" })]],
];

/** Runs the message's records, with something done in the midst of them, and clicks on it on the next day. */
async function run(deliveries: Partial<Delivery>[], after: number, does: (on: Course) => unknown): Promise<object> {
  const on = new Course();
  on.send();
  for (const seconds of [7, 22, 35]) on.click(seconds);
  for (let index = 0; index <= deliveries.length; index++) {
    if (index === after) await does(on);
    if (index < deliveries.length) on.delivery(deliveries[index] as Partial<Delivery>);
  }
  on.until(eventTime + settleMs + 10);
  if (after > deliveries.length) await does(on);
  for (const seconds of [7, 22, 35, 50]) on.click(seconds, eventTime + 86_400_000);
  on.until(eventTime + 86_400_001);
  const places = on.rows.engagements.map(({ input_offset: place }) => place);
  expect(places.sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  return on.rows;
}

test.each(courses)(
  "a message whose outcome %s has the same rows wherever in its course it is sealed",
  async (_, all) => {
    const expected = await run(all, -1, () => {});
    for (let after = 0; after <= all.length + 1; after++) {
      expect(await run(all, after, (on) => on.seal())).toEqual(expected);
    }
  },
);

test.each(courses)("a message whose outcome %s has the same rows from a snapshot of any moment", async (_, all) => {
  const expected = await run(all, -1, () => {});
  for (let after = 0; after <= all.length + 1; after++) {
    const restored = await run(all, after, async (on) => {
      const { head, generations, nextPart } = on.task.beginSnapshot();
      // The task goes on before its snapshot is taken: what it becomes is not what is in there.
      const rest = [...all.slice(after), at(1), at(60, { outcome: "accepted", source: "slow" }), at(70)];
      for (const [index, change] of rest.entries()) {
        const event = deliveryEvent({ event_id: `another ${index}`, ...change });
        on.task.apply({ input: "deliveries", event, offset: 1_000 + index, appendTime: eventTime });
      }
      const start = await startFrom(head, generations, async () => nextPart() as Uint8Array, new MessageTable(2));
      if (start === null) throw new Error("the parts are of another layout");
      on.task = new DrivenTask(new Task(createSettingsLookup(settings), start));
    });
    expect(restored).toEqual(expected);
  }
});

test("cells begin where lines of the cache do, and slabs that are gone give all of their memory back", () => {
  const table = new MessageTable(10);
  const task = new Task(createSettingsLookup({ ...settings, windowMs: 60_000 }), freshStart(table));
  const places = new Set<number>();
  /** A minute of messages, each slab's with a dictionary of another size. */
  const minute = (from: number): void => {
    for (let offset = from; offset < from + 600; offset++) {
      const domains = 1 + (Math.floor(offset / 1_000) % 10);
      const recipient_domain = `${"x".repeat(100 * domains)}${offset % (40 * domains)}`;
      const event = deliveryEvent({ message_id: `m${offset}`, event_id: "d", recipient_domain });
      applyTo(task, { input: "deliveries", event, offset, appendTime: eventTime + 100 * offset });
    }
    for (const input of inputs) task.reachEnd(input, eventTime + 100 * (from + 600));
    task.takePieces();
    for (const ref of table.all()) places.add(table.core.calls.cellAt(ref) % 64);
  };
  for (let from = 0; from < 30_000; from += 600) minute(from);
  const { length } = table.core.bytes;
  for (let from = 30_000; from < 90_000; from += 600) minute(from);
  expect(table.core.bytes.length).toBe(length);
  expect([...places]).toEqual([0]);
});

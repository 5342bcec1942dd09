import {
  deliveryField,
  engagementField,
  kinds,
  outcomes,
  sendField,
  stages,
  type EventView,
  type InputEvent,
} from "@antedate/schemas";

const fields = { sends: sendField, deliveries: deliveryField, engagements: engagementField };
const symbols: Record<string, readonly string[]> = { outcome: outcomes, stage: stages, kind: kinds };

/** Fills a view with an event that was never encoded. */
export function fillView(view: EventView, { input, event }: InputEvent): EventView {
  const chunks: Uint8Array[] = [];
  let at = 0;
  for (const [name, field] of Object.entries(fields[input])) {
    const value = (event as unknown as Record<string, unknown>)[name];
    const bytes = typeof value === "string" && !(name in symbols) ? Buffer.from(value, "utf8") : value;
    view.length[field] = -1;
    view.number[field] = Number.NaN;
    if (bytes instanceof Uint8Array) {
      view.start[field] = at;
      view.length[field] = bytes.length;
      chunks.push(bytes);
      at += bytes.length;
    } else if (name in symbols) view.number[field] = (symbols[name] as readonly string[]).indexOf(value as string);
    else if (value !== null && value !== undefined) view.number[field] = Number(value);
  }
  view.bytes = Buffer.concat(chunks);
  view.from = 0;
  view.to = view.bytes.length;
  return view;
}

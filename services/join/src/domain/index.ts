export { BrokenInvariant } from "./assert.ts";
export { Recovery, type LogSummary } from "./recovery.ts";
export { createSettingsLookup, defaultSettings, type JoinSettings, type SettingsLookup } from "./settings.ts";
export { filterVendor } from "./filter-vendor.ts";
export { MessageTable } from "./state/message-table.ts";
export { OffsetSet } from "./offset-set.ts";
export type { Piece } from "./draft.ts";
export { Task } from "./task.ts";
export { freshStart } from "./task-start.ts";

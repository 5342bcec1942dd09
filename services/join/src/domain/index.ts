export { BrokenInvariant } from "./assert.ts";
export { Recovery, type LogSummary } from "./recovery.ts";
export { createMapStore } from "./message-store.ts";
export { createSettingsLookup, defaultSettings, type JoinSettings, type SettingsLookup } from "./settings.ts";
export { filterVendor } from "./filter-vendor.ts";
export { OffsetSet } from "./offset-set.ts";
export { rowsOf, type Piece } from "./draft.ts";
export { Task, type TaskRecord } from "./task.ts";

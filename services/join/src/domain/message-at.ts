import type { MessageTable } from "./state/message-table.ts";

/**
 * The message that a record belongs to, by its append time alone: inputs may lag behind each other around the end of a
 * window. `newest` is the newest message of the record's ID, −1 for none. −1 where the record begins a new message;
 * lowers the begin of the one it belongs to where it is older.
 */
export function messageAt(table: MessageTable, newest: number, appendTime: number, windowMs: number): number {
  if (newest < 0 || table.isGone(newest)) return -1;
  const firstAppendAt = table.firstAppendAt(newest);
  if (appendTime > firstAppendAt + windowMs) return -1;
  if (appendTime >= firstAppendAt) return newest;
  const older = messageAt(table, table.previous(newest), appendTime, windowMs);
  if (older >= 0) return older;
  table.lowerFirstAppendAt(newest, appendTime);
  return newest;
}

/** Of an ID's messages the one whose window began at `beganAt` or was found to begin earlier. `newest` is one. */
export function messageBegunAt(table: MessageTable, newest: number, beganAt: number): number {
  let message = newest;
  while (table.firstAppendAt(message) > beganAt && table.previous(message) >= 0) message = table.previous(message);
  return message;
}

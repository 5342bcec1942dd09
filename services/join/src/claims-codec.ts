import * as v from "valibot";
import type { MemberClaims } from "./assign-tasks.ts";

export type Claims = Omit<MemberClaims, "memberId">;

const offsets = v.record(v.pipe(v.string(), v.regex(/^\d+$/)), v.pipe(v.number(), v.integer(), v.minValue(-1)));
const written = v.object({ owned: offsets, snapshots: offsets });

const none: Claims = { owned: new Map(), snapshots: new Map() };

/** Claims as a member writes them into its group metadata. */
export function encodeClaims({ owned, snapshots }: Claims): Buffer {
  return Buffer.from(
    JSON.stringify({ owned: Object.fromEntries(owned), snapshots: Object.fromEntries(snapshots) }),
    "utf8",
  );
}

/** Claims of any member: one of an earlier version writes nothing, and what cannot be read claims nothing. */
export function decodeClaims(userData: Buffer | null): Claims {
  if (userData === null || userData.length === 0) return none;
  let json: unknown;
  try {
    json = JSON.parse(userData.toString("utf8"));
  } catch {
    return none;
  }
  const { success, output } = v.safeParse(written, json);
  return success ? { owned: toMap(output.owned), snapshots: toMap(output.snapshots) } : none;
}

function toMap(record: Record<string, number>): Map<number, number> {
  return new Map(Object.entries(record).map(([task, offset]) => [Number(task), offset]));
}

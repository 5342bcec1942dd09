import { z } from "zod";
import type { MemberClaims } from "./assign-tasks.ts";

export type Claims = Omit<MemberClaims, "memberId">;

const offsets = z.record(z.string().regex(/^\d+$/), z.number().int().min(-1));
const written = z.object({ owned: offsets, snapshots: offsets });

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
  const { data } = written.safeParse(json);
  return data === undefined ? none : { owned: toMap(data.owned), snapshots: toMap(data.snapshots) };
}

function toMap(record: Record<string, number>): Map<number, number> {
  return new Map(Object.entries(record).map(([task, offset]) => [Number(task), offset]));
}

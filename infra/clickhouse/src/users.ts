import { createHash, timingSafeEqual } from "node:crypto";

import { exception } from "./exception.ts";

/** Someone who may send queries. */
export interface ServerUser {
  name: string;
  /** Empty: no password, which is only allowed on loopback. */
  password: string;
  /** `read`: the engine refuses everything that writes. */
  access: "read" | "write";
}

/** ClickHouse's own default: one user without password. */
export const defaultUsers: readonly ServerUser[] = [{ name: "default", password: "", access: "write" }];

/** Name and password as a request gives them. */
export interface Credentials {
  name: string;
  password: string;
}

/** The user, or ClickHouse's 516. Unknown name and wrong password look the same and take the same time. */
export function authenticate(users: readonly ServerUser[], given: Credentials): ServerUser {
  const user = users.find((one) => one.name === given.name);
  const matches = timingSafeEqual(digest(user?.password ?? ""), digest(given.password));
  if (user !== undefined && matches) return user;
  throw exception(
    "AUTHENTICATION_FAILED",
    `${given.name}: Authentication failed: password is incorrect, or there is no user with such name`,
  );
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

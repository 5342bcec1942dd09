import { createHmac } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { createDigests, loadRecipientKey } from "./recipient-key.ts";

const folder = mkdtempSync(join(tmpdir(), "antedate-key-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("loadRecipientKey", () => {
  it("takes the one that is given and writes nothing", async () => {
    expect(await loadRecipientKey(join(folder, "unused"), " secret\n")).toBe("secret");
    expect(readdirSync(folder)).not.toContain("unused");
  });

  it("makes one that only its owner can read, and keeps it", async () => {
    const data = join(folder, "kept");
    mkdirSync(data);
    const made = await loadRecipientKey(data, undefined);
    expect(made).toMatch(/^[0-9a-f]{64}$/);
    expect(await loadRecipientKey(data, "")).toBe(made);
    expect(statSync(join(data, "recipient-key")).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(data, "recipient-key"), "utf8").trim()).toBe(made);
  });

  it("gives all of several that start at once the same key, and leaves nothing else behind", async () => {
    const data = join(folder, "raced");
    mkdirSync(data);
    const keys = await Promise.all(Array.from({ length: 20 }, () => loadRecipientKey(data, undefined)));
    expect(new Set(keys).size).toBe(1);
    expect(readdirSync(data)).toEqual(["recipient-key"]);
  });
});

describe("loadRecipientKey refuses", () => {
  it("a key that is empty or no file, and says what to do", async () => {
    const data = join(folder, "odd");
    mkdirSync(join(data, "recipient-key"), { recursive: true });
    await expect(loadRecipientKey(data, undefined)).rejects.toThrow(
      /recipient-key cannot be read .* set RECIPIENT_KEY/,
    );
    rmSync(join(data, "recipient-key"), { recursive: true });
    writeFileSync(join(data, "recipient-key"), "");
    await expect(loadRecipientKey(data, undefined)).rejects.toThrow("is empty: delete it, or set RECIPIENT_KEY");
  });
});

describe("createDigests", () => {
  it("is HMAC-SHA-256 under the key's text, its first 16 bytes", () => {
    const hash = createDigests("secret").recipientHash("ann@rcpt.example");
    expect(hash.hex).toBe(createHmac("sha256", "secret").update("ann@rcpt.example").digest("hex").slice(0, 32));
    expect(Buffer.from(hash.bytes).toString("hex")).toBe(hash.hex);
  });
});

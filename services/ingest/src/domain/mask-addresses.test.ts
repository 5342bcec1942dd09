import { describe, expect, it } from "vitest";
import { maskAddresses } from "./mask-addresses.ts";
import { maskUrl } from "./mask-url.ts";

describe("maskAddresses", () => {
  it.each([
    ["to=<ann@rcpt.example>, relay", "to=<address>, relay"],
    ["no user ann@rcpt.example.", "no user <address>"],
    ["<o'brien+x/y@rcpt.example>: no", "<address>: no"],
    ['to=<"ann b"@rcpt.example>', "to=<address>"],
    ['{"recipient":"ann@rcpt.example","n":1}', '{"recipient":"<address>","n":1}'],
    ["from <bounce-ann=rcpt.example@sender.example> ok", "from <address> ok"],
    ["ann@[192.0.2.1] said", "<address> said"],
    ["e=ann%40rcpt.example&x", "<address>&x"],
    ["ann\\u0040rcpt.example", "<address>"],
    ["jörg@müller.example", "<address>"],
    ["a@b@c.example d@e", "<address> <address>"],
    ["host mx[192.0.2.1] said: 250 ok", "host mx[192.0.2.1] said: 250 ok"],
    ["at 5 @ noon", "at 5 @ noon"],
  ])("%s", (text, masked) => {
    expect(maskAddresses(text)).toBe(masked);
  });

  it("takes time linear in the text", () => {
    const began = performance.now();
    maskAddresses("a".repeat(500_000) + "@".repeat(200_000) + "b@".repeat(200_000));
    expect(performance.now() - began).toBeLessThan(2000);
  });
});

describe("maskUrl", () => {
  it("masks a query value that holds an address whole, and an address elsewhere by itself", () => {
    expect(maskUrl("/c/token/1?e=ann%40rcpt.example&next=a,ann@x.example/b&k=1")).toBe(
      "/c/token/1?e=<address>&next=<address>&k=1",
    );
    expect(maskUrl("https://t.example/u/ann@rcpt.example/2")).toBe("https://t.example/u/<address>/2");
    expect(maskUrl("/o/token.gif?ann@rcpt.example")).toBe("/o/token.gif?<address>");
    expect(maskUrl("/c/token/1")).toBe("/c/token/1");
  });
});

import { expect, test } from "vitest";
import { ipNetwork } from "./ip-network.ts";

test("an address is shown as its network", () => {
  const shown = {
    "203.0.113.77": "203.0.113.0/24",
    "2001:db8:1:2:3:4:5:6": "2001:db8:1::/48",
    "2001:DB8:1::5": "2001:db8:1::/48",
    "2001:db8::5": "2001:db8::/48",
    "::1": "::/48",
    "64:ff9b::192.0.2.33": "64:ff9b::/48",
    "::ffff:192.0.2.1": "192.0.2.0/24",
    "fe80::1%eth0": "fe80::/48",
  };
  for (const [ip, network] of Object.entries(shown)) expect(ipNetwork(ip)).toBe(network);
});

test("what is no address stays as it is", () => {
  for (const text of ["", "unknown", "203.0.113.777", "<script>", "1:2:3"]) expect(ipNetwork(text)).toBe(text);
});

import { isIPv4, isIPv6 } from "node:net";

/** The network of an address, `203.0.113.0/24` or `2001:db8:1::/48`; what is no address stays as it is. */
export function ipNetwork(ip: string): string {
  if (isIPv4(ip)) return `${ip.split(".").slice(0, 3).join(".")}.0/24`;
  const [address = ""] = ip.split("%");
  const embedded = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (embedded !== undefined) return ipNetwork(embedded);
  return isIPv6(address) ? `${new URL(`http://[${firstHextets(address)}]`).hostname.slice(1, -1)}/48` : ip;
}

/** With zeros for all but the first three groups. */
function firstHextets(address: string): string {
  const [head = "", tail] = address.toLowerCase().split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const width = right.some((group) => group.includes(".")) ? right.length + 1 : right.length;
  const zeros = tail === undefined ? 0 : 8 - left.length - width;
  const groups = [...left, ...Array<string>(zeros).fill("0"), ...right].slice(0, 3);
  return `${groups.map((group) => group.replace(/^0+(?=.)/, "")).join(":")}::`;
}

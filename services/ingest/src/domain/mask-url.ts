import { addressMask, holdsAddress, maskAddresses } from "./mask-addresses.ts";

/** A URL without addresses: a query value that holds one is masked whole, one elsewhere by itself (design §4.2). */
export function maskUrl(url: string): string {
  const query = url.indexOf("?");
  const path = query < 0 ? url : url.slice(0, query);
  const masked = path.split("/").map(maskAddresses).join("/");
  if (query < 0) return masked;
  return `${masked}?${url
    .slice(query + 1)
    .split("&")
    .map(maskPair)
    .join("&")}`;
}

function maskPair(pair: string): string {
  if (!holdsAddress(pair)) return pair;
  const equals = pair.indexOf("=");
  const name = pair.slice(0, Math.max(equals, 0));
  return equals < 0 || holdsAddress(name) ? addressMask : `${name}=${addressMask}`;
}

/** What stands where an address stood. */
export const addressMask = "<address>";

/**
 * Replaces every mail address by `<address>`, one in angle brackets together with them (design §4.2: addresses never
 * leave ingest). The at sign counts in the spellings that URLs and JSON give it too. Linear in the text: each at sign
 * widens to both sides, never back over what was taken before.
 */
export function maskAddresses(text: string): string {
  let masked = "";
  let taken = 0;
  for (const at of text.matchAll(atSigns)) {
    if (at.index < taken) continue;
    let from = localPartStart(text, at.index, taken);
    let to = domainEnd(text, at.index + at[0].length);
    if (from === at.index && to === at.index + at[0].length) continue;
    if (text[from - 1] === "<" && from - 1 >= taken && text[to] === ">") {
      from -= 1;
      to += 1;
    }
    masked += text.slice(taken, from) + addressMask;
    taken = to;
  }
  return masked + text.slice(taken);
}

/** Whether a text holds something that would be masked. */
export function holdsAddress(text: string): boolean {
  return maskAddresses(text) !== text;
}

const atSigns = /@|%(?:25)*40|\\u0040|&#(?:64|x40);|\uff20/gi;
/** Quotes, slashes and ampersands are legal in local parts: rather mask a word too many than half a name too little. */
const endsLocalPart = /[\s<>()[\],;:"]/u;
const endsDomain = /[\s<>()[\],;"'`/?&|#\\=!]/u;

function localPartStart(text: string, at: number, floor: number): number {
  if (text[at - 1] === '"' && at - 1 > floor) {
    const quote = openingQuote(text, at - 2, floor);
    if (quote !== null) return quote;
  }
  let start = at;
  while (start > floor && !endsLocalPart.test(text[start - 1] ?? " ")) start--;
  return start;
}

/** A quoted local part is at most 64 octets long by RFC 5321, so no far-away quote is taken for its beginning. */
function openingQuote(text: string, last: number, floor: number): number | null {
  for (let index = last; index >= floor && last - index < 80; index--) if (text[index] === '"') return index;
  return null;
}

function domainEnd(text: string, from: number): number {
  let end = from;
  if (text[end] === "[") {
    const close = text.slice(end, end + 64).indexOf("]");
    return close < 0 ? end : end + close + 1;
  }
  while (end < text.length && !endsDomain.test(text[end] ?? " ")) end++;
  return end;
}

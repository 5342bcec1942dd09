/**
 * Text from mail, safe to show: control characters (a terminal obeys them) and those that turn the direction of writing
 * (a reader would see another name) become a replacement character.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, "\ufffd");
}

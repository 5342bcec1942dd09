import type { Books } from "@antedate/ingest";

/** What became of the lines of an ingest, in one line and one more for what was rejected. */
export function booksTable(books: Books): string {
  const sum = (counts: Record<string, number>): number => Object.values(counts).reduce((a, b) => a + b, 0);
  const rejected = Object.entries(books.rejected).map(([reason, count]) => `${count} ${reason}`);
  const lines = [
    `${books.lines} lines: ${books.sends} sends, ${books.deliveries} deliveries, ${books.engagements} engagements, ` +
      `${sum(books.ignored)} ignored, ${sum(books.rejected)} rejected`,
  ];
  if (rejected.length > 0) lines.push(`rejected: ${rejected.join(", ")} (\`antedate ingest check\` shows each line)`);
  if (sum(books.rejected) > 0 && books.sends + books.deliveries + books.engagements === 0)
    lines.push("Not one line was understood: is it another format than you said?");
  return lines.join("\n");
}

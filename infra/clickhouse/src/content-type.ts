const typeByFormat: Readonly<Record<string, string>> = {
  tabseparated: "text/tab-separated-values; charset=UTF-8",
  tabseparatedwithnames: "text/tab-separated-values; charset=UTF-8; header=present",
  tabseparatedwithnamesandtypes: "text/tab-separated-values; charset=UTF-8; header=present",
  tsv: "text/tab-separated-values; charset=UTF-8",
  tsvwithnames: "text/tab-separated-values; charset=UTF-8; header=present",
  tsvwithnamesandtypes: "text/tab-separated-values; charset=UTF-8; header=present",
  csv: "text/csv; charset=UTF-8; header=absent",
  csvwithnames: "text/csv; charset=UTF-8; header=present",
  csvwithnamesandtypes: "text/csv; charset=UTF-8; header=present",
  jsoneachrow: "application/x-ndjson; charset=UTF-8",
  ndjson: "application/x-ndjson; charset=UTF-8",
  jsonlines: "application/x-ndjson; charset=UTF-8",
  xml: "application/xml; charset=UTF-8",
  arrow: "application/octet-stream",
  native: "application/octet-stream",
  parquet: "application/octet-stream",
};

/** Content type of a format's output; formats are named without regard to case. */
export function contentType(format: string): string {
  const name = format.toLowerCase();
  const known = typeByFormat[name];
  if (known !== undefined) return known;
  if (name.startsWith("json")) return "application/json; charset=UTF-8";
  return name.startsWith("rowbinary") ? "application/octet-stream" : "text/plain; charset=UTF-8";
}

import { avroType } from "./avro-types.ts";
import { flatFields, type FlatField } from "./flat-fields.ts";
import type { Input } from "./model/index.ts";
import { readerName } from "./writer-schemas.ts";

/** The fields of an input's events or of rejects, in the order of a view's places. */
export function viewFields(name: Input | "rejects"): FlatField[] {
  return flatFields(avroType(name === "rejects" ? "reject" : readerName[name]).type, name);
}

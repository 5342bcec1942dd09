import type avro from "avsc";
import { fieldsOf, partsOf } from "./avro-parts.ts";
import { stepsPerByte } from "./bounded-counts.ts";
import { byteCode, countCode, lengthCode, UnfitForWalk, type WalkNames } from "./walk-code.ts";

/** How many varint bytes `checkCounts` allows a number. */
const numberBytesMax = 10;
const fixedBytes: Record<string, number> = { null: 0, boolean: 1, float: 4, double: 8 };

/** Code that passes over a value that we have no place for. */
export function skipCode(type: avro.Type, names: WalkNames): string {
  const { types, itemsType, valuesType, size } = partsOf(type);
  const name: string = type.typeName;
  const unique = names.next();
  if (types) {
    const branches = types.map((one, branch) => `if (byte === ${branch * 2}) { ${skipCode(one, names)} }`);
    return `${byteCode} ${branches.join(" else ")} else return false;`;
  }
  const items = itemsType ?? valuesType;
  if (items) {
    const code = `${valuesType ? skipText : ""} ${skipCode(items, names)}`;
    return blocksCode(code, unique, Math.ceil((names.pieces - unique) / stepsPerByte));
  }
  if (name === "record" || name === "error") return recordCode(type, names);
  if (name === "string" || name === "bytes") return skipText;
  if (name === "int" || name === "long" || name === "enum") return numberCode(unique);
  const bytes = name === "fixed" ? size : fixedBytes[name];
  if (bytes === undefined) throw new UnfitForWalk();
  return `at += ${bytes};`;
}

const skipText = `${lengthCode} at += low;`;

function numberCode(unique: number): string {
  const stop = `stop${unique}`;
  return `const ${stop} = at + ${numberBytesMax};
    do { ${byteCode} } while (byte > 127 && at < ${stop});
    if (byte > 127) return false;`;
}

function recordCode(type: avro.Type, names: WalkNames): string {
  if (names.open.has(type)) throw new UnfitForWalk();
  names.open.add(type);
  const code = fieldsOf(type).map((field) => `{ ${skipCode(field.type, names)} }`);
  names.open.delete(type);
  return code.join("\n");
}

/**
 * Blocks of items, bounded as in `checkCounts` or closer: each counts as often as it takes `stepsPerByte` steps. A block
 * whose size is not that of its items is no list.
 */
function blocksCode(item: string, unique: number, weight: number): string {
  const [count, stop, index] = [`count${unique}`, `stop${unique}`, `index${unique}`];
  return `for (;;) {
      ${countCode}
      if (low === 0) break;
      const ${count} = low < 0 ? -low : low;
      let ${stop} = -1;
      if (low < 0) { ${lengthCode} ${stop} = at + low; }
      if ((items += ${count} * ${weight}) > itemsMax) return false;
      for (let ${index} = 0; ${index} < ${count}; ${index}++) { ${item} }
      if (${stop} !== -1 && at !== ${stop}) return false;
    }`;
}

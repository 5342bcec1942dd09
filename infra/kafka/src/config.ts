/**
 * The environment that Java and Maven are looked up in and started with; the only reader of `process.env` here. Where it
 * names no UTF-8 locale, one is added: Java could not open a folder with other letters than ASCII in its path.
 */
export function hostEnvironment(): NodeJS.ProcessEnv {
  const locale = process.env["LC_ALL"] || process.env["LC_CTYPE"] || process.env["LANG"] || "";
  return /utf-?8/i.test(locale) ? process.env : { ...process.env, LC_ALL: "C.UTF-8" };
}

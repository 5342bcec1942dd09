/** The environment that Java and Maven are looked up in and started with; the only reader of `process.env` here. */
export function hostEnvironment(): NodeJS.ProcessEnv {
  return process.env;
}

import { pino, type Logger, type LoggerOptions as LoggerOptionsOfPino } from "pino";

export type { Logger } from "pino";

export interface LoggerOptions {
  service: string;
  level: string;
  /** Which worker process of the service this is, where there are several. */
  worker?: string | undefined;
  /** Called before each line: a terminal's live line makes room for it. */
  beforeLine?: () => void;
}

/** JSON lines on stderr: stdout belongs to what a command prints. Written at once, so that a crash loses none. */
export function createLogger({ service, level, worker, beforeLine }: LoggerOptions): Logger {
  return pino(
    {
      level,
      base: { service, ...(worker === undefined ? {} : { worker }) },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      ...(beforeLine ? { hooks: { logMethod: withBefore(beforeLine) } } : {}),
    },
    pino.destination({ dest: 2, sync: true }),
  );
}

function withBefore(beforeLine: () => void): NonNullable<NonNullable<LoggerOptionsOfPino["hooks"]>["logMethod"]> {
  return function (args, method) {
    beforeLine();
    method.apply(this, args);
  };
}

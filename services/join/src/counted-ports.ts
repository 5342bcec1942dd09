import type { FlowCalls } from "@antedate/runtime";
import type { TaskPorts } from "./task-ports.ts";

/** The ports of a task, its calls to Kafka counted in `calls` for the watchdog. */
export function countedPorts(ports: TaskPorts, calls: FlowCalls): TaskPorts {
  const counted = async <T>(kind: "outstanding" | "patient", call: Promise<T>): Promise<T> => {
    calls[kind]++;
    try {
      return await call;
    } finally {
      calls[kind]--;
      calls.settled++;
    }
  };
  const { log, inputs } = ports;
  return {
    ...ports,
    log: {
      append: (value) => counted("outstanding", log.append(value)),
      ends: () => counted("outstanding", log.ends()),
      read: (offset) => counted("outstanding", log.read(offset)),
    },
    inputs: { ...inputs, ends: () => counted("outstanding", inputs.ends()) },
    // Its producer tries for ever within the call.
    reject: (rejects) => counted("patient", ports.reject(rejects)),
  };
}

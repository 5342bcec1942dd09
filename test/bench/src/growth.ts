import type { BenchArguments } from "./arguments.ts";
import { createJoinCore, type CoreRecord } from "./join-core.ts";
import { OpenTraffic } from "./open-traffic.ts";
import type { Report } from "./report.ts";

const chunk = 20_000;
/** One task's state is 4 GiB at the most. */
const tasks = 4;

/** Records per second of the join core as open messages grow; COMMITs are made and thrown away. */
export function benchGrowth({ quick, sizes }: BenchArguments): Report {
  const last = sizes?.at(-1) ?? (quick ? 400_000 : 20_000_000);
  const step = sizes && sizes.length > 1 ? (sizes[0] as number) : Math.max(chunk, last / 20);
  warmUp();
  const cores = Array.from({ length: tasks }, () => createJoinCore());
  const traffic = new OpenTraffic("open", tasks);
  const steps: { messages: number; recordsPerSecond: number; recordsPerCpuSecond: number; rssBytes: number }[] = [];
  while (traffic.messages < last) {
    let [records, wallMs, cpuMs] = [0, 0, 0];
    for (const end = traffic.messages + step; traffic.messages < end;) {
      const made = traffic.next(Math.min(chunk, end - traffic.messages));
      const cpu = process.cpuUsage();
      const began = performance.now();
      for (const [task, core] of cores.entries()) {
        for (const record of made[task] as CoreRecord[]) core.take(record.input, record);
        core.commit();
      }
      wallMs += performance.now() - began;
      const { user, system } = process.cpuUsage(cpu);
      cpuMs += (user + system) / 1_000;
      records += made.flat().length;
    }
    steps.push({
      messages: traffic.messages,
      recordsPerSecond: Math.round((records / wallMs) * 1_000),
      recordsPerCpuSecond: Math.round((records / cpuMs) * 1_000),
      rssBytes: process.memoryUsage().rss,
    });
  }
  const first = steps[0]?.recordsPerCpuSecond ?? NaN;
  return {
    title:
      "The join core as open messages grow, in 4 tasks: a send each, deferrals and engagement of random earlier ones",
    columns: ["open messages", "records/s", "per CPU-s", "of the first step", "RSS MB"],
    rows: steps.map((each) => [
      each.messages,
      each.recordsPerSecond,
      each.recordsPerCpuSecond,
      `${Math.round((each.recordsPerCpuSecond / first) * 100)} %`,
      each.rssBytes / 1e6,
    ]),
    figures: steps,
  };
}

/** The first step would else be the compiler's. */
function warmUp(): void {
  const core = createJoinCore();
  for (const record of new OpenTraffic().next(5 * chunk).flat()) core.take(record.input, record);
  core.commit();
}

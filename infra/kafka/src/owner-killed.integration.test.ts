import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { startKafka } from "./index.ts";
import { packageFile } from "./package-files.ts";
import { identifyProcess } from "./process-identity.ts";

const program = `
  import { startKafka } from ${JSON.stringify(packageFile("dist/index.js"))};
  const kafka = await startKafka({ dataDir: process.argv[1], port: 0, brokers: 1 });
  process.stdout.write(JSON.stringify({ pids: kafka.pids, clusterId: kafka.clusterId }));
`;

test("brokers go down with an owner that is killed, and the next owner takes over even before they are gone", async () => {
  const dataDir = await mkdtemp(join(tmpdir(), "antedate-kafka-"));
  const stdio = ["ignore", "pipe", "inherit"] as const;
  const owner = spawn(process.execPath, ["--input-type=module", "-e", program, dataDir], { stdio: [...stdio] });
  const [said] = (await once(owner.stdout ?? owner, "data")) as [Buffer];
  const { pids, clusterId } = JSON.parse(said.toString()) as { pids: number[]; clusterId: string };
  expect(await identifyProcess(pids[0] ?? 0)).toBeDefined();

  owner.kill("SIGKILL");
  await once(owner, "exit");
  const next = await startKafka({ dataDir, port: 0, brokers: 1 });
  expect(await identifyProcess(pids[0] ?? 0)).toBeUndefined();
  expect(next.clusterId).toBe(clusterId);
  await next.stop();
  await rm(dataDir, { recursive: true });
});

test("a broker that is frozen when its owner is killed goes down too", async () => {
  const dataDir = await mkdtemp(join(tmpdir(), "antedate-kafka-"));
  const owner = spawn(process.execPath, ["--input-type=module", "-e", program, dataDir], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [said] = (await once(owner.stdout ?? owner, "data")) as [Buffer];
  const { pids } = JSON.parse(said.toString()) as { pids: number[] };
  const [pid = 0] = pids;
  process.kill(pid, "SIGSTOP");
  owner.kill("SIGKILL");
  const deadline = Date.now() + 20_000;
  while ((await identifyProcess(pid)) !== undefined && Date.now() < deadline) await sleep(100);
  expect(await identifyProcess(pid)).toBeUndefined();
  await rm(dataDir, { recursive: true });
});

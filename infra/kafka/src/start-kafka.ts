import { resolve } from "node:path";
import { formatLogDirectory, writeBrokerFiles, type BrokerFiles } from "./broker-files.ts";
import { ensureBrokerJars } from "./broker-jars.ts";
import { openDataDirectory, type DataDirectory } from "./data-directory.ts";
import { freePort, requirePort } from "./free-port.ts";
import { findJava } from "./java.ts";
import { createRunningKafka, type RunningKafka } from "./running-kafka.ts";

export interface KafkaOptions {
  /** Made if missing; what is in it is continued. */
  dataDir: string;
  /** Port of the first broker, the others take the next ones; 0 takes free ones, those of the last start if possible. */
  port: number;
  /** Three hold every record three times, as production should; a data directory keeps its number for ever. */
  brokers: 1 | 3;
  /** Where brokers listen, and the name that clients are told to dial. */
  host?: string;
  /** Java heap of each broker; 16 MiB records and their copies must fit several times. */
  heapMb?: number;
  /** Bound on the wait for the cluster to serve; a crashed broker first walks through its logs. */
  readyTimeoutMs?: number;
  /** Steps of the start, as sentences for a person who waits. */
  onProgress?: (sentence: string) => void;
  /** What happens later, as sentences for a log. */
  onLog?: (sentence: string) => void;
}

/**
 * Starts Kafka on this machine and resolves once it serves. Brokers run in process groups of their own: Ctrl-C does not
 * reach them, and they go down by themselves when this process dies. Rejects with a StartError where a person can mend it.
 */
export async function startKafka(options: KafkaOptions): Promise<RunningKafka> {
  const [java, jarsDir] = await Promise.all([
    findJava(),
    ensureBrokerJars(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
  ]);
  const directory = await openDataDirectory(resolve(options.dataDir), options.brokers);
  try {
    const host = options.host ?? "127.0.0.1";
    const ports = await choosePorts(directory, host, options);
    const files = await prepare({ ...options, java, jarsDir, directory, host, ...ports });
    const running = createRunningKafka({
      java,
      files,
      host,
      ports: ports.ports,
      clusterId: directory.record.clusterId,
      owner: directory.owner,
      readyTimeoutMs: options.readyTimeoutMs ?? 120_000,
      onLog: options.onLog ?? (() => {}),
    });
    options.onProgress?.(options.brokers === 1 ? "Starting the Kafka broker." : "Starting three Kafka brokers.");
    await running.startAll();
    return running;
  } catch (error) {
    await directory.owner.release();
    throw error;
  }
}

interface Ports {
  ports: number[];
  controllerPorts: number[];
}

async function choosePorts(directory: DataDirectory, host: string, options: KafkaOptions): Promise<Ports> {
  const { record } = directory;
  const chosen: Ports = { ports: [], controllerPorts: [] };
  const taken = new Set<number>();
  for (let index = 0; index < options.brokers; index++) {
    chosen.ports.push(await choosePort(index));
  }
  for (let index = 0; index < options.brokers; index++) {
    chosen.controllerPorts.push(await freePort(host, record.controllerPorts[index], taken));
  }
  await directory.save({ ...record, ...chosen });
  return chosen;

  async function choosePort(index: number): Promise<number> {
    if (options.port === 0) return freePort(host, record.ports[index], taken);
    await requirePort(host, options.port + index);
    taken.add(options.port + index);
    return options.port + index;
  }
}

interface Preparation extends KafkaOptions, Ports {
  java: string;
  jarsDir: string;
  directory: DataDirectory;
  host: string;
}

async function prepare({ directory, ...options }: Preparation): Promise<BrokerFiles[]> {
  const heapMb = options.heapMb ?? (options.brokers === 1 ? 512 : 384);
  const { clusterId } = directory.record;
  const all: BrokerFiles[] = [];
  for (const index of options.ports.keys()) {
    const files = await writeBrokerFiles({ ...options, heapMb, dataDir: directory.path, index });
    await formatLogDirectory(files, { ...options, clusterId });
    all.push(files);
  }
  return all;
}

import { checkKeyPlacement, readMisplacedKeys, type Finding } from "@antedate/kafka-server/topics";
import { readJoinConfig, type JoinConfig } from "@antedate/join";
import { createKafka, createLogger, FatalError, waitForKafka, type Logger } from "@antedate/runtime";
import { createClickHouse } from "@antedate/runtime/clickhouse";
import { checkMigrated } from "@antedate/sink";
import { balanceFindings, readBalance } from "./balance-findings.ts";
import { findTopicFaults } from "./checked-topics.ts";
import type { CommandContext } from "./command-context.ts";
import { deadline } from "./deadline.ts";
import { unlessStopped } from "./job.ts";

const marks = { ok: "ok      ", warning: "warning ", error: "wrong   " };
const keysSampled = 2_000;
/** Longer than a server takes that is there. */
const answerMsMax = 5_000;

/** What the services check at their start, and what they cannot. Throws FatalError where something is wrong. */
export async function doctor({ env, print, signal }: CommandContext): Promise<void> {
  const config = readJoinConfig({ LOG_LEVEL: "silent", ...env });
  const log = createLogger({ service: "doctor", level: config.logLevel });
  const findings = [
    ...(await unlessStopped(signal, kafkaFindings(config, log, signal))),
    ...(await clickHouseFindings(config, log, signal)),
  ];
  for (const { severity, sentence, remedy } of findings) {
    print(marks[severity] + sentence);
    if (remedy) print(`        mend it: ${remedy}`);
  }
  const wrong = findings.filter(({ severity }) => severity === "error").length;
  if (wrong > 0) throw new FatalError(`${wrong} of ${findings.length} checks failed.`);
}

async function kafkaFindings(config: JoinConfig, log: Logger, signal: AbortSignal): Promise<Finding[]> {
  try {
    const client = { brokers: config.brokers, security: config.security, clientId: "antedate-doctor", log };
    await waitForKafka(client, deadline(signal, answerMsMax));
    const { findings } = await findTopicFaults(config, config.settings.windowMs, log);
    if (config.partitioner === "any" || findings.some(({ severity }) => severity === "error")) return findings;
    const kafka = createKafka(client);
    return [...findings, ...checkKeyPlacement(await readMisplacedKeys(kafka, config.topicPrefix, keysSampled))];
  } catch (error) {
    if (error instanceof FatalError) return [{ severity: "error", sentence: error.message }];
    const sentence = `Kafka at ${config.brokers.join(",")} does not answer.`;
    return [
      {
        severity: "error",
        sentence,
        remedy: "start it (`antedate up`), or mend KAFKA_BROKERS, KAFKA_TLS and KAFKA_USERNAME",
      },
    ];
  }
}

async function clickHouseFindings(config: JoinConfig, log: Logger, signal: AbortSignal): Promise<Finding[]> {
  const ending = deadline(signal, answerMsMax);
  try {
    await checkMigrated({ clickHouseUrl: config.clickHouseUrl, log, signal: ending });
    const sentence = "ClickHouse answers, its tables are as they must be";
    return [{ severity: "ok", sentence }, ...(await unlessStopped(signal, storedBalance(config)))];
  } catch (error) {
    if (error instanceof FatalError) return [{ severity: "error", sentence: error.message }];
    const { host } = new URL(config.clickHouseUrl);
    const sentence = `ClickHouse at ${host} does not answer.`;
    return [{ severity: "error", sentence, remedy: "start it (`antedate up`), or set CLICKHOUSE_URL" }];
  }
}

async function storedBalance({ clickHouseUrl }: JoinConfig): Promise<Finding[]> {
  const client = createClickHouse(clickHouseUrl);
  try {
    return balanceFindings(await readBalance(client));
  } finally {
    await client.close();
  }
}

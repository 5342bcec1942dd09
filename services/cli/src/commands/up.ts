import { Option, type Command } from "commander";
import type { CommandContext } from "../command-context.ts";
import { toPartitions, toPath, toPort } from "../flag-values.ts";
import type { UpFlags } from "../up.ts";
import { workersOption } from "../workers-flag.ts";

/** `antedate up`: everything on this machine, in the foreground. */
export function addUpCommand(program: Command, context: CommandContext): void {
  program
    .command("up")
    .description("everything on this machine, in the foreground: Kafka, ClickHouse, topics, tables, join, sink")
    .option("--data <dir>", "where all of it is kept; the same folder continues where it stopped", toPath, ".antedate")
    .addOption(new Option("--brokers <count>", "Kafka brokers").choices(["1", "3"]).default("1"))
    .option("--kafka-port <port>", "port of the first broker; 0 takes free ones", toPort, 9092)
    .option("--clickhouse-port <port>", "port of ClickHouse's HTTP interface; 0 takes a free one", toPort, 8123)
    .option("--http-port <port>", "port of HTTP ingest (not in this version)", toPort, 8080)
    .option("--partitions <count>", "partitions of the topics that are made", toPartitions, 12)
    .addOption(workersOption())
    .option("--infra-only", "servers, topics and tables without the services")
    .action(async (flags: UpFlags) => {
      const { up } = await import("../up.ts");
      await up(flags, context);
    });
}

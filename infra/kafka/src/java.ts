import { join } from "node:path";
import { hostEnvironment } from "./config.ts";
import { runCommand } from "./run-command.ts";
import { StartError } from "./start-error.ts";

/** Kafka 4 brokers are compiled for this release. */
const javaReleaseMin = 17;

/** The `java` to start brokers with: that of JAVA_HOME, else the one on PATH; refuses one too old for Kafka 4. */
export async function findJava(env: NodeJS.ProcessEnv = hostEnvironment()): Promise<string> {
  const home = env["JAVA_HOME"];
  const java = home === undefined || home === "" ? "java" : join(home, "bin", "java");
  const result = await runCommand(java, ["-XshowSettings:properties", "-version"], { env });
  if (result.startError !== undefined || result.code !== 0) {
    const place = java === "java" ? "there is no working `java` on PATH" : `JAVA_HOME has no working ${java}`;
    throw new StartError(
      "java_missing",
      `Kafka needs Java ${javaReleaseMin} or newer and ${place}: install a JDK (Debian: apt install openjdk-17-jre-headless) or set JAVA_HOME.`,
    );
  }
  const release = javaRelease(result.output);
  if (release === undefined || release < javaReleaseMin) {
    const found = release === undefined ? "of an unknown release" : `Java ${release}`;
    throw new StartError(
      "java_too_old",
      `Kafka needs Java ${javaReleaseMin} or newer but \`${java}\` is ${found}: install a newer JDK or point JAVA_HOME to one.`,
    );
  }
  return java;
}

/** Java's release number from its property listing; before 9 it is written `1.8`. */
export function javaRelease(properties: string): number | undefined {
  const match = /^\s*java\.specification\.version = (?:1\.)?(\d+)/m.exec(properties);
  return match?.[1] === undefined ? undefined : Number(match[1]);
}

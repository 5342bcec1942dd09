import { chmod, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ensureBrokerJars, firstErrorLine, type JarOptions } from "./broker-jars.ts";

describe("ensureBrokerJars", () => {
  let folder: string;
  let options: JarOptions & { jarsDir: string; pomFile: string };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "antedate-jars-"));
    const pomFile = join(folder, "pom.xml");
    await writeFile(pomFile, "<project/>");
    options = { env: { PATH: `${folder}:/usr/bin:/bin` }, pomFile, jarsDir: join(folder, "jars") };
  });

  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  /** A Maven that counts its runs and finds the wanted folder among its arguments, as the real one does. */
  async function stubMaven(script: string): Promise<void> {
    const find = 'for arg; do case "$arg" in -Djars.dir=*) dir="${arg#-Djars.dir=}";; esac; done';
    await writeFile(join(folder, "mvn"), `#!/bin/sh\necho run >> "${folder}/runs"\n${find}\n${script}\n`);
    await chmod(join(folder, "mvn"), 0o755);
  }

  async function runs(): Promise<number> {
    return (await readFile(join(folder, "runs"), "utf8")).trim().split("\n").length;
  }

  test("two starts at once download once, and a later one not at all", async () => {
    await stubMaven('mkdir -p "$dir"; sleep 0.3; touch "$dir/kafka.jar"');
    const [first, second] = await Promise.all([ensureBrokerJars(options), ensureBrokerJars(options)]);
    expect(second).toBe(first);
    expect(await readdir(first)).toEqual(["kafka.jar"]);
    expect(await ensureBrokerJars(options)).toBe(first);
    expect(await runs()).toBe(1);
  });

  test("another pom gets jars of its own", async () => {
    await stubMaven('mkdir -p "$dir"');
    const first = await ensureBrokerJars(options);
    await writeFile(options.pomFile, "<project>newer</project>");
    expect(await ensureBrokerJars(options)).not.toBe(first);
    expect(await runs()).toBe(2);
  });

  test("a download that was cut short is thrown away and done again", async () => {
    await stubMaven('mkdir -p "$dir"; touch "$dir/half.jar"; kill -9 $$');
    await expect(ensureBrokerJars(options)).rejects.toMatchObject({ code: "jars_unavailable" });
    await stubMaven('mkdir -p "$dir"; touch "$dir/whole.jar"');
    const jars = await ensureBrokerJars(options);
    expect(await readdir(jars)).toEqual(["whole.jar"]);
    expect(await readdir(options.jarsDir)).toHaveLength(1);
  });

  test("says what Maven said where it fails", async () => {
    await stubMaven("echo '[ERROR] Failed to execute goal: no route to host -> [Help 1]'; exit 1");
    await expect(ensureBrokerJars(options)).rejects.toMatchObject({
      code: "jars_unavailable",
      message: expect.stringContaining("(Failed to execute goal: no route to host)"),
    });
  });

  test("says how to get Maven where there is none, but needs none once the jars are there", async () => {
    const without = { ...options, env: { PATH: join(folder, "nothing") } };
    await expect(ensureBrokerJars(without)).rejects.toMatchObject({
      code: "maven_missing",
      message: expect.stringContaining("mvn"),
    });
    await stubMaven('mkdir -p "$dir"');
    const jars = await ensureBrokerJars(options);
    expect(await ensureBrokerJars(without)).toBe(jars);
  });
});

test("the first error line is taken without colours and pointers to help", () => {
  const output = "\u001B[0m\n[INFO] x\n[ERROR] Could not transfer artifact a:b -> [Help 1]\n[ERROR] more\n";
  expect(firstErrorLine(output)).toBe("Could not transfer artifact a:b");
  expect(firstErrorLine("")).toBe("it gave no reason");
});

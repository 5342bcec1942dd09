import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findJava, javaRelease } from "./java.ts";

describe("findJava", () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "antedate-java-"));
  });

  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  async function stubJava(home: string, release: string): Promise<string> {
    await mkdir(join(folder, home, "bin"), { recursive: true });
    const java = join(folder, home, "bin", "java");
    await writeFile(java, `#!/bin/sh\necho "    java.specification.version = ${release}" >&2\n`);
    await chmod(java, 0o755);
    return join(folder, home);
  }

  test("takes java from PATH, and JAVA_HOME before it", async () => {
    const home = await stubJava("seventeen", "17");
    expect(await findJava({ PATH: join(home, "bin") })).toBe("java");
    expect(await findJava({ PATH: "", JAVA_HOME: home })).toBe(join(home, "bin", "java"));
  });

  test("says how to get Java where there is none", async () => {
    await expect(findJava({ PATH: folder })).rejects.toMatchObject({
      name: "StartError",
      code: "java_missing",
      message: expect.stringMatching(/^Kafka needs Java 17 .*install a JDK/),
    });
  });

  test("names a JAVA_HOME that has no java, even where PATH has one", async () => {
    const home = await stubJava("good", "17");
    await expect(findJava({ PATH: join(home, "bin"), JAVA_HOME: join(folder, "gone") })).rejects.toMatchObject({
      code: "java_missing",
      message: expect.stringContaining("JAVA_HOME"),
    });
  });

  test("refuses a release that cannot run Kafka 4, and names it", async () => {
    const home = await stubJava("eight", "1.8");
    await expect(findJava({ JAVA_HOME: home })).rejects.toMatchObject({
      code: "java_too_old",
      message: expect.stringContaining("Java 8"),
    });
  });

  test("reads the release of old and new Java, and none from noise", () => {
    expect(javaRelease("  java.specification.version = 21\n")).toBe(21);
    expect(javaRelease("a\n    java.specification.version = 1.8\nb")).toBe(8);
    expect(javaRelease("openjdk 17")).toBeUndefined();
  });
});

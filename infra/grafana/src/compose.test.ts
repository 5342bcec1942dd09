import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { clickHouseSource, pluginVersion } from "./clickhouse-query.ts";
import { prometheusSource } from "./prometheus-query.ts";

interface Service {
  image: string;
  build?: { context: string; dockerfile: string };
  command?: string[];
  ports?: string[];
  volumes?: string[];
  environment?: Record<string, string | number>;
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test: string[] };
  restart?: string;
}

interface Compose {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
  configs: Record<string, { content: string }>;
}

const infra = new URL("../../", import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, infra), "utf8");
const text = read("compose.yaml");
const compose = parse(text, { merge: true, strict: true }) as Compose;
const { services } = compose;
const ours = ["topics", "tables", "join", "sink"];

describe("compose.yaml", () => {
  test("has the servers, the two one-shots and the services", () => {
    expect(Object.keys(services).sort()).toEqual([
      "clickhouse",
      "grafana",
      "join",
      "kafka",
      "prometheus",
      "sink",
      "tables",
      "topics",
    ]);
  });

  test("ports are published on the loopback address only", () => {
    const published = Object.values(services).flatMap(({ ports = [] }) => ports);
    expect(published).toHaveLength(3);
    for (const port of published) expect(port).toMatch(/^127\.0\.0\.1:\$\{[A-Z]+_PORT:-\d+\}:\d+$/);
  });

  test("servers have a health check; one-shots end; the rest comes back", () => {
    for (const name of ["kafka", "clickhouse", "prometheus", "grafana", "join", "sink"]) {
      expect(services[name]?.healthcheck?.test[0]).toBe("CMD");
    }
    for (const [name, { restart }] of Object.entries(services)) {
      expect(restart).toBe({ topics: "no", tables: "on-failure" }[name] ?? "unless-stopped");
    }
  });

  test("what a service waits for is there and can be waited for", () => {
    for (const { depends_on: waits = {} } of Object.values(services)) {
      for (const [name, { condition }] of Object.entries(waits)) {
        expect(services[name]).toBeDefined();
        const ends = ["topics", "tables"].includes(name);
        expect(condition).toBe(ends ? "service_completed_successfully" : "service_healthy");
      }
    }
  });

  test("volumes and mounted folders exist", () => {
    const sources = Object.values(services).flatMap(({ volumes = [] }) =>
      volumes.map((one) => one.split(":")[0] ?? ""),
    );
    for (const source of sources) {
      if (source.startsWith("./")) expect(existsSync(new URL(source, infra))).toBe(true);
      else expect(Object.keys(compose.volumes)).toContain(source);
    }
  });

  test("images are pinned, Kafka to the version of the embedded broker", () => {
    for (const { image } of Object.values(services)) expect(image).toMatch(/^(antedate|[\w-]+\/[\w-]+:v?\d[\d.]+)$/);
    const [, version] = /<kafka\.version>(.+)<\/kafka\.version>/.exec(read("kafka/pom.xml")) ?? [];
    expect(services.kafka?.image).toBe(`apache/kafka:${version}`);
  });

  test("our services read only variables that the README's table has", () => {
    const table = read("../README.md");
    for (const name of ours) {
      for (const variable of Object.keys(services[name]?.environment ?? {})) expect(table).toContain(`\`${variable}\``);
    }
  });

  test("every variable of the file is explained at its head, with its default, and the reverse", () => {
    const used = [...text.matchAll(/\$\{([A-Z_]+):-([^}]*)\}/g)].map(([, name, value]) => `${name} ${value}`);
    const explained = [...text.matchAll(/^# {3}([A-Z_]+) +(\S+) /gm)].map(([, name, value]) => `${name} ${value}`);
    expect([...new Set(used)].sort()).toEqual(explained.sort());
  });

  test("join and sink are asked where they listen, by their health checks and by Prometheus", () => {
    const { scrape_configs: jobs } = parse(read("prometheus/prometheus.yml")) as {
      scrape_configs: { job_name: string; dns_sd_configs: { names: string[]; port: number }[] }[];
    };
    expect(jobs.map(({ job_name: name }) => name)).toEqual(["join", "sink"]);
    for (const { job_name: name, dns_sd_configs: found } of jobs) {
      const { METRICS_HOST: host, METRICS_PORT: port } = services[name]?.environment ?? {};
      expect(host).toBe("0.0.0.0");
      expect(found).toEqual([expect.objectContaining({ names: [name], type: "A", port })]);
      expect(services[name]?.healthcheck?.test.join(" ")).toContain(`http://127.0.0.1:${port}/health`);
    }
  });

  test("the health check ends well where health is ok and badly where it is not or nobody answers", async () => {
    const [, , flag = "", script = ""] = services.join?.healthcheck?.test ?? [];
    expect([flag, services.join?.healthcheck?.test[1]]).toEqual(["-e", "node"]);
    const check = (port: number): Promise<number | null> => {
      const child = spawn(process.execPath, [flag, script.replace("9464", String(port))], { stdio: "ignore" });
      return once(child, "close").then(([code]) => code as number | null);
    };
    let status = 200;
    const server = createServer((_, response) => response.writeHead(status).end()).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    expect(await check(port)).toBe(0);
    status = 503;
    expect(await check(port)).toBe(1);
    server.close();
    server.closeAllConnections();
    await once(server, "close");
    expect(await check(port)).toBe(1);
  });

  test("topics are made by the command line, which knows their settings", () => {
    const { image, command } = services.topics ?? {};
    expect({ image, command }).toEqual({ image: "antedate", command: ["topics", "--partitions", "${PARTITIONS:-12}"] });
  });
});

describe("provisioning", () => {
  test.each([
    ["clickhouse", clickHouseSource],
    ["prometheus", prometheusSource],
  ])("the data source %s is the one that the dashboards name, and gets its variables", (name, named) => {
    const source = read(`grafana/provisioning/datasources/${name}.yaml`);
    const { datasources } = parse(source) as { datasources: { uid: string; type: string }[] };
    expect(datasources).toEqual([expect.objectContaining(named)]);
    const variables = [...source.matchAll(/: \$([A-Z_]+)/g)].map(([, variable]) => variable ?? "");
    expect(variables.length).toBeGreaterThan(0);
    expect(Object.keys(services.grafana?.environment ?? {})).toEqual(expect.arrayContaining(variables));
  });

  test("Grafana installs the plugin that the queries are written for", () => {
    const { GF_PLUGINS_PREINSTALL_SYNC: plugin } = services.grafana?.environment ?? {};
    expect(plugin).toBe(`${clickHouseSource.type}@${pluginVersion}`);
  });

  test("dashboards are looked for where they are mounted", () => {
    const { providers } = parse(read("grafana/provisioning/dashboards/antedate.yaml")) as {
      providers: { options: { path: string } }[];
    };
    expect(services.grafana?.volumes).toContain(`./grafana/dashboards:${providers[0]?.options.path}:ro`);
  });
});

describe("Dockerfile", () => {
  const dockerfile = read("Dockerfile");

  test("has Node's and npm's versions of the repository, and runs as a user without rights", () => {
    const images = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, image]) => image);
    expect(new Set(images)).toEqual(new Set([`node:${read("../.nvmrc").trim()}-bookworm-slim`]));
    const { packageManager } = JSON.parse(read("../package.json")) as { packageManager: string };
    expect(dockerfile).toContain(`npm install --global ${packageManager}`);
    expect(dockerfile).toMatch(/^USER node$/m);
  });

  test("copies what a production install links to", () => {
    const copied = [...dockerfile.matchAll(/^COPY --from=build \/app\/(\S+)/gm)].map(([, path]) => path ?? "");
    expect(copied).toEqual(["package.json", "node_modules", "schemas", "infra", "services"]);
    for (const path of ["services/cli/bin/antedate.js", "infra/kafka", "schemas/avro", "schemas/clickhouse"]) {
      expect(existsSync(new URL(`../${path}`, infra))).toBe(true);
    }
  });
});

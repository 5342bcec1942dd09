import { writeFileSync } from "node:fs";
import { join } from "node:path";

// Not among them: FILE, URL, S3, REMOTE and the other sources, so that no user reaches the files and the network of the
// server's machine; CREATE DICTIONARY, which in the embedded engine runs any command of the machine by SOURCE(EXECUTABLE);
// and SYSTEM SHUTDOWN, which would end the process in the middle of other requests.
const grants = [
  "SHOW, SELECT, INSERT, ALTER, DROP, UNDROP TABLE, TRUNCATE, OPTIMIZE, CHECK, KILL QUERY, dictGet, INTROSPECTION",
  "CREATE DATABASE, CREATE TABLE, CREATE VIEW, CREATE TEMPORARY TABLE, CREATE FUNCTION, DROP FUNCTION",
  "SYSTEM DROP CACHE, SYSTEM RELOAD, SYSTEM MERGES, SYSTEM TTL MERGES, SYSTEM MOVES, SYSTEM FLUSH, SYSTEM VIEWS",
].join(", ");

const usersXml = `<clickhouse>
  <profiles><default/></profiles>
  <quotas><default/></quotas>
  <users>
    <default>
      <password/>
      <networks><ip>::/0</ip></networks>
      <profile>default</profile>
      <quota>default</quota>
      <grants><query>GRANT ${grants} ON *.*</query></grants>
    </default>
  </users>
</clickhouse>
`;

/** Writes the engine's configuration into the data directory; returns the arguments of a connection that use it. */
export function writeEngineConfig(dataDir: string, memoryBytesMax: number): string[] {
  const usersFile = join(dataDir, "engine-users.xml");
  const configFile = join(dataDir, "engine-config.xml");
  writeFileSync(usersFile, usersXml);
  writeFileSync(configFile, `<clickhouse><users_config>${escapeXml(usersFile)}</users_config></clickhouse>\n`);
  return [`--config-file=${configFile}`, `--max_server_memory_usage=${memoryBytesMax}`];
}

function escapeXml(text: string): string {
  return text.replace(/[<>&]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

export { ServerStartError } from "./start-error.ts";
export { startClickHouseServer, type StartedServer, type StartOptions } from "./start-server.ts";

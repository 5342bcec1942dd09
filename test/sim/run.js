// Starts the simulation from its sources, resolved as the tests resolve them, by the tool that the tests run on.
import { createViteServer } from "vitest/node";

const conditions = ["antedate-source"];
const server = await createViteServer({
  configFile: false,
  root: new URL("../..", import.meta.url).pathname,
  appType: "custom",
  logLevel: "warn",
  server: { middlewareMode: true, hmr: false, ws: false, watch: null },
  optimizeDeps: { noDiscovery: true },
  resolve: { conditions },
  ssr: { resolve: { conditions }, noExternal: [/@antedate\//] },
});
try {
  await server.ssrLoadModule("/test/sim/main.ts");
} finally {
  await server.close();
}

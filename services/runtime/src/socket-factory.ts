import { connect as connectPlain, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { ISocketFactory } from "kafkajs";
import { responseMemory } from "./response-memory.ts";
import { readWholeResponses } from "./whole-responses.ts";

const keepAliveMs = 60_000;

/**
 * Sockets as kafkajs makes them, but each of their `data` events is one whole response, and without Node's warning at the
 * eleventh listener: kafkajs hangs one for every request that waits when a connection ends, and a process with many
 * partitions has more than ten of them. They go with the socket.
 */
export const socketFactory: ISocketFactory = ({ host, port, ssl, onConnect }) => {
  const servername = isIP(host) === 0 ? { servername: host } : {};
  const onread = readWholeResponses(
    (response) => socket.emit("data", response),
    (error) => socket.destroy(error),
    (length) => responseMemory.allocate(length),
  );
  const to = { host, port, onread };
  const socket: Socket = ssl ? connectTls({ ...to, ...servername, ...ssl }, onConnect) : connectPlain(to, onConnect);
  socket.setKeepAlive(true, keepAliveMs);
  socket.setMaxListeners(0);
  return socket;
};

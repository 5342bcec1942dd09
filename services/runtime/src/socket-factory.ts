import { connect as connectPlain, isIP } from "node:net";
import { connect as connectTls } from "node:tls";
import type { ISocketFactory } from "kafkajs";

const keepAliveMs = 60_000;

/**
 * Sockets as kafkajs makes them, but without Node's warning at the eleventh listener: kafkajs hangs one for every
 * request that waits when a connection ends, and a process with many partitions has more than ten of them. They go
 * with the socket.
 */
export const socketFactory: ISocketFactory = ({ host, port, ssl, onConnect }) => {
  const servername = isIP(host) === 0 ? { servername: host } : {};
  const socket = ssl
    ? connectTls({ host, port, ...servername, ...ssl }, onConnect)
    : connectPlain({ host, port }, onConnect);
  socket.setKeepAlive(true, keepAliveMs);
  socket.setMaxListeners(0);
  return socket;
};

import type { Message } from "./message.ts";

/** Where a task keeps its messages. The task is its only user; what it gets, it changes in place. */
export interface MessageStore {
  readonly size: number;
  get(id: string): Message | undefined;
  put(message: Message): void;
  /** Removes the message if it is the one kept under its ID. */
  remove(message: Message): void;
  /** Of one ID the oldest first. */
  all(): Iterable<Message>;
}

/** A store on the heap: simple and exact, some 2 KB a message. */
export function createMapStore(): MessageStore {
  const messages = new Map<string, Message>();
  return {
    get size() {
      return messages.size;
    },
    get: (id) => messages.get(id),
    put: (message) => void messages.set(message.id, message),
    remove: (message) => {
      if (messages.get(message.id) === message) messages.delete(message.id);
    },
    *all() {
      for (const message of messages.values()) yield* chainOf(message);
    },
  };
}

function chainOf(message: Message): Message[] {
  return message.previous === null || message.previous.gone ? [message] : [...chainOf(message.previous), message];
}

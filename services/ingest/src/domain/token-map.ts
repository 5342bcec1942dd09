/** The message that a tracking token stands for. */
export interface TrackedMessage {
  message_id: string;
  /** The token stands in several messages, so a request does not say whose it is. */
  ambiguous: boolean;
}

/** From the tokens of tracked URLs to message IDs, as the send list has them. */
export interface TokenMap {
  add(token: string, messageId: string): void;
  find(token: string): TrackedMessage | null;
}

export function createTokenMap(): TokenMap {
  const messages = new Map<string, string>();
  const ambiguous = new Set<string>();

  function add(token: string, messageId: string): void {
    const known = messages.get(token);
    if (known === undefined) messages.set(token, messageId);
    else if (known !== messageId) ambiguous.add(token);
  }

  function find(token: string): TrackedMessage | null {
    const messageId = messages.get(token);
    return messageId === undefined ? null : { message_id: messageId, ambiguous: ambiguous.has(token) };
  }

  return { add, find };
}

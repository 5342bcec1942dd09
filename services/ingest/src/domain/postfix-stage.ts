import { stages, type Stage } from "@antedate/schemas/model";

/**
 * The SMTP command that Postfix's words say was answered, or null where they do not say. Strings are those of Postfix's
 * smtp_proto.c (`xfer_request`, `xfer_states`) and smtp_connect.c; only their fixed places are read, since the remote
 * host's text is free.
 */
export function stageOf(text: string): Stage | null {
  const reply = /\(in reply to ([^()]+)\)$/.exec(text);
  if (reply?.[1] !== undefined) return stageOfCommand(reply[1]);
  if (/^host \S+ refused to talk to me: /.test(text)) return "connect";
  const broken = /^(?:lost connection with|conversation with) \S+ (?:timed out )?while (.+)$/s.exec(text);
  if (broken?.[1] !== undefined) return stageOfActivity(broken[1]);
  if (beforeConnection.test(text)) return "connect";
  return beforeMail.test(text) ? "ehlo" : null;
}

/** The furthest of two stages; `unknown` may have been the end of DATA, so only that goes before it. */
export function furthestStage(one: Stage, other: Stage): Stage {
  return rank(one) >= rank(other) ? one : other;
}

function rank(stage: Stage): number {
  if (stage === "end_of_data") return stages.length;
  return stage === "unknown" ? stages.length - 1 : stages.indexOf(stage);
}

function stageOfCommand(command: string): Stage {
  if (command.startsWith("end of DATA")) return "end_of_data";
  if (command.startsWith("MAIL FROM")) return "mail";
  if (command.startsWith("RCPT TO")) return "rcpt";
  if (command.startsWith("DATA")) return "data";
  return /^(?:EHLO|HELO|LHLO|STARTTLS|AUTH|XFORWARD)/.test(command) ? "ehlo" : "unknown";
}

/** While the body is sent, part or all of it may have arrived, so that stage stays unknown. */
function stageOfActivity(activity: string): Stage {
  if (activity.startsWith("sending end of data")) return "end_of_data";
  if (activity.startsWith("sending MAIL FROM")) return "mail";
  if (activity.startsWith("sending RCPT TO")) return "rcpt";
  if (activity.startsWith("sending DATA command")) return "data";
  if (activity.startsWith("receiving the initial")) return "connect";
  return /^(?:performing|sending (?:EHLO|HELO|LHLO|STARTTLS|AUTH|XFORWARD))/.test(activity) ? "ehlo" : "unknown";
}

const beforeConnection = new RegExp(
  [
    "^connect to ",
    "^(?:Host or domain name|Host) (?:not )?found",
    "^(?:unable to (?:look up|find primary relay)|no MX host for|all MX host addresses|mail for .* loops back)",
    "^(?:Domain .* does not accept mail|Name service error|valid hostname or network address required|bad address)",
    "^(?:network (?:is )?unreachable|all network protocols are disabled|TLSA lookup error|no route to host)",
    "^(?:unknown mail transport|malformed|unable to connect)",
  ].join("|"),
  "i",
);
const beforeMail = new RegExp(
  [
    "^(?:Cannot start TLS|TLS is required|Server certificate|certificate verification|SASL authentication)",
    "^(?:message size \\d+ exceeds size limit|SMTPUTF8 (?:support )?is required|REQUIRETLS|no mechanism available)",
  ].join("|"),
  "i",
);

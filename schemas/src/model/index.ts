export {
  classes,
  exposures,
  inputs,
  kinds,
  messageOutcomes,
  outcomes,
  rejectReasons,
  stages,
  type DeliveryOutcome,
  type EngagementClass,
  type EngagementKind,
  type Exposure,
  type Input,
  type MessageOutcome,
  type RejectReason,
  type Stage,
} from "./vocabulary.ts";
export type { Delivery, Engagement, InputEvent, Send } from "./events.ts";
export type { EngagementRow, MessageRow } from "./rows.ts";
export {
  commitHeadBytesMax,
  commitTailBytes,
  zeroCounters,
  type Commit,
  type Counters,
  type Fence,
  type InputOffsets,
  type OffsetRange,
} from "./log.ts";
export { deliveryField, engagementField, EventView, sendField } from "./event-view.ts";

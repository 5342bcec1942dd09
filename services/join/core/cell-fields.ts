import { Cell, numberBits, numberMask } from "./slab";

// Fields of a cell that share words. A time has 42 bits and is good to the year 2109; what lies beyond is kept at the end of it.

const timeMax: f64 = 0x3ff_ffff_ffff;
/** Where the upper bits of `sendOccurredAt` begin in the flags' word. */
const sendTimeShift: i32 = 7;

/** The ten bits of a kept time above its lower word. */
export function upperOf(time: f64): i32 {
  return <i32>(<i64>time >> 32);
}

export function timeOf(lower: u32, upper: i32): f64 {
  return <f64>(((<i64>upper) << 32) | <i64>lower);
}

/** A time as it can be kept, ms. */
export function keptTime(time: f64): f64 {
  return max(0, min(timeMax, time));
}

export function firstAppendAtOf(cell: usize): f64 {
  const upper =
    (load<i32>(cell, Cell.sendWord) >>> numberBits) | ((load<i32>(cell, Cell.sendDomain) >>> numberBits) << 5);
  return timeOf(load<u32>(cell, Cell.firstAppendAt), upper);
}

export function setFirstAppendAt(cell: usize, time: f64): void {
  const kept = keptTime(time);
  const upper = upperOf(kept);
  store<i32>(cell, <i32>(<i64>kept), Cell.firstAppendAt);
  store<i32>(cell, (upper << numberBits) | sendWordOf(cell), Cell.sendWord);
  store<i32>(cell, ((upper >> 5) << numberBits) | sendDomainOf(cell), Cell.sendDomain);
}

export function sendWordOf(cell: usize): i32 {
  return load<i32>(cell, Cell.sendWord) & numberMask;
}

export function sendDomainOf(cell: usize): i32 {
  return load<i32>(cell, Cell.sendDomain) & numberMask;
}

/** Only where the message has no words of a send yet. */
export function setSendWords(cell: usize, word: i32, domain: i32): void {
  store<i32>(cell, load<i32>(cell, Cell.sendWord) | word, Cell.sendWord);
  store<i32>(cell, load<i32>(cell, Cell.sendDomain) | domain, Cell.sendDomain);
}

/** Of a message that has a send. */
export function sendOccurredAtOf(cell: usize): f64 {
  const upper = (load<i32>(cell, Cell.flags) >>> sendTimeShift) & 0x3ff;
  return timeOf(load<u32>(cell, Cell.sendOccurredAt), upper);
}

/** Only where the message has no time of a send yet. */
export function setSendOccurredAt(cell: usize, time: f64): void {
  const kept = keptTime(time);
  store<i32>(cell, <i32>(<i64>kept), Cell.sendOccurredAt);
  store<i32>(cell, load<i32>(cell, Cell.flags) | (upperOf(kept) << sendTimeShift), Cell.flags);
}

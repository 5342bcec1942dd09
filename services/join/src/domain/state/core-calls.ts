/** A number that the core keeps. */
interface Place {
  readonly value: number;
}

/** What it offers (core/main.ts). Refs and addresses come signed. */
export interface CoreCalls {
  memory: { readonly buffer: ArrayBuffer };
  queueAt: Place;
  queueMax: Place;
  entryBytes: Place;
  hashAt: Place;
  nextOffsets: Place;
  counters: Place;
  lastTaken: Place;
  parkedCount: Place;
  undecided: Place;
  layOut(slabBits: number, placeBits: number): void;
  setTolerances(clockToleranceMs: number, hasOneBand: boolean, beforeMs: number, afterMs: number): void;
  stage(place: number, bytes: number): number;
  setEntry(
    place: number,
    input: number,
    base: number,
    from: number,
    to: number,
    offset: number,
    appendTime: number,
  ): void;
  applyQueued(count: number): void;
  walkedBytes: Place;
  walkRecords(
    input: number,
    queued: number,
    from: number,
    end: number,
    count: number,
    offset: number,
    isDense: boolean,
    time: number,
    isTimeOfAll: boolean,
    latest: number,
    writerLow: number,
    writerHigh: number,
  ): number;
  replayQueued(appendTime: number, windowMs: number, isDisposed: boolean): number;
  rejectRecord(input: number, offset: number, appendTime: number): void;
  startTime(now: number, sends: number, deliveries: number, engagements: number): void;
  takeTime(input: number, appendTime: number): number;
  knowTime(input: number, time: number): void;
  startTask(windowMs: number, parked: number, xor: number): void;
  reachEnd(input: number, time: number): void;
  stepTimeOf(): number;
  parkedXorOf(): number;
  taskTime(): number;
  resumeMessage(ref: number): void;
  watchMessage(ref: number): void;
  isFull(): number;
  hasContent(): number;
  rowCount(): number;
  limitPieces(rows: number): void;
  cutPiece(): number;
  pieceLength(): number;
  pieceRows(): number;
  findMessage(id: number, length: number): number;
  beginMessage(id: number, length: number, appendTime: number, newest: number): number;
  oldestMessage(): number;
  forgetSlab(place: number): void;
  markGone(ref: number): void;
  lowerFirstAppendAt(ref: number, time: number): void;
  seeEvent(ref: number, kind: number, id: number, length: number): number;
  idBlock(ref: number): number;
  unpark(ref: number, block: number): void;
  freeOpen(ref: number): void;
  compactOpen(): void;
  watchTable(keeping: boolean, sealed: number): void;
  resize(by: number): void;
  nextTurn(turn: number): void;
  messageCount(): number;
  hasOutcome(ref: number): number;
  stateBytes(): number;
  addSlab(slot: number): number;
  allocateCell(): number;
  cellAt(ref: number): number;
  hasRef(ref: number): number;
  slabCount(): number;
  slabIn(slot: number): number;
  slotAt(place: number): number;
  freeSlab(slab: number): void;
  fillSlab(slab: number, attempts: number, seenWords: number): void;
  addAttempt(slab: number): number;
  attemptAt(slab: number, name: number): number;
  internText(slab: number, from: number, length: number): number;
  internRoute(slab: number, origin: number, domain: number, host: number, precisionMs: number): number;
  findRef(hash: number): number;
  likelyRef(hash: number): number;
  putRef(hash: number, ref: number): void;
  reserveIndex(count: number): void;
  takeUp(slot: number): void;
  sortOffsets(at: number, count: number): void;
  hashBytes(start: number, length: number, seed: number): void;
  addBlock(owner: number, next: number, from: number, length: number): number;
  freeBlock(ref: number): void;
  adoptBlock(ref: number, owner: number): void;
  blockLength(ref: number): number;
  blockStart(ref: number): number;
  nextBlock(ref: number): number;
  reviveBlock(ref: number, owner: number): void;
  chunkNumbers(): number;
  chunkUsed(number: number): number;
  chunkAt(number: number): number;
  restoreChunk(number: number, used: number): number;
  deadenChunk(number: number): void;
  arenaBytes(): number;
  addTimer(at: number, ref: number): void;
  takeTimer(): number;
  nextTimerAt(): number;
  timerCount(): number;
}

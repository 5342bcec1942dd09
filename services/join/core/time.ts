// Task time (design §5): the minimum over the inputs of how far each is known in append time. Only brokers' stamps enter, no
// clock of this host. It never goes back. An input is named by its number: 0 sends, 1 deliveries, 2 engagements.

/** Append time of the last record taken, per input; kept from going back where a broker's clock did. */
export const lastTaken: usize = memory.data(24, 8);
const known: usize = memory.data(24, 8);
export let now: f64 = 0;

/** Starts from a time and from the append time of the last record taken of each input. */
export function startTime(at: f64, sends: f64, deliveries: f64, engagements: f64): void {
  now = at;
  store<f64>(lastTaken, sends);
  store<f64>(lastTaken, deliveries, 8);
  store<f64>(lastTaken, engagements, 16);
  memory.copy(known, lastTaken, 24);
}

/** A record was taken. Gives the append time it counts with. */
export function takeTime(input: i32, appendTime: f64): f64 {
  const at = lastTaken + ((<usize>input) << 3);
  const counted = max(appendTime, load<f64>(at));
  store<f64>(at, counted);
  knowTime(input, counted);
  return counted;
}

/** Nothing that is appended to the input from now on is older than `time`. */
export function knowTime(input: i32, time: f64): void {
  const at = known + ((<usize>input) << 3);
  if (time <= load<f64>(at)) return;
  store<f64>(at, time);
  now = max(now, min(load<f64>(known), min(load<f64>(known, 8), load<f64>(known, 16))));
}

/** Replaces a method by one that is made of it. Gives what undoes it. */
export function override<T extends object, K extends keyof T>(
  holder: T,
  name: K,
  make: (before: T[K]) => T[K],
): () => void {
  const before = holder[name];
  holder[name] = make(before);
  return () => void (holder[name] = before);
}

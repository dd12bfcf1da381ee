/** Calls back later, without keeping the process alive for it; returns the way to stop. */
export function later(delayMs: number, callback: () => void): () => void {
  const timer = setTimeout(callback, delayMs);
  timer.unref();
  return () => clearTimeout(timer);
}

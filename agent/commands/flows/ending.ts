/** When a measurement ends: after its time, or with ^C or a termination signal, whichever comes first. */

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Calls back at the first signal. Returns what stops listening, so that a second ^C ends the program at once. */
export function onEndSignal(callback: () => void): () => void {
  for (const signal of SIGNALS) process.once(signal, callback);
  return () => {
    for (const signal of SIGNALS) process.off(signal, callback);
  };
}

export async function lasting(ms: number): Promise<void> {
  await new Promise<void>((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      forget();
      resolve();
    };
    const timer = setTimeout(end, ms);
    const forget = onEndSignal(end);
  });
}

/** Keeps the main thread busy 50 of every 60 ms, as a page being rendered or a big reply being parsed would. */
export function blockMainThread(): () => void {
  let timer: NodeJS.Timeout;
  const busy = (): void => {
    const until = performance.now() + 50;
    while (performance.now() < until);
    timer = setTimeout(busy, 10);
  };
  timer = setTimeout(busy, 10);
  return () => clearTimeout(timer);
}

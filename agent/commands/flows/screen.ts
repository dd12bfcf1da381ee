/** The live view: the screen redrawn every second or two, one key to sort by each metric, q to end. */
import type { FlowChoice, FlowMetric, FlowView } from '../../verdict/flows-view.ts';
import { sizeOr } from '../terminal-size.ts';
import { onEndSignal } from './ending.ts';
import type { FlowsSource } from './source.ts';
import { flowsText, METRIC_WORDS } from './text.ts';

/** Keys of the metrics; as in top, a capital letter where the small one is taken. */
export const SORT_KEYS: Readonly<Record<string, FlowMetric>> = {
  r: 'retransmissions',
  t: 'timeouts',
  R: 'rtt',
  b: 'bytes',
  n: 'opened',
  l: 'loss',
};

const EVERY_MS = 2000;
const ALTERNATE = '\x1b[?1049h\x1b[?25l';
const NORMAL = '\x1b[?25h\x1b[?1049l';
const HOME = '\x1b[H';
const TO_END_OF_LINE = '\x1b[K';
const TO_END_OF_SCREEN = '\x1b[J';
/** Lines of the screen that are no flow. */
const FURNITURE = 8;

/** Until q, ^C or a termination signal. @returns the metric chosen last */
export async function watchFlows(
  source: FlowsSource,
  by: FlowMetric,
  choice: FlowChoice,
  owners: (flows: readonly FlowView[]) => ((flow: FlowView) => string) | null,
): Promise<FlowMetric> {
  const { stdin, stdout } = process;
  let metric = by;
  let wake: () => void = () => {};
  let over = false;
  const onKey = (chunk: Buffer): void => {
    for (const key of chunk.toString('utf8')) {
      if (key === 'q' || key === '\x03') over = true;
      else metric = SORT_KEYS[key] ?? metric;
    }
    wake();
  };
  const onSize = (): void => wake();
  const forget = onEndSignal(() => {
    over = true;
    wake();
  });
  stdin.setRawMode(true).on('data', onKey).resume();
  stdout.on('resize', onSize).write(ALTERNATE);
  try {
    while (!over) {
      await drawOnce(source, metric, choice, owners);
      if (over) break;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, EVERY_MS);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  } finally {
    forget();
    stdin.off('data', onKey).setRawMode(false).pause();
    stdout.off('resize', onSize).write(NORMAL);
  }
  return metric;
}

async function drawOnce(
  source: FlowsSource,
  by: FlowMetric,
  choice: FlowChoice,
  owners: Parameters<typeof watchFlows>[3],
): Promise<void> {
  const { stdout } = process;
  const answer = await source.ask(choice);
  const rows = Math.max(1, sizeOr(stdout.rows, 24) - FURNITURE);
  const color = (process.env['NO_COLOR'] ?? '') === '';
  const keys = `${Object.entries(SORT_KEYS)
    .map(([key, metric]) => `${key} ${METRIC_WORDS[metric]}`)
    .join('  ')}  q quit`;
  const body = answer.ok
    ? flowsText(answer.flows, source.words, {
        ...choice,
        by,
        rows,
        width: sizeOr(stdout.columns, 80),
        color,
        owners: owners(answer.flows.top[by]),
      })
    : `${answer.text}\n`;
  const lines = `${body}\n${keys}`.split('\n').map((line) => `${line}${TO_END_OF_LINE}`);
  stdout.write(`${HOME}${lines.slice(0, sizeOr(stdout.rows, 24)).join('\r\n')}${TO_END_OF_SCREEN}`);
}

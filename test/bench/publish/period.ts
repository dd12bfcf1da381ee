/** What a period publishes, as the agent would make it. */
import { Histogram } from '../../../agent/measure/histogram.ts';
import { cloudWatchData } from '../../../agent/metric/cloudwatch.ts';
import type { BatchDatum } from '../../../agent/publish/batch.ts';
import { statistics } from '../../fakes/small-snapshot.ts';

/** A period of targets at 1 Hz, by the real histogram and renderer: every second path is noisy. */
export function period(targets: number, random: () => number): BatchDatum[] {
  const periods = Array.from({ length: targets }, (_, i) => {
    const rtts = new Histogram();
    const spread = i % 2 === 0 ? 0.05 : 0.3;
    for (let k = 0; k < 60; k += 1) rtts.add((5 + i) * Math.exp(spread * (random() + random() + random() - 1.5)));
    const name = `target-${i}`;
    return {
      target: name,
      site: `site-${i % 5}`,
      state: 'up' as const,
      downMs: 0,
      statistics: statistics(),
      rtts: rtts.pairs(150),
    };
  });
  const agent = { memoryBytes: 7e7, cpu: 0.01, overloads: 0, publishLagMs: 0, spoolDepth: 0 };
  const { data } = cloudWatchData({
    vpc: 'vpc-0a1b2c3d4e5f67890',
    targets: periods,
    groups: [],
    agent,
    set: 'essential',
    maxSeries: 1000,
  });
  return data.map((datum) => ({ ...datum, resolution: 60 }) as const);
}

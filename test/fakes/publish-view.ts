/** What is published and what waits: all well, nothing waits. */
import type { PublishView } from '../../agent/verdict/snapshot.ts';

export function publishView(
  over: Partial<Omit<PublishView, 'spool'>> = {},
  spool: Partial<PublishView['spool']> = {},
): PublishView {
  return {
    namespace: 'VpcCanary',
    region: 'ap-southeast-2',
    vpc: 'vpc-1',
    periodMs: 60_000,
    series: 16,
    folded: 0,
    lastAcceptedAt: null,
    deliveryMs: null,
    spool: {
      mode: 'disk',
      waiting: 0,
      oldest: null,
      bytes: 0,
      maxBytes: 64_000_000,
      dropped: 0,
      expired: 0,
      damaged: 0,
      writeErrors: 0,
      ...spool,
    },
    error: null,
    refused: [],
    ...over,
  };
}

/** What the tests of publishing share: folders, data, and a disk of their own. */
import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { BatchDatum } from '../../agent/publish/batch.ts';
import type { StoredBatch } from '../../agent/publish/segment.ts';
import { Spool } from '../../agent/publish/spool.ts';

export const MINUTE = 60_000;
export const MIB = 2 ** 20;
/** 2026-03-01 12:00:00 UTC */
export const NOON = Date.UTC(2026, 2, 1, 12);

export function temporaryDirectory(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'vpc-canary-publish-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** A tmpfs; null, and the test skipped, when this machine gives none. */
export function smallDisk(t: TestContext, size: string): string | null {
  const directory = mkdtempSync(join(tmpdir(), 'vpc-canary-publish-disk-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=700`, 'tmpfs', directory]);
  if (mounted.status !== 0) {
    rmdirSync(directory);
    t.skip(`needs to mount a tmpfs: ${mounted.error?.message ?? mounted.stderr}`);
    return null;
  }
  t.after(() => {
    spawnSync('umount', ['-l', directory]);
    rmdirSync(directory);
  });
  return directory;
}

/** Takes all space that is left. */
export function fillUp(file: string): void {
  writeFileSync(file, '');
  for (const size of [65_536, 4_096, 1]) {
    try {
      for (;;) appendFileSync(file, Buffer.alloc(size));
    } catch {
      // ENOSPC: as meant
    }
  }
}

/** Data as of a period of `targets` targets; every number follows from `seed`. */
export function periodData(seed: number, targets = 3): BatchDatum[] {
  const data: BatchDatum[] = [];
  for (let i = 0; i < targets; i += 1) {
    const dimensions = [
      ['VpcId', 'vpc-0a1b2c3d4e5f67890'],
      ['Site', `site-${i % 3}`],
      ['Target', `target-${i}`],
    ] as const;
    const rtt = 10 + i;
    const values = Array.from({ length: 8 }, (_, k) => {
      return [Number((rtt * (1 + k / 50) + ((seed * 7) % 100) / 1000).toPrecision(4)), 1 + ((seed + k) % 9)] as const;
    });
    data.push({ name: 'RoundTripTime', unit: 'Milliseconds', dimensions, values, resolution: 60 });
    data.push({ name: 'PacketLoss', unit: 'Percent', dimensions, values: [[seed % 5, 1]], resolution: 60 });
  }
  const dimensions = [['VpcId', 'vpc-0a1b2c3d4e5f67890']] as const;
  data.push({ name: 'Heartbeat', unit: 'Count', dimensions, values: [[1, 1]], resolution: 60 });
  return data;
}

export function openSpool(directory: string | null, over: { maxBytes?: number; now?: () => number } = {}): Spool {
  return new Spool({ directory, maxBytes: over.maxBytes ?? 64 * MIB, now: over.now ?? (() => NOON) });
}

/** Everything that waits, oldest first, accepted on the way. */
export async function drain(spool: Spool): Promise<StoredBatch[]> {
  const all: StoredBatch[] = [];
  for (;;) {
    const some = await spool.oldest(1000, () => false);
    if (some.length === 0) return all;
    for (const batch of some) spool.accept(batch);
    all.push(...some);
  }
}

export const content = ({ at, data }: Pick<StoredBatch, 'at' | 'data'>) => ({ at, data });

/** What the service manager hears of an agent that probes, and of one whose probers hang. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Service } from '../../../agent/commands/run/service.ts';
import type { ServiceManager } from '../../../agent/kernel/sd-notify.ts';
import { incident } from '../../fakes/small-snapshot.ts';

function rig() {
  const heard: string[] = [];
  const errors: unknown[] = [];
  const hear = (text: string): number => {
    heard.push(text);
    return 0;
  };
  const manager: ServiceManager = {
    watchdogMs: 0,
    ready: () => hear('ready'),
    status: () => 0,
    reloading: () => 0,
    watchdog: () => hear('watchdog'),
    stopping: () => hear('stopping'),
    close: () => {},
  };
  const service = new Service(manager, { error: (text: unknown) => void errors.push(text) });
  return { service, heard, errors };
}

test('ready with the first probes, then fed with every snapshot', () => {
  const { service, heard, errors } = rig();
  service.observe(incident(), 0);
  service.observe(incident(), 900);
  assert.deepEqual(heard, ['ready', 'watchdog', 'watchdog']);
  assert.deepEqual(errors, []);
});

test('probers that hang end the feed and say so once; when they go on, so does it', () => {
  const { service, heard, errors } = rig();
  const seen = incident();
  service.observe(seen, 0);
  heard.length = 0;
  for (const stalledMs of [9_000, 10_000, 11_000, 12_000]) service.observe(seen, stalledMs);
  assert.deepEqual(heard, ['watchdog', 'watchdog']);
  assert.deepEqual(errors, ['no probe has been seen to for 11 s: the watchdog is no longer fed']);
  service.observe(seen, 0);
  assert.deepEqual(heard, ['watchdog', 'watchdog', 'watchdog']);
});

test('after a standstill of the whole process the look that comes before the probers turn is fed', () => {
  const { service, heard, errors } = rig();
  const seen = incident();
  for (const stalledMs of [0, 50_000, 0, 0, 50_000, 0]) service.observe(seen, stalledMs);
  assert.equal(heard.filter((text) => text === 'watchdog').length, 6);
  assert.deepEqual(errors, []);
});

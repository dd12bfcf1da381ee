import assert from 'node:assert/strict';
import { test } from 'node:test';
import { effectiveCapabilities } from '../../agent/kernel/capabilities.ts';
import { openIcmp } from '../../agent/kernel/open-icmp.ts';
import { Recorder } from '../fakes/icmp-recorder.ts';

const privileged = effectiveCapabilities()?.includes('CAP_NET_RAW') === true;

test('with CAP_NET_RAW the doors are raw', { skip: privileged ? false : 'needs CAP_NET_RAW' }, (t) => {
  for (const family of [4, 6] as const) {
    const opening = openIcmp(family, 0x4200, new Recorder(family));
    assert.equal(opening.kind, 'raw');
    if (opening.kind === 'raw') t.after(() => opening.door.close());
  }
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { capture, decodePcap, wireRtts } from './capture.ts';
import { labSkip } from './lab.ts';
import { FAR4, FAR6, SENDER_DEVICE, wanPath } from './wan-path.ts';

test('the wire agrees with ping about what was sent and how long it took', {
  skip: labSkip('ping', 'tcpdump', '/dev/net/tun'),
}, async (t) => {
  const { sender } = await wanPath(t, { both: { delayMs: 5 } });
  for (const to of [FAR4, FAR6]) {
    const running = await capture(sender, SENDER_DEVICE);
    const told = sender.run(['ping', '-c20', '-i0.02', to]);
    const rtts = wireRtts(await running.stop());
    assert.equal(rtts.size, 20, to);
    const said = [...told.matchAll(/icmp_seq=(\d+) .*time=([\d.]+)/g)];
    for (const [key, onWire] of rtts) {
      const time = Number(said.find((m) => Number(m[1]) === Number(key.split('/')[2]))?.[2]);
      assert.ok(onWire >= 10 && Math.abs(time - onWire) < 2, `${key}: ping says ${time}, the wire ${onWire}`);
    }
  }
});

test('a file that is not a capture is refused', () => {
  assert.throws(() => decodePcap(Buffer.alloc(24)), /not a little-endian nanosecond pcap/);
});

import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Arena } from '../../agent/kernel/arena.ts';
import { ERRNO } from '../../agent/kernel/errno.ts';
import { libc } from '../../agent/kernel/libc.ts';
import { type ServiceManager, serviceManager } from '../../agent/kernel/sd-notify.ts';
import { AF, SOCK } from '../../agent/kernel/sockets.ts';

/** The service manager's end: a datagram socket bound to a path or, with "@", an abstract name. */
function listen(t: TestContext, name: string) {
  const arena = new Arena(4096);
  const fd = libc().socket(AF.UNIX, SOCK.DGRAM | SOCK.NONBLOCK | SOCK.CLOEXEC, 0);
  t.after(() => libc().close(fd));
  arena.view.setUint16(0, AF.UNIX, true);
  arena.setCString(2, name.replace(/^@/, '\0'));
  const length = 2 + Buffer.byteLength(name) + (name.startsWith('@') ? 0 : 1);
  assert.equal(libc().bind(fd, arena.base, length), 0);
  const next = (): string | number => {
    const size = libc().recv(fd, arena.base + 256, 3840, 0);
    return size < 0 ? size : Buffer.from(arena.bytes.subarray(256, 256 + size)).toString();
  };
  return { next };
}

function talk(t: TestContext, environment: Record<string, string>): ServiceManager {
  const manager = serviceManager(environment, 42);
  assert.ok(manager !== null);
  t.after(() => manager.close());
  return manager;
}

test('each message reaches a socket by path and by abstract name', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'vcn-notify-'));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const name of [join(folder, 'notify'), `@vcn-notify-${process.pid}`]) {
    const { next } = listen(t, name);
    const manager = talk(t, { NOTIFY_SOCKET: name });
    assert.equal(manager.ready('probing 3 targets'), 0);
    assert.equal(next(), 'READY=1\nSTATUS=probing 3 targets');
    manager.status('all well\nREADY=0');
    assert.equal(next(), 'STATUS=all well READY=0', 'a text cannot bring in an assignment');
    manager.reloading(1234.5678);
    assert.equal(next(), 'RELOADING=1\nMONOTONIC_USEC=1234567');
    manager.watchdog();
    assert.equal(next(), 'WATCHDOG=1');
    manager.stopping('told to');
    assert.equal(next(), 'STOPPING=1\nSTATUS=told to');
    assert.equal(next(), -ERRNO.EAGAIN, 'and nothing else');
  }
});

test('a long text is cut at a letter, not refused', (t) => {
  const name = `@vcn-notify-long-${process.pid}`;
  const { next } = listen(t, name);
  assert.equal(talk(t, { NOTIFY_SOCKET: name }).status('ü'.repeat(3000)), 0);
  const text = String(next());
  assert.match(text, /^STATUS=ü+$/);
  assert.ok(text.length > 1000);
});

test('nobody there, or nobody reading, is an errno and holds nothing up', (t) => {
  const gone = talk(t, { NOTIFY_SOCKET: `@vcn-notify-gone-${process.pid}` });
  assert.equal(gone.watchdog(), -ERRNO.ECONNREFUSED);
  const missing = talk(t, { NOTIFY_SOCKET: '/nonexistent/notify' });
  assert.equal(missing.ready(''), -ERRNO.ENOENT);
  const name = `@vcn-notify-full-${process.pid}`;
  listen(t, name);
  const full = talk(t, { NOTIFY_SOCKET: name });
  let result = 0;
  for (let n = 0; n < 10_000 && result === 0; n++) result = full.watchdog();
  assert.equal(result, -ERRNO.EAGAIN);
});

test('without a socket that can be meant there is no service manager', () => {
  for (const name of [undefined, '', 'relative', '/', '@', 'vsock:2:1234', `/${'x'.repeat(200)}`]) {
    assert.equal(serviceManager({ NOTIFY_SOCKET: name }, 42), null, String(name));
  }
  assert.ok(!existsSync('relative'));
});

test('the watchdog is ours when it names us or nobody, and is fed twice as often as it bites', (t) => {
  const watchdogMs = (environment: Record<string, string>): number | null =>
    talk(t, { NOTIFY_SOCKET: '@vcn-any', ...environment }).watchdogMs;
  assert.equal(watchdogMs({ WATCHDOG_USEC: '30000000' }), 15_000);
  assert.equal(watchdogMs({ WATCHDOG_USEC: '30000000', WATCHDOG_PID: '42' }), 15_000);
  assert.equal(watchdogMs({ WATCHDOG_USEC: '30000000', WATCHDOG_PID: '43' }), null);
  assert.equal(watchdogMs({ WATCHDOG_USEC: 'soon' }), null);
  assert.equal(watchdogMs({}), null);
});

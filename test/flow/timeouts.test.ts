import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cgroupRoot, failureText } from '../../agent/flow/timeouts.ts';

const FIRST = 'cgroup:[4026531835]';
const UNIFIED = '35 24 0:30 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:9 - cgroup2 cgroup2 rw,nsdelegate';
const HYBRID = `32 24 0:27 / /sys/fs/cgroup ro - tmpfs tmpfs ro,mode=755
33 32 0:28 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw
34 32 0:29 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory`;

test('the root of cgroup v2 is found, in a tree of its own and beside version 1', () => {
  assert.deepEqual(cgroupRoot(UNIFIED, FIRST), { ok: true, path: '/sys/fs/cgroup' });
  assert.deepEqual(cgroupRoot(HYBRID, FIRST), { ok: true, path: '/sys/fs/cgroup/unified' });
  const blank = UNIFIED.replace('/sys/fs/cgroup', '/mnt/my\\040groups');
  assert.deepEqual(cgroupRoot(blank, FIRST), { ok: true, path: '/mnt/my groups' });
});

test('where it is not to be had the reason says what would change that', () => {
  const reason = (mounts: string, namespace = FIRST): string => {
    const found = cgroupRoot(mounts, namespace);
    return found.ok ? '' : found.reason;
  };
  assert.match(reason(''), /not mounted here \(mount -t cgroup2/);
  assert.match(reason(UNIFIED.replace(' / /sys', ' /system.slice/x /sys')), /not mounted/);
  assert.match(reason(UNIFIED, 'cgroup:[4026532321]'), /--cgroupns=host/);
});

test('each refusal of the kernel has its cause', () => {
  assert.match(failureText({ step: 'map', errno: -1 }), /SystemCallFilter must allow bpf/);
  assert.match(failureText({ step: 'map', errno: -12 }), /ENOMEM/);
  assert.match(failureText({ step: 'program', errno: -22 }), /EINVAL/);
  assert.match(failureText({ step: 'link', errno: -22 }), /5\.7/);
  assert.match(failureText({ step: 'link', errno: -1 }), /allows none beside it/);
  assert.match(failureText({ step: 'cgroup', errno: -13 }), /EACCES/);
});

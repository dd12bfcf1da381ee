/** The part of the schema about this host's TCP connections. */
import * as z from 'zod';
import { choice, duration, flag, integer, notes } from './fields.ts';

export const flowsSchema = z
  .strictObject({
    enabled: flag({
      what: 'Whether the TCP connections of this host are read from its kernel.',
      why: 'On: it needs no privilege and costs less than 1 % of a core at 10,000 connections.',
    }).prefault(true),
    every: duration({
      what: 'How often all connections are looked at; those that end are told by the kernel in between.',
      min: 1000,
      max: 300_000,
      why: 'Ten seconds: nothing is missed in between, long connections only show later. Above 50,000 connections it is three times as long.',
      example: '10s',
    }).prefault('10s'),
    capacity: integer(100, 100_000, 'flows', {
      what: 'Flows kept apart; what is more counts for its group and in all, without a row of its own.',
      why: 'A flow takes about 1 KB.',
      examples: [10_000],
    }).prefault(10_000),
    loopback: flag({ what: 'Whether connections of this host with itself count.' }).prefault(false),
    ownProbes: flag({
      what: 'Whether the connections of the agent’s own TCP and HTTP probes count.',
      why: 'Off, so that flows are what the applications of this host do; probes are told apart by their sockets, not by address.',
    }).prefault(false),
    awsRanges: z
      .string()
      .regex(/^\/[^\0]*$/)
      .register(notes, {
        what: 'File with AWS’s prefixes in the form of ip-ranges.json; unless set, AWS’s services count as internet.',
        allowed: 'a path from the root',
        why: 'A file, because the agent asks nothing of the internet by itself.',
        examples: ['/etc/vpc-canary/ip-ranges.json'],
      })
      .optional(),
    rto: choice(['auto', 'on', 'off'], {
      what: 'Whether a program in the kernel (BPF) counts retransmission timeouts of each connection.',
      why: 'auto: where the kernel does not tell them by itself (before Linux 6.7) and the agent has CAP_BPF and CAP_NET_ADMIN; otherwise they are shown as unknown with the reason. on: even where the kernel tells them.',
    }).prefault('auto'),
  })
  .register(notes, { what: 'The TCP connections of this host.', allowed: 'a map', examples: [] });

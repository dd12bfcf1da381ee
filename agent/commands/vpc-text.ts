/**
 * The VPC as text for a terminal: the state, what is not well and why, then each layer in short. Everything that is
 * well is one line a thing; lists that are long are cut, for `--json` has all of them.
 */
import { counted, formatAge, formatClock, formatCount, formatRatio, formatTime } from '../measure/units.ts';
import { shownName } from '../verdict/names.ts';
import type { State } from '../verdict/snapshot.ts';
import type { VpcView } from '../verdict/vpc-view.ts';
import { type CountedSubnet, countedSubnets, PART_WORDS, troubleName, vpcTroubles } from '../verdict/vpc-words.ts';
import type { StatusStyle } from './status-text.ts';
import { GLYPH, MIN_WIDTH, type Paint, painter } from './status-text.ts';
import { indented, table } from './text-layout.ts';

/** Lines of one list. */
const MOST = 12;
const MAX_NAME = 30;

/** @param now wall time of the agent */
export function vpcText(vpc: VpcView, now: number, style: StatusStyle): string {
  const width = Math.max(MIN_WIDTH, style.width);
  const paint = painter(style);
  const blocks = [
    headLines(vpc, width, paint),
    notWellLines(vpc, now, width, paint),
    section('SUBNETS', ['USED', 'FREE', 'TREND'], subnetRows(vpc), width, paint),
    section('TUNNELS', ['VPN', 'ROUTES', 'MESSAGE'], tunnelRows(vpc), width, paint),
    section('DIRECT CONNECT', ['INTERFACE', 'PREFIXES', 'WHERE'], peerRows(vpc), width, paint),
    section('ROUTE TABLES', ['PROPAGATED', 'STATIC', 'ROUTES'], routeRows(vpc), width, paint),
    section('SITES', ['BY', 'OVER', 'STATE OF THE WAY'], pathRows(vpc), width, paint),
    findingLines(vpc, width, paint),
    partLines(vpc, now, width, paint),
  ];
  const shown = blocks.filter((lines) => lines.length > 0);
  return `${shown.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function headLines(vpc: VpcView, width: number, paint: Paint): string[] {
  const owner = vpc.sharedBy === null ? '' : `, shared by account ${vpc.sharedBy}`;
  const name = vpc.name === null ? '' : ` ${shownName(vpc.name, MAX_NAME)}`;
  const words = vpc.summary === '' ? vpc.state : `${vpc.state}: ${vpc.summary}`;
  return [
    ...indented(`${GLYPH[vpc.state]} `, `${vpc.vpcId}${name} is ${words}.`, width).map((line) =>
      paint(vpc.state, line),
    ),
    paint('dim', `  ${vpc.region}${owner}`),
  ];
}

function notWellLines(vpc: VpcView, now: number, width: number, paint: Paint): string[] {
  const troubles = vpcTroubles(vpc, now);
  const rows = troubles
    .slice(0, MOST)
    .map(
      (one): Row => [
        one.state,
        [
          `${GLYPH[one.state]} ${shownName(troubleName(one), 60)}`,
          one.state,
          one.since === null ? '' : formatTime(one.since, now, one.state === 'down' ? 'tenth' : 'second'),
          one.text,
        ],
      ],
    );
  return listed(['NOT WELL', '', 'SINCE', 'WHY'], rows, troubles.length, width, paint);
}

type Row = readonly [how: State | 'dim', cells: readonly string[]];

function listed(heads: readonly string[], rows: readonly Row[], all: number, width: number, paint: Paint): string[] {
  if (rows.length === 0) return [];
  const more: Row[] =
    all > rows.length ? [['dim', [`  and ${all - rows.length} more`, '', '', 'see --json or the page']]] : [];
  const whole = [...rows, ...more];
  const [head = [], ...lines] = table([heads, ...whole.map(([, cells]) => cells)], width);
  return [
    ...head.slice(0, 1).map((line) => paint('dim', line)),
    ...lines.flatMap((of, index) => of.map((line) => paint(whole[index]?.[0] ?? 'dim', line))),
  ];
}

/** A layer: its lines, the first dozen; what is up is not painted. */
function section(
  title: string,
  heads: readonly [string, string, string],
  rows: readonly Row[],
  width: number,
  paint: Paint,
): string[] {
  const plain: Paint = (how, text) => (how === 'up' ? text : paint(how, text));
  return listed([title, ...heads], rows.slice(0, MOST), rows.length, width, plain);
}

const named = ({ id, name }: { readonly id: string; readonly name: string | null }): string =>
  name === null ? id : `${shownName(name, MAX_NAME)} (${id})`;

/** The fullest first. */
function subnetRows(vpc: VpcView): Row[] {
  return countedSubnets(vpc)
    .sort((a, b) => b.use.ratio - a.use.ratio)
    .map((subnet): Row => [subnet.use.state, [`${GLYPH[subnet.use.state]} ${named(subnet)}`, ...useCells(subnet)]]);
}

const useCells = ({ use, cidr, availabilityZone }: CountedSubnet): string[] => [
  formatRatio(use.ratio),
  `${formatCount(use.free)} of ${formatCount(use.total)}`,
  [use.trend, cidr, availabilityZone].filter((text) => text !== null).join(' · '),
];

function tunnelRows({ vpns }: VpcView): Row[] {
  return vpns.flatMap((vpn) =>
    vpn.tunnels.map(
      (tunnel): Row => [
        tunnel.state,
        [
          `${GLYPH[tunnel.state]} ${tunnel.outsideAddress} ${tunnel.state === 'unknown' ? tunnel.status : tunnel.state}`,
          named(vpn),
          tunnel.acceptedRoutes === null ? '' : formatCount(tunnel.acceptedRoutes),
          [tunnel.message, `${vpn.routing === 'bgp' ? 'BGP' : 'static'} to ${vpn.gateway.id ?? 'an unknown gateway'}`]
            .filter((text) => text !== null)
            .join(' · '),
        ],
      ],
    ),
  );
}

function peerRows({ virtualInterfaces }: VpcView): Row[] {
  return virtualInterfaces.flatMap((one) =>
    one.peers.map(
      (peer): Row => [
        peer.state,
        [
          `${GLYPH[peer.state]} ${peer.family === null ? 'BGP' : `BGP IPv${peer.family}`} ${peer.state === 'unknown' ? peer.status : peer.state}`,
          named(one),
          peer.prefixesAccepted === null ? '' : `${peer.prefixesAccepted}/${peer.prefixLimit}`,
          [one.awsState, one.location, peer.device, one.mtu === null ? null : `MTU ${one.mtu}`]
            .filter((text) => text !== null)
            .join(' · '),
        ],
      ],
    ),
  );
}

function routeRows({ routeTables }: VpcView): Row[] {
  return routeTables.map(
    (one): Row => [
      one.state,
      [
        `${GLYPH[one.state]} ${named(one)}`,
        `${one.propagated}/${one.propagatedLimit}`,
        `${one.statics}/${one.staticLimit}`,
        one.blackholes.length === 0
          ? one.main
            ? 'main table'
            : ''
          : `${counted(one.blackholes.length, 'blackhole')}: ${one.blackholes.slice(0, 5).join(', ')}`,
      ],
    ],
  );
}

function pathRows({ sitePaths }: VpcView): Row[] {
  return sitePaths.map(
    (path): Row => [
      path.state,
      [
        `${GLYPH[path.state]} ${shownName(path.site, MAX_NAME)} ${path.destination}`,
        path.route === null ? 'no route' : `${path.route.destination} → ${path.route.target ?? 'nothing'}`,
        path.link,
        `${path.text} (${path.why})`,
      ],
    ],
  );
}

function findingLines(vpc: VpcView, width: number, paint: Paint): string[] {
  const shown = vpc.findings.filter(({ silenced }) => !silenced);
  return shown.slice(0, MOST).flatMap(({ id, severity, subject, text, remedy, link }) => {
    const how = severity === 'error' ? 'down' : severity === 'warning' ? 'degraded' : 'dim';
    return [
      ...indented('! ', `${id} ${severity}, ${shownName(subject, MAX_NAME)}: ${text}`, width).map((line) =>
        paint(how, line),
      ),
      ...indented('  ', `${remedy}. ${link}`, width),
    ];
  });
}

/** What AWS told when, and what it refuses to tell. */
function partLines({ parts, calls }: VpcView, now: number, width: number, paint: Paint): string[] {
  const told = parts
    .filter(({ status }) => status !== 'off')
    .map(({ name, at, status }) => {
      const age = at === null ? 'never' : `${formatAge(now - at)} ago`;
      return `${PART_WORDS[name]} ${age}${status === 'ok' ? '' : ` (${status})`}`;
    });
  const throttled = calls.throttled === 0 ? '' : `, ${formatCount(calls.throttled)} throttled`;
  const words = [
    `AWS told: ${told.join(' · ')}`,
    `${counted(calls.made, 'call')}${throttled}`,
    `${formatClock(now, 'second')} UTC`,
  ];
  return [
    ...indented('', words.join(' · '), width, 2).map((line) => paint('dim', line)),
    ...parts.flatMap(({ name, problem }) =>
      problem === null
        ? []
        : indented('! ', `${PART_WORDS[name]}: ${problem.text}. To do: ${problem.remedy}`, width).map((line) =>
            paint('degraded', line),
          ),
    ),
  ];
}

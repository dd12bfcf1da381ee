/**
 * The metric catalogue: name, unit, dimensions and help of everything this agent publishes. One source; CloudWatch,
 * Prometheus and the README's table are made from these rows, so they cannot drift apart.
 *
 * A row has a CloudWatch side, a Prometheus side, or both, because the two want different things: CloudWatch wants
 * few series of values over a period (each costs money), Prometheus wants counters and histograms in base units that
 * it takes rates and quantiles of itself. Ratios are 0 to 1 inside the agent and in Prometheus, percent in CloudWatch.
 */

import type { MetricRow } from './catalog-row.ts';
import { VPC_ROWS } from './catalog-vpc.ts';

const VPC = ['VpcId'] as const;
const TARGET = ['VpcId', 'Site', 'Target'] as const;
/** Labels of everything about a target. */
const OF_TARGET = ['site', 'target', 'kind'] as const;

const GROUP = ['VpcId', 'Group'] as const;
/** Labels of everything about the connections to a group; `site` is empty for a group that is none. */
const OF_GROUP = ['group', 'site'] as const;

export const CATALOG = [
  {
    name: 'RoundTripTime',
    help: 'Round-trip time of answered probes (RFC 2681); a lost probe has none.',
    cloudWatch: { unit: 'Milliseconds', dimensions: TARGET, essential: true },
    prometheus: { name: 'vpc_canary_round_trip_time_seconds', type: 'histogram', labels: OF_TARGET },
  },
  {
    name: 'PacketLoss',
    help: 'Round-trip loss ratio (RFC 6673) over the window in which the state is judged.',
    cloudWatch: { unit: 'Percent', dimensions: TARGET, essential: true },
    prometheus: { name: 'vpc_canary_packet_loss_ratio', type: 'gauge', labels: OF_TARGET },
  },
  {
    name: 'Jitter',
    help: 'Interarrival jitter (RFC 3550 6.4.1) of round-trip times over the last minute.',
    cloudWatch: { unit: 'Milliseconds', dimensions: TARGET, essential: false },
    prometheus: { name: 'vpc_canary_interarrival_jitter_seconds', type: 'gauge', labels: OF_TARGET },
  },
  {
    name: 'HealthIndicator',
    help: '1 while the target is degraded or down, 0 while it is up; absent while unknown.',
    cloudWatch: { unit: 'None', dimensions: TARGET, essential: true },
    prometheus: { name: 'vpc_canary_health_indicator', type: 'gauge', labels: OF_TARGET },
  },
  {
    name: 'OutageTime',
    help: 'Seconds in which the target was down.',
    cloudWatch: { unit: 'Seconds', dimensions: TARGET, essential: false },
    prometheus: { name: 'vpc_canary_outage_time_seconds_total', type: 'counter', labels: OF_TARGET },
  },
  {
    name: 'TargetState',
    help: 'State of the target: 1 for the state it is in, 0 for the others.',
    cloudWatch: null,
    prometheus: { name: 'vpc_canary_target_state', type: 'gauge', labels: [...OF_TARGET, 'state'] },
  },
  {
    name: 'TargetInfo',
    help: 'What the target probes; always 1.',
    cloudWatch: null,
    prometheus: { name: 'vpc_canary_target_info', type: 'gauge', labels: [...OF_TARGET, 'probes', 'address'] },
  },
  {
    name: 'SiteState',
    help: 'State of the site: 1 for the state it is in, 0 for the others.',
    cloudWatch: null,
    prometheus: { name: 'vpc_canary_site_state', type: 'gauge', labels: ['site', 'critical', 'state'] },
  },
  {
    name: 'VerdictState',
    help: 'State of everything this agent watches: 1 for the state it is in, 0 for the others.',
    cloudWatch: null,
    prometheus: { name: 'vpc_canary_verdict_state', type: 'gauge', labels: ['state'] },
  },
  {
    name: 'PacketsSent',
    help: 'Probes that left this host and are finished: received, lost or answered by an error.',
    cloudWatch: null,
    prometheus: { name: 'vpc_canary_packets_sent_total', type: 'counter', labels: OF_TARGET },
  },
  {
    name: 'PacketsReceived',
    help: 'Probes answered within the timeout.',
    cloudWatch: null,
    prometheus: { name: 'vpc_canary_packets_received_total', type: 'counter', labels: OF_TARGET },
  },
  {
    name: 'PacketsLost',
    help: 'Probes without an answer within the timeout.',
    cloudWatch: null,
    prometheus: { name: 'vpc_canary_packets_lost_total', type: 'counter', labels: OF_TARGET },
  },
  {
    name: 'PacketsRefused',
    help: 'Probes answered by an error instead of a reply; loss, but with a reason.',
    cloudWatch: null,
    prometheus: { name: 'vpc_canary_packets_refused_total', type: 'counter', labels: OF_TARGET },
  },
  {
    name: 'PacketsUnsent',
    help: 'Probes this host could not send or not judge, for a reason of its own; never loss.',
    cloudWatch: null,
    prometheus: { name: 'vpc_canary_packets_unsent_total', type: 'counter', labels: OF_TARGET },
  },
  {
    name: 'PacketsDuplicated',
    help: 'Second and further replies to a probe (RFC 5560).',
    cloudWatch: null,
    prometheus: { name: 'vpc_canary_packets_duplicated_total', type: 'counter', labels: OF_TARGET },
  },
  {
    name: 'PacketsLate',
    help: 'Replies that came after the timeout; their probes count as lost.',
    cloudWatch: null,
    prometheus: { name: 'vpc_canary_packets_late_total', type: 'counter', labels: OF_TARGET },
  },
  {
    name: 'PacketsReordered',
    help: 'Replies that came after the reply to a later probe (RFC 4737).',
    cloudWatch: null,
    prometheus: { name: 'vpc_canary_packets_reordered_total', type: 'counter', labels: OF_TARGET },
  },
  {
    name: 'PacketsCorrupt',
    help: 'Replies with our identifier whose checksum, nonce or length does not match.',
    cloudWatch: null,
    prometheus: { name: 'vpc_canary_packets_corrupt_total', type: 'counter', labels: OF_TARGET },
  },
  {
    name: 'ReplyTtl',
    help: 'TTL or hop limit of the latest reply; a change is a change of path or of host.',
    cloudWatch: null,
    prometheus: { name: 'vpc_canary_reply_ttl', type: 'gauge', labels: OF_TARGET },
  },
  {
    name: 'HttpPhase',
    help: 'Phases of the latest HTTP probe; a phase that did not take place is absent.',
    cloudWatch: null,
    prometheus: { name: 'vpc_canary_http_phase_seconds', type: 'gauge', labels: [...OF_TARGET, 'phase'] },
  },
  {
    name: 'HttpStatus',
    help: 'Status code of the latest HTTP probe.',
    cloudWatch: null,
    prometheus: { name: 'vpc_canary_http_status_code', type: 'gauge', labels: OF_TARGET },
  },
  {
    name: 'CertificateRemaining',
    help: 'Time until the certificate of the probed server ends.',
    cloudWatch: null,
    prometheus: { name: 'vpc_canary_certificate_remaining_seconds', type: 'gauge', labels: OF_TARGET },
  },
  {
    name: 'DataTransferred',
    help: 'Payload bytes of TCP connections of this host with the group, retransmissions not counted again.',
    cloudWatch: { unit: 'Bytes', dimensions: GROUP, essential: true },
    prometheus: {
      name: 'vpc_canary_data_transferred_bytes_total',
      type: 'counter',
      labels: [...OF_GROUP, 'direction'],
    },
  },
  {
    name: 'Retransmissions',
    help: 'TCP segments sent again to the group.',
    cloudWatch: { unit: 'Count', dimensions: GROUP, essential: true },
    prometheus: { name: 'vpc_canary_retransmissions_total', type: 'counter', labels: OF_GROUP },
  },
  {
    name: 'Timeouts',
    help: 'TCP retransmission timeouts towards the group; absent on kernels before 6.7, which count them for the host only.',
    cloudWatch: { unit: 'Count', dimensions: GROUP, essential: true },
    prometheus: { name: 'vpc_canary_timeouts_total', type: 'counter', labels: OF_GROUP },
  },
  {
    name: 'FlowRoundTripTime',
    help: 'Smoothed round-trip time of the flows of the group that moved data in the last ten minutes: their median and 99th percentile.',
    cloudWatch: { unit: 'Milliseconds', dimensions: GROUP, essential: false },
    prometheus: { name: 'vpc_canary_flow_round_trip_time_seconds', type: 'gauge', labels: [...OF_GROUP, 'percentile'] },
  },
  {
    name: 'SegmentsSent',
    help: 'TCP segments sent to the group, retransmissions included.',
    cloudWatch: null,
    prometheus: { name: 'vpc_canary_segments_sent_total', type: 'counter', labels: OF_GROUP },
  },
  {
    name: 'ConnectionsOpen',
    help: 'TCP connections with the group that are open now.',
    cloudWatch: null,
    prometheus: { name: 'vpc_canary_connections_open', type: 'gauge', labels: OF_GROUP },
  },
  {
    name: 'ConnectionsOpened',
    help: 'TCP connections with the group that came to be.',
    cloudWatch: null,
    prometheus: { name: 'vpc_canary_connections_opened_total', type: 'counter', labels: OF_GROUP },
  },
  {
    name: 'ConnectsFailed',
    help: 'Connects of this host to the group that were refused or timed out.',
    cloudWatch: null,
    prometheus: { name: 'vpc_canary_connects_failed_total', type: 'counter', labels: OF_GROUP },
  },
  {
    name: 'ConnectionsReset',
    help: 'TCP connections with the group that ended without an orderly FIN; absent on kernels before 4.19.',
    cloudWatch: null,
    prometheus: { name: 'vpc_canary_connections_reset_total', type: 'counter', labels: OF_GROUP },
  },
  {
    name: 'FlowsCounted',
    help: 'What all TCP connections of this host together counted since the reader began, to hold against FlowsKernel.',
    cloudWatch: null,
    prometheus: { name: 'vpc_canary_flows_counted_total', type: 'counter', labels: ['counter'] },
  },
  {
    name: 'FlowsKernel',
    help: 'What the kernel itself counted for this host in the same time (RetransSegs, TCPTimeouts, ActiveOpens and PassiveOpens).',
    cloudWatch: null,
    prometheus: { name: 'vpc_canary_flows_kernel_total', type: 'counter', labels: ['counter'] },
  },
  {
    name: 'FlowSockets',
    help: 'TCP sockets the reader of connections knows.',
    cloudWatch: null,
    prometheus: { name: 'vpc_canary_flow_sockets', type: 'gauge', labels: [] },
  },
  {
    name: 'Flows',
    help: 'Flows with a row of their own.',
    cloudWatch: null,
    prometheus: { name: 'vpc_canary_flows', type: 'gauge', labels: [] },
  },
  {
    name: 'FlowsEvicted',
    help: 'Flows without a row because the table was full; they count in their group all the same.',
    cloudWatch: null,
    prometheus: { name: 'vpc_canary_flows_evicted_total', type: 'counter', labels: [] },
  },
  {
    name: 'FlowEventsLost',
    help: 'Ends of TCP connections that were not heard because too many came at once; flows count too little by what these did.',
    cloudWatch: null,
    prometheus: { name: 'vpc_canary_flow_events_lost_total', type: 'counter', labels: [] },
  },
  {
    name: 'FlowDump',
    help: 'Time of the agent that the latest look at all sockets took.',
    cloudWatch: null,
    prometheus: { name: 'vpc_canary_flow_dump_seconds', type: 'gauge', labels: [] },
  },
  ...VPC_ROWS,
  {
    name: 'AllowanceExceeded',
    help: 'Packets that ENA queued or dropped because the instance was beyond an allowance of its type: loss made on this host.',
    cloudWatch: { unit: 'Count', dimensions: ['VpcId', 'Allowance'], essential: false },
    prometheus: { name: 'vpc_canary_allowance_exceeded_total', type: 'counter', labels: ['allowance'] },
  },
  {
    name: 'Heartbeat',
    help: 'One a period while the agent runs; its absence is the alarm. In Prometheus: wall time of the latest verdict.',
    cloudWatch: { unit: 'Count', dimensions: VPC, essential: true },
    prometheus: { name: 'vpc_canary_heartbeat_timestamp_seconds', type: 'gauge', labels: [] },
  },
  {
    name: 'AgentMemory',
    help: 'Resident memory of the agent.',
    cloudWatch: { unit: 'Bytes', dimensions: VPC, essential: false },
    prometheus: { name: 'vpc_canary_agent_memory_bytes', type: 'gauge', labels: [] },
  },
  {
    name: 'AgentCpu',
    help: 'Share of one core the agent used over the last minute.',
    cloudWatch: { unit: 'Percent', dimensions: VPC, essential: false },
    prometheus: { name: 'vpc_canary_agent_cpu_ratio', type: 'gauge', labels: [] },
  },
  {
    name: 'ProbeOverload',
    help: 'Times the agent itself could not keep up: its own loss, never counted as the loss of the network.',
    cloudWatch: { unit: 'Count', dimensions: VPC, essential: false },
    prometheus: { name: 'vpc_canary_probe_overload_total', type: 'counter', labels: ['reason'] },
  },
  {
    name: 'PublishLag',
    help: 'Age of the oldest period that CloudWatch has not yet accepted; 0 when nothing waits.',
    cloudWatch: { unit: 'Seconds', dimensions: VPC, essential: false },
    prometheus: { name: 'vpc_canary_publish_lag_seconds', type: 'gauge', labels: [] },
  },
  {
    name: 'SpoolDepth',
    help: 'Batches of metric data that wait on disk for CloudWatch.',
    cloudWatch: { unit: 'Count', dimensions: VPC, essential: false },
    prometheus: { name: 'vpc_canary_spool_depth', type: 'gauge', labels: [] },
  },
  {
    name: 'EventLoopDelay',
    help: 'Longest stall of the agent in the last minute.',
    cloudWatch: null,
    prometheus: { name: 'vpc_canary_agent_stall_seconds', type: 'gauge', labels: [] },
  },
  {
    name: 'AgentStart',
    help: 'Wall time at which the agent began.',
    cloudWatch: null,
    prometheus: { name: 'vpc_canary_agent_start_time_seconds', type: 'gauge', labels: [] },
  },
  {
    name: 'BuildInfo',
    help: 'Version of the agent, and how it probes ICMP and times it; always 1.',
    cloudWatch: null,
    prometheus: { name: 'vpc_canary_build_info', type: 'gauge', labels: ['version', 'icmp_mode', 'timing'] },
  },
  {
    name: 'ConfigReloadSuccessful',
    help: '1 when the last reload of the configuration was good, 0 when the one before is still in force.',
    cloudWatch: null,
    prometheus: { name: 'vpc_canary_config_last_reload_successful', type: 'gauge', labels: [] },
  },
  {
    name: 'ConfigLoaded',
    help: 'Wall time at which the configuration in force was loaded.',
    cloudWatch: null,
    prometheus: { name: 'vpc_canary_config_loaded_timestamp_seconds', type: 'gauge', labels: [] },
  },
  {
    name: 'ConfigReloads',
    help: 'Reloads of the configuration, good and bad.',
    cloudWatch: null,
    prometheus: { name: 'vpc_canary_config_reloads_total', type: 'counter', labels: [] },
  },
  {
    name: 'ClockSteps',
    help: 'Steps of the wall clock against the monotonic clock.',
    cloudWatch: null,
    prometheus: { name: 'vpc_canary_clock_steps_total', type: 'counter', labels: [] },
  },
  {
    name: 'Suspensions',
    help: 'Times the machine was suspended or stood still.',
    cloudWatch: null,
    prometheus: { name: 'vpc_canary_suspensions_total', type: 'counter', labels: [] },
  },
  {
    name: 'HistorySize',
    help: 'Size of the history on disk.',
    cloudWatch: null,
    prometheus: { name: 'vpc_canary_history_size_bytes', type: 'gauge', labels: [] },
  },
  {
    name: 'HistoryWriteErrors',
    help: 'Writes of the history that failed.',
    cloudWatch: null,
    prometheus: { name: 'vpc_canary_history_write_errors_total', type: 'counter', labels: [] },
  },
  {
    name: 'Notices',
    help: 'Conditions of the agent itself that an operator should know of.',
    cloudWatch: null,
    prometheus: { name: 'vpc_canary_notices', type: 'gauge', labels: ['severity'] },
  },
] as const satisfies readonly MetricRow[];

/** Rows that Prometheus gets. */
export type PrometheusMetricName = Extract<(typeof CATALOG)[number], { prometheus: object }>['name'];

/** The catalogue as the README's table, in Markdown. */
export function catalogTable(): string {
  const rows = CATALOG.map((row: MetricRow) => {
    const { cloudWatch, prometheus } = row;
    const ours = cloudWatch
      ? `\`${row.name}\`${cloudWatch.essential ? ' E' : ''}, ${cloudWatch.unit}, ${cloudWatch.dimensions.join('/')}`
      : '';
    const theirs = prometheus
      ? `\`${prometheus.name}\` ${prometheus.type}${prometheus.labels.length > 0 ? ` {${prometheus.labels.join(', ')}}` : ''}`
      : '';
    return `| ${ours} | ${theirs} | ${row.help} |`;
  });
  return ['| CloudWatch | Prometheus | what it is |', '|---|---|---|', ...rows].join('\n');
}

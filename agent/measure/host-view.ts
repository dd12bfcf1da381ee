/**
 * What this host itself is short of, as plain data. `host/` reads it; verdict, page and metrics tell it.
 * What the kernel does not tell (no PSI, no conntrack, a hidden /proc) is null, never 0.
 */

/** Something counted or a share of time, over the 10 and the 60 seconds before the reading, or since the start. */
export interface Recent {
  readonly last10s: number | null;
  readonly last60s: number | null;
}

export interface InterfaceView {
  readonly name: string;
  /** "ena", "virtio_net"; null when the driver does not say. */
  readonly driver: string | null;
  /** Packets dropped on the way in or out, for want of buffers or of anyone to take them. */
  readonly dropped: Recent;
  /** The same in an average minute before the last: some networks send what no host wants, all the time. */
  readonly usuallyDropped: number | null;
  /** Packets damaged, or lost by the hardware. */
  readonly errors: Recent;
  /**
   * ENA: packets queued or dropped because the instance was beyond an allowance of its type, by the driver's name
   * ("pps_allowance_exceeded"). Empty with other drivers.
   */
  readonly allowances: readonly { readonly name: string; readonly exceeded: Recent }[];
  /** ENA: connections that can still be tracked before the allowance is reached; null with other drivers. */
  readonly conntrackAllowanceAvailable: number | null;
}

/** An ENA allowance, and the packets queued or dropped for it since the agent began. */
export interface AllowanceTotal {
  /** "bw_in", "bw_out", "pps", "conntrack", "linklocal". */
  readonly name: string;
  readonly exceeded: number;
}

export interface HostView {
  /** Wall time of the reading. */
  readonly at: number;
  readonly cpu: {
    readonly cores: number | null;
    /** Runnable tasks, averaged over a minute. */
    readonly load1: number | null;
    /** Shares of the time of all cores, 0 to 1: not idle; and taken by the hypervisor for others. */
    readonly busy: Recent;
    readonly steal: Recent;
    /** Share of time in which some task waited for a CPU (PSI). */
    readonly pressure: Recent;
  };
  readonly memory: {
    readonly totalBytes: number | null;
    readonly availableBytes: number | null;
    /** Shares of time in which some task, and in which every task, waited for memory (PSI). */
    readonly pressure: Recent;
    readonly stalled: Recent;
  };
  /** The queues between the interfaces and the protocols: packets dropped, and times the budget was used up. */
  readonly softnet: { readonly dropped: Recent; readonly squeezed: Recent };
  /** Interfaces with hardware behind them; where there is none (a container), all but loopback. */
  readonly interfaces: readonly InterfaceView[];
  /** null without connection tracking. `most` is null where /proc/sys is hidden. */
  readonly conntrack: { readonly entries: number; readonly most: number | null } | null;
  /** All TCP of this network namespace. */
  readonly tcp: {
    readonly sent: Recent;
    readonly retransmitted: Recent;
    /** Retransmission timeouts of every kind. */
    readonly timeouts: Recent;
  };
  /** Files that could not be read: what they would tell is null above. */
  readonly hidden: readonly string[];
}

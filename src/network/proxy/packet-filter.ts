import type { TrackedFlow } from './udp-flows.ts';

/** The kernel's packet filter, as the proxy needs it. `drivers/nftables` is the real one. */
export interface PacketFilter {
  /** Makes the kernel forward packets and show bridged ones to the rules. Resolves to warnings about what is missing. */
  prepare(hasIpv6: boolean): Promise<readonly string[]>;
  /** Applies a script in nft's language, as a whole or not at all; rejects with what was wrong where. */
  apply(script: string): Promise<void>;
  /** Every UDP connection that the kernel tracks. */
  listUdpFlows(): Promise<readonly TrackedFlow[]>;
  /** Makes the kernel forget them; those that are gone already count as forgotten. */
  forgetUdpFlows(flows: readonly TrackedFlow[]): Promise<void>;
  /** Every address of this node. */
  nodeAddresses(): ReadonlySet<string>;
}

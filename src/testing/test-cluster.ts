import type { Client } from '../client/index.ts';
import type { NodeShape, SimulatedNode } from '../simnodes/index.ts';

export interface TestClusterOptions {
  /** How many simulated nodes: `node-0`, `node-1`, … Default 1. */
  readonly nodes?: number;
  /** What each node has. Default 8 cores, 32 GiB, 110 pods. */
  readonly nodeShape?: NodeShape;
  /** The same seed gives the same names, addresses, placements and order of events. Default 1. */
  readonly seed?: number | string;
  /**
   * `virtual`: time stands still until the test advances it, and an hour takes milliseconds. `real`: the machine's time,
   * for clients of other processes. Default `virtual`.
   */
  readonly time?: 'virtual' | 'real';
}

/** A running cluster. Dispose of it with `await using`. */
export interface TestCluster extends AsyncDisposable {
  /** Acts for the cluster's administrator, without a network in between. */
  readonly client: Client;
  /** Milliseconds since the epoch in the cluster. */
  now(): number;
  /** Lets time pass: Go's form of a duration (`90s`, `1h30m`), or milliseconds. In real time it waits. */
  advance(duration: string | number): Promise<void>;
  /**
   * Lets time pass until nothing changes any more: no write but heartbeats for five seconds. Throws after `limit`
   * (default 10 minutes), naming what still changes.
   */
  settle(limit?: string | number): Promise<void>;
  /** A simulated node, to make it fail or recover. */
  node(name: string): SimulatedNode;
  /** Opens the cluster to real clients on a port of 127.0.0.1. */
  serve(): Promise<ServedCluster>;
}

export interface ServedCluster {
  /** `https://127.0.0.1:PORT`. */
  readonly url: string;
  /** The path of a kubeconfig for the administrator; deleted with the cluster. */
  readonly kubeconfig: string;
}

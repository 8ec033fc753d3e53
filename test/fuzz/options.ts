import { parseArgs } from 'node:util';

export const usage = `usage: npm run fuzz -- [--requests N] [--seed S] [FLAGS]

Reads the OpenAPI v3 of a fresh Sampan and sends it generated and mutated requests of every kind. Every answer is
checked, then everything stored, then everything again after a restart.

  --requests N              how many to send; default 100000
  --seed S                  the same seed sends the same; default 1
  --connections N           scenarios at once; default 8
  --nodes N                 simulated nodes of the cluster; default 2
  --only INDEX              one scenario of the seed, to look at a failure again
  --kubeconfig FILE         fuzz the server that a kubeconfig names instead, and check its answers only
  --beside-kube-apiserver   send the same to upstream's kube-apiserver v1.36 as well and list where the two differ
  --show N                  of failures or differences; default 40`;

export interface FuzzOptions {
  readonly requests: number;
  readonly seed: string;
  readonly connections: number;
  readonly nodes: number;
  readonly only: number | undefined;
  readonly kubeconfig: string | undefined;
  readonly isBesideUpstream: boolean;
  readonly shown: number;
}

/** Throws an error whose message is for the person who typed it. */
export function readOptions(args: readonly string[]): FuzzOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      requests: { type: 'string', default: '100000' },
      seed: { type: 'string', default: '1' },
      connections: { type: 'string', default: '8' },
      nodes: { type: 'string', default: '2' },
      only: { type: 'string' },
      kubeconfig: { type: 'string' },
      'beside-kube-apiserver': { type: 'boolean', default: false },
      show: { type: 'string', default: '40' },
    },
  });
  return {
    requests: readCount('--requests', values.requests),
    seed: values.seed,
    connections: readCount('--connections', values.connections),
    nodes: readCount('--nodes', values.nodes),
    only: values.only === undefined ? undefined : readCount('--only', values.only),
    kubeconfig: values.kubeconfig,
    isBesideUpstream: values['beside-kube-apiserver'],
    shown: readCount('--show', values.show),
  };
}

function readCount(flag: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new Error(`${flag} needs a whole number, not ${JSON.stringify(text)}`);
}

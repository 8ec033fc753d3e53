import type { Backend } from './backends.ts';
import type { Family } from './family.ts';
import type { Element, TableObject } from './model.ts';
import { markForMasquerade } from './skeleton.ts';

/** nft's name of a protocol that has ports. */
export type PortProtocol = 'tcp' | 'udp';

/**
 * Which connections reach their backend with the node's address instead of the client's: those from outside the pod
 * network (their answers could take another way back), all, or none.
 */
export type Masquerade = 'outside' | 'always' | 'never';

/** Where connections arrive: an address and a port, or a port of whatever address the node has. */
export interface Frontend {
  readonly protocol: PortProtocol;
  readonly port: number;
  /** Absent: a NodePort. */
  readonly ip?: string;
}

/**
 * Frontends with the same number of backends share one chain and one map, whose entries are numbered per frontend; the
 * chain draws a number. Ten thousand Services are then a few maps, which load in the time that a few hundred chains take.
 */
export function poolName(frontend: Frontend, masquerade: Masquerade, count: number): string {
  return `${frontend.ip === undefined ? 'port' : 'ip'}-${masquerade}-${frontend.protocol}-${count}`;
}

export function poolObjects(family: Family, frontend: Frontend, masquerade: Masquerade, count: number): TableObject[] {
  const name = poolName(frontend, masquerade, count);
  const port = `${frontend.protocol} dport`;
  const key = `${frontend.ip === undefined ? port : `${family.name} daddr . ${port}`} . numgen random mod ${count}`;
  return [
    { kind: 'map', name, definition: `typeof ${key} : ${family.name} daddr . ${port};` },
    {
      kind: 'chain',
      name,
      rules: [...markRules(family, masquerade), `dnat ${family.name} to ${key} map @${name}`],
    },
  ];
}

export function poolElements(frontend: Frontend, masquerade: Masquerade, backends: readonly Backend[]): Element[] {
  const container = poolName(frontend, masquerade, backends.length);
  const prefix = frontend.ip === undefined ? `${frontend.port}` : `${frontend.ip} . ${frontend.port}`;
  return backends.map(({ ip, port }, i) => ({ container, key: `${prefix} . ${i}`, value: `${ip} . ${port}` }));
}

export function markRules(family: Family, masquerade: Masquerade): string[] {
  if (masquerade === 'never') return [];
  return [masquerade === 'always' ? markForMasquerade : `${family.name} saddr != @pod-cidrs ${markForMasquerade}`];
}

/** The frontend as a key of the maps that dispatch: `10.96.0.1 . tcp . 443`, or `tcp . 30080`. */
export function dispatchKey(frontend: Frontend): string {
  const port = `${frontend.protocol} . ${frontend.port}`;
  return frontend.ip === undefined ? port : `${frontend.ip} . ${port}`;
}

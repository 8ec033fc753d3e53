import { hashText } from '../../world/index.ts';
import type { Backend } from './backends.ts';
import type { Family } from './family.ts';
import type { TableObject } from './model.ts';
import { type Masquerade, markRules, type PortProtocol } from './pool.ts';

/** Kubernetes: the default of `sessionAffinityConfig.clientIP.timeoutSeconds`, three hours. */
export const defaultAffinityTimeoutSeconds = 10_800;

export interface AffinityGroup {
  /** Says whose: `namespace/name/protocol/port name`. */
  readonly name: string;
  readonly protocol: PortProtocol;
  readonly timeoutSeconds: number;
  readonly masquerade: Masquerade;
}

export function affinityEntryChain(group: AffinityGroup, scope: string): string {
  return shorten(`sticky/${group.name}/${scope}/${group.masquerade}`);
}

/**
 * The private chains of a Service port that keeps its clients: a set for each backend remembers who came, a chain for
 * each backend renews that memory and sends there, and the entry chain looks through the sets before it draws.
 *
 * The sets belong to backends, not to the chain, so a client stays with its backend while other backends come and go.
 */
export function affinityObjects(
  family: Family,
  group: AffinityGroup,
  scope: string,
  backends: readonly Backend[],
): TableObject[] {
  const names = backends.map(backend => backendName(group, backend));
  const verdicts = names.map((name, i) => `${i} : goto ${name}`).join(', ');
  const entry: TableObject = {
    kind: 'chain',
    name: affinityEntryChain(group, scope),
    rules: [
      ...markRules(family, group.masquerade),
      ...names.map(name => `${family.name} saddr @${name} goto ${name}`),
      `numgen random mod ${names.length} vmap { ${verdicts} }`,
    ],
  };
  const objects: TableObject[] = [];
  backends.forEach((backend, i) => {
    const name = names[i]!;
    const definition = `type ${family.nftAddress}; flags dynamic,timeout; timeout ${group.timeoutSeconds}s;`;
    const target = family.name === 'ip6' ? `[${backend.ip}]:${backend.port}` : `${backend.ip}:${backend.port}`;
    objects.push({ kind: 'set', name, definition });
    objects.push({
      kind: 'chain',
      name,
      rules: [
        `update @${name} { ${family.name} saddr }`,
        `meta l4proto ${group.protocol} dnat ${family.name} to ${target}`,
      ],
    });
  });
  objects.push(entry);
  return objects;
}

// The timeout is part of the name: a set's definition cannot change while it lives.
function backendName(group: AffinityGroup, backend: Backend): string {
  const ip = backend.ip.replaceAll(':', '_');
  return shorten(`sticky/${group.name}/${group.timeoutSeconds}/${ip}/${backend.port}`);
}

// nft's names have at most 255 characters, and older versions of the tool accept 127.
const nameLengthMax = 120;

function shorten(name: string): string {
  if (name.length <= nameLengthMax) return name;
  const hash = hashText(name).toString(16) + hashText(name, 0x1234567).toString(16);
  return `${name.slice(0, nameLengthMax - 17)}/${hash}`;
}

import type { ContainerStats, CpuStats, InterfaceStats, MemoryStats, SandboxStats } from '../../node/runtime/index.ts';
import type { Decoded } from '../grpc/index.ts';
import { millisecondsOf } from './sandbox-conversion.ts';
import type { containerStats, sandboxStats } from './stats-messages.ts';

/** From CRI's statistics to the port's. */

type CriContainerStats = Decoded<typeof containerStats>;
type Wrapped = { readonly value: number } | undefined;

export function fromCriContainerStats(stats: CriContainerStats): ContainerStats {
  const layer = stats.writableLayer;
  return {
    id: stats.attributes?.id ?? '',
    name: stats.attributes?.metadata?.name ?? '',
    labels: stats.attributes?.labels ?? {},
    ...usageOf(stats),
    ...(layer === undefined
      ? {}
      : {
          writableLayer: {
            at: millisecondsOf(layer.timestamp),
            usedBytes: layer.usedBytes?.value ?? 0,
            inodesUsed: layer.inodesUsed?.value ?? 0,
          },
        }),
  };
}

export function fromCriSandboxStats(stats: Decoded<typeof sandboxStats>): SandboxStats {
  const network = stats.linux?.network;
  const first = network?.defaultInterface;
  const interfaces = [...(first === undefined ? [] : [first]), ...(network?.interfaces ?? [])];
  return {
    id: stats.attributes?.id ?? '',
    labels: stats.attributes?.labels ?? {},
    ...usageOf(stats.linux ?? { cpu: undefined, memory: undefined }),
    interfaces: interfaces.map(
      (one): InterfaceStats => ({
        name: one.name,
        receivedBytes: one.rxBytes?.value ?? 0,
        receiveErrors: one.rxErrors?.value ?? 0,
        sentBytes: one.txBytes?.value ?? 0,
        sendErrors: one.txErrors?.value ?? 0,
      }),
    ),
    ...optional('processCount', stats.linux?.process?.processCount),
    containers: (stats.linux?.containers ?? []).map(fromCriContainerStats),
  };
}

function usageOf({ cpu, memory }: Pick<CriContainerStats, 'cpu' | 'memory'>): { cpu?: CpuStats; memory?: MemoryStats } {
  return {
    ...(cpu?.usageCoreNanoSeconds === undefined
      ? {}
      : {
          cpu: {
            at: millisecondsOf(cpu.timestamp),
            usageCoreNanoSeconds: cpu.usageCoreNanoSeconds.value,
            ...optional('usageNanoCores', cpu.usageNanoCores),
          },
        }),
    ...(memory?.workingSetBytes === undefined
      ? {}
      : {
          memory: {
            at: millisecondsOf(memory.timestamp),
            workingSetBytes: memory.workingSetBytes.value,
            ...optional('availableBytes', memory.availableBytes),
            ...optional('usageBytes', memory.usageBytes),
            ...optional('rssBytes', memory.rssBytes),
            ...optional('pageFaults', memory.pageFaults),
            ...optional('majorPageFaults', memory.majorPageFaults),
          },
        }),
  };
}

function optional<K extends string>(name: K, wrapped: Wrapped): { readonly [P in K]?: number } {
  return wrapped === undefined ? {} : ({ [name]: wrapped.value } as { readonly [P in K]?: number });
}

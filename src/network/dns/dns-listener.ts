import type { DnsProtocol } from './upstream-pool.ts';

export interface DnsListenerOptions {
  readonly address: string;
  /** 0: any that is free for UDP and TCP alike. */
  readonly port: number;
  readonly respond: (message: Uint8Array, protocol: DnsProtocol) => Uint8Array | undefined | Promise<Uint8Array>;
  readonly onError: (error: unknown) => void;
}

export interface DnsListener {
  readonly address: string;
  readonly port: number;
  close(): Promise<void>;
}

/** Rejects where the address is not (yet) the host's, or the port is taken. */
export type ListenForDns = (options: DnsListenerOptions) => Promise<DnsListener>;

import type { DnsProtocol, DnsTransport } from '../../network/index.ts';
import { exchangeOverTcp } from './tcp-exchange.ts';
import { exchangeOverUdp } from './udp-exchange.ts';

/** Asks other servers over the host's network. */
export class NodeDnsTransport implements DnsTransport {
  readonly #port: number;

  constructor(port = 53) {
    this.#port = port;
  }

  exchange(server: string, query: Uint8Array, protocol: DnsProtocol, timeoutMs: number): Promise<Uint8Array> {
    const exchange = protocol === 'tcp' ? exchangeOverTcp : exchangeOverUdp;
    return exchange(server, query, this.#port, timeoutMs);
  }
}

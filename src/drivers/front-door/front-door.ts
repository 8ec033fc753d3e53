import type { ApiHandler } from '../../apiserver/http/index.ts';
import { type HttpsServer, startHttpsServer } from '../http/index.ts';
import type { ClusterPki } from '../tls/index.ts';
import { createHandler, type HandlerOptions } from './create-handler.ts';

export interface FrontDoorOptions extends Omit<HandlerOptions, 'serverAddress'> {
  readonly pki: ClusterPki;
}

/** A control plane's door to the network: one handler, on as many addresses as are opened. */
export class FrontDoor {
  readonly #pki: ClusterPki;
  readonly #handler: ApiHandler;
  readonly #servers: HttpsServer[] = [];

  /** `address` is what `/api` tells clients: host and port of the main listener. */
  constructor(options: FrontDoorOptions, address: string) {
    this.#pki = options.pki;
    this.#handler = createHandler({ ...options, serverAddress: () => address });
  }

  /** Listens; 0 takes any free port. Rejects with a `ListenError` that says what to do. */
  async listen(host: string, port: number): Promise<HttpsServer> {
    const pki = this.#pki;
    const server = await startHttpsServer({
      handler: this.#handler,
      certificate: pki.server.certificate,
      privateKey: pki.server.privateKey,
      clientAuthority: pki.authority.certificate,
      frontProxyAuthority: pki.ensureFrontProxy().authority.certificate,
      host,
      port,
    });
    this.#servers.push(server);
    return server;
  }

  /** Ends watches, lets what is in flight finish. */
  async close(): Promise<void> {
    await Promise.all(this.#servers.map(server => server.close()));
  }
}

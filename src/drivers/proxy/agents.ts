import type { Backend } from '../../apiserver/proxy/index.ts';
import { loadHttp } from '../load-http.ts';
import { tlsOptions } from './tls-options.ts';

type Agent = import('node:http').Agent;
type RequestOptions = import('node:https').RequestOptions;

const idleConnectionsMax = 25;
const idleMsMax = 90_000;

/** Kept connections: one pool for http, one for https, in which Node tells apart what was verified how. */
export class Agents {
  #plain: Agent | undefined;
  #secure: Agent | undefined;

  /** How to connect to a backend; `request` is what starts the request. */
  optionsFor(backend: Backend): RequestOptions {
    const { host, port } = backend;
    return backend.scheme === 'http'
      ? { host, port, agent: this.#plainAgent() }
      : { host, port, agent: this.#secureAgent(), ...tlsOptions(backend) };
  }

  close(): void {
    this.#plain?.destroy();
    this.#secure?.destroy();
  }

  #plainAgent(): Agent {
    this.#plain ??= new (loadHttp().Agent)({ keepAlive: true, maxFreeSockets: idleConnectionsMax, timeout: idleMsMax });
    return this.#plain;
  }

  #secureAgent(): Agent {
    const { Agent } = process.getBuiltinModule('node:https');
    this.#secure ??= new Agent({ keepAlive: true, maxFreeSockets: idleConnectionsMax, timeout: idleMsMax });
    return this.#secure;
  }
}

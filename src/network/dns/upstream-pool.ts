import type { Random, World } from '../../world/index.ts';
import { headerLength, readQuestion, readUint16 } from './read-query.ts';
import { putUint16 } from './write-answer.ts';

export type DnsProtocol = 'udp' | 'tcp';

/** How messages get to other servers. `drivers/dns` is the real one. */
export interface DnsTransport {
  /** Resolves to the first message with the query's identifier that comes back; rejects after `timeoutMs`. */
  exchange(server: string, query: Uint8Array, protocol: DnsProtocol, timeoutMs: number): Promise<Uint8Array>;
}

const attemptTimeoutMs = 2000;
/** Clients give up after five seconds; an answer after that is nobody's. */
const attemptsMax = 2;
const avoidAfterFailureMs = 10_000;

/** Asks the servers that the host itself uses: one at random, and another where it does not answer. */
export class UpstreamPool {
  readonly #world: World;
  readonly #transport: DnsTransport;
  readonly #servers: () => readonly string[];
  readonly #failedMs = new Map<string, number>();
  readonly #identifiers: Random;
  readonly #order: Random;

  /** `servers` gives addresses, to be asked at port 53, and is called for every question. */
  constructor(world: World, transport: DnsTransport, servers: () => readonly string[]) {
    this.#world = world;
    this.#transport = transport;
    this.#servers = servers;
    this.#identifiers = world.random.stream('dns/identifier');
    this.#order = world.random.stream('dns/upstream');
  }

  /** The response to the query, with the query's identifier; undefined where no server answered. */
  async exchange(query: Uint8Array, protocol: DnsProtocol): Promise<Uint8Array | undefined> {
    const servers = this.#inOrder();
    for (let attempt = 0; attempt < attemptsMax && servers.length > 0; attempt++) {
      const server = servers[attempt % servers.length]!;
      try {
        const response = await this.#ask(server, query, protocol);
        this.#failedMs.delete(server);
        return response;
      } catch (error) {
        this.#failedMs.set(server, this.#world.clock.monotonic());
        this.#world.log.debug('a name server did not answer', { server, error });
      }
    }
    return undefined;
  }

  /**
   * With an identifier of its own each time: an answer can be forged only by guessing it and the port. Copies are made
   * by the constructor, since `slice` of what is a Buffer in Node would share its bytes.
   */
  async #ask(server: string, query: Uint8Array, protocol: DnsProtocol): Promise<Uint8Array> {
    const own = new Uint8Array(query);
    putUint16(own, 0, this.#identifiers.integer(0x10000));
    const response = await this.#transport.exchange(server, own, protocol, attemptTimeoutMs);
    if (!isResponseTo(own, response)) throw new Error(`${server} answered another question`);
    const restored = new Uint8Array(response);
    restored.set(query.subarray(0, 2));
    return restored;
  }

  #inOrder(): string[] {
    const now = this.#world.clock.monotonic();
    const isAvoided = (server: string): boolean =>
      now - (this.#failedMs.get(server) ?? -avoidAfterFailureMs) < avoidAfterFailureMs;
    const servers = shuffle([...this.#servers()], below => this.#order.integer(below));
    return [...servers.filter(server => !isAvoided(server)), ...servers.filter(isAvoided)];
  }
}

function isResponseTo(query: Uint8Array, response: Uint8Array): boolean {
  if (response.length < headerLength || readUint16(response, 0) !== readUint16(query, 0)) return false;
  if ((response[2]! & 0x80) === 0) return false;
  // A server that could not even read the question repeats none.
  if (readUint16(response, 4) === 0) return (response[3]! & 0x0f) !== 0;
  const asked = readQuestion(query);
  const answered = readQuestion(response);
  return asked?.type === answered?.type && asked?.name.toLowerCase() === answered?.name.toLowerCase();
}

/** In place, in a random order. */
export function shuffle<T>(items: T[], drawBelow: (below: number) => number): T[] {
  for (let i = items.length - 1; i > 0; i--) {
    const j = drawBelow(i + 1);
    const item = items[i]!;
    items[i] = items[j]!;
    items[j] = item;
  }
  return items;
}

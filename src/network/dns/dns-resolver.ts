import type { Random, World } from '../../world/index.ts';
import { answerQuestion, recordTtlSeconds, type ZoneAnswer } from './answer-question.ts';
import type { ClusterZone } from './cluster-zone.ts';
import { type Query, readQuery } from './read-query.ts';
import { readAddressRecords } from './read-response.ts';
import { type Answer, type DnsRecord, recordTypes, responseCodes } from './records.ts';
import { ResponseCache } from './response-cache.ts';
import { type DnsProtocol, shuffle, type UpstreamPool } from './upstream-pool.ts';
import { codeAnswer, servfail, tcpSizeMax, udpLimit, writeAnswer, writeRefusal } from './write-answer.ts';
import { writeQuery } from './write-query.ts';

const internetClass = 1;
const aliasesMax = 8;

/** From a message to the message that answers it: from the cluster's zone, from the cache, or from other servers. */
export class DnsResolver {
  readonly #world: World;
  readonly #zone: ClusterZone;
  readonly #upstreams: UpstreamPool;
  readonly #random: Random;
  readonly #cache = new ResponseCache();

  constructor(world: World, zone: ClusterZone, upstreams: UpstreamPool) {
    this.#world = world;
    this.#zone = zone;
    this.#upstreams = upstreams;
    this.#random = world.random.stream('dns/order');
  }

  /** Undefined where the message deserves no answer. A promise only where another server must be asked. */
  respond(message: Uint8Array, protocol: DnsProtocol): Uint8Array | undefined | Promise<Uint8Array> {
    const query = readQuery(message);
    if ('code' in query) return query.code === undefined ? undefined : writeRefusal(query, query.code);
    const limit = protocol === 'tcp' ? tcpSizeMax : udpLimit(query);
    const refused = this.#refuse(query);
    if (refused !== undefined) return writeAnswer(message, query, refused, limit);
    const local = answerQuestion(this.#zone, query.name, query.type);
    if (local === undefined) return this.#forward(message, query, protocol, limit);
    if (local.alias !== undefined) return this.#followAlias(message, query, local, limit);
    return writeAnswer(message, query, this.#shuffled(local), limit);
  }

  /** Zone transfers, and classes that nobody uses: never forwarded, so they are answered here for all names. */
  #refuse(query: Query): Answer | undefined {
    const isTransfer = query.type === recordTypes.AXFR || query.type === recordTypes.AXFR - 1;
    return isTransfer || query.recordClass !== internetClass ? codeAnswer(responseCodes.REFUSED) : undefined;
  }

  /** Most clients take the first address: in another order each time, they spread. Aliases stay in front. */
  #shuffled(answer: Answer): Answer {
    if (answer.answers.length < 2) return answer;
    const aliases = answer.answers.filter(record => record.type === 'CNAME');
    const others = answer.answers.filter(record => record.type !== 'CNAME');
    return { ...answer, answers: [...aliases, ...shuffle(others, below => this.#random.integer(below))] };
  }

  #forward(message: Uint8Array, query: Query, protocol: DnsProtocol, limit: number): Uint8Array | Promise<Uint8Array> {
    const known = this.#cache.get(message, query, this.#world.clock.monotonic());
    if (known !== undefined) return known.length <= limit ? known : writeTruncated(message, query);
    return this.#askUpstream(message, query, protocol, limit);
  }

  async #askUpstream(message: Uint8Array, query: Query, protocol: DnsProtocol, limit: number): Promise<Uint8Array> {
    const response = await this.#upstreams.exchange(message, protocol);
    if (response === undefined) return writeAnswer(message, query, servfail, limit);
    this.#cache.put(query, response, this.#world.clock.monotonic());
    return response.length <= limit ? response : writeTruncated(message, query);
  }

  /**
   * Looks up what an ExternalName stands for: stub resolvers expect the whole chain from their server.
   *
   * Kubernetes: as with CoreDNS, an alias whose end cannot be found out is answered as it is.
   */
  async #followAlias(message: Uint8Array, query: Query, start: ZoneAnswer, limit: number): Promise<Uint8Array> {
    const answers: DnsRecord[] = [...start.answers];
    let code = start.code;
    let alias = start.alias;
    for (let i = 0; i < aliasesMax && alias !== undefined; i++) {
      const next: ZoneAnswer | undefined = answerQuestion(this.#zone, alias, query.type);
      if (next === undefined) {
        const found = await this.#lookUp(alias, query.type);
        if (found !== undefined) {
          code = found.code;
          answers.push(...found.answers);
        }
        break;
      }
      code = next.code;
      answers.push(...next.answers);
      alias = next.alias;
    }
    return writeAnswer(message, query, this.#shuffled({ ...start, code, answers }), limit);
  }

  async #lookUp(name: string, type: number): Promise<Pick<Answer, 'code' | 'answers'> | undefined> {
    const message = writeQuery(name, type);
    const query = readQuery(message);
    if ('code' in query) return undefined;
    const response = await this.#forward(message, query, 'udp', tcpSizeMax);
    const code = response[3]! & 0x0f;
    if (code !== responseCodes.NOERROR && code !== responseCodes.NXDOMAIN) return undefined;
    const records = readAddressRecords(response, query.questionEnd);
    return { code, answers: records.map(record => ({ ...record, ttl: Math.min(record.ttl, recordTtlSeconds) })) };
  }
}

function writeTruncated(message: Uint8Array, query: Query): Uint8Array {
  const response = writeAnswer(message, query, codeAnswer(responseCodes.NOERROR), tcpSizeMax);
  response[2]! |= 0x02;
  return response;
}

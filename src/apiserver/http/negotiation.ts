import { StatusError } from '../../machinery/index.ts';
import { type MediaType, parseAccept } from './media-type.ts';

/** How an answer is to be written. */
export interface Representation {
  readonly format: 'json' | 'yaml';
  /** A form of its own instead of the object. */
  readonly as?: 'Table' | 'PartialObjectMetadata' | 'PartialObjectMetadataList' | undefined;
  /** Of the form's group `meta.k8s.io`. */
  readonly asVersion?: 'v1' | 'v1beta1' | undefined;
}

const plainJson: Representation = { format: 'json' };

const served = [
  'application/json',
  'application/yaml',
  'application/vnd.kubernetes.protobuf',
  'application/cbor',
] as const;

/** A cache of what Accept headers mean; clients send few different ones, and the same ones with each request. */
export class Negotiator {
  readonly #known = new Map<string, Representation>();

  /** The best representation that the client accepts. Throws 406 where there is none. */
  negotiate(accept: string | undefined, verb: string): Representation {
    if (accept === undefined || accept === 'application/json' || accept === '*/*') return plainJson;
    const key = `${verb === 'watch' ? 'w' : verb === 'list' ? 'l' : 'o'}${accept}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const found = choose(accept, verb);
    // Bounded, because the header is the client's to choose.
    if (this.#known.size >= 256) this.#known.clear();
    this.#known.set(key, found);
    return found;
  }
}

function choose(accept: string, verb: string): Representation {
  for (const media of parseAccept(accept)) {
    const format = readFormat(media.type);
    if (format === undefined || (verb === 'watch' && format === 'yaml')) continue;
    const form = readForm(media, verb);
    if (form === undefined) continue;
    return { format, ...form };
  }
  const types = verb === 'watch' ? ['application/json', 'application/json;stream=watch'] : served.slice(0, 2);
  throw new StatusError('NotAcceptable', `only the following media types are accepted: ${types.join(', ')}`);
}

function readFormat(type: string): Representation['format'] | undefined {
  if (type === 'application/json' || type === '*/*' || type === 'application/*') return 'json';
  return type === 'application/yaml' ? 'yaml' : undefined;
}

type Form = Pick<Representation, 'as' | 'asVersion'>;

/** Undefined where the client asks for a form that there is not. */
function readForm(media: MediaType, verb: string): Form | undefined {
  const as = media.parameters['as'];
  if (as === undefined) return {};
  const version = media.parameters['v'];
  if (media.parameters['g'] !== 'meta.k8s.io' || (version !== 'v1' && version !== 'v1beta1')) return undefined;
  if (as === 'Table') return { as, asVersion: version };
  const wanted = verb === 'list' ? 'PartialObjectMetadataList' : 'PartialObjectMetadata';
  return as === wanted ? { as: wanted, asVersion: version } : undefined;
}

import { StatusError } from '../../machinery/index.ts';
import { type MediaType, parseAccept } from './media-type.ts';

/** How an answer is to be written. */
export interface Representation {
  readonly format: Format;
  /** A form of its own instead of the object. */
  readonly as?: Form['as'];
  /** Of the form's group `meta.k8s.io`. */
  readonly asVersion?: Form['asVersion'];
}

export type Format = 'json' | 'yaml' | 'protobuf';

/** `custom`: objects of a CRD; `computed`: answers that are stored nowhere, such as reviews, which have no Table. */
export type ResourceSort = 'stored' | 'custom' | 'computed';

interface Form {
  readonly as?: 'Table' | 'PartialObjectMetadata' | 'PartialObjectMetadataList' | undefined;
  readonly asVersion?: 'v1' | 'v1beta1' | undefined;
}

const plainJson: Representation = { format: 'json' };

export const protobufType = 'application/vnd.kubernetes.protobuf';

/** In the order in which `*` in an Accept header chooses. */
const formats: readonly (readonly [type: string, format: Format])[] = [
  ['application/json', 'json'],
  ['application/yaml', 'yaml'],
  [protobufType, 'protobuf'],
];

/** A cache of what Accept headers mean; clients send few different ones, and the same ones with each request. */
export class Negotiator {
  readonly #known = new Map<string, Representation>();

  /** The best representation of the resource that the client accepts. Throws 406 where there is none. */
  negotiate(accept: string | undefined, verb: string, sort: ResourceSort = 'stored'): Representation {
    if (accept === undefined || accept === 'application/json' || accept === '*/*' || accept === '') return plainJson;
    const mode = verb === 'watch' ? 'w' : verb === 'list' ? 'l' : 'o';
    return this.#remember(`${sort} ${mode}${accept}`, () => choose(accept, verb, sort));
  }

  /** The format of an error: whatever the client accepts for a plain object, or else JSON. */
  negotiateError(accept: string | undefined): Format {
    if (accept === undefined || accept === '' || accept === 'application/json') return 'json';
    return this.#remember(`e${accept}`, () => findFirst(accept, media => readPlainForm(media)) ?? plainJson).format;
  }

  #remember(key: string, find: () => Representation): Representation {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const found = find();
    // Bounded, because the header is the client's to choose.
    if (this.#known.size >= 256) this.#known.clear();
    this.#known.set(key, found);
    return found;
  }
}

function choose(accept: string, verb: string, sort: ResourceSort): Representation {
  const found = findFirst(accept, (media, format) => readForm(media, format, verb, sort));
  // Kubernetes: what comes first counts, even where it cannot be streamed.
  if (found === undefined || (verb === 'watch' && found.format === 'yaml')) throw refuse(verb);
  return found;
}

/** The first format of the most preferred entry in which `read` finds a form. */
function findFirst(
  accept: string,
  read: (media: MediaType, format: Format) => Form | undefined,
): Representation | undefined {
  for (const media of parseAccept(accept)) {
    for (const [type, format] of formats) {
      if (media.type !== type && media.type !== 'application/*' && media.type !== '*/*') continue;
      const form = read(media, format);
      if (form !== undefined) return { format, ...form };
    }
  }
  return undefined;
}

function refuse(verb: string): StatusError {
  const types =
    verb === 'watch'
      ? ['application/json;stream=watch', `${protobufType};stream=watch`]
      : formats.map(([type]) => type);
  return new StatusError('NotAcceptable', `only the following media types are accepted: ${types.join(', ')}`);
}

/** Undefined where the client asks for a form that there is not, or not in this format. */
function readForm(media: MediaType, format: Format, verb: string, sort: ResourceSort): Form | undefined {
  const { as, g: group, v: version, stream } = media.parameters;
  if (stream !== undefined && stream !== '' && (stream !== 'watch' || format === 'yaml')) return undefined;
  // Kubernetes: objects of CRDs have no protobuf; the forms of `meta.k8s.io` do, whatever they show.
  if (as === undefined && group === undefined && version === undefined) {
    return sort === 'custom' && format === 'protobuf' ? undefined : {};
  }
  if (group !== 'meta.k8s.io' || (version !== 'v1' && version !== 'v1beta1')) return undefined;
  if (as === 'Table') {
    return format === 'protobuf' || sort === 'computed' ? undefined : { as, asVersion: version };
  }
  const wanted = verb === 'list' ? 'PartialObjectMetadataList' : 'PartialObjectMetadata';
  return as === wanted ? { as: wanted, asVersion: version } : undefined;
}

function readPlainForm({ parameters: { as, g, v, stream } }: MediaType): Form | undefined {
  const isPlain =
    as === undefined && g === undefined && v === undefined && (stream === undefined || stream === 'watch');
  return isPlain ? {} : undefined;
}

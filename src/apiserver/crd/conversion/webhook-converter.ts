import { isJsonObject, type KubeObject, parseGroupVersion } from '../../../machinery/index.ts';
import { type ConversionReview, createReview, readReview } from './conversion-review.ts';
import { checkSameObject, restoreMetadata } from './restore-metadata.ts';

/** Asks a CRD's webhook. Resolves to its decoded answer; rejects with an `Error` that says why there is none. */
export type PostReview = (review: ConversionReview) => Promise<unknown>;

export interface WebhookConverterOptions {
  readonly reviewVersions: readonly string[];
  readonly post: PostReview;
  uuid(): string;
}

/** Converts the objects of one CRD by asking its webhook. Kubernetes: `webhookConverter`. */
export class WebhookConverter {
  readonly #options: WebhookConverterOptions;

  constructor(options: WebhookConverterOptions) {
    this.#options = options;
  }

  /**
   * The objects in another version, in the same order, by one call for all; those that are in it already are themselves.
   * Rejects with an `Error` in upstream's words.
   */
  async convert(objects: readonly KubeObject[], apiVersion: string): Promise<readonly KubeObject[]> {
    const asked = objects.filter(object => object.apiVersion !== apiVersion);
    if (asked.length === 0) return objects;
    const answers = await this.#ask(asked, apiVersion);
    const isList = objects.length > 1;
    let next = 0;
    return objects.map(object => {
      if (object.apiVersion === apiVersion) return object;
      const index = next++;
      return settle(object, answers[index], apiVersion, index, isList);
    });
  }

  async #ask(objects: readonly KubeObject[], apiVersion: string): Promise<readonly unknown[]> {
    const { reviewVersions, post, uuid } = this.#options;
    const review = createReview(reviewVersions, uuid(), apiVersion, objects);
    const about = describeKind(objects[0]!);
    let answers: readonly unknown[];
    try {
      answers = readReview(review, await post(review));
    } catch (error) {
      throw new Error(`conversion webhook for ${about} failed: ${(error as Error).message}`);
    }
    if (answers.length !== objects.length) {
      throw new Error(`conversion webhook for ${about} returned ${answers.length} objects, expected ${objects.length}`);
    }
    return answers;
  }
}

/** One answer as the object that it is of, whatever it says of metadata. Kubernetes words lists differently. */
function settle(original: KubeObject, answer: unknown, apiVersion: string, index: number, isList: boolean): KubeObject {
  const about = describeKind(original);
  const fail = (problem: string): Error => {
    const what = isList ? `invalid converted object at index ${index}` : 'invalid object at index 0';
    return new Error(`conversion webhook for ${about} returned ${what}: ${problem}`);
  };
  if (!isJsonObject(answer)) throw fail('unexpected end of JSON input');
  const { apiVersion: got = '', kind = '' } = answer;
  if (got !== apiVersion) throw fail(`invalid groupVersion (expected ${apiVersion}, received ${String(got)})`);
  if (kind !== original.kind) throw fail(`invalid kind (expected ${original.kind}, received ${String(kind)})`);
  const tell = (what: string, error: unknown): Error =>
    new Error(`conversion webhook for ${about} returned ${what}: ${(error as Error).message}`);
  try {
    checkSameObject(original, answer);
  } catch (error) {
    throw tell(isList ? `invalid converted object at index ${index}` : 'invalid object', error);
  }
  try {
    return restoreMetadata(original, answer);
  } catch (error) {
    throw tell(isList ? `invalid metadata in object at index ${index}` : 'invalid metadata', error);
  }
}

/** Go's `GroupVersionKind.String`: `example.com/v1, Kind=Widget`. */
function describeKind({ apiVersion = '', kind = '' }: KubeObject): string {
  const { group, version } = parseGroupVersion(apiVersion);
  return `${group}/${version}, Kind=${kind}`;
}

import { isJsonObject, type KubeObject } from '../../../machinery/index.ts';

const group = 'apiextensions.k8s.io';
/** Kubernetes: the versions of ConversionReview that the server speaks. */
const spoken: ReadonlySet<string> = new Set(['v1', 'v1beta1']);

/** What a webhook is asked: all objects that are in another version, at once. */
export interface ConversionReview {
  readonly apiVersion: string;
  readonly kind: 'ConversionReview';
  readonly request: {
    readonly uid: string;
    readonly desiredAPIVersion: string;
    readonly objects: readonly KubeObject[];
  };
}

/** In the first of the webhook's versions that the server speaks too. Throws when there is none. */
export function createReview(
  versions: readonly string[],
  uid: string,
  desiredAPIVersion: string,
  objects: readonly KubeObject[],
): ConversionReview {
  const version = versions.find(each => spoken.has(each));
  if (version === undefined) throw new Error('no supported conversion review versions');
  return { kind: 'ConversionReview', apiVersion: `${group}/${version}`, request: { uid, desiredAPIVersion, objects } };
}

/** The objects of an answer. Throws with upstream's words for one that says no, or makes no sense. */
export function readReview(review: ConversionReview, answer: unknown): readonly unknown[] {
  if (!isJsonObject(answer)) throw new Error('no response provided');
  const isStrict = review.apiVersion === `${group}/v1`;
  if (isStrict) checkType(answer);
  const { response } = answer;
  if (!isJsonObject(response)) throw new Error('no response provided');
  const uid = typeof response['uid'] === 'string' ? response['uid'] : '';
  // Kubernetes: v1beta1 never compared them.
  if (isStrict && uid !== review.request.uid) {
    throw new Error(`expected response.uid=${JSON.stringify(review.request.uid)}, got ${JSON.stringify(uid)}`);
  }
  checkResult(isJsonObject(response['result']) ? response['result'] : {});
  const converted = response['convertedObjects'];
  return Array.isArray(converted) ? converted : [];
}

function checkType(answer: Readonly<Record<string, unknown>>): void {
  const { apiVersion, kind } = answer;
  if (apiVersion === `${group}/v1` && kind === 'ConversionReview') return;
  const got = `${String(apiVersion ?? '/')}, Kind=${String(kind ?? '')}`;
  throw new Error(`expected webhook response of ${group}/v1, Kind=ConversionReview, got ${got}`);
}

function checkResult({ status, message }: Readonly<Record<string, unknown>>): void {
  if (status === 'Success') return;
  if (typeof message === 'string' && message !== '') throw new Error(message);
  throw new Error(`response.result.status was '${String(status ?? '')}', not 'Success'`);
}

import { isJsonObject, quoteGo, type Status } from '../../../machinery/index.ts';
import { decodeBase64Text } from '../../../machinery/protobuf/index.ts';
import type { ReviewVersion } from './admission-review.ts';

/** What a webhook has answered. */
export interface ReviewAnswer {
  readonly allowed: boolean;
  /** The text of a JSON patch; `''` where there is none. */
  readonly patch: string;
  readonly patchType: string;
  readonly status: Partial<Status> | undefined;
  readonly auditAnnotations: Readonly<Record<string, string>>;
  readonly warnings: readonly string[];
}

interface Unread {
  readonly problem: string;
}

export type Read = { readonly answer: ReviewAnswer; readonly problem?: undefined } | Unread;

type Fields = Readonly<Record<string, unknown>>;

/** Kubernetes: `VerifyAdmissionResponse`. v1 is checked closely, v1beta1 hardly at all. */
export function readAnswer(review: unknown, version: ReviewVersion, uid: string, isMutating: boolean): Read {
  const given = isJsonObject(review) ? review : {};
  const response = given['response'];
  if (response === undefined || response === null) return invalid('webhook response was absent');
  if (!isJsonObject(response)) return undecoded(response, 'AdmissionReview.response', 'v1.AdmissionResponse');
  const mistyped = findWrongType(response);
  if (mistyped !== undefined) return mistyped;
  const wrong = version === 'v1' ? verify(given, response, uid, isMutating) : undefined;
  if (wrong !== undefined) return invalid(wrong);
  const encoded = isMutating ? ((response['patch'] as string | undefined) ?? '') : '';
  return {
    answer: {
      allowed: response['allowed'] === true,
      patch: decodeBase64Text(encoded) ?? '',
      patchType: version === 'v1' ? String(response['patchType'] ?? '') : 'JSONPatch',
      status: (response['status'] as Partial<Status> | null | undefined) ?? undefined,
      auditAnnotations: (response['auditAnnotations'] as Record<string, string> | null | undefined) ?? {},
      warnings: (response['warnings'] as string[] | null | undefined) ?? [],
    },
  };
}

const types: Readonly<Record<string, readonly [is: (value: unknown) => boolean, goType: string]>> = {
  allowed: [value => typeof value === 'boolean', 'bool'],
  uid: [value => typeof value === 'string', 'types.UID'],
  patch: [value => typeof value === 'string', '[]uint8'],
  patchType: [value => typeof value === 'string', 'v1.PatchType'],
  status: [isJsonObject, 'v1.Status'],
  warnings: [value => Array.isArray(value) && value.every(item => typeof item === 'string'), '[]string'],
  auditAnnotations: [
    value => isJsonObject(value) && Object.values(value).every(item => typeof item === 'string'),
    'map[string]string',
  ],
};

function findWrongType(response: Fields): Unread | undefined {
  for (const [name, [is, goType]] of Object.entries(types)) {
    const value = response[name];
    if (value === undefined || value === null || is(value)) continue;
    return undecoded(value, `AdmissionResponse.response.${name}`, goType);
  }
  return undefined;
}

/** Kubernetes: what is not even of an answer's shape counts as a call that failed. */
function undecoded(value: unknown, field: string, goType: string): Unread {
  const type = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
  const why = `json: cannot unmarshal ${type} into Go struct field ${field} of type ${goType}`;
  return { problem: `failed to call webhook: ${why}` };
}

function invalid(why: string): Unread {
  return { problem: `received invalid webhook response: ${why}` };
}

function verify(review: Fields, response: Fields, uid: string, isMutating: boolean): string | undefined {
  const got = (response['uid'] as string | undefined) ?? '';
  if (got !== uid) return `expected response.uid=${quoteGo(uid)}, got ${quoteGo(got)}`;
  const { apiVersion = '', kind = '' } = review;
  if (apiVersion !== 'admission.k8s.io/v1' || kind !== 'AdmissionReview') {
    const wanted = 'admission.k8s.io/v1, Kind=AdmissionReview';
    return `expected webhook response of ${wanted}, got ${apiVersion === '' ? '/' : String(apiVersion)}, Kind=${String(kind)}`;
  }
  return isMutating ? verifyPatch(response) : verifyNoPatch(response);
}

function verifyPatch({ patch, patchType }: Fields): string | undefined {
  const hasPatch = Boolean(patch);
  const hasType = patchType !== undefined && patchType !== null;
  if (hasPatch && !hasType) return 'webhook returned response.patch but not response.patchType';
  if (!hasPatch && hasType) return 'webhook returned response.patchType but not response.patch';
  return patchType === '' ? 'webhook returned invalid response.patchType of ""' : undefined;
}

function verifyNoPatch({ patch, patchType }: Fields): string | undefined {
  if (patch) return 'validating webhook may not return response.patch';
  return patchType === undefined || patchType === null
    ? undefined
    : 'validating webhook may not return response.patchType';
}

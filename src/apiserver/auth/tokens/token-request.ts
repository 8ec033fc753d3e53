import {
  nodes,
  pods,
  type ServiceAccount,
  schemaOfKind,
  secrets,
  type TokenRequest,
} from '../../../api/generated/index.ts';
import type { ResourceRequest } from '../../../client/index.ts';
import {
  checkStructure,
  type FieldError,
  fieldError,
  isJsonObject,
  type KubeObject,
  parseGroupVersion,
  type ResourceType,
  statusError,
} from '../../../machinery/index.ts';
import { formatTime, type World } from '../../../world/index.ts';
import type { VirtualResource } from '../../core-contract.ts';
import type { ObjectView } from '../../object-view.ts';
import { formatServiceAccountUser } from '../service-account-name.ts';
import type { TokenSettings } from './token-settings.ts';
import type { ObjectClaim, TokenClaims } from './token-signer.ts';

const subject = { group: 'authentication.k8s.io', resource: 'tokenrequests', kind: 'TokenRequest' } as const;
const defaultSeconds = 3600;
const minSeconds = 600;
const maxSeconds = 2 ** 32;
/** Kubernetes: what pods' projected tokens ask for; such a token really lives a year, for clients that never reload it. */
const extendedAskSeconds = 3607;
const extendedSeconds = 365 * 24 * 3600;

type Bound = Pick<TokenClaims['kubernetes.io'], 'pod' | 'node' | 'secret'>;

/** Answers `serviceaccounts/NAME/token`: signs a token for the account, bound to what the request names. */
export function createTokenRequests(settings: TokenSettings, view: () => ObjectView, world: World): VirtualResource {
  const ids = world.random.stream('apiserver/token-ids');
  return async (request, _call, parent) => {
    const account = parent as ServiceAccount;
    const asked = readTokenRequest(request, account);
    const bound = resolveBound(asked, account, view());
    const seconds = asked.spec.expirationSeconds ?? defaultSeconds;
    const audiences = asked.spec.audiences?.length ? asked.spec.audiences : settings.audiences;
    const nowSeconds = Math.floor(world.clock.now() / 1000);
    const isForUs = audiences.every(audience => settings.audiences.includes(audience));
    const isExtended = bound.pod !== undefined && seconds === extendedAskSeconds && isForUs;
    const token = await settings.signer.sign({
      iss: settings.issuer,
      aud: audiences,
      sub: formatServiceAccountUser({ namespace: account.metadata.namespace!, name: account.metadata.name! }),
      jti: ids.uuid(),
      iat: nowSeconds,
      nbf: nowSeconds,
      exp: nowSeconds + (isExtended ? extendedSeconds : seconds),
      'kubernetes.io': {
        namespace: account.metadata.namespace!,
        serviceaccount: claimOf(account),
        ...bound,
        ...(isExtended ? { warnafter: nowSeconds + seconds } : {}),
      },
    });
    return {
      kind: 'TokenRequest',
      apiVersion: 'authentication.k8s.io/v1',
      metadata: {
        name: account.metadata.name,
        namespace: account.metadata.namespace,
        uid: account.metadata.uid,
        creationTimestamp: formatTime(nowSeconds * 1000),
      },
      spec: { audiences, expirationSeconds: seconds, boundObjectRef: asked.spec.boundObjectRef },
      status: { token, expirationTimestamp: formatTime((nowSeconds + seconds) * 1000) },
    } satisfies TokenRequest as KubeObject;
  };
}

function readTokenRequest(request: ResourceRequest, account: ServiceAccount): TokenRequest {
  const { body } = request;
  if (!isJsonObject(body)) throw statusError.badRequest('the body must be a TokenRequest');
  if (body['kind'] !== undefined && body['kind'] !== 'TokenRequest') {
    throw statusError.badRequest(`the body must be a TokenRequest, not a ${JSON.stringify(body['kind'])}`);
  }
  const { value, errors: shape } = checkStructure(schemaOfKind(subject.group, 'v1', subject.kind), body);
  if (shape.length > 0) throw statusError.invalid(subject, '', shape);
  const { metadata, spec } = value as { metadata?: KubeObject['metadata']; spec?: TokenRequest['spec'] };
  const asked: TokenRequest = { metadata: metadata ?? {}, spec: spec ?? {} };
  const name = account.metadata.name!;
  const misplaced = checkIdentity(asked, account);
  if (misplaced.length > 0) throw statusError.invalid(subject, name, misplaced);
  const uid = asked.metadata.uid ?? '';
  if (uid !== '' && uid !== account.metadata.uid) {
    const why = `the UID in the token request (${uid}) does not match the UID of the service account (${account.metadata.uid})`;
    throw statusError.conflict({ group: subject.group, resource: subject.kind }, name, why);
  }
  const errors = checkSpec(asked);
  if (errors.length > 0) throw statusError.invalid(subject, '', errors);
  return asked;
}

/** Kubernetes: only the first is told. */
function checkIdentity({ metadata }: TokenRequest, account: ServiceAccount): readonly FieldError[] {
  for (const field of ['name', 'namespace'] as const) {
    const given = metadata[field] ?? '';
    if (given === '' || given === account.metadata[field]) continue;
    return [fieldError.invalid(`metadata.${field}`, given, `must match the service account ${field} if specified`)];
  }
  return [];
}

function checkSpec({ spec }: TokenRequest): readonly FieldError[] {
  const { expirationSeconds: seconds, audiences } = spec;
  const field = 'spec.expirationSeconds';
  if (
    audiences !== undefined &&
    audiences !== null &&
    !(Array.isArray(audiences) && audiences.every(one => typeof one === 'string'))
  ) {
    return [fieldError.typeInvalid('spec.audiences', audiences, 'must be a list of strings')];
  }
  if (seconds === undefined || seconds === null) return [];
  if (!Number.isInteger(seconds)) return [fieldError.typeInvalid(field, seconds, 'must be an integer')];
  if (seconds < minSeconds) {
    return [fieldError.invalid(field, seconds, 'may not specify a duration less than 10 minutes')];
  }
  if (seconds <= maxSeconds) return [];
  return [fieldError.invalid(field, seconds, 'may not specify a duration larger than 2^32 seconds')];
}

/** The claims for the object that the token is to live and die with. Throws 404 or 409 where it is not that object. */
function resolveBound({ spec }: TokenRequest, account: ServiceAccount, view: ObjectView): Bound {
  const reference = spec.boundObjectRef;
  if (reference === undefined || reference === null) return {};
  const { apiVersion = '', kind = '', name = '' } = reference;
  const { group, version } = parseGroupVersion(apiVersion);
  const namespace = account.metadata.namespace!;
  const find = <T extends KubeObject>(type: ResourceType<T>, where: string | undefined): T => {
    const object = view.get(type, where, name);
    if (object === undefined) throw statusError.notFound(type, name);
    const uid = reference.uid ?? '';
    if (uid === '' || uid === object.metadata.uid) return object;
    const why = `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`;
    throw statusError.conflict({ group: '', resource: kind }, name, why);
  };
  if (group === '' && kind === 'Pod') {
    const pod = find(pods, namespace);
    if ((pod.spec.serviceAccountName ?? '') !== account.metadata.name) {
      throw statusError.badRequest(
        `cannot bind token for serviceaccount ${JSON.stringify(account.metadata.name)} to pod running with different serviceaccount name.`,
      );
    }
    const nodeName = pod.spec.nodeName ?? '';
    const node = nodeName === '' ? undefined : view.get(nodes, undefined, nodeName);
    if (nodeName === '') return { pod: claimOf(pod) };
    return { pod: claimOf(pod), node: node === undefined ? { name: nodeName, uid: '' } : claimOf(node) };
  }
  if (group === '' && kind === 'Node') return { node: claimOf(find(nodes, undefined)) };
  if (group === '' && kind === 'Secret') return { secret: claimOf(find(secrets, namespace)) };
  const gvk = group === '' ? `/${version}, Kind=${kind}` : `${group}/${version}, Kind=${kind}`;
  throw statusError.badRequest(`cannot bind token to object of type ${gvk}`);
}

function claimOf({ metadata }: KubeObject): ObjectClaim {
  return { name: metadata.name ?? '', uid: metadata.uid ?? '' };
}

import type { RequestOptions } from '../../client/index.ts';
import { fieldError, quoteGo, statusError } from '../../machinery/index.ts';
import type { Query } from './query.ts';
import { isTruthy } from './request-info.ts';

/**
 * The query of a resource request. Values that are no numbers are refused with 400, as upstream's decoding of options
 * does; what they mean together is for the core to check.
 */
export function readRequestOptions(query: Query, verb: string): RequestOptions {
  if (verb === 'get') return readGetOptions(query);
  if (verb === 'list' || verb === 'watch' || verb === 'deletecollection') {
    return { ...readListOptions(query), ...(verb === 'deletecollection' ? readDeleteOptions(query) : {}) };
  }
  return verb === 'delete' ? readDeleteOptions(query) : readWriteOptions(query, kindsOfOptions[verb] ?? '');
}

function readGetOptions(query: Query): RequestOptions {
  return { resourceVersion: query.get('resourceVersion') };
}

function readListOptions(query: Query): RequestOptions {
  return {
    labelSelector: query.get('labelSelector'),
    fieldSelector: query.get('fieldSelector'),
    limit: readInteger(query, 'limit'),
    continue: query.get('continue'),
    resourceVersion: query.get('resourceVersion'),
    resourceVersionMatch: query.get('resourceVersionMatch') as RequestOptions['resourceVersionMatch'],
    timeoutSeconds: readInteger(query, 'timeoutSeconds'),
    allowWatchBookmarks: readBoolean(query, 'allowWatchBookmarks'),
    sendInitialEvents: readBoolean(query, 'sendInitialEvents'),
  };
}

const kindsOfOptions: Readonly<Record<string, string>> = {
  create: 'CreateOptions',
  update: 'UpdateOptions',
  patch: 'PatchOptions',
};

function readWriteOptions(query: Query, kind: string): RequestOptions {
  return {
    dryRun: readDryRun(query.getAll('dryRun'), kind),
    fieldManager: query.get('fieldManager'),
    fieldValidation: query.get('fieldValidation') as RequestOptions['fieldValidation'],
    force: readBoolean(query, 'force'),
  };
}

function readDeleteOptions(query: Query): RequestOptions {
  const orphan = query.get('orphanDependents');
  return {
    dryRun: readDryRun(query.getAll('dryRun'), 'DeleteOptions'),
    gracePeriodSeconds: readInteger(query, 'gracePeriodSeconds'),
    propagationPolicy:
      (query.get('propagationPolicy') as RequestOptions['propagationPolicy']) ??
      (orphan === undefined ? undefined : isTruthy(orphan) ? 'Orphan' : 'Background'),
  };
}

/** Kubernetes: `All` is the only value; anything else is refused rather than taken for a real write. */
export function readDryRun(values: readonly string[], kind: string): boolean | undefined {
  const stages = values.filter(value => value !== '');
  if (stages.length === 0) return undefined;
  const wrong = stages.find(stage => stage !== 'All');
  if (wrong === undefined) return true;
  const error = fieldError.notSupported('dryRun', stages, ['All']);
  throw statusError.invalid({ group: 'meta.k8s.io', resource: '', kind }, '', [error]);
}

function readBoolean(query: Query, name: string): boolean | undefined {
  return query.has(name) ? isTruthy(query.get(name)) : undefined;
}

function readInteger(query: Query, name: string): number | undefined {
  const text = query.get(name);
  if (text === undefined) return undefined;
  if (/^[+-]?\d{1,18}$/.test(text)) return Number(text);
  const why = /^[+-]?\d+$/.test(text) ? 'value out of range' : 'invalid syntax';
  if (why === 'value out of range' && BigInt.asIntN(64, BigInt(text)) === BigInt(text)) return Number(text);
  throw statusError.badRequest(`strconv.ParseInt: parsing ${quoteGo(text)}: ${why}`);
}

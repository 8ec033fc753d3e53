import type { RequestOptions } from '../../client/index.ts';
import { isJsonObject, type JsonObject, statusError } from '../../machinery/index.ts';
import { readDryRun } from './request-options.ts';

/** The options in a DELETE's body, which stand in place of those in the query. Throws 400 for anything else. */
export function readDeleteOptionsBody(body: unknown): RequestOptions {
  if (!isJsonObject(body)) throw refuse('not an object');
  const { kind, gracePeriodSeconds, propagationPolicy, orphanDependents, preconditions, dryRun } = body;
  if (kind !== undefined && kind !== 'DeleteOptions') throw refuse(`it is a ${JSON.stringify(kind)}`);
  if (gracePeriodSeconds !== undefined && gracePeriodSeconds !== null && !Number.isInteger(gracePeriodSeconds)) {
    throw refuse('gracePeriodSeconds must be a whole number');
  }
  const orphaning = orphanDependents === true ? 'Orphan' : orphanDependents === false ? 'Background' : undefined;
  return {
    gracePeriodSeconds: (gracePeriodSeconds ?? undefined) as number | undefined,
    propagationPolicy: ((propagationPolicy as string | null) ?? orphaning) as RequestOptions['propagationPolicy'],
    preconditions: isJsonObject(preconditions) ? readPreconditions(preconditions) : undefined,
    dryRun: Array.isArray(dryRun) ? readDryRun(dryRun.map(String), 'DeleteOptions') : undefined,
  };
}

function readPreconditions({ uid, resourceVersion }: JsonObject): { uid?: string; resourceVersion?: string } {
  return {
    ...(typeof uid === 'string' ? { uid } : {}),
    ...(typeof resourceVersion === 'string' ? { resourceVersion } : {}),
  };
}

function refuse(why: string): Error {
  return statusError.badRequest(`the body of a DELETE must be a DeleteOptions object: ${why}`);
}

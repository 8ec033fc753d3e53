import { type Pod, pods } from '../../api/generated/index.ts';
import type { ResourceRequest } from '../../client/index.ts';
import { isJsonObject, type KubeObject, StatusError, statusError } from '../../machinery/index.ts';
import type { CallContext, OtherResult } from '../core-contract.ts';
import { deleteNamed } from '../requests/delete.ts';
import { checkPreconditions } from '../requests/plan-deletion.ts';
import { checkDeleteOptions, type DeleteOptions, fromBody, optionsOf } from '../requests/request-options.ts';
import { rewriteObject } from '../requests/rewrite.ts';
import { admissionOf, openWrite } from '../requests/write-call.ts';
import type { ServerContext } from '../server-context.ts';
import { disruptWithBudget, findBudgets, tooManyRequests } from './disruption-budget.ts';
import { withPodCondition } from './pod-condition.ts';
import { succeed } from './success-status.ts';

/** Deletes a pod if its disruption budget allows that now; 429 when it does not. */
export async function evictPod(
  server: ServerContext,
  request: ResourceRequest,
  call: CallContext,
): Promise<OtherResult> {
  const endpoint = server.endpoints.get(pods);
  const options = readEviction(request);
  const name = request.name ?? '';
  const write = { ...openWrite(endpoint, request, call, name), isDryRun: options.dryRun };
  const chain = endpoint.chain('eviction', 'CREATE');
  const admission = admissionOf(write, 'CREATE', request.body as KubeObject, undefined);
  if (chain.mutates) await chain.mutate(admission);
  if (chain.validates) await chain.validate(admission);
  const eviction = new Eviction(server, request, call, options);
  await eviction.perform();
  return succeed(201);
}

function readEviction(request: ResourceRequest): DeleteOptions {
  const { body } = request;
  if (!isJsonObject(body))
    throw statusError.badRequest('the object provided is unrecognized (must be of type Eviction)');
  const { apiVersion, kind, metadata, deleteOptions } = body;
  if (kind !== undefined && kind !== 'Eviction') throw statusError.badRequest(`${String(kind)} is not an Eviction`);
  if (apiVersion !== undefined && apiVersion !== 'policy/v1' && apiVersion !== 'policy/v1beta1') {
    throw statusError.badRequest(
      `the API version in the data (${String(apiVersion)}) does not match the expected API version (policy/v1)`,
    );
  }
  const name = isJsonObject(metadata) ? metadata['name'] : undefined;
  if (name !== request.name) throw statusError.badRequest('name in URL does not match name in Eviction object');
  const options = fromBody(isJsonObject(deleteOptions) ? deleteOptions : {}, optionsOf(request).dryRun === true);
  checkDeleteOptions(options);
  return options;
}

/** Kubernetes: conflicts are retried twenty times, half a second apart, unless the request names a version. */
const maxAttempts = 20;
const retryDelayMs = 500;

class Eviction {
  readonly #server: ServerContext;
  readonly #request: ResourceRequest;
  readonly #call: CallContext;
  readonly #options: DeleteOptions;
  readonly #namespace: string;
  readonly #name: string;

  constructor(server: ServerContext, request: ResourceRequest, call: CallContext, options: DeleteOptions) {
    this.#server = server;
    this.#request = { ...request, subresource: undefined, body: undefined, options: undefined };
    this.#call = call;
    this.#options = options;
    this.#namespace = request.namespace ?? '';
    this.#name = request.name ?? '';
  }

  async perform(): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#attempt();
      } catch (error) {
        const mayRetry = StatusError.is(error, 'Conflict') && !this.#namesVersion && attempt < maxAttempts;
        if (!mayRetry) throw error;
        await this.#server.world.clock.sleep(retryDelayMs);
      }
    }
  }

  get #namesVersion(): boolean {
    return this.#options.preconditions?.resourceVersion !== undefined;
  }

  #attempt(): Promise<void> {
    const pod = this.#find();
    if (needsNoBudget(pod)) return this.#remove(hasEnded(pod) ? this.#options : this.#boundTo(pod));
    return this.#evictWithBudget(pod);
  }

  #find(): Pod {
    const found = this.#server.endpoints.get(pods).find(this.#namespace, this.#name);
    if (found === undefined) throw statusError.notFound(pods, this.#name);
    return found.object as unknown as Pod;
  }

  async #evictWithBudget(pod: Pod): Promise<void> {
    const budgets = findBudgets(this.#server, pod);
    if (budgets.length > 1) {
      throw new StatusError(
        'InternalError',
        'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
      );
    }
    const budget = budgets[0];
    if (budget === undefined) return this.#remove(this.#options);
    const isFree = await disruptWithBudget(this.#server, pod, budget, this.#options.dryRun);
    if (!isFree) return this.#remove(this.#options);
    try {
      await this.#remove(this.#boundTo(pod));
    } catch (error) {
      // The pod may have become healthy since: the client is to ask again.
      if (!StatusError.is(error, 'Conflict') || this.#namesVersion) throw error;
      throw tooManyRequests(budget.metadata.name!);
    }
  }

  /** Only the pod as it was looked at, so that it cannot have become healthy in between. */
  #boundTo(pod: Pod): DeleteOptions {
    if (this.#namesVersion) return this.#options;
    const { resourceVersion } = pod.metadata;
    return { ...this.#options, preconditions: { ...this.#options.preconditions, resourceVersion } };
  }

  async #remove(options: DeleteOptions): Promise<void> {
    const endpoint = this.#server.endpoints.get(pods);
    let bound = options;
    if (!options.dryRun) {
      const marked = await rewriteObject<Pod>(
        this.#server,
        endpoint,
        { namespace: this.#namespace, name: this.#name },
        pod => {
          checkPreconditions(pod, '', options);
          return withPodCondition(pod, evicting, this.#server.rules.now);
        },
      );
      if (options.preconditions?.resourceVersion !== undefined) {
        const { resourceVersion } = marked!.object.metadata;
        bound = { ...options, preconditions: { ...options.preconditions, resourceVersion } };
      }
    }
    await deleteNamed(this.#server, endpoint, this.#request, this.#call, bound, this.#name, true);
  }
}

const evicting = {
  type: 'DisruptionTarget',
  status: 'True',
  reason: 'EvictionByEvictionAPI',
  message: 'Eviction API: evicting',
} as const;

function hasEnded(pod: Pod): boolean {
  const phase = pod.status?.phase;
  return phase === 'Succeeded' || phase === 'Failed' || pod.metadata.deletionTimestamp !== undefined;
}

/** Kubernetes: `canIgnorePDB`: a pod that serves nothing is no disruption. */
function needsNoBudget(pod: Pod): boolean {
  return hasEnded(pod) || pod.status?.phase === 'Pending';
}

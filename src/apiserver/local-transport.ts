import type { ResourceRequest, Transport, Watch, WatchSink } from '../client/index.ts';
import { type KubeObject, StatusError } from '../machinery/index.ts';
import type { ApiServer } from './api-server.ts';
import { AuditedTransport } from './audited-transport.ts';
import type { ApiResult, ApiWatchSink, CallContext, ListResult, ServedResource, UserInfo } from './core-contract.ts';
import { DecisionMemo } from './decision-memo.ts';
import { convertToServed, isShownAsStored } from './served-version.ts';

/**
 * The way to the API server for components of its own process. Hands over the very instances that are stored, so
 * nothing is encoded or copied; authorization counts here as anywhere, each decision made once while it holds.
 */
export function createLocalTransport(server: ApiServer, user: UserInfo, userAgent?: string): Transport {
  const call: CallContext = { user, userAgent, isLocal: true, warn: () => {} };
  const plain = new LocalTransport(server, call);
  return server.localAudit === undefined ? plain : new AuditedTransport(plain, server, call, server.localAudit);
}

class LocalTransport implements Transport {
  readonly #server: ApiServer;
  readonly #call: CallContext;
  readonly #decisions: DecisionMemo;

  constructor(server: ApiServer, call: CallContext) {
    this.#server = server;
    this.#call = call;
    this.#decisions = new DecisionMemo(server.context.authorizer, call.user);
  }

  request(request: ResourceRequest): Promise<KubeObject> {
    try {
      this.#decisions.demand(request);
      const result = this.#server.executeAuthorized(request, this.#call);
      return result instanceof Promise ? result.then(answerOf) : Promise.resolve(answerOf(result));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  watch(request: ResourceRequest, sink: WatchSink): Watch {
    try {
      this.#decisions.demand(request);
      const { resource } = this.#server.context.endpoints.get(request.type);
      return this.#server.watchAuthorized(request, isShownAsStored(resource) ? sink : convertingSink(sink, resource));
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      sink.end(error);
      return { cancel: () => {} };
    }
  }
}

/** Shows events in a version that is not the one in which objects are stored. */
function convertingSink(sink: WatchSink, resource: ServedResource): ApiWatchSink {
  return {
    events: batch =>
      sink.events(
        batch.map(({ type, object }) => ({
          type,
          object: type === 'BOOKMARK' ? object : convertToServed(object, resource),
        })),
      ),
    end: error => sink.end(error),
  };
}

function answerOf(result: ApiResult): KubeObject {
  if (result.kind === 'object') return convertToServed(result.object, result.resource);
  return result.kind === 'list' ? listOf(result) : result.object;
}

function listOf(result: ListResult): KubeObject {
  const { resource, metadata } = result;
  const { group, version, kind } = resource.version.type;
  const items = result.items.map(stored => convertToServed(stored.object, resource));
  return {
    apiVersion: group === '' ? version : `${group}/${version}`,
    kind: `${kind}List`,
    metadata,
    items,
  } as KubeObject;
}

import type { ResourceRequest, Transport, Watch, WatchSink } from '../client/index.ts';
import type { KubeObject, Status } from '../machinery/index.ts';
import type { ApiServer } from './api-server.ts';
import { type AuditTrail, auditFailure, type LocalAudit } from './audit/index.ts';
import type { CallContext } from './core-contract.ts';

/** A transport within the process that tells of each request what HTTP would have told of it. */
export class AuditedTransport implements Transport {
  readonly #plain: Transport;
  readonly #server: ApiServer;
  readonly #call: CallContext;
  readonly #audit: LocalAudit;

  constructor(plain: Transport, server: ApiServer, call: CallContext, audit: LocalAudit) {
    this.#plain = plain;
    this.#server = server;
    this.#call = call;
    this.#audit = audit;
  }

  async request(request: ResourceRequest): Promise<KubeObject> {
    const trail = this.#audit.open(request, this.#call);
    if (trail === undefined) return this.#plain.request(request);
    try {
      const call: CallContext = { ...this.#call, annotate: (key, value) => trail.annotate(key, value) };
      this.#server.authorize(request, call);
      const object = await this.#plain.request(request);
      if (object.kind === 'Status') trail.setStatus(object as unknown as Status);
      trail.setResponseObject(object);
      trail.complete(request.verb === 'create' ? 201 : 200);
      return object;
    } catch (error) {
      auditFailure(trail, error);
      throw error;
    }
  }

  watch(request: ResourceRequest, sink: WatchSink): Watch {
    const trail = this.#audit.open(request, this.#call);
    if (trail === undefined) return this.#plain.watch(request, sink);
    trail.start(200);
    const watch = this.#plain.watch(request, audited(sink, trail));
    return {
      cancel: () => {
        watch.cancel();
        trail.complete(200);
      },
    };
  }
}

function audited(sink: WatchSink, trail: AuditTrail): WatchSink {
  return {
    events: batch => sink.events(batch),
    end(error) {
      if (error === undefined) trail.complete(200);
      else auditFailure(trail, error);
      sink.end(error);
    },
  };
}

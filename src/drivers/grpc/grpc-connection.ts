import { Client, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import type { AbortSignalLike } from '../../world/index.ts';
import type { Message } from './message.ts';

/** One method of a service: `/runtime.v1.RuntimeService/Version`. */
export interface Method<In, Out> {
  readonly path: string;
  readonly request: Pick<Message<In, unknown>, 'encode'>;
  readonly response: Pick<Message<never, Out>, 'decode'>;
}

/** What a method answers with. */
export type ResponseOf<M> = M extends Method<infer _In, infer Out> ? Out : never;

export interface CallOptions {
  /** No limit when absent. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignalLike;
  readonly metadata?: Readonly<Record<string, string>>;
  /** Waits for a server that is not there yet instead of failing; give a timeout too. */
  readonly waitsForServer?: boolean;
}

export function unaryMethod<In, Out>(
  path: string,
  request: Message<In, unknown>,
  response: Message<unknown, Out>,
): Method<In, Out> {
  return { path, request, response: response as unknown as Method<In, Out>['response'] };
}

/** A gRPC channel to a server on a unix socket; it connects on demand and reconnects by itself. */
export class GrpcConnection {
  readonly #client: Client;

  constructor(socketPath: string) {
    this.#client = new Client(`unix://${socketPath}`, credentials.createInsecure(), {
      // A restarted server should be found at once, not after grpc-js's default of a second and more.
      'grpc.initial_reconnect_backoff_ms': 50,
      'grpc.min_reconnect_backoff_ms': 50,
      'grpc.max_reconnect_backoff_ms': 1000,
      'grpc.max_receive_message_length': -1,
      'grpc.max_send_message_length': -1,
      // Sockets of several clusters in one process must not share a subchannel pool's back-off.
      'grpc.use_local_subchannel_pool': 1,
    });
  }

  call<In, Out>(method: Method<In, Out>, request: In, options: CallOptions = {}): Promise<Out> {
    return new Promise((resolve, reject) => {
      const call = this.#client.makeUnaryRequest(
        method.path,
        (value: In) => method.request.encode(value),
        (encoded: Buffer) => method.response.decode(encoded),
        request,
        metadataOf(options),
        deadlineOf(options),
        (error: ServiceError | null, response?: Out) => {
          options.signal?.removeEventListener('abort', onAbort);
          if (error !== null) reject(error);
          else resolve(response!);
        },
      );
      const onAbort = (): void => call.cancel();
      options.signal?.addEventListener('abort', onAbort, { once: true });
      if (options.signal?.aborted) onAbort();
    });
  }

  /** The server's messages until it ends the stream; leaving the loop cancels it. */
  async *stream<In, Out>(method: Method<In, Out>, request: In, options: CallOptions = {}): AsyncGenerator<Out> {
    const call = this.#client.makeServerStreamRequest(
      method.path,
      (value: In) => method.request.encode(value),
      (encoded: Buffer) => method.response.decode(encoded),
      request,
      metadataOf(options),
      deadlineOf(options),
    );
    const onAbort = (): void => call.cancel();
    options.signal?.addEventListener('abort', onAbort, { once: true });
    if (options.signal?.aborted) onAbort();
    try {
      for await (const item of call) yield item as Out;
    } finally {
      options.signal?.removeEventListener('abort', onAbort);
      call.cancel();
    }
  }

  /** A call with messages both ways. `send` resolves when the next message is welcome. */
  converse<In, Out>(method: Method<In, Out>, options: CallOptions = {}): Conversation<In, Out> {
    const call = this.#client.makeBidiStreamRequest(
      method.path,
      (value: In) => method.request.encode(value),
      (encoded: Buffer) => method.response.decode(encoded),
      metadataOf(options),
      deadlineOf(options),
    );
    return {
      send: value =>
        new Promise((resolve, reject) =>
          call.write(value, (error?: Error | null) => (error == null ? resolve() : reject(error))),
        ),
      end: () => call.end(),
      cancel: () => call.cancel(),
      messages: call as AsyncIterable<Out>,
    };
  }

  close(): void {
    this.#client.close();
  }
}

export interface Conversation<In, Out> {
  send(value: In): Promise<void>;
  /** No more will be sent; the server may still answer. */
  end(): void;
  cancel(): void;
  readonly messages: AsyncIterable<Out>;
}

/** Whether this is a call's failure as gRPC reports it. */
export function isGrpcError(error: unknown): error is ServiceError {
  return error instanceof Error && 'code' in error && 'details' in error && typeof error.code === 'number';
}

/** gRPC's name of a status code in lowerCamelCase: `notFound`. */
export function nameOfGrpcStatus(code: number): string {
  const name = status[code] ?? 'UNKNOWN';
  return name.toLowerCase().replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function metadataOf(options: CallOptions): Metadata {
  const metadata = new Metadata(options.waitsForServer ? { waitForReady: true } : {});
  for (const [name, value] of Object.entries(options.metadata ?? {})) metadata.set(name, value);
  return metadata;
}

function deadlineOf(options: CallOptions): { deadline?: number } {
  return options.timeoutMs === undefined ? {} : { deadline: Date.now() + options.timeoutMs };
}

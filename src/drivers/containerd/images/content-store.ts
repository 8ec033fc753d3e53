import { createHash, randomUUID } from 'node:crypto';
import { isRuntimeError } from '../../../node/runtime/index.ts';
import { toRuntimeError } from '../../cri/index.ts';
import { type GrpcConnection, type Method, nameOfGrpcStatus } from '../../grpc/index.ts';
import * as containerd from '../methods.ts';

/** What an image's manifest says of a blob. */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly annotations?: Readonly<Record<string, string>>;
}

const chunkBytes = 1 << 20;
const leaseHours = 1;

/**
 * Writes blobs and image names. Everything happens under a lease: until an image names them, containerd would collect
 * new blobs as garbage at any moment.
 */
export class ContentStore {
  readonly #connection: GrpcConnection;
  readonly #lease: string;

  private constructor(connection: GrpcConnection, lease: string) {
    this.#connection = connection;
    this.#lease = lease;
  }

  /** Runs `work` under a lease of its own. What it wrote and no image refers to is collected afterwards. */
  static async writing<T>(connection: GrpcConnection, work: (store: ContentStore) => Promise<T>): Promise<T> {
    const id = `sampan-import-${randomUUID()}`;
    const expiry = new Date(Date.now() + leaseHours * 3_600_000).toISOString();
    const store = new ContentStore(connection, id);
    await store.#call(containerd.createLease, { id, labels: { 'containerd.io/gc.expire': expiry } });
    try {
      return await work(store);
    } finally {
      await store.#call(containerd.deleteLease, { id });
    }
  }

  /** Stores `source` under its digest. A blob that is there already is success. */
  async write(
    source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    labels: Record<string, string> = {},
  ): Promise<{
    readonly digest: string;
    readonly size: number;
  }> {
    const hash = createHash('sha256');
    const talk = this.#connection.converse(containerd.writeContent, { metadata: this.#metadata });
    const answers = talk.messages[Symbol.asyncIterator]();
    const ref = `sampan-${randomUUID()}`;
    let offset = 0;
    try {
      for await (const data of inChunks(source)) {
        hash.update(data);
        await talk.send({ action: containerd.writeAction.write, ref, offset, data });
        await answers.next();
        offset += data.length;
      }
      const digest = `sha256:${hash.digest('hex')}`;
      await talk.send({
        action: containerd.writeAction.commit,
        ref,
        offset,
        total: offset,
        expected: digest,
        labels,
      });
      await answers.next().catch(ignoreAlreadyExists);
      return { digest, size: offset };
    } catch (error) {
      throw toRuntimeError(error);
    } finally {
      talk.cancel();
    }
  }

  async writeJson(value: unknown, mediaType: string, labels: Record<string, string> = {}): Promise<Descriptor> {
    const { digest, size } = await this.write([Buffer.from(JSON.stringify(value))], labels);
    return { mediaType, digest, size };
  }

  /** Sets a stored blob's labels; those that it has under other names stay. */
  async label(digest: string, labels: Record<string, string>): Promise<void> {
    const paths = Object.keys(labels).map(name => `labels.${name}`);
    await this.#call(containerd.updateContent, { info: { digest, labels }, updateMask: { paths } });
  }

  /** Gives `target` a name, taking it from whatever had it. */
  async nameImage(name: string, target: Descriptor, labels: Record<string, string> = {}): Promise<void> {
    const image = { name, target, labels };
    try {
      await this.#call(containerd.createImage, { image });
    } catch (error) {
      if (!isRuntimeError(error, 'alreadyExists')) throw error;
      await this.#call(containerd.updateImage, { image });
    }
  }

  get #metadata(): Record<string, string> {
    return { ...containerd.criNamespace, 'containerd-lease': this.#lease };
  }

  async #call<In, Out>(method: Method<In, Out>, request: In): Promise<Out> {
    try {
      return await this.#connection.call(method, request, { metadata: this.#metadata, timeoutMs: 30_000 });
    } catch (error) {
      throw toRuntimeError(error);
    }
  }
}

/** Whether containerd knows an image by this name. */
export async function hasImage(connection: GrpcConnection, name: string): Promise<boolean> {
  try {
    await connection.call(containerd.getImage, { name }, { metadata: containerd.criNamespace, timeoutMs: 30_000 });
    return true;
  } catch (error) {
    const failure = toRuntimeError(error);
    if (isRuntimeError(failure, 'notFound')) return false;
    throw failure;
  }
}

function ignoreAlreadyExists(error: { readonly code?: number }): void {
  if (nameOfGrpcStatus(error.code ?? 2) !== 'alreadyExists') throw error;
}

async function* inChunks(source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const piece of source) {
    for (let start = 0; start < piece.length; start += chunkBytes) yield piece.subarray(start, start + chunkBytes);
  }
}

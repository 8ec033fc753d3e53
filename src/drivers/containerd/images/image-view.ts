import { createHash, randomUUID } from 'node:crypto';
import { arch } from 'node:os';
import { type HostMount, isRuntimeError, RuntimeError } from '../../../node/runtime/index.ts';
import { ignoringNotFound, toRuntimeError } from '../../cri/index.ts';
import type { GrpcConnection, Method } from '../../grpc/index.ts';
import * as containerd from '../methods.ts';
import { ContentStore, type Descriptor } from './content-store.ts';

interface ImageDocument {
  readonly manifests?: readonly (Descriptor & { readonly platform?: Platform })[];
  readonly config?: Descriptor;
  readonly layers?: readonly Descriptor[];
}

interface Platform {
  readonly os?: string;
  readonly architecture?: string;
}

const architectures: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };
/** A layer may be large, and a disk slow. */
const applyTimeoutMs = 10 * 60_000;
const timeoutMs = 30_000;

/**
 * Views of images' files: read-only snapshots, as containerd makes them for containers, but nobody's. An image that no
 * container has used yet is unpacked first.
 */
export class ImageViews {
  readonly #connection: GrpcConnection;
  readonly #snapshotter: string;

  constructor(connection: GrpcConnection, snapshotter: string) {
    this.#connection = connection;
    this.#snapshotter = snapshotter;
  }

  /** What to mount to see the image's files. The same key gives the same view until it is released. */
  async view(image: string, key: string): Promise<readonly HostMount[]> {
    const snapshotter = this.#snapshotter;
    try {
      return (await this.#call(containerd.mountsOfSnapshot, { snapshotter, key })).mounts;
    } catch (error) {
      if (!isRuntimeError(error, 'notFound')) throw error;
    }
    return ContentStore.writing(this.#connection, async store => {
      const parent = await this.#unpack(image, store);
      const labels = { 'containerd.io/gc.root': new Date().toISOString() };
      return (await this.#call(containerd.viewSnapshot, { snapshotter, key, parent, labels })).mounts;
    });
  }

  /** What is gone already is success. */
  async release(key: string): Promise<void> {
    await ignoringNotFound(this.#call(containerd.removeSnapshot, { snapshotter: this.#snapshotter, key }));
  }

  /** The snapshot of the image's uppermost layer. */
  async #unpack(image: string, store: ContentStore): Promise<string> {
    const found = await this.#call(containerd.getImage, { name: image });
    const manifest = await this.#readManifest(found.image!.target!.digest);
    if (manifest.config === undefined) throw new RuntimeError('invalidArgument', `${image} has no configuration`);
    const { rootfs } = JSON.parse(await this.#read(manifest.config.digest)) as { rootfs: { diff_ids: string[] } };
    let parent = '';
    for (const [index, diffId] of rootfs.diff_ids.entries()) {
      const chain = parent === '' ? diffId : `sha256:${sha256(`${parent} ${diffId}`)}`;
      if (!(await this.#has(chain))) await this.#apply(manifest.layers![index]!, parent, chain);
      parent = chain;
    }
    // As containerd itself does: an image keeps what it has been unpacked to.
    await store.label(manifest.config.digest, { [`containerd.io/gc.ref.snapshot.${this.#snapshotter}`]: parent });
    return parent;
  }

  /** Of this machine's platform, where the image is for several. */
  async #readManifest(digest: string): Promise<ImageDocument> {
    const document = JSON.parse(await this.#read(digest)) as ImageDocument;
    if (document.manifests === undefined) return document;
    const architecture = architectures[arch()];
    const fitting = document.manifests.find(
      ({ platform }) => platform?.os === 'linux' && platform.architecture === architecture,
    );
    if (fitting === undefined) throw new RuntimeError('notFound', `the image has no variant for linux/${architecture}`);
    return this.#readManifest(fitting.digest);
  }

  async #apply(diff: Descriptor, parent: string, chain: string): Promise<void> {
    const snapshotter = this.#snapshotter;
    const key = `sampan-unpack-${randomUUID()}`;
    const { mounts } = await this.#call(containerd.prepareSnapshot, { snapshotter, key, parent });
    try {
      await this.#call(containerd.applyDiff, { diff, mounts }, applyTimeoutMs);
      await this.#call(containerd.commitSnapshot, { snapshotter, name: chain, key });
    } catch (error) {
      await this.release(key);
      // Somebody else was faster.
      if (!isRuntimeError(error, 'alreadyExists')) throw error;
    }
  }

  async #has(chain: string): Promise<boolean> {
    try {
      await this.#call(containerd.statSnapshot, { snapshotter: this.#snapshotter, key: chain });
      return true;
    } catch (error) {
      if (isRuntimeError(error, 'notFound')) return false;
      throw error;
    }
  }

  async #read(digest: string): Promise<string> {
    const chunks: Buffer[] = [];
    try {
      const options = { metadata: containerd.criNamespace, timeoutMs };
      for await (const { data } of this.#connection.stream(containerd.readContent, { digest }, options)) {
        chunks.push(data);
      }
    } catch (error) {
      throw toRuntimeError(error);
    }
    return Buffer.concat(chunks).toString('utf8');
  }

  async #call<In, Out>(method: Method<In, Out>, request: In, limitMs = timeoutMs): Promise<Out> {
    try {
      return await this.#connection.call(method, request, { metadata: containerd.criNamespace, timeoutMs: limitMs });
    } catch (error) {
      throw toRuntimeError(error);
    }
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

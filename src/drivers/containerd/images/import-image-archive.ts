import type { ByteSource } from '../../../node/runtime/index.ts';
import { RuntimeError } from '../../../node/runtime/index.ts';
import type { GrpcConnection } from '../../grpc/index.ts';
import { ContentStore, type Descriptor } from './content-store.ts';
import { type ArchiveContents, readImageArchive, type StoredBlob } from './image-archive.ts';
import { normalizeReference } from './image-reference.ts';

const docker = 'application/vnd.docker.distribution.manifest.v2+json';
const dockerConfig = 'application/vnd.docker.container.image.v1+json';
const dockerLayer = 'application/vnd.docker.image.rootfs.diff.tar';

/** Takes in a docker-archive or an OCI archive; resolves with the names of the images in it. */
export function importImageArchive(connection: GrpcConnection, archive: ByteSource): Promise<readonly string[]> {
  return ContentStore.writing(connection, async store => {
    const contents = await readImageArchive(archive, blob => store.write(blob));
    // Archives of newer tools hold both; docker's list has the names as they were written.
    if (contents.documents.has('manifest.json')) return importDockerArchive(store, contents);
    if (contents.documents.has('index.json')) return importOciArchive(store, contents);
    throw invalid('not an image archive: neither manifest.json nor index.json in it');
  });
}

interface DockerImage {
  readonly Config: string;
  readonly RepoTags?: readonly string[] | null;
  readonly Layers: readonly string[];
}

async function importDockerArchive(store: ContentStore, contents: ArchiveContents): Promise<readonly string[]> {
  const names: string[] = [];
  for (const image of parse<readonly DockerImage[]>(contents, 'manifest.json')) {
    const target = await writeManifest(store, {
      mediaType: docker,
      config: { mediaType: dockerConfig, ...withoutKind(blobAt(contents, image.Config)) },
      layers: image.Layers.map(path => {
        const blob = blobAt(contents, path);
        return { mediaType: blob.isGzip ? `${dockerLayer}.gzip` : dockerLayer, ...withoutKind(blob) };
      }),
    });
    for (const tag of image.RepoTags ?? []) names.push(await nameImage(store, tag, target));
  }
  return namesOrNone(names);
}

/** Writes an image's manifest, which keeps its parts from being collected. */
export function writeManifest(
  store: ContentStore,
  manifest: { readonly mediaType: string; readonly config: Descriptor; readonly layers: readonly Descriptor[] },
): Promise<Descriptor> {
  const children = [manifest.config, ...manifest.layers];
  return store.writeJson({ schemaVersion: 2, ...manifest }, manifest.mediaType, referenceLabels(children));
}

interface Index {
  readonly manifests: readonly Descriptor[];
}

interface OciDocument extends Partial<Index> {
  readonly config?: Descriptor;
  readonly layers?: readonly Descriptor[];
}

async function importOciArchive(store: ContentStore, contents: ArchiveContents): Promise<readonly string[]> {
  const names: string[] = [];
  for (const target of parse<Index>(contents, 'index.json').manifests) {
    await keepChildren(store, contents, target);
    const name = nameOf(target);
    if (name !== undefined) {
      names.push(
        await nameImage(store, name, { mediaType: target.mediaType, digest: target.digest, size: target.size }),
      );
    }
  }
  return namesOrNone(names);
}

function nameOf({ annotations = {} }: Descriptor): string | undefined {
  const full = annotations['io.containerd.image.name'];
  if (full !== undefined) return full;
  const reference = annotations['org.opencontainers.image.ref.name'];
  // A bare tag such as `latest` names no image.
  return reference !== undefined && /[/:]/.test(reference) ? reference : undefined;
}

/** Labels the documents from `parent` down with what they refer to. */
async function keepChildren(store: ContentStore, contents: ArchiveContents, parent: Descriptor): Promise<void> {
  const text = contents.documents.get(`blobs/${parent.digest.replace(':', '/')}`);
  // A platform's manifest that the archive leaves out, or a blob without children.
  if (text === undefined) return;
  const { manifests = [], config, layers = [] } = JSON.parse(text.toString('utf8')) as OciDocument;
  const children = [...manifests, ...(config === undefined ? [] : [config]), ...layers];
  for (const child of manifests) await keepChildren(store, contents, child);
  if (children.length > 0) await store.label(parent.digest, referenceLabels(children));
}

/** containerd's garbage collector follows these labels from a blob to those that it needs. */
function referenceLabels(children: readonly Descriptor[]): Record<string, string> {
  return Object.fromEntries(children.map((child, i) => [`containerd.io/gc.ref.content.${i}`, child.digest]));
}

async function nameImage(store: ContentStore, reference: string, target: Descriptor): Promise<string> {
  const name = normalizeReference(reference);
  if (name === undefined) throw invalid(`the archive names an image ${JSON.stringify(reference)}`);
  await store.nameImage(name, target);
  return name;
}

function blobAt(contents: ArchiveContents, path: string): StoredBlob {
  const blob = contents.blobs.get(path);
  if (blob === undefined) throw invalid(`not a complete image archive: ${path} is missing`);
  return blob;
}

function withoutKind({ digest, size }: StoredBlob): { readonly digest: string; readonly size: number } {
  return { digest, size };
}

function parse<T>(contents: ArchiveContents, path: string): T {
  try {
    return JSON.parse(contents.documents.get(path)!.toString('utf8')) as T;
  } catch (error) {
    throw invalid(`not an image archive: ${path}: ${(error as Error).message}`);
  }
}

function namesOrNone(names: readonly string[]): readonly string[] {
  if (names.length === 0) throw invalid('the archive names no image');
  return names;
}

function invalid(message: string): RuntimeError {
  return new RuntimeError('invalidArgument', message);
}

import type { Container, Pod } from '../../api/generated/index.ts';
import { formatGoDuration, quoteGo } from '../../machinery/index.ts';
import type { AbortSignalLike, World } from '../../world/index.ts';
import { ContainerStartError } from '../containers/index.ts';
import { BackOff } from '../decisions/index.ts';
import { uidOf } from '../facts/index.ts';
import type { ObjectLookup } from '../objects/index.ts';
import { type ContainerRuntime, type ImageSummary, isRuntimeError, type RuntimeError } from '../runtime/index.ts';
import { withDefaultTag } from './image-reference.ts';
import { findPullCredentials } from './pull-secrets.ts';
import { PullSlots } from './pull-slots.ts';

export interface ProvidedImage {
  /** To create containers from. */
  readonly ref: string;
  readonly summary: ImageSummary | undefined;
}

/** Speaks about one container: `Pulling`, `Pulled`, `Failed`, `BackOff`. */
export type SayAboutContainer = (type: 'Normal' | 'Warning', reason: string, message: string) => void;

const pullsAtOnceMax = 4;

/** After a failed pull it is soon told that there will be a pause, as kubelet's next sync would. */
const tellBackOffMs = 1000;

/**
 * Kubernetes: the image manager. Provides a container's image by its pull policy, with back-off between failing pulls,
 * and upstream's events and reasons.
 */
export class ImageProvider {
  readonly #world: World;
  readonly #runtime: ContainerRuntime;
  readonly #objects: ObjectLookup;
  readonly #backOff = new BackOff();
  readonly #slots = new PullSlots(pullsAtOnceMax);
  readonly #lastErrors = new Map<string, string>();
  readonly #ahead = new Map<string, Promise<ImageSummary | undefined>>();

  constructor(world: World, runtime: ContainerRuntime, objects: ObjectLookup) {
    this.#world = world;
    this.#runtime = runtime;
    this.#objects = objects;
  }

  /** Asks for the container's image while its sandbox is still being made; `provide` takes the answer. */
  lookAhead(pod: Pod, container: Container): void {
    if (container.imagePullPolicy === 'Always') return;
    try {
      const asking = this.#runtime.imageStatus(withDefaultTag(container.image ?? ''));
      asking.catch(() => {
        // Whoever takes the answer hears of it; nobody may.
      });
      this.#ahead.set(`${uidOf(pod)}_${container.name}`, asking);
    } catch {
      // No image name at all: `provide` says so.
    }
  }

  /** Rejects with a `ContainerStartError`. */
  async provide(
    pod: Pod,
    container: Container,
    say: SayAboutContainer,
    signal: AbortSignalLike,
  ): Promise<ProvidedImage> {
    const asked = container.image ?? '';
    const image = this.#complete(asked, say);
    if (container.imagePullPolicy !== 'Always') {
      const present = await this.#inspect(pod, container, image, say);
      if (present !== undefined) {
        say(
          'Normal',
          'Pulled',
          `Container image ${quoteGo(asked)} already present on machine and can be accessed by the pod`,
        );
        return { ref: present.id, summary: present };
      }
      if (container.imagePullPolicy === 'Never') {
        const message = `Container image ${quoteGo(asked)} is not present with pull policy of Never`;
        say('Warning', 'ErrImageNeverPull', message);
        throw new ContainerStartError('ErrImageNeverPull', message);
      }
    }
    return this.#pull(pod, asked, image, say, signal);
  }

  forget(uid: string): void {
    this.#backOff.forget(`${uid}_`);
    for (const key of this.#ahead.keys()) if (key.startsWith(`${uid}_`)) this.#ahead.delete(key);
    for (const key of this.#lastErrors.keys()) if (key.startsWith(`${uid}_`)) this.#lastErrors.delete(key);
  }

  #complete(asked: string, say: SayAboutContainer): string {
    try {
      return withDefaultTag(asked);
    } catch (error) {
      const message = `Failed to apply default image tag ${quoteGo(asked)}: ${(error as Error).message}`;
      say('Warning', 'InspectFailed', message);
      throw new ContainerStartError('InvalidImageName', message);
    }
  }

  async #inspect(
    pod: Pod,
    container: Container,
    image: string,
    say: SayAboutContainer,
  ): Promise<ImageSummary | undefined> {
    const key = `${uidOf(pod)}_${container.name}`;
    const ahead = this.#ahead.get(key);
    this.#ahead.delete(key);
    try {
      return await (ahead ?? this.#runtime.imageStatus(image));
    } catch (error) {
      const message = `Failed to inspect image "": ${describe(error)}`;
      say('Warning', 'InspectFailed', message);
      throw new ContainerStartError('ImageInspectError', message);
    }
  }

  async #pull(
    pod: Pod,
    asked: string,
    image: string,
    say: SayAboutContainer,
    signal: AbortSignalLike,
  ): Promise<ProvidedImage> {
    const { clock } = this.#world;
    const key = `${uidOf(pod)}_${asked}`;
    this.#refuseInBackOff(key, asked, say);
    say('Normal', 'Pulling', `Pulling image ${quoteGo(asked)}`);
    const askedAt = clock.monotonic();
    let startedAt = askedAt;
    try {
      const ref = await this.#slots.run(() => {
        startedAt = clock.monotonic();
        return this.#pullWithCredentials(pod, image, signal);
      });
      const endedAt = clock.monotonic();
      const summary = await this.#runtime.imageStatus(ref);
      say(
        'Normal',
        'Pulled',
        `Successfully pulled image ${quoteGo(asked)} in ${formatMs(endedAt - startedAt)} (${formatMs(endedAt - askedAt)} including waiting). Image size: ${summary?.sizeBytes ?? 0} bytes.`,
      );
      return { ref, summary };
    } catch (error) {
      if (signal.aborted) throw error;
      throw this.#fail(key, asked, error, say);
    }
  }

  #refuseInBackOff(key: string, asked: string, say: SayAboutContainer): void {
    const pending = this.#backOff.pendingSinceUpdate(key, this.#world.clock.now());
    if (pending === undefined) {
      this.#lastErrors.delete(key);
      return;
    }
    const message = `Back-off pulling image ${quoteGo(asked)}`;
    say('Normal', 'BackOff', message);
    const last = this.#lastErrors.get(key);
    throw new ContainerStartError(
      'ImagePullBackOff',
      last === undefined ? message : `${message}: ${last}`,
      pending.endsAt,
    );
  }

  #fail(key: string, asked: string, error: unknown, say: SayAboutContainer): ContainerStartError {
    const now = this.#world.clock.now();
    const text = describe(error);
    say('Warning', 'Failed', `Failed to pull image ${quoteGo(asked)}: ${text}`);
    this.#backOff.next(key, now, now);
    this.#lastErrors.set(key, `ErrImagePull: ${text}`);
    return new ContainerStartError('ErrImagePull', text, now + tellBackOffMs);
  }

  /** Kubernetes: one credential after the other until one is accepted; without any, anonymously. */
  async #pullWithCredentials(pod: Pod, image: string, signal: AbortSignalLike): Promise<string> {
    const credentials = findPullCredentials(pod, image, this.#objects);
    if (credentials.length === 0) return this.#runtime.pullImage(image, {}, signal);
    let failure: unknown;
    for (const auth of credentials) {
      try {
        return await this.#runtime.pullImage(image, { auth }, signal);
      } catch (error) {
        if (signal.aborted) throw error;
        failure = error;
      }
    }
    throw failure;
  }
}

function describe(error: unknown): string {
  if (!isRuntimeError(error)) return error instanceof Error ? error.message : String(error);
  return `rpc error: code = ${codeName(error)} desc = ${error.message}`;
}

function codeName(error: RuntimeError): string {
  return error.code[0]!.toUpperCase() + error.code.slice(1);
}

function formatMs(ms: number): string {
  return formatGoDuration(Math.floor(ms) * 1e6);
}

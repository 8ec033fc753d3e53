import type { UnknownObject } from '../../machinery/index.ts';
import type { CacheEvent } from '../object-cache.ts';
import type { StoredObject } from '../stored-object.ts';
import type { ResourceRow } from './resource-cache.ts';

export type FrameType = CacheEvent['type'];

function encodeFrame(type: FrameType, stored: StoredObject): string {
  return `{"type":"${type}","object":${stored.json}}\n`;
}

/** An event that is made for one watcher (initial state) or one occasion (a bookmark): its frame is not kept. */
export class PlainEvent implements CacheEvent {
  readonly type: FrameType;
  readonly revision: number;
  readonly stored: StoredObject;

  constructor(type: FrameType, revision: number, stored: StoredObject) {
    this.type = type;
    this.revision = revision;
    this.stored = stored;
  }

  get object(): UnknownObject {
    return this.stored.object;
  }

  get frame(): string {
    return encodeFrame(this.type, this.stored);
  }
}

/** An event that many watchers are told: its frame is made once. */
class SharedEvent extends PlainEvent {
  #frame: string | undefined;

  override get frame(): string {
    this.#frame ??= encodeFrame(this.type, this.stored);
    return this.#frame;
  }

  forgetFrame(): void {
    this.#frame = undefined;
  }
}

/**
 * One change of one object, as the log of past events keeps it. It is itself the event that a watcher without a
 * selector is told; a watcher whose selection the object enters or leaves is told `asAdded` or `asDeleted` instead.
 */
export class ObjectChange implements CacheEvent {
  readonly type: FrameType;
  readonly revision: number;
  readonly row: ResourceRow;
  readonly previous: StoredObject | undefined;
  /** Undefined when the object was deleted. */
  readonly current: StoredObject | undefined;
  /** The indexed values before and after; the same array when none changed. */
  readonly valuesBefore: readonly string[];
  readonly valuesAfter: readonly string[];
  #frame: string | undefined;
  #added: SharedEvent | undefined;
  #deleted: SharedEvent | undefined;

  constructor(
    revision: number,
    row: ResourceRow,
    previous: StoredObject | undefined,
    current: StoredObject | undefined,
    valuesBefore: readonly string[],
    valuesAfter: readonly string[],
  ) {
    this.type = current === undefined ? 'DELETED' : previous === undefined ? 'ADDED' : 'MODIFIED';
    this.revision = revision;
    this.row = row;
    this.previous = previous;
    this.current = current;
    this.valuesBefore = valuesBefore;
    this.valuesAfter = valuesAfter;
  }

  get stored(): StoredObject {
    return this.current ?? this.asDeleted().stored;
  }

  get object(): UnknownObject {
    return this.stored.object;
  }

  get frame(): string {
    this.#frame ??= encodeFrame(this.type, this.stored);
    return this.#frame;
  }

  /** For a watcher whose selection the object has entered. */
  asAdded(): CacheEvent {
    if (this.type === 'ADDED') return this;
    this.#added ??= new SharedEvent('ADDED', this.revision, this.current!);
    return this.#added;
  }

  /** Kubernetes: who no longer selects an object is told its old state at the new revision. */
  asDeleted(): CacheEvent {
    this.#deleted ??= new SharedEvent('DELETED', this.revision, this.previous!.atRevision(this.revision));
    return this.#deleted;
  }

  /** Frames are large and soon delivered: who needs one later makes it again. */
  forgetFrames(): void {
    this.#frame = undefined;
    this.#added?.forgetFrame();
    this.#deleted?.forgetFrame();
  }
}

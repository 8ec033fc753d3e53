import type { KubeObject } from '../../machinery/index.ts';

/** A write under way that holds something (an address, a port) until it is known whether it went through. */
export interface Reservation {
  /** The object with what was reserved for it. */
  readonly object: KubeObject;
  finish(hasSucceeded: boolean): void;
}

/**
 * What a kind needs from the server beyond its pure rules, because it depends on other objects. One file a kind, named
 * in `createHooks`. Called in upstream's order (BeginCreate and BeginUpdate come before prepare and validation).
 */
export interface ResourceHooks {
  /** Throws a `StatusError` when there is nothing to be had. A dry run keeps nothing. */
  reserve?(object: KubeObject, old: KubeObject | undefined, isDryRun: boolean): Reservation;
  /** Says whether an update that takes the last finalizer off a going object may remove it now. */
  canRemove?(object: KubeObject): boolean;
  /** Marks an object as going in the kind's own way; undefined when the usual way is right (now). */
  markDeleting?(object: KubeObject, options: DeletionMark): KubeObject | undefined;
  /** Keeps a going object for now, whatever metadata says. */
  isHeld?(object: KubeObject): boolean;
}

export interface DeletionMark {
  readonly now: string;
  readonly propagationPolicy?: string | undefined;
  readonly orphanDependents?: boolean | undefined;
}

import type { StoredObject, StoreEvent } from '../../storage/index.ts';

/** Something that must hold in every cluster at all times. */
export interface Invariant {
  /** What must hold, as a sentence. */
  readonly name: string;
  /** Takes in one change; returns what it broke. */
  onChange?(event: StoreEvent<StoredObject>): string | undefined;
  /** Looks at the cluster as a whole, when it has had time to settle; returns what is broken. */
  onCheckpoint?(): Promise<readonly string[]>;
}

/** An invariant does not hold: the run is worth nothing from here on. */
export class InvariantViolation extends Error {
  constructor(invariant: string, problems: readonly string[], at: string) {
    super(`${at}: "${invariant}" does not hold: ${problems.slice(0, 5).join('; ')}`);
    this.name = 'InvariantViolation';
  }
}

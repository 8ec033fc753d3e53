import type { FieldError } from '../field-error.ts';

/** What one schema finds in one value. */
export interface Findings {
  readonly errors: FieldError[];
  /** How many checks were made: among failed alternatives, upstream shows the errors of the one that got furthest. */
  checks: number;
}

/** `old` is the value that is being replaced, where there is one to compare with. */
export type Check = (value: unknown, path: string, findings: Findings, old?: unknown) => void;

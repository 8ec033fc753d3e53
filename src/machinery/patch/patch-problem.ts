/** A patch that cannot be applied; thrown inside this folder, returned as a value at its edge. */
export class PatchProblem extends Error {}

/** What patching gives: the new value, or why there is none. */
export type PatchOutcome =
  | { readonly value: unknown; readonly problem?: undefined }
  | { readonly problem: string; readonly value?: undefined };

/** Runs a patch and turns its problem into a value. */
export function attempt(run: () => unknown): PatchOutcome {
  try {
    return { value: run() };
  } catch (error) {
    if (error instanceof PatchProblem) return { problem: error.message };
    throw error;
  }
}

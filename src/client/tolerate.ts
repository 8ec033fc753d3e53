import { StatusError, type StatusReason } from '../machinery/index.ts';

/** Performs a request that may fail for one of `reasons`: somebody else has done the same, or something newer. */
export async function tolerate(
  reasons: StatusReason | readonly StatusReason[],
  request: () => Promise<unknown>,
): Promise<void> {
  try {
    await request();
  } catch (error) {
    if (!(error instanceof StatusError) || ![reasons].flat().some(reason => StatusError.is(error, reason))) throw error;
  }
}

import { StatusError } from '../../machinery/index.ts';
import type { AuthorizationAttributes, Authorizer } from '../core-contract.ts';

/**
 * Lets those be asked who cannot be asked at once, so that `authorize` knows what they say. Undefined where there is
 * nobody to wait for. Rejects with a 500 where somebody who is needed does not answer.
 */
export function prepareDecision(
  authorizer: Authorizer,
  attributes: AuthorizationAttributes,
): Promise<void> | undefined {
  return authorizer.prepare?.(attributes)?.then(problem => {
    if (problem !== undefined) throw new StatusError('InternalError', `Internal Server Error: ${problem}`);
  });
}

import type { Status } from '../../machinery/index.ts';
import type { ExecSession } from '../core-contract.ts';

type Outcome = Awaited<ExecSession['result']>;

/** What the error channel says at the end. Kubernetes: `remotecommand`'s v4 protocol, which v5 kept. */
export function describeOutcome(outcome: Outcome): Partial<Status> {
  if (outcome.outcome === 'failed') {
    return {
      metadata: {},
      status: 'Failure',
      message: `Internal error occurred: error executing command in container: ${outcome.message}`,
      reason: 'InternalError',
      details: { causes: [{ message: `error executing command in container: ${outcome.message}` }] },
      code: 500,
    };
  }
  if (outcome.exitCode === 0) return { metadata: {}, status: 'Success' };
  return {
    metadata: {},
    status: 'Failure',
    message: `command terminated with non-zero exit code: command terminated with exit code ${outcome.exitCode}`,
    reason: 'NonZeroExitCode' as never,
    details: { causes: [{ reason: 'ExitCode', message: String(outcome.exitCode) }] },
  };
}

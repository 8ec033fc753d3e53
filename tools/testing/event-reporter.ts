/**
 * A reporter for `node --test-reporter`: a line of JSON for each test that ended, which `run-test-file.ts` reads.
 *
 * A default export, because that is what Node loads.
 */
import type { EventData } from 'node:test';
import { inspect } from 'node:util';

/** One test that ended; suites are not counted. */
export interface TestOutcome {
  readonly name: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  readonly durationMs: number;
  /** `file:line` of the test. */
  readonly place: string;
  /** The error with its stack; empty when a subtest's failure is the reason. */
  readonly error: string;
  /** Why it was skipped, where it says so. */
  readonly reason: string;
}

type TestEvent =
  | { type: 'test:pass'; data: EventData.TestPass }
  | { type: 'test:fail'; data: EventData.TestFail }
  | { type: string; data: unknown };

export default async function* reportEvents(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  for await (const event of source) {
    const outcome = readOutcome(event);
    if (outcome !== undefined) yield `${JSON.stringify(outcome)}\n`;
  }
}

function readOutcome(event: TestEvent): TestOutcome | undefined {
  if (event.type === 'test:pass') return describe(event.data as EventData.TestPass, 'passed', '');
  if (event.type !== 'test:fail') return undefined;
  const data = event.data as EventData.TestFail;
  const error = data.details.error as Error & { failureType?: string };
  return describe(data, 'failed', error.failureType === 'subtestsFailed' ? '' : inspect(error.cause ?? error));
}

function describe(
  data: EventData.TestPass | EventData.TestFail,
  ending: 'passed' | 'failed',
  error: string,
): TestOutcome | undefined {
  const isSkipped = ending === 'passed' && Boolean(data.skip || data.todo);
  // A suite counts only when it fails by itself (a hook, its own body) or is skipped with all that is in it.
  if (data.details.type === 'suite' && error === '' && !isSkipped) return undefined;
  const outcome = isSkipped ? 'skipped' : ending;
  const { name, details, file = '', line = 0 } = data;
  const reason = [data.skip, data.todo].find(value => typeof value === 'string' && value !== '') ?? '';
  return { name, outcome, durationMs: details.duration_ms, place: `${file}:${line}`, error, reason: String(reason) };
}

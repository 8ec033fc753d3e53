/** `npm run fuzz`: see `options.ts` for what it takes, `scenarios/` for what is sent, `check-answer.ts` for what is wrong. */
import { readKubeconfig } from '../../src/drivers/tls/index.ts';
import { compareWithUpstream } from './beside-upstream.ts';
import { FuzzConnection } from './fuzz-connection.ts';
import { runFuzz } from './fuzz-run.ts';
import { fuzzFreshServer } from './fuzz-server.ts';
import { type FuzzOptions, readOptions, usage } from './options.ts';
import { prepareGround } from './prepare-ground.ts';
import { formatComparison, formatFailures, formatOutcome, formatTally } from './report.ts';

/** How many kinds of things are wrong. */
async function runAll(options: FuzzOptions): Promise<number> {
  const onProgress = createProgress();
  if (options.isBesideUpstream) {
    const comparison = await compareWithUpstream({ ...options, onProgress });
    console.log(formatComparison(comparison, options.shown));
    return comparison.differences.size;
  }
  if (options.kubeconfig !== undefined) return fuzzOther(options, options.kubeconfig);
  const outcome = await fuzzFreshServer({ ...options, onProgress });
  console.log(formatOutcome(outcome, options.shown));
  return outcome.tally.failures.size + outcome.problems.length;
}

async function fuzzOther(options: FuzzOptions, kubeconfig: string): Promise<number> {
  const connection = new FuzzConnection(await readKubeconfig(kubeconfig), 60_000);
  const tally = await runFuzz(await prepareGround(connection), connection, {
    ...options,
    onProgress: createProgress(),
  });
  connection.close();
  console.log(`${formatTally(tally)}\n${formatFailures(tally, options.shown)}`);
  return tally.failures.size;
}

function createProgress(): (sent: number) => void {
  let told = 0;
  const started = performance.now();
  return sent => {
    if (sent < told + 10_000) return;
    told = sent - (sent % 10_000);
    console.log(`${told} requests after ${((performance.now() - started) / 1_000).toFixed(0)} s`);
  };
}

try {
  const args = process.argv.slice(2);
  if (args.includes('--help')) console.log(usage);
  else process.exitCode = (await runAll(readOptions(args))) === 0 ? 0 : 1;
} catch (error) {
  console.error(`fuzz: ${(error as Error).stack}`);
  process.exitCode = 2;
}

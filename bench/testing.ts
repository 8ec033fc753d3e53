/** What a cluster costs a test: to start it, and to run the README's scenario on it. */
import { createCluster } from '../src/testing/index.ts';
import { median, printFigure } from './support/figures.ts';

const rounds = 15;

async function timeStart(): Promise<number> {
  const started = performance.now();
  const cluster = await createCluster({ nodes: 3, seed: 7 });
  const elapsedMs = performance.now() - started;
  await cluster[Symbol.asyncDispose]();
  return elapsedMs;
}

async function timeMinutes(): Promise<number> {
  await using cluster = await createCluster({ nodes: 3, seed: 7 });
  const started = performance.now();
  await cluster.advance('7m');
  return performance.now() - started;
}

const first = await timeStart();
const later: number[] = [];
const minutes: number[] = [];
for (let round = 0; round < rounds; round++) {
  later.push(await timeStart());
  minutes.push(await timeMinutes());
}
printFigure('createCluster({ nodes: 3 }), the first of a process', `${first.toFixed(0)} ms`, 'goal 50 ms');
printFigure('createCluster({ nodes: 3 }), later ones (median)', `${median(later).toFixed(0)} ms`, 'goal 50 ms');
printFigure('seven idle minutes of it (median)', `${median(minutes).toFixed(0)} ms`);

import type { StoredObject } from '../../storage/index.ts';
import type { Clock } from '../../world/index.ts';
import type { Endpoints } from '../resources/endpoints.ts';
import type { ResourceSize, ResourceSizes } from './work-estimator.ts';

const sampleSize = 8;
/** How long a sample stands for its resource. */
const sampleAgeMsMax = 60_000;

interface Sample {
  readonly averageBytes: number;
  readonly takenMs: number;
}

/** How much is stored of each resource: counted, and weighed by a few samples now and then. */
export function createResourceSizes(endpoints: Endpoints, clock: Pick<Clock, 'monotonic'>): ResourceSizes {
  const samples = new Map<string, Sample>();
  return (group, version, resource): ResourceSize | undefined => {
    const endpoint = endpoints.find({ group, version, resource });
    if (endpoint === undefined) return undefined;
    const { cache } = endpoint;
    const key = cache.prefix;
    const nowMs = clock.monotonic();
    let sample = samples.get(key);
    if (sample === undefined || nowMs - sample.takenMs > sampleAgeMsMax) {
      sample = { averageBytes: weigh(cache.sample(sampleSize)), takenMs: nowMs };
      samples.set(key, sample);
    }
    return { count: cache.size, averageBytes: sample.averageBytes };
  };
}

function weigh(samples: readonly StoredObject[]): number {
  if (samples.length === 0) return 0;
  return samples.reduce((sum, { json }) => sum + json.length, 0) / samples.length;
}

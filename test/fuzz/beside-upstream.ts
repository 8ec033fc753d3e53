import { readKubeconfig } from '../../src/drivers/tls/index.ts';
import { startApiServer } from '../api-server/start-api-server.ts';
import { startKubeApiserver } from '../peers/start-kube-apiserver.ts';
import type { ModelResource } from './api-model.ts';
import { Chance } from './chance.ts';
import { compareAnswers } from './compare-answers.ts';
import { Draft, type FuzzGround } from './draft.ts';
import { encodeJson } from './encode-body.ts';
import { FuzzConnection } from './fuzz-connection.ts';
import { type FuzzAnswer, type FuzzRequest, formatReproduction, parseAnswer } from './fuzz-request.ts';
import type { Failure, FuzzRunOptions } from './fuzz-run.ts';
import { isMap } from './json-value.ts';
import { prepareGround } from './prepare-ground.ts';
import { comparedScenarios, fixedNameOf } from './scenarios/compared.ts';
import { collectionPath } from './scenarios/object-requests.ts';

export interface Comparison {
  requests: number;
  /** How many answers were not upstream's in some way. */
  different: number;
  readonly differences: Map<string, Failure>;
}

interface Pair<T> {
  readonly ours: T;
  readonly theirs: T;
}

/**
 * Sends the same to Sampan and to upstream's kube-apiserver, both fresh and without controllers, and gathers where the
 * answers differ. Almost everything is a dry run, so that the two go on having the same objects.
 */
export async function compareWithUpstream(options: FuzzRunOptions): Promise<Comparison> {
  await using upstream = await startKubeApiserver();
  await using sampan = await startApiServer();
  const connections: Pair<FuzzConnection> = {
    ours: new FuzzConnection(await readKubeconfig(sampan.kubeconfig), 60_000),
    theirs: new FuzzConnection(await readKubeconfig(upstream.kubeconfig), 60_000),
  };
  const comparison: Comparison = { requests: 0, different: 0, differences: new Map() };
  try {
    const ground = await prepareGround(connections.ours);
    await prepareGround(connections.theirs);
    await createFixed(ground, connections, comparison);
    await runScenarios(ground, connections, options, comparison);
    return comparison;
  } finally {
    connections.ours.close();
    connections.theirs.close();
  }
}

async function runScenarios(
  ground: FuzzGround,
  connections: Pair<FuzzConnection>,
  options: FuzzRunOptions,
  comparison: Comparison,
): Promise<void> {
  const { only, requests, onProgress } = options;
  if (only !== undefined) return compareScenario(ground, connections, options.seed, only, comparison);
  let next = 0;
  const work = async (): Promise<void> => {
    while (comparison.requests < requests) {
      await compareScenario(ground, connections, options.seed, next++, comparison);
      onProgress?.(comparison.requests);
    }
  };
  await Promise.all(Array.from({ length: options.connections }, work));
}

/** What one scenario asks by our answers, asked of both; names that each server chose itself are exchanged. */
async function compareScenario(
  ground: FuzzGround,
  connections: Pair<FuzzConnection>,
  seed: string,
  index: number,
  comparison: Comparison,
): Promise<void> {
  const draft = new Draft(ground, new Chance(`${seed}/${index}`), index);
  const scenario = draft.chance.weigh(comparedScenarios)(draft);
  const exchange = new Exchange();
  for (let step = scenario.next(); !step.done; ) {
    const request = step.value;
    const answers = await sendBoth(connections, { ours: request, theirs: exchange.translate(request) });
    note(comparison, index, request, answers);
    exchange.learn(answers);
    step = scenario.next(answers.ours);
  }
}

/** Our uids, revisions and addresses, and what upstream has in their place. */
class Exchange {
  readonly #known = new Map<string, string>();

  learn({ ours, theirs }: Pair<FuzzAnswer>): void {
    const [mine, other] = [parseAnswer(ours), parseAnswer(theirs)];
    const [own, foreign] = [mine?.metadata ?? {}, other?.metadata ?? {}];
    this.#note('', own.uid, foreign.uid);
    this.#note('"resourceVersion":', own.resourceVersion, foreign.resourceVersion);
    this.#note('', mine?.spec?.clusterIP, other?.spec?.clusterIP);
  }

  translate(request: FuzzRequest): FuzzRequest {
    if (request.body === undefined || this.#known.size === 0) return request;
    let text = Buffer.from(request.body).toString('latin1');
    for (const [own, other] of this.#known) text = text.replaceAll(own, other);
    return { ...request, body: Buffer.from(text, 'latin1') };
  }

  #note(label: string, mine: unknown, other: unknown): void {
    if (typeof mine === 'string' && typeof other === 'string')
      this.#known.set(`${label}"${mine}"`, `${label}"${other}"`);
  }
}

async function sendBoth(
  { ours, theirs }: Pair<FuzzConnection>,
  requests: Pair<FuzzRequest>,
): Promise<Pair<FuzzAnswer>> {
  const [mine, other] = await Promise.all([ours.send(requests.ours), theirs.send(requests.theirs)]);
  return { ours: mine, theirs: other };
}

function note(comparison: Comparison, index: number, request: FuzzRequest, { ours, theirs }: Pair<FuzzAnswer>): void {
  comparison.requests++;
  const found = compareAnswers(request, ours, theirs);
  if (found.length > 0) comparison.different++;
  for (const { key, text } of found) {
    const known = comparison.differences.get(key);
    if (known !== undefined) known.count++;
    else comparison.differences.set(key, { index, problem: text, reproduction: formatReproduction(request), count: 1 });
  }
}

/** One object of each kind that there can be one of, the same on both sides. */
async function createFixed(
  ground: FuzzGround,
  connections: Pair<FuzzConnection>,
  comparison: Comparison,
): Promise<void> {
  for (const resource of ground.model.resources) {
    const request = resource.item === undefined ? undefined : fixedObject(ground, resource);
    if (request === undefined) continue;
    const answers = await sendBoth(connections, { ours: request, theirs: request });
    note(comparison, -1, request, answers);
    if (answers.ours.status === 201 && answers.theirs.status === 201) continue;
    console.log(
      `no fixed ${resource.kind}: ${answers.ours.status} and ${answers.theirs.status} ${parseAnswer(answers.theirs)?.message}`,
    );
  }
}

function fixedObject(ground: FuzzGround, resource: ModelResource): FuzzRequest | undefined {
  const draft = new Draft(ground, new Chance('fixed'), 0);
  // The last seed of a kind is the plain one that we wrote.
  const seed = ground.seeds.ofKind(resource.apiVersion, resource.kind).at(-1);
  if (seed === undefined) return undefined;
  const object = structuredClone(seed.base);
  const place = fixedNameOf(resource);
  const metadata = isMap(object['metadata']) ? object['metadata'] : {};
  object['metadata'] = {
    ...metadata,
    name: place.name,
    ...(resource.isNamespaced ? { namespace: place.namespace } : {}),
  };
  return draft.request('POST', collectionPath(resource, place), {}, encodeJson(object));
}

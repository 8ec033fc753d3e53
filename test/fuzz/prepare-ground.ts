import { readApiModel } from './api-model.ts';
import { type FuzzGround, namespaces } from './draft.ts';
import type { FuzzConnection } from './fuzz-connection.ts';
import { parseAnswer } from './fuzz-request.ts';
import { ValueGenerator } from './generate-value.ts';
import type { Json } from './json-value.ts';
import { ObjectMutator } from './mutate-object.ts';
import { readSeeds, SeedObjects } from './seed-objects.ts';

/** Learns from the server what it serves, and makes the namespaces that requests go to. */
export async function prepareGround(connection: FuzzConnection): Promise<FuzzGround> {
  const get = async (path: string): Promise<Json> => {
    const answer = await connection.send({ method: 'GET', path, headers: { accept: 'application/json' } });
    if (answer.status !== 200) throw new Error(`GET ${path}: ${answer.status} ${answer.error ?? ''}`);
    return parseAnswer(answer) as Json;
  };
  const model = await readApiModel(get);
  const seeds = new SeedObjects(readSeeds(), model);
  const generator = new ValueGenerator(model, seeds);
  const { items } = (await get('/api/v1/nodes')) as unknown as { items: { metadata: { name: string } }[] };
  for (const name of namespaces) {
    await post(connection, '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } };
    await post(connection, `/api/v1/namespaces/${name}/serviceaccounts`, account);
  }
  const nodes = items.map(({ metadata }) => metadata.name);
  return { model, seeds, generator, mutator: new ObjectMutator(model, generator), nodes };
}

async function post(connection: FuzzConnection, path: string, object: object): Promise<void> {
  const body = Buffer.from(JSON.stringify(object));
  await connection.send({ method: 'POST', path, headers: { 'content-type': 'application/json' }, body });
}

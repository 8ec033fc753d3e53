import {
  type FlowSchema,
  flowSchemas,
  type PriorityLevelConfiguration,
  priorityLevelConfigurations,
} from '../../api/generated/index.ts';
import { autoUpdateAnnotation, mandatoryFlowSchemas, mandatoryPriorityLevels } from '../../api/index.ts';
import { type Client, tolerate } from '../../client/index.ts';
import { isSemanticallyEqual, type ResourceType } from '../../machinery/index.ts';
import type { ObjectView } from '../object-view.ts';
import { suggestedFlowSchemas, suggestedPriorityLevels } from './bootstrap-objects.ts';

type Configuration = FlowSchema | PriorityLevelConfiguration;

const options = { fieldManager: 'api-priority-and-fairness-config-producer-v1' };

/**
 * Brings the objects of flow control to what this version has: the mandatory ones always, the suggested ones unless
 * somebody has made them their own. Kubernetes: `registry/flowcontrol/ensurer`.
 */
export async function ensureConfiguration(client: Client, view: ObjectView): Promise<void> {
  const levels = new Bootstrap<PriorityLevelConfiguration>(client, view, priorityLevelConfigurations);
  const schemas = new Bootstrap<FlowSchema>(client, view, flowSchemas);
  await Promise.all([
    levels.ensure(suggestedPriorityLevels, false),
    schemas.ensure(suggestedFlowSchemas, false),
    levels.ensure(mandatoryPriorityLevels, true),
    schemas.ensure(mandatoryFlowSchemas, true),
  ]);
  await schemas.removeUnwanted([...suggestedFlowSchemas, ...mandatoryFlowSchemas]);
  await levels.removeUnwanted([...suggestedPriorityLevels, ...mandatoryPriorityLevels]);
}

class Bootstrap<T extends Configuration> {
  readonly #client: Client;
  readonly #view: ObjectView;
  readonly #type: ResourceType<T>;

  constructor(client: Client, view: ObjectView, type: ResourceType<T>) {
    this.#client = client;
    this.#view = view;
    this.#type = type;
  }

  async ensure(wanted: readonly T[], isMandatory: boolean): Promise<void> {
    await Promise.all(wanted.map(object => this.#ensureOne(object, isMandatory)));
  }

  /** Kubernetes: what an earlier version suggested and this one does not. */
  async removeUnwanted(wanted: readonly T[]): Promise<void> {
    const names = new Set(wanted.map(({ metadata }) => metadata.name));
    for (const { metadata } of this.#view.list(this.#type)) {
      if (names.has(metadata.name) || parseBoolean(metadata.annotations?.[autoUpdateAnnotation]) !== true) continue;
      await tolerate('NotFound', () => this.#client.delete(this.#type, { name: metadata.name! }));
    }
  }

  async #ensureOne(wanted: T, isMandatory: boolean): Promise<void> {
    const present = this.#view.get(this.#type, undefined, wanted.metadata.name!);
    if (present === undefined) {
      await tolerate('AlreadyExists', () => this.#client.create(this.#type, wanted, options));
      return;
    }
    const revised = revise(present, wanted, isMandatory);
    // Kubernetes: who has changed it at the same time is looked at later.
    if (revised !== undefined) await tolerate('Conflict', () => this.#client.update(this.#type, revised, options));
  }
}

/** The object as it should be; undefined where it is so. */
function revise<T extends Configuration>(present: T, wanted: T, isMandatory: boolean): T | undefined {
  const { metadata } = present;
  const annotation = parseBoolean(metadata.annotations?.[autoUpdateAnnotation]);
  // Kubernetes: without a word on it, whoever has changed the spec since its creation wants to keep it.
  const isOurs = isMandatory || (annotation ?? metadata.generation === 1);
  const isSpecStale = isOurs && !isSpecAsWanted(present, wanted);
  if (annotation === isOurs && !isSpecStale) return undefined;
  const annotations = { ...metadata.annotations, [autoUpdateAnnotation]: String(isOurs) };
  const spec = isSpecStale ? specToStore(present, wanted) : present.spec;
  return { ...present, metadata: { ...metadata, annotations }, spec };
}

/** Kubernetes: what the level `exempt` gets of the seats is its administrator's. */
function isSpecAsWanted(present: Configuration, wanted: Configuration): boolean {
  return isSemanticallyEqual(present.spec, specToStore(present, wanted));
}

function specToStore<T extends Configuration>(present: T, wanted: T): T['spec'] {
  if (present.metadata.name !== 'exempt' || !('exempt' in present.spec)) return wanted.spec;
  return { ...wanted.spec, exempt: present.spec.exempt };
}

/** As Go's `ParseBool`. */
function parseBoolean(text: string | undefined): boolean | undefined {
  if (text === undefined) return undefined;
  if (/^(1|t|T|true|TRUE|True)$/.test(text)) return true;
  return /^(0|f|F|false|FALSE|False)$/.test(text) ? false : undefined;
}

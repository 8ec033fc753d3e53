import {
  type FlowSchema,
  type FlowSchemaCondition,
  flowSchemas,
  type PriorityLevelConfiguration,
  priorityLevelConfigurations,
} from '../../api/generated/index.ts';
import type { Client, Watch } from '../../client/index.ts';
import { type ResourceType, StatusError } from '../../machinery/index.ts';
import { formatTime, type Timer, type World } from '../../world/index.ts';
import type { ObjectView } from '../object-view.ts';
import { ensureConfiguration } from './ensure-configuration.ts';
import type { FlowControl } from './flow-control.ts';

const ensureIntervalMs = 60_000;
const retryMs = 1_000;
/** Kubernetes: who fights over a status writes it at most so often a minute, and then waits. */
const writesPerMinuteMax = 6;
const minuteMs = 60_000;

const options = { fieldManager: 'api-priority-and-fairness-config-consumer-v1', force: true };

/**
 * Keeps flow control like the stored objects, the objects like this version wants them, and their statuses true.
 * Kubernetes: the config consumer and the config producer.
 */
export class FlowConfiguration {
  readonly #world: World;
  readonly #client: Client;
  readonly #view: ObjectView;
  readonly #flow: FlowControl;
  readonly #watches = new Map<ResourceType, Watch>();
  /** When each schema's status was written lately. */
  readonly #writtenMs = new Map<string, readonly number[]>();
  #timer: Timer | undefined;
  #isTakingOver = false;
  #isStale = false;
  #isStopped = false;

  constructor(world: World, client: Client, view: ObjectView, flow: FlowControl) {
    this.#world = world;
    this.#client = client;
    this.#view = view;
    this.#flow = flow;
  }

  /** Resolves when the objects are there and flow control goes by them. */
  async start(): Promise<void> {
    await ensureConfiguration(this.#client, this.#view);
    this.#follow(priorityLevelConfigurations);
    this.#follow(flowSchemas);
    await this.#takeOver();
    this.#ensureLater();
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
    for (const watch of this.#watches.values()) watch.cancel();
    this.#flow.stop();
  }

  #ensureLater(): void {
    if (this.#isStopped) return;
    this.#timer = this.#world.clock.after(ensureIntervalMs, () =>
      this.#spawn('flow control configuration', async () => {
        await ensureConfiguration(this.#client, this.#view);
        this.#ensureLater();
      }),
    );
  }

  /** Any event will do to look again at what is stored. */
  #follow(type: ResourceType): void {
    const end = (): void => {
      if (!this.#isStopped) this.#world.clock.after(retryMs, () => this.#isStopped || this.#follow(type));
    };
    this.#watches.set(type, this.#client.watch(type, {}, { events: () => this.#takeOverSoon(), end }));
  }

  /** Many changes of one turn are looked at together. */
  #takeOverSoon(): void {
    this.#isStale = true;
    if (this.#isTakingOver || this.#isStopped) return;
    this.#spawn('flow control', () => this.#takeOver());
  }

  async #takeOver(): Promise<void> {
    this.#isTakingOver = true;
    try {
      do {
        this.#isStale = false;
        const schemas = this.#view.list<FlowSchema>(flowSchemas);
        this.#flow.configure(this.#view.list<PriorityLevelConfiguration>(priorityLevelConfigurations), schemas);
        await Promise.all(schemas.map(schema => this.#writeStatus(schema)));
      } while (this.#isStale && !this.#isStopped);
    } finally {
      this.#isTakingOver = false;
    }
  }

  async #writeStatus(schema: FlowSchema): Promise<void> {
    const name = schema.metadata.name!;
    const { clock } = this.#world;
    const wanted = danglingOf(schema, this.#flow, formatTime(clock.now()));
    if (wanted === undefined || !this.#mayWrite(name, clock.monotonic())) return;
    const { apiVersion, kind } = schema;
    const body = { apiVersion, kind, metadata: { name }, status: { conditions: [wanted] } };
    try {
      await this.#client.patch(flowSchemas, { name }, 'apply', body, options, 'status');
    } catch (error) {
      if (!StatusError.is(error, 'NotFound')) throw error;
    }
  }

  #mayWrite(name: string, nowMs: number): boolean {
    const recent = (this.#writtenMs.get(name) ?? []).filter(writtenMs => nowMs - writtenMs < minuteMs);
    if (recent.length >= writesPerMinuteMax) {
      this.#world.clock.after(minuteMs, () => this.#takeOverSoon());
      return false;
    }
    this.#writtenMs.set(name, [...recent, nowMs]);
    return true;
  }

  #spawn(name: string, work: () => Promise<void>): void {
    this.#world.tasks.spawn(name, async () => {
      try {
        await work();
      } catch (error) {
        // A store that closes takes the server with it; one that is full may recover, and then all is looked at again.
        if (this.#isStopped) return;
        this.#world.log.child('flowcontrol').warn('flow control could not be brought up to date', { error });
        this.#world.clock.after(ensureIntervalMs, () => this.#takeOverSoon());
        this.#ensureLater();
      }
    });
  }
}

/** The condition that the schema should bear; undefined where it does. */
function danglingOf(schema: FlowSchema, flow: FlowControl, now: string): FlowSchemaCondition | undefined {
  const level = schema.spec.priorityLevelConfiguration.name;
  const isFound = flow.hasLevel(level);
  const [status, reason, end] = isFound
    ? ['False', 'Found', 'and it exists']
    : ['True', 'NotFound', 'but there is no such object'];
  const subject = `This FlowSchema references the PriorityLevelConfiguration object named ${JSON.stringify(level)}`;
  const message = `${subject} ${end}`;
  const present = schema.status?.conditions?.find(({ type }) => type === 'Dangling');
  if (present?.status === status && present.reason === reason && present.message === message) return undefined;
  return { type: 'Dangling', status, lastTransitionTime: now, reason, message };
}

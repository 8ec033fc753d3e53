import { type MutatingWebhook, mutatingWebhookConfigurations } from '../../../api/generated/index.ts';
import { isSemanticallyEqual, type KubeObject, statusError } from '../../../machinery/index.ts';
import type { AdmissionPlugin, AdmissionRequest, AdmissionRound } from '../../core-contract.ts';
import { type MatchedResource, VersionedObjects } from '../matching/index.ts';
import { isOwnRequest } from '../own-request.ts';
import { ReinvocationMemory } from '../reinvocation-memory.ts';
import { applyAnswer } from './apply-patch.ts';
import { CallFailure } from './call-failure.ts';
import { callWebhook } from './call-webhook.ts';
import { type ConfiguredWebhook, listWebhooks } from './configured-webhooks.ts';
import { meetsConditions, selectWebhook } from './select-webhook.ts';
import type { WebhookPluginOptions } from './webhook-plugin-options.ts';

const pluginName = 'MutatingAdmissionWebhook';

/** Lets webhooks change objects, one after the other, each seeing what the one before has changed. */
export function createMutatingWebhooks(options: WebhookPluginOptions): AdmissionPlugin {
  const { view } = options;
  return {
    name: pluginName,
    // Kubernetes: nobody can lock themselves out of mending a webhook.
    handles: ({ version: { type } }) => type.group !== 'admissionregistration.k8s.io',
    mutate(request, round) {
      if (!view.hasAny(mutatingWebhookConfigurations) || isOwnRequest(request)) return request.object!;
      return new MutationRun(options, request, round).run();
    },
  };
}

/** All mutating webhooks that are about one request, in one round. */
class MutationRun {
  readonly #options: WebhookPluginOptions;
  readonly #round: AdmissionRound;
  readonly #memory: ReinvocationMemory;
  #request: AdmissionRequest;
  #objects: VersionedObjects;

  constructor(options: WebhookPluginOptions, request: AdmissionRequest, round: AdmissionRound) {
    this.#options = options;
    this.#request = request;
    this.#round = round;
    this.#objects = new VersionedObjects(request);
    this.#memory = round.recall(pluginName, () => new ReinvocationMemory());
  }

  /** The object as the webhooks leave it; undefined for a deletion. */
  async run(): Promise<KubeObject> {
    this.#memory.begin(this.#round, this.#request.object);
    const webhooks = listWebhooks<MutatingWebhook>(this.#options.view, mutatingWebhookConfigurations);
    for (const [index, configured] of webhooks.entries()) {
      const matched = await this.#select(configured);
      if (matched === undefined) continue;
      const hasChanged = await this.#call(configured, index, matched);
      if (hasChanged) this.#memory.noteChange(this.#round);
      if (configured.webhook.reinvocationPolicy === 'IfNeeded') this.#memory.noteInvoked(configured.key);
    }
    this.#memory.end(this.#request.object);
    return this.#request.object!;
  }

  /** Kubernetes: who was not asked in the first round is not asked in the second. */
  async #select({ webhook, key }: ConfiguredWebhook<MutatingWebhook>): Promise<MatchedResource | undefined> {
    const matched = selectWebhook(this.#options, webhook, this.#request);
    if (matched === undefined) return undefined;
    if (!(await meetsConditions(this.#options, webhook, this.#request, matched, this.#objects))) return undefined;
    return this.#memory.isWanted(this.#round, key) ? matched : undefined;
  }

  /** Whether the object is another one now. */
  async #call(
    configured: ConfiguredWebhook<MutatingWebhook>,
    index: number,
    matched: MatchedResource,
  ): Promise<boolean> {
    const { webhook, configuration } = configured;
    let hasChanged = false;
    try {
      hasChanged = await this.#options.metrics.measure(webhook, 'admit', this.#request, () =>
        this.#askAndApply(configured, index, matched),
      );
    } catch (error) {
      if (!(error instanceof CallFailure)) throw error;
      if (webhook.failurePolicy !== 'Ignore') throw statusError.internal(error.message);
      this.#noteIgnored(webhook, index, error);
    } finally {
      const value = { configuration, webhook: webhook.name, mutated: hasChanged };
      this.#annotate('mutation.webhook.admission.k8s.io/', index, JSON.stringify(value));
    }
    return hasChanged;
  }

  async #askAndApply(
    { webhook, configuration }: ConfiguredWebhook<MutatingWebhook>,
    index: number,
    matched: MatchedResource,
  ): Promise<boolean> {
    const shown = await this.#objects.show(matched);
    const answer = await callWebhook(this.#options, webhook, true, this.#request, matched, shown);
    const applied = applyAnswer(webhook.name, answer, shown.object, this.#request, matched);
    if (applied === undefined) return false;
    const { object, operations: patch } = applied;
    const value = { configuration, webhook: webhook.name, patch, patchType: 'JSONPatch' };
    this.#annotate('patch.webhook.admission.k8s.io/', index, JSON.stringify(value), 'Request');
    const hasChanged = !isSemanticallyEqual(shown.object, object);
    this.#request = { ...this.#request, object: await this.#objects.restore(object, matched) };
    this.#objects = new VersionedObjects(this.#request);
    return hasChanged;
  }

  #noteIgnored({ name }: MutatingWebhook, index: number, error: CallFailure): void {
    this.#options.log.warn('failed calling webhook, failing open', { webhook: name, error: error.message });
    this.#annotate('failed-open.mutation.webhook.admission.k8s.io/', index, name);
  }

  #annotate(prefix: string, index: number, value: string, fromLevel?: 'Request'): void {
    const round = this.#round.isReinvocation ? 1 : 0;
    this.#request.call.annotate?.(`${prefix}round_${round}_index_${index}`, value, fromLevel);
  }
}

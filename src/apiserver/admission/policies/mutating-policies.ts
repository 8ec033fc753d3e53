import {
  type MutatingAdmissionPolicy,
  type MutatingAdmissionPolicyBinding,
  mutatingAdmissionPolicies,
  mutatingAdmissionPolicyBindings,
} from '../../../api/generated/index.ts';
import { isSemanticallyEqual, type KubeObject, StatusError } from '../../../machinery/index.ts';
import type { AdmissionPlugin, AdmissionRequest, AdmissionRound } from '../../core-contract.ts';
import { forbid } from '../admission-error.ts';
import { checkConditions, describeRequest, OutOfBudget, withVariables } from '../expressions/index.ts';
import { findNamespace, VersionedObjects } from '../matching/index.ts';
import { isOwnRequest } from '../own-request.ts';
import { ReinvocationMemory } from '../reinvocation-memory.ts';
import { applyMutation } from './apply-mutation.ts';
import { findBoundPolicies } from './bindings-of-policies.ts';
import { type Invocation, type PolicySurroundings, type Selected, selectInvocations } from './bound-policy.ts';
import type { PolicyPluginOptions } from './policy-plugin-options.ts';

const pluginName = 'MutatingAdmissionPolicy';

type Bound = Invocation<MutatingAdmissionPolicy, MutatingAdmissionPolicyBinding>;

/** Changes objects as the cluster's MutatingAdmissionPolicies say, each seeing what the one before has changed. */
export function createMutatingPolicies({
  view,
  resources,
  authorizer,
  loadExpressions,
}: PolicyPluginOptions): AdmissionPlugin {
  const mutate = async (request: AdmissionRequest, round: AdmissionRound): Promise<KubeObject> => {
    const expressions = await loadExpressions();
    const surroundings = { view, resources: resources(), expressions, authorizer };
    const bound = findBoundPolicies(view, mutatingAdmissionPolicies, mutatingAdmissionPolicyBindings);
    const selected: Selected<MutatingAdmissionPolicy, MutatingAdmissionPolicyBinding>[] = [];
    for (const { policy, bindings } of bound) {
      selected.push(...(await selectInvocations(policy, bindings, request, surroundings)));
    }
    return selected.length === 0 ? request.object! : new MutationRun(request, round, surroundings).run(selected);
  };
  return {
    name: pluginName,
    // Kubernetes: a deletion has no object to change.
    handles: ({ version: { type } }, _subresource, operation) =>
      type.group !== 'admissionregistration.k8s.io' && operation !== 'DELETE',
    mutate: (request, round) =>
      view.hasAny(mutatingAdmissionPolicyBindings) && !isOwnRequest(request) ? mutate(request, round) : request.object!,
  };
}

interface Failure {
  readonly policy: MutatingAdmissionPolicy;
  readonly binding?: MutatingAdmissionPolicyBinding | undefined;
  readonly message: string;
  readonly reason: 'Forbidden' | 'Invalid';
}

/** All policies that are about one request, in one round. */
class MutationRun {
  readonly #request: AdmissionRequest;
  readonly #round: AdmissionRound;
  readonly #surroundings: PolicySurroundings;
  readonly #memory: ReinvocationMemory;
  readonly #failures: Failure[] = [];
  #current: KubeObject;
  #hasApplied = false;

  constructor(request: AdmissionRequest, round: AdmissionRound, surroundings: PolicySurroundings) {
    this.#request = request;
    this.#round = round;
    this.#surroundings = surroundings;
    this.#memory = round.recall(pluginName, () => new ReinvocationMemory());
    this.#current = request.object!;
  }

  async run(
    selected: readonly Selected<MutatingAdmissionPolicy, MutatingAdmissionPolicyBinding>[],
  ): Promise<KubeObject> {
    this.#memory.begin(this.#round, this.#current);
    for (const each of selected) {
      if ('message' in each) this.#failures.push({ ...each, reason: 'Forbidden' });
      else await this.#invoke(each);
    }
    // Kubernetes: whoever has changed something is asked again too, if it asks for that, not only those before it.
    if (this.#hasApplied) this.#memory.noteChange(this.#round);
    this.#memory.end(this.#current);
    this.#settle();
    return this.#current;
  }

  async #invoke(bound: Bound): Promise<void> {
    const { policy } = bound;
    const { problem, isWanted } = await this.#checkConditions(bound);
    if (problem !== undefined) this.#fail(bound, problem);
    const key = keyOf(bound);
    if (isWanted !== true || !this.#memory.isWanted(this.#round, key)) return;
    const before = this.#current;
    for (const mutation of policy.spec.mutations ?? []) {
      const problem = await this.#mutate(bound, mutation);
      if (problem !== undefined) this.#fail(bound, problem);
    }
    if (!isSemanticallyEqual(before, this.#current)) this.#memory.noteChange(this.#round);
    if (policy.spec.reinvocationPolicy === 'IfNeeded') this.#memory.noteInvoked(key);
  }

  async #checkConditions({ policy, matched, params }: Bound): Promise<ReturnType<typeof checkConditions>> {
    const { matchConditions, failurePolicy, variables = [] } = policy.spec;
    const { expressions } = this.#surroundings;
    if (matchConditions === undefined) return { isWanted: true };
    const objects = this.#objects();
    const base = { ...this.#describe(matched, await objects.show(matched)), params: expressions.toValue(params) };
    const budget = expressions.budget('match conditions');
    const all = withVariables(expressions, base, variables, budget);
    return checkConditions(expressions, matchConditions, failurePolicy, all);
  }

  /** Every mutation sees what those before it have done. Returns what is wrong. */
  async #mutate(
    { policy, matched, params }: Bound,
    mutation: NonNullable<MutatingAdmissionPolicy['spec']['mutations']>[number],
  ): Promise<string | undefined> {
    const { expressions } = this.#surroundings;
    const objects = this.#objects();
    const shown = await objects.show(matched);
    const base = { ...this.#describe(matched, shown), params: expressions.toValue(params) };
    try {
      const { object, problem } = applyMutation(
        expressions,
        mutation,
        shown.object!,
        budget => withVariables(expressions, base, policy.spec.variables ?? [], budget),
        this.#request,
        matched,
      );
      if (object === undefined) return problem;
      this.#current = await objects.restore(object, matched);
      this.#hasApplied = true;
      return undefined;
    } catch (error) {
      if (error instanceof OutOfBudget) return error.message;
      throw error;
    }
  }

  #objects(): VersionedObjects {
    return new VersionedObjects({ ...this.#request, object: this.#current });
  }

  #describe(matched: Bound['matched'], shown: Parameters<typeof describeRequest>[3]) {
    const { expressions, view, authorizer } = this.#surroundings;
    const namespace = findNamespace(this.#request, view);
    return describeRequest(expressions, this.#request, matched, shown, namespace, authorizer);
  }

  #fail({ policy, binding }: Bound, message: string): void {
    this.#failures.push({ policy, binding, message, reason: 'Invalid' });
  }

  /** Kubernetes: the first failure is the refusal's text and reason, all are its causes; the code is always 403. */
  #settle(): void {
    const counting = this.#failures.filter(({ policy }) => policy.spec.failurePolicy !== 'Ignore');
    const [first] = counting;
    if (first === undefined) return;
    const { details, code } = forbid(this.#request, '');
    const causes = counting.map(failure => ({ message: describe(failure) }));
    throw new StatusError(first.reason, describe(first), { ...details, causes }, code);
  }
}

function describe({ policy, binding, message }: Failure): string {
  const { name } = policy.metadata;
  return binding === undefined
    ? `policy "${name}" denied request: ${message}`
    : `policy '${name}' with binding '${binding.metadata.name}' denied request: ${message}`;
}

function keyOf({ policy, binding, params }: Bound): string {
  const of = params === undefined ? '' : `${params.metadata.namespace ?? ''}/${params.metadata.name}`;
  return `${policy.metadata.name}|${binding.metadata.name}|${of}`;
}

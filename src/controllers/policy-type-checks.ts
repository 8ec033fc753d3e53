import {
  customResourceDefinitions,
  type ParamKind,
  type ValidatingAdmissionPolicy,
  validatingAdmissionPolicies,
} from '../api/generated/index.ts';
import { type Client, type Informers, KeyedWorker } from '../client/index.ts';
import type { PolicyExpressions } from '../machinery/cel/index.ts';
import { compareText, formatGroupVersion, type Schema } from '../machinery/index.ts';
import type { World } from '../world/index.ts';
import { ServedSchemas, type TypedKind } from './served-schemas.ts';

const name = 'validatingadmissionpolicy-status-controller';
/** Kubernetes: a policy is checked against no more kinds than these. */
const kindsMax = 10;

interface Warning {
  readonly fieldRef: string;
  readonly warning: string;
}

/**
 * Kubernetes: `validatingadmissionpolicy-status-controller`: checks the expressions of policies against the types of the
 * objects that they are about, once for each generation, and tells what it has found in their status. Checking needs
 * CEL, which is loaded when it is first needed, so this is a worker and no `Controller`.
 */
export class PolicyTypeChecks {
  readonly #client: Client;
  readonly #informers: Informers;
  readonly #worker: KeyedWorker;
  #expressions: Promise<PolicyExpressions> | undefined;

  constructor(world: World, client: Client, informers: Informers) {
    this.#client = client;
    this.#informers = informers;
    this.#worker = new KeyedWorker(world, { name, concurrency: 1, work: key => this.#look(key) });
  }

  get isIdle(): boolean {
    return this.#worker.isIdle;
  }

  start(): void {
    this.#informers.of(customResourceDefinitions);
    this.#informers.of(validatingAdmissionPolicies).onChange(policy => {
      if (policy !== undefined && !isObserved(policy)) this.#worker.add(policy.metadata.name!);
    });
  }

  stop(): void {
    this.#worker.stop();
  }

  async #look(key: string): Promise<undefined> {
    const policy = this.#informers.of(validatingAdmissionPolicies).get(undefined, key);
    if (policy === undefined || isObserved(policy)) return undefined;
    await this.#informers.of(customResourceDefinitions).synced();
    const expressionWarnings = findWarnings(await this.#load(), policy, this.#schemas());
    const { generation } = policy.metadata;
    const typeChecking = expressionWarnings.length === 0 ? {} : { expressionWarnings };
    const applied = {
      apiVersion: formatGroupVersion(validatingAdmissionPolicies),
      kind: validatingAdmissionPolicies.kind,
      metadata: { name: key },
      status: { observedGeneration: generation, typeChecking },
    };
    const options = { fieldManager: name, force: true };
    await this.#client.patch(validatingAdmissionPolicies, { name: key }, 'apply', applied, options, 'status');
    return undefined;
  }

  #load(): Promise<PolicyExpressions> {
    this.#expressions ??= import('../machinery/cel/index.ts').then(({ PolicyExpressions }) => new PolicyExpressions());
    return this.#expressions;
  }

  #schemas(): ServedSchemas {
    return new ServedSchemas(this.#informers.of(customResourceDefinitions).list());
  }
}

function isObserved({ metadata, status }: ValidatingAdmissionPolicy): boolean {
  return (metadata.generation ?? 0) <= (status?.observedGeneration ?? 0);
}

/** Kubernetes: `TypeChecker.Check`. */
export function findWarnings(
  expressions: PolicyExpressions,
  { spec }: ValidatingAdmissionPolicy,
  schemas: ServedSchemas,
): readonly Warning[] {
  const { validations = [], variables = [], paramKind } = spec;
  const checked = validations.flatMap(({ expression, messageExpression = '' }, index) => [
    { fieldRef: `spec.validations[${index}].expression`, expression },
    ...(messageExpression === ''
      ? []
      : [{ fieldRef: `spec.validations[${index}].messageExpression`, expression: messageExpression }]),
  ]);
  const texts = checked.map(({ expression }) => expression);
  const findings = new Map<string, string[]>();
  for (const { kind, schema: object } of kindsOf(spec.matchConstraints?.resourceRules ?? [], schemas)) {
    const observed = { object, params: paramsOf(paramKind, schemas) };
    const results = expressions.checkTyped(observed, paramKind !== undefined, variables, texts);
    for (const [index, { problem }] of results.entries()) {
      if (problem === undefined) continue;
      const { fieldRef } = checked[index]!;
      findings.set(fieldRef, [...(findings.get(fieldRef) ?? []), `${kind}: ${problem}\n`]);
    }
  }
  return checked.flatMap(({ fieldRef }) => {
    const found = findings.get(fieldRef);
    return found === undefined ? [] : [{ fieldRef, warning: found.join('\n') }];
  });
}

function paramsOf(kind: ParamKind | undefined, schemas: ServedSchemas): Schema | undefined {
  return kind === undefined ? undefined : schemas.ofKind(kind.apiVersion ?? '', kind.kind ?? '');
}

type Rules = NonNullable<NonNullable<ValidatingAdmissionPolicy['spec']['matchConstraints']>['resourceRules']>;

/** The kinds that rules name outright, by group, version and kind. Kubernetes: wildcards are not followed. */
function kindsOf(rules: Rules, schemas: ServedSchemas): readonly TypedKind[] {
  const found = new Map<string, TypedKind>();
  for (const { apiGroups = [], apiVersions = [], resources = [] } of rules) {
    if (apiGroups.some(group => group.includes('*')) || apiVersions.some(version => version.includes('*'))) continue;
    const whole = resources.filter(resource => !/[*/]/.test(resource));
    for (const group of apiGroups) {
      for (const version of apiVersions) {
        for (const resource of whole) {
          const typed = schemas.ofResource(group, version, resource);
          if (typed !== undefined && found.size < kindsMax) found.set(typed.kind, typed);
        }
      }
    }
  }
  return [...found.values()].sort((a, b) => compareText(a.kind, b.kind));
}

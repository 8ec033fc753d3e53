import type { CustomResourceDefinition } from '../../api/generated/index.ts';
import type { PolicyExpressions } from '../../machinery/cel/index.ts';
import { type FieldError, type ObjectSchema, statusError } from '../../machinery/index.ts';
import { isResource } from '../admission/index.ts';
import type { AdmissionPlugin } from '../core-contract.ts';
import { compileVersion } from './compile-version.ts';

/** Runs and checks the CEL rules in the schemas of CRDs. */
export interface ExpressionRules {
  validate(schema: ObjectSchema, value: unknown, old?: unknown): readonly FieldError[];
  checkRules(schema: ObjectSchema, path: string): readonly FieldError[];
}

/** Whether any schema of a CRD has rules. */
export function usesExpressions(crd: CustomResourceDefinition): boolean {
  return JSON.stringify(crd.spec.versions).includes('"x-kubernetes-validations"');
}

/**
 * Loads the CEL library when the first CRD needs it: it takes longer to load than a cluster takes to start, and most
 * clusters never need it.
 */
export class LazyExpressions {
  #loading: Promise<ExpressionRules> | undefined;
  #policies: Promise<PolicyExpressions> | undefined;
  #loaded: ExpressionRules | undefined;

  /** Undefined until they have been loaded. */
  get loaded(): ExpressionRules | undefined {
    return this.#loaded;
  }

  load(): Promise<ExpressionRules> {
    this.#loading ??= import('../../machinery/cel/index.ts').then(({ RuleValidator }) => {
      this.#loaded = new RuleValidator();
      return this.#loaded;
    });
    return this.#loading;
  }

  /** What admission policies are evaluated with. */
  loadForPolicies(): Promise<PolicyExpressions> {
    this.#policies ??= import('../../machinery/cel/index.ts').then(({ PolicyExpressions }) => new PolicyExpressions());
    return this.#policies;
  }
}

/** Refuses CRDs whose rules do not compile. */
export function createExpressionCheck(expressions: LazyExpressions): AdmissionPlugin {
  return {
    name: 'CustomResourceDefinitionRules',
    handles: (resource, subresource, operation) =>
      isResource(resource, 'apiextensions.k8s.io', 'customresourcedefinitions') &&
      subresource === '' &&
      (operation === 'CREATE' || operation === 'UPDATE'),
    validate(request) {
      const crd = request.object as CustomResourceDefinition;
      if (crd.spec === (request.old as CustomResourceDefinition | undefined)?.spec || !usesExpressions(crd)) return;
      return expressions.load().then(rules => checkExpressions(crd, rules));
    },
  };
}

function checkExpressions(crd: CustomResourceDefinition, rules: ExpressionRules): void {
  const errors = crd.spec.versions.flatMap((version, index) =>
    rules.checkRules(compileVersion(crd, version), `spec.versions[${index}].schema.openAPIV3Schema`),
  );
  if (errors.length === 0) return;
  const subject = {
    group: 'apiextensions.k8s.io',
    resource: 'customresourcedefinitions',
    kind: 'CustomResourceDefinition',
  };
  throw statusError.invalid(subject, crd.metadata.name ?? '', errors);
}

import {
  checkDns1123Label,
  checkDns1123Subdomain,
  checkLabelValue,
  fieldError,
  invalidEach,
  type LabelSelectorObject,
  validateLabelName,
  validateLabelSelector,
} from '../../../machinery/index.ts';
import type {
  Affinity,
  NodeSelector,
  NodeSelectorRequirement,
  NodeSelectorTerm,
  PodAffinity,
  PodAffinityTerm,
  Toleration,
  TopologySpreadConstraint,
} from '../../generated/index.ts';
import type { Errors } from './field-checks.ts';

const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

/** Kubernetes: `ValidateTolerations`. */
export function checkTolerations(errors: Errors, field: string, tolerations: readonly Toleration[] | undefined): void {
  for (const [index, toleration] of (tolerations ?? []).entries())
    checkToleration(errors, `${field}[${index}]`, toleration);
}

function checkToleration(errors: Errors, field: string, toleration: Toleration): void {
  const { key = '', operator = '', value = '', effect = '', tolerationSeconds } = toleration;
  if (key !== '') errors.push(...validateLabelName(key, `${field}.key`));
  else if (operator !== 'Exists') {
    const detail = 'operator must be Exists when `key` is empty, which means "match all values and all keys"';
    errors.push(fieldError.invalid(`${field}.operator`, operator, detail));
  }
  if (tolerationSeconds !== undefined && effect !== 'NoExecute') {
    errors.push(
      fieldError.invalid(`${field}.effect`, effect, "effect must be 'NoExecute' when `tolerationSeconds` is set"),
    );
  }
  if (operator === 'Equal' || operator === '') {
    const problems = checkLabelValue(value);
    if (problems.length > 0) errors.push(fieldError.invalid(`${field}.operator`, value, problems.join(';')));
  } else if (operator === 'Exists') {
    if (value !== '')
      errors.push(fieldError.invalid(`${field}.operator`, value, "value must be empty when `operator` is 'Exists'"));
  } else if (operator === 'Lt' || operator === 'Gt') {
    errors.push(fieldError.notSupported(`${field}.operator`, operator, ['Equal', 'Exists', 'Lt', 'Gt']));
  } else errors.push(fieldError.notSupported(`${field}.operator`, operator, ['Equal', 'Exists']));
  if (effect !== '' && !effects.includes(effect))
    errors.push(fieldError.notSupported(`${field}.effect`, effect, effects));
}

/** Kubernetes: `validateAffinity`. */
export function checkAffinity(errors: Errors, field: string, affinity: Affinity | undefined): void {
  if (affinity === undefined) return;
  const { nodeAffinity, podAffinity, podAntiAffinity } = affinity;
  const required = nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const at = `${field}.nodeAffinity`;
  if (required !== undefined)
    checkNodeSelector(errors, `${at}.requiredDuringSchedulingIgnoredDuringExecution`, required);
  for (const [index, term] of (nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).entries()) {
    const preferred = `${at}.preferredDuringSchedulingIgnoredDuringExecution[${index}]`;
    checkWeight(errors, `${preferred}.weight`, term.weight);
    checkNodeTerm(errors, `${preferred}.preference`, term.preference, true);
  }
  checkPodAffinity(errors, `${field}.podAffinity`, podAffinity);
  checkPodAffinity(errors, `${field}.podAntiAffinity`, podAntiAffinity);
}

function checkWeight(errors: Errors, field: string, weight: number): void {
  if (weight <= 0 || weight > 100) errors.push(fieldError.invalid(field, weight, 'must be in the range 1-100'));
}

/** Kubernetes: `ValidateNodeSelector`. */
export function checkNodeSelector(errors: Errors, field: string, selector: NodeSelector): void {
  const terms = selector.nodeSelectorTerms ?? [];
  if (terms.length === 0) {
    errors.push(fieldError.required(`${field}.nodeSelectorTerms`, 'must have at least one node selector term'));
  }
  for (const [index, term] of terms.entries())
    checkNodeTerm(errors, `${field}.nodeSelectorTerms[${index}]`, term, false);
}

function checkNodeTerm(errors: Errors, field: string, term: NodeSelectorTerm, allowsAnyValue: boolean): void {
  for (const [index, requirement] of (term.matchExpressions ?? []).entries()) {
    checkNodeExpression(errors, `${field}.matchExpressions[${index}]`, requirement, allowsAnyValue);
  }
  for (const [index, requirement] of (term.matchFields ?? []).entries()) {
    checkNodeField(errors, `${field}.matchFields[${index}]`, requirement);
  }
}

function checkNodeExpression(
  errors: Errors,
  field: string,
  { key, operator, values = [] }: NodeSelectorRequirement,
  allowsAnyValue: boolean,
): void {
  const at = `${field}.values`;
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length === 0)
      errors.push(fieldError.required(at, "must be specified when `operator` is 'In' or 'NotIn'"));
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length > 0) {
      errors.push(fieldError.forbidden(at, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
    }
  } else if (operator === 'Gt' || operator === 'Lt') {
    if (values.length !== 1) {
      errors.push(fieldError.required(at, "must be specified single value when `operator` is 'Lt' or 'Gt'"));
    }
  } else errors.push(fieldError.invalid(`${field}.operator`, operator ?? '', 'not a valid selector operator'));
  errors.push(...validateLabelName(key ?? '', `${field}.key`));
  if (allowsAnyValue) return;
  for (const [index, value] of values.entries())
    errors.push(...invalidEach(`${at}[${index}]`, value, checkLabelValue(value)));
}

function checkNodeField(errors: Errors, field: string, { key, operator, values = [] }: NodeSelectorRequirement): void {
  if (operator !== 'In' && operator !== 'NotIn') {
    errors.push(fieldError.invalid(`${field}.operator`, operator ?? '', 'not a valid selector operator'));
  } else if (values.length !== 1) {
    const detail = "must be only one value when `operator` is 'In' or 'NotIn' for node field selector";
    errors.push(fieldError.required(`${field}.values`, detail));
  }
  if (key !== 'metadata.name')
    errors.push(fieldError.invalid(`${field}.key`, key ?? '', 'not a valid field selector key'));
  else {
    for (const [index, value] of values.entries()) {
      errors.push(...invalidEach(`${field}.values[${index}]`, value, checkDns1123Subdomain(value)));
    }
  }
}

function checkPodAffinity(errors: Errors, field: string, affinity: PodAffinity | undefined): void {
  for (const [index, term] of (affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []).entries()) {
    checkPodTerm(errors, `${field}.requiredDuringSchedulingIgnoredDuringExecution[${index}]`, term);
  }
  for (const [index, weighted] of (affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).entries()) {
    const at = `${field}.preferredDuringSchedulingIgnoredDuringExecution[${index}]`;
    checkWeight(errors, `${at}.weight`, weighted.weight);
    checkPodTerm(errors, `${at}.podAffinityTerm`, weighted.podAffinityTerm);
  }
}

function checkPodTerm(errors: Errors, field: string, term: PodAffinityTerm): void {
  errors.push(...validateLabelSelector(term.labelSelector, `${field}.labelSelector`));
  errors.push(...validateLabelSelector(term.namespaceSelector, `${field}.namespaceSelector`));
  for (const name of term.namespaces ?? [])
    errors.push(...invalidEach(`${field}.namespace`, name, checkDns1123Label(name)));
  checkMatchLabelKeys(errors, field, term.matchLabelKeys, term.mismatchLabelKeys, term.labelSelector);
  if ((term.topologyKey ?? '') === '') errors.push(fieldError.required(`${field}.topologyKey`, 'can not be empty'));
  errors.push(...validateLabelName(term.topologyKey ?? '', `${field}.topologyKey`));
}

/** Kubernetes: `ValidateMatchLabelKeysAndMismatchLabelKeys`. */
function checkMatchLabelKeys(
  errors: Errors,
  field: string,
  matching: readonly string[] | undefined,
  mismatching: readonly string[] | undefined,
  selector: LabelSelectorObject | undefined,
): void {
  checkLabelKeys(errors, `${field}.matchLabelKeys`, matching, selector);
  checkLabelKeys(errors, `${field}.mismatchLabelKeys`, mismatching, selector);
  const seen = new Set(Object.keys(selector?.matchLabels ?? {}));
  for (const { key } of selector?.matchExpressions ?? []) {
    const index = matching?.indexOf(key) ?? -1;
    if (index >= 0 && seen.has(key)) {
      errors.push(fieldError.invalid(`${field}[${index}]`, key, 'exists in both matchLabelKeys and labelSelector'));
    }
    seen.add(key);
  }
  for (const [index, key] of (matching ?? []).entries()) {
    if (!mismatching?.includes(key)) continue;
    const detail = 'exists in both matchLabelKeys and mismatchLabelKeys';
    errors.push(fieldError.invalid(`${field}.matchLabelKeys[${index}]`, key, detail));
  }
}

function checkLabelKeys(
  errors: Errors,
  field: string,
  keys: readonly string[] | undefined,
  selector: LabelSelectorObject | undefined,
): void {
  if (keys === undefined || keys.length === 0) return;
  if (selector === undefined)
    errors.push(fieldError.forbidden(field, 'must not be specified when labelSelector is not set'));
  else for (const [index, key] of keys.entries()) errors.push(...validateLabelName(key, `${field}[${index}]`));
}

function checkPositive(errors: Errors, field: string, value: number): void {
  if (value <= 0) errors.push(fieldError.invalid(field, value, 'must be greater than zero'));
}

function checkInclusion(errors: Errors, field: string, policy: string | undefined): void {
  if (policy === undefined || policy === 'Honor' || policy === 'Ignore') return;
  errors.push(fieldError.notSupported(field, policy, ['Honor', 'Ignore']));
}

/** Kubernetes: `validateTopologySpreadConstraints`. */
export function checkSpreadConstraints(
  errors: Errors,
  field: string,
  constraints: readonly TopologySpreadConstraint[] | undefined,
): void {
  for (const [index, constraint] of (constraints ?? []).entries()) {
    const at = `${field}[${index}]`;
    const { maxSkew, topologyKey, whenUnsatisfiable, minDomains } = constraint;
    checkPositive(errors, `${at}.maxSkew`, maxSkew ?? 0);
    if ((topologyKey ?? '') === '') errors.push(fieldError.required(`${at}.topologyKey`, 'can not be empty'));
    if (whenUnsatisfiable !== 'DoNotSchedule' && whenUnsatisfiable !== 'ScheduleAnyway') {
      errors.push(
        fieldError.notSupported(`${at}.whenUnsatisfiable`, whenUnsatisfiable ?? '', [
          'DoNotSchedule',
          'ScheduleAnyway',
        ]),
      );
    }
    const isRepeated = constraints!
      .slice(index + 1)
      .some(other => other.topologyKey === topologyKey && other.whenUnsatisfiable === whenUnsatisfiable);
    if (isRepeated) {
      errors.push(
        fieldError.duplicate(`${at}.{topologyKey, whenUnsatisfiable}`, `{${topologyKey}, ${whenUnsatisfiable}}`),
      );
    }
    if (minDomains !== undefined) {
      checkPositive(errors, `${at}.minDomains`, minDomains);
      if (whenUnsatisfiable !== 'DoNotSchedule') {
        const detail = `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${whenUnsatisfiable}`;
        errors.push(fieldError.invalid(`${at}.minDomains`, minDomains, detail));
      }
    }
    checkInclusion(errors, `${at}.nodeAffinityPolicy`, constraint.nodeAffinityPolicy);
    checkInclusion(errors, `${at}.nodeTaintsPolicy`, constraint.nodeTaintsPolicy);
    checkMatchLabelKeys(errors, at, constraint.matchLabelKeys, undefined, constraint.labelSelector);
    errors.push(...validateLabelSelector(constraint.labelSelector, `${at}.labelSelector`));
  }
}

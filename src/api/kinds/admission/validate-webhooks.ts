import {
  checkDns1035Label,
  type FieldError,
  fieldError,
  invalidEach,
  validateFullyQualifiedName,
  validateLabelSelector,
} from '../../../machinery/index.ts';
import type { MutatingWebhook, ValidatingWebhook } from '../../generated/index.ts';
import { validateClientConfig } from './validate-client-config.ts';
import { validateConditions } from './validate-conditions.ts';
import { validateRule } from './validate-rules.ts';

type Webhook = MutatingWebhook | ValidatingWebhook;
type Webhooks = readonly Webhook[];

/** What an update may leave as it is because the old object had it so. */
interface Leniency {
  readonly allowsSideEffects: boolean;
  readonly allowsUnknownReviewVersions: boolean;
  readonly allowsDuplicateNames: boolean;
  readonly allowsInvalidSelectors: boolean;
}

const strict: Leniency = {
  allowsSideEffects: false,
  allowsUnknownReviewVersions: false,
  allowsDuplicateNames: false,
  allowsInvalidSelectors: false,
};

export const failurePolicies = ['Fail', 'Ignore'];
export const matchPolicies = ['Equivalent', 'Exact'];
export const reinvocationPolicies = ['IfNeeded', 'Never'];
const sideEffectClasses = ['None', 'NoneOnDryRun', 'Some', 'Unknown'];
const noSideEffects = ['None', 'NoneOnDryRun'];
const reviewVersions = ['v1', 'v1beta1'];

/** Kubernetes: `ValidateMutatingWebhookConfiguration` and its sibling, but for compiling match conditions. */
export function validateWebhooks(webhooks: Webhooks | undefined, old?: Webhooks): readonly FieldError[] {
  const leniency = old === undefined ? strict : leniencyOf(old);
  const names = new Set<string>();
  return (webhooks ?? []).flatMap((webhook, i) => {
    const at = `webhooks[${i}]`;
    const errors = [
      ...validateWebhook(webhook, at, leniency),
      ...validateReviewVersions(webhook.admissionReviewVersions, `${at}.admissionReviewVersions`, leniency),
    ];
    if (!leniency.allowsDuplicateNames && names.has(webhook.name)) {
      errors.push(fieldError.duplicate(`${at}.name`, webhook.name));
    }
    if (webhook.name) names.add(webhook.name);
    return errors;
  });
}

function leniencyOf(old: Webhooks): Leniency {
  return {
    allowsSideEffects: old.some(({ sideEffects }) => !noSideEffects.includes(sideEffects ?? '')),
    allowsUnknownReviewVersions: old.some(
      ({ admissionReviewVersions: versions }) =>
        (versions?.length ?? 0) > 0 && !versions.some(version => reviewVersions.includes(version)),
    ),
    allowsDuplicateNames: new Set(old.map(({ name }) => name)).size < old.length,
    allowsInvalidSelectors: old.some(webhook => validateSelectors(webhook, '', false).length > 0),
  };
}

function validateWebhook(webhook: Webhook, at: string, leniency: Leniency): readonly FieldError[] {
  const { name, rules = [], failurePolicy, matchPolicy, sideEffects, timeoutSeconds, clientConfig } = webhook;
  const allowed = leniency.allowsSideEffects ? sideEffectClasses : noSideEffects;
  const errors: FieldError[] = [
    ...validateFullyQualifiedName(name ?? '', `${at}.name`),
    ...rules.flatMap((rule, i) => validateRule(rule, `${at}.rules[${i}]`)),
    ...validateChoice(failurePolicy, failurePolicies, `${at}.failurePolicy`),
    ...validateChoice(matchPolicy, matchPolicies, `${at}.matchPolicy`),
  ];
  if (sideEffects === undefined) {
    errors.push(fieldError.required(`${at}.sideEffects`, `must specify one of ${allowed.join(', ')}`));
  }
  errors.push(...validateChoice(sideEffects, allowed, `${at}.sideEffects`));
  if (timeoutSeconds !== undefined && (timeoutSeconds > 30 || timeoutSeconds < 1)) {
    const detail = 'the timeout value must be between 1 and 30 seconds';
    errors.push(fieldError.invalid(`${at}.timeoutSeconds`, timeoutSeconds, detail));
  }
  errors.push(...validateSelectors(webhook, at, leniency.allowsInvalidSelectors));
  if ('reinvocationPolicy' in webhook) {
    errors.push(...validateChoice(webhook.reinvocationPolicy, reinvocationPolicies, `${at}.reinvocationPolicy`));
  }
  errors.push(...validateClientConfig(clientConfig ?? {}, `${at}.clientConfig`));
  return [...errors, ...validateConditions(webhook.matchConditions, `${at}.matchConditions`)];
}

function validateSelectors(webhook: Webhook, at: string, allowInvalidValues: boolean): readonly FieldError[] {
  const { namespaceSelector, objectSelector } = webhook;
  return [
    ...validateLabelSelector(namespaceSelector, `${at}.namespaceSelector`, { allowInvalidValues }),
    ...validateLabelSelector(objectSelector, `${at}.objectSelector`, { allowInvalidValues }),
  ];
}

/** An absent value is somebody else's concern. */
export function validateChoice(
  value: string | undefined,
  allowed: readonly string[],
  field: string,
): readonly FieldError[] {
  return value === undefined || allowed.includes(value) ? [] : [fieldError.notSupported(field, value, allowed)];
}

function validateReviewVersions(
  versions: readonly string[] | undefined,
  at: string,
  leniency: Leniency,
): readonly FieldError[] {
  if (versions === undefined || versions.length === 0) {
    return [fieldError.required(at, `must specify one of ${reviewVersions.join(', ')}`)];
  }
  const errors = versions.flatMap((version, i) => {
    const field = `${at}[${i}]`;
    if (versions.indexOf(version) < i) return [fieldError.invalid(field, version, 'duplicate version')];
    return invalidEach(field, version, checkDns1035Label(version));
  });
  if (!leniency.allowsUnknownReviewVersions && !versions.some(version => reviewVersions.includes(version))) {
    errors.push(fieldError.invalid(at, versions, `must include at least one of ${reviewVersions.join(', ')}`));
  }
  return errors;
}

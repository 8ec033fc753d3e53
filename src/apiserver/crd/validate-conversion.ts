import type { CustomResourceConversion, WebhookClientConfig } from '../../api/generated/index.ts';
import { type FieldError, fieldError, nameChecks } from '../../machinery/index.ts';
import { validateWebhookService, validateWebhookUrl } from './validate-webhook-client.ts';

const known: readonly string[] = ['v1', 'v1beta1'];

/** Kubernetes: `validateCustomResourceConversion`; paths are those of the internal version. */
export function validateConversion(
  conversion: CustomResourceConversion | undefined,
  old: CustomResourceConversion | undefined,
  path = 'spec.conversion',
): readonly FieldError[] {
  if (conversion === undefined) return [];
  const { strategy, webhook } = conversion;
  const errors: FieldError[] = [...validateStrategy(strategy, `${path}.strategy`)];
  if (strategy === 'Webhook') {
    errors.push(...validateClient(webhook?.clientConfig, `${path}.webhookClientConfig`));
    const isRecognized = old === undefined || hasRecognizedVersion(old.webhook?.conversionReviewVersions ?? []);
    const reviews = `${path}.conversionReviewVersions`;
    errors.push(...validateReviewVersions(webhook?.conversionReviewVersions ?? [], isRecognized, reviews));
  } else if (webhook !== undefined) {
    const text = 'should not be set when strategy is not set to Webhook';
    if (webhook.clientConfig !== undefined) errors.push(fieldError.forbidden(`${path}.webhookClientConfig`, text));
    if ((webhook.conversionReviewVersions ?? []).length > 0) {
      errors.push(fieldError.forbidden(`${path}.conversionReviewVersions`, text));
    }
  }
  return errors;
}

function validateStrategy(strategy: string, field: string): readonly FieldError[] {
  if (!strategy) return [fieldError.required(field)];
  if (strategy === 'None' || strategy === 'Webhook') return [];
  return [fieldError.notSupported(field, strategy, ['None', 'Webhook'])];
}

function validateClient(client: WebhookClientConfig | undefined, path: string): readonly FieldError[] {
  if (client === undefined) return [fieldError.required(path, 'required when strategy is set to Webhook')];
  const { url, service } = client;
  if ((url === undefined) === (service === undefined)) {
    return [fieldError.required(path, 'exactly one of url or service is required')];
  }
  if (url !== undefined) return validateWebhookUrl(url, `${path}.url`);
  // Kubernetes: the two names are handed over in the wrong order here, so each error names the other.
  const { name, namespace } = service!;
  return validateWebhookService({ ...service!, name: namespace, namespace: name }, `${path}.service`);
}

function hasRecognizedVersion(versions: readonly string[]): boolean {
  return versions.length === 0 || versions.some(version => known.includes(version));
}

function validateReviewVersions(
  versions: readonly string[],
  needsRecognized: boolean,
  field: string,
): readonly FieldError[] {
  if (versions.length === 0) return [fieldError.required(field)];
  const errors: FieldError[] = [];
  for (const [index, version] of versions.entries()) {
    if (versions.indexOf(version) < index) {
      errors.push(fieldError.invalid(`${field}[${index}]`, version, 'duplicate version'));
      continue;
    }
    for (const problem of nameChecks.dns1035Label(version, false)) {
      errors.push(fieldError.invalid(`${field}[${index}]`, version, problem));
    }
  }
  if (needsRecognized && !hasRecognizedVersion(versions)) {
    errors.push(fieldError.invalid(field, versions, `must include at least one of ${known.join(', ')}`));
  }
  return errors;
}

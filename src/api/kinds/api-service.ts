import { checkPathSegmentName, type FieldError, fieldError } from '../../machinery/index.ts';
import { type APIService, type APIServiceCondition, apiServices } from '../generated/index.ts';
import { defineKind } from './define-kind.ts';
import { changeField, fillDefaults } from './fill-defaults.ts';
import { statusRules } from './status-rules.ts';
import { ageColumn, nameColumn, textColumn } from './table-columns.ts';

function formatAvailable({ status }: APIService): string {
  const available = status?.conditions?.find(condition => condition.type === 'Available');
  if (available === undefined) return 'Unknown';
  return available.status === 'True' ? 'True' : `${available.status} (${available.reason ?? ''})`;
}

function locallyAvailable(now: string): APIServiceCondition {
  return {
    type: 'Available',
    status: 'True',
    lastTransitionTime: now,
    reason: 'Local',
    message: 'Local APIServices are always available',
  };
}

/** Kubernetes: `ValidateAPIService`. */
function validateService({ metadata, spec }: APIService): readonly FieldError[] {
  const errors: FieldError[] = [];
  const expected = `${spec.version ?? ''}.${spec.group ?? ''}`;
  if (metadata.name !== expected) {
    const name = metadata.name ?? '';
    errors.push(fieldError.invalid('metadata.name', name, `must be \`spec.version+"."+spec.group\`: "${expected}"`));
  }
  if ((spec.version ?? '') === '') errors.push(fieldError.required('spec.version'));
  for (const [field, max] of [
    ['groupPriorityMinimum', 20_000],
    ['versionPriority', 1000],
  ] as const) {
    const value = spec[field] ?? 0;
    if (value <= 0 || value > max) {
      errors.push(
        fieldError.invalid(`spec.${field}`, value, `must be positive and less than ${max === 1000 ? 1000 : 20000}`),
      );
    }
  }
  if (spec.service === undefined && (spec.caBundle ?? '') !== '') {
    errors.push(
      fieldError.invalid(
        'spec.caBundle',
        `${spec.caBundle!.length} bytes`,
        'local APIServices may not have a caBundle',
      ),
    );
  }
  return errors;
}

export const apiService = defineKind(apiServices, {
  hasGeneration: false,
  requiresResourceVersion: true,
  // The core group's name ends in a dot: `v1.`.
  validateName: name => checkPathSegmentName(name),
  setDefaults: object =>
    changeField(object, 'spec', spec => changeField(spec, 'service', service => fillDefaults(service, { port: 443 }))),
  // Kubernetes: what this server serves itself is available from the first.
  prepareForCreate: (object, { now }) => ({
    ...object,
    status: object.spec.service === undefined ? { conditions: [locallyAvailable(now)] } : {},
  }),
  validateCreate: validateService,
  status: statusRules<APIService>(),
  columns: [
    nameColumn,
    textColumn<APIService>('Service', 'Who serves it.', ({ spec }) =>
      spec.service === undefined ? 'Local' : `${spec.service.namespace}/${spec.service.name}`,
    ),
    textColumn<APIService>('Available', 'Whether it can be reached.', formatAvailable),
    ageColumn,
  ],
});

import { type PodTemplate, podTemplates } from '../generated/index.ts';
import { defineKind } from './define-kind.ts';
import { changeField } from './fill-defaults.ts';
import { defaultPodTemplate } from './pod-spec-defaults.ts';
import { validatePodTemplate } from './pod-validation/index.ts';
import { warnOfPod } from './pod-warnings.ts';
import { formatLabels, nameColumn, templateColumns, textColumn } from './table-columns.ts';

export const podTemplate = defineKind(podTemplates, {
  setDefaults: object => changeField(object, 'template', defaultPodTemplate),
  validateCreate: object => validatePodTemplate(object.template, 'template'),
  warnings: object => warnOfPod(object.template, 'template.'),
  columns: [
    nameColumn,
    ...templateColumns<PodTemplate>(object => object.template?.spec?.containers ?? []).map(column => ({
      ...column,
      priority: 0,
    })),
    textColumn<PodTemplate>('Pod Labels', 'Labels of the pods made from it.', object =>
      formatLabels(object.template?.metadata?.labels),
    ),
  ],
});

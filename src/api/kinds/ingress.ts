import { type Ingress, ingresses } from '../generated/index.ts';
import { defineKind } from './define-kind.ts';
import { validateIngress, validateIngressCreate, validateIngressStatus } from './ingress-validation.ts';
import { statusRules } from './status-rules.ts';
import { ageColumn, nameColumn, textColumn } from './table-columns.ts';

function formatHosts({ spec }: Ingress): string {
  const rules = spec?.rules ?? [];
  const hosts = rules.map(rule => rule.host ?? '').filter(host => host !== '');
  if (hosts.length === 0) return '*';
  const text = hosts.slice(0, 3).join(',');
  return hosts.length > 3 ? `${text} + ${rules.length - 3} more...` : text;
}

function formatAddress({ status }: Ingress): string {
  const points = status?.loadBalancer?.ingress ?? [];
  return [...new Set(points.map(point => point.ip || point.hostname || ''))]
    .filter(text => text !== '')
    .sort()
    .join(',');
}

export const ingress = defineKind(ingresses, {
  prepareForCreate: object => ({ ...object, status: { loadBalancer: {} } }),
  skipsFullValidationOnUpdate: true,
  validateCreate: validateIngressCreate,
  validateUpdate: validateIngress,
  warnings: (object, old) =>
    old === undefined &&
    object.metadata.annotations?.['kubernetes.io/ingress.class'] !== undefined &&
    object.spec?.ingressClassName === undefined
      ? [`annotation "kubernetes.io/ingress.class" is deprecated, please use 'spec.ingressClassName' instead`]
      : [],
  status: statusRules<Ingress>({ validateUpdate: validateIngressStatus }),
  columns: [
    nameColumn,
    textColumn<Ingress>('Class', 'Which controller serves it.', object => object.spec?.ingressClassName ?? '<none>'),
    textColumn<Ingress>('Hosts', 'Hosts that it answers for.', formatHosts),
    textColumn<Ingress>('Address', 'Where it can be reached.', formatAddress),
    textColumn<Ingress>('Ports', 'Ports that it listens on.', object =>
      (object.spec?.tls ?? []).length > 0 ? '80, 443' : '80',
    ),
    ageColumn,
  ],
});

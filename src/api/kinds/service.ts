import { nameChecks } from '../../machinery/index.ts';
import { type Service, type ServicePort, type ServiceSpec, services } from '../generated/index.ts';
import { defineKind } from './define-kind.ts';
import { changeField, changeItems, fillDefaults } from './fill-defaults.ts';
import { dropUnusedFields } from './service-update.ts';
import { isExternal, validateService, validateServiceStatus, validateServiceUpdate } from './service-validation.ts';
import { warnOfService } from './service-warnings.ts';
import { statusRules } from './status-rules.ts';
import { ageColumn, formatLabels, nameColumn, textColumn, wide } from './table-columns.ts';

/** Kubernetes: `SetDefaults_Service`. Addresses and families are the allocator's. */
function defaultSpec(spec: ServiceSpec): ServiceSpec {
  let complete = fillDefaults(spec, { sessionAffinity: 'None', type: 'ClusterIP' });
  complete = settleAffinity(complete);
  complete = changeField(complete, 'ports', ports => changeItems(ports, defaultPort));
  return fillDefaults(complete, {
    ...(isExternal(complete) ? { externalTrafficPolicy: 'Cluster' } : {}),
    ...(complete.type === 'ExternalName' ? {} : { internalTrafficPolicy: 'Cluster' }),
    ...(complete.type === 'LoadBalancer' ? { allocateLoadBalancerNodePorts: true } : {}),
  });
}

function settleAffinity(spec: ServiceSpec): ServiceSpec {
  if (spec.sessionAffinity === 'None') {
    return spec.sessionAffinityConfig === undefined ? spec : { ...spec, sessionAffinityConfig: undefined };
  }
  if (spec.sessionAffinity !== 'ClientIP') return spec;
  if (spec.sessionAffinityConfig?.clientIP?.timeoutSeconds !== undefined) return spec;
  return { ...spec, sessionAffinityConfig: { clientIP: { timeoutSeconds: 10_800 } } };
}

function defaultPort(port: ServicePort): ServicePort {
  const complete = fillDefaults(port, { protocol: 'TCP' });
  const { targetPort } = complete;
  const hasTarget = targetPort !== undefined && targetPort !== 0 && targetPort !== '';
  return hasTarget ? complete : { ...complete, targetPort: complete.port };
}

/** Kubernetes: an address of a load balancer is the service's own unless it says otherwise. */
function defaultIngress(service: Service): Service {
  if (service.spec?.type !== 'LoadBalancer') return service;
  return changeField(service, 'status', status =>
    changeField(status, 'loadBalancer', balancer =>
      changeField(balancer, 'ingress', points =>
        changeItems(points, point => (point.ip ? fillDefaults(point, { ipMode: 'VIP' }) : point)),
      ),
    ),
  );
}

function formatPorts(ports: readonly ServicePort[] | undefined): string {
  if (ports === undefined || ports.length === 0) return '<none>';
  return ports
    .map(({ port, nodePort, protocol }) =>
      (nodePort ?? 0) > 0 ? `${port}:${nodePort}/${protocol}` : `${port}/${protocol}`,
    )
    .join(',');
}

function formatExternalAddress({ spec, status }: Service): string {
  const externalIPs = spec.externalIPs ?? [];
  switch (spec.type) {
    case 'ClusterIP':
    case 'NodePort':
      return externalIPs.length > 0 ? externalIPs.join(',') : '<none>';
    case 'LoadBalancer': {
      const points = status?.loadBalancer?.ingress ?? [];
      const addresses = [...new Set(points.map(point => point.ip || point.hostname || ''))].filter(text => text !== '');
      const all = [...addresses.sort(), ...externalIPs];
      return all.length > 0 ? all.join(',') : '<pending>';
    }
    case 'ExternalName':
      return spec.externalName ?? '';
    default:
      return '<unknown>';
  }
}

export const service = defineKind(services, {
  hasGeneration: false,
  canCreateOnUpdate: true,
  validateName: nameChecks.dnsLabel,
  setDefaults: object => defaultIngress(changeField(object, 'spec', defaultSpec)),
  prepareForCreate: object => ({ ...object, status: { loadBalancer: {} } }),
  prepareForUpdate: dropUnusedFields,
  skipsFullValidationOnUpdate: true,
  validateCreate: object => validateService(object, undefined),
  validateUpdate: validateServiceUpdate,
  warnings: warnOfService,
  status: statusRules<Service>({ validateUpdate: validateServiceStatus }),
  selectableFields: {
    'spec.clusterIP': object => object.spec.clusterIP ?? '',
    'spec.type': object => object.spec.type ?? '',
  },
  columns: [
    nameColumn,
    textColumn<Service>('Type', 'How the service is exposed.', object => object.spec.type ?? ''),
    textColumn<Service>(
      'Cluster-IP',
      'Its address inside the cluster.',
      object => object.spec.clusterIPs?.[0] ?? '<none>',
    ),
    textColumn<Service>('External-IP', 'Its addresses outside.', formatExternalAddress),
    textColumn<Service>('Port(s)', 'Its ports.', object => formatPorts(object.spec.ports)),
    ageColumn,
    textColumn<Service>('Selector', 'Which pods serve it.', object => formatLabels(object.spec.selector), wide),
  ],
});

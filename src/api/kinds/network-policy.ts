import { formatLabelSelector } from '../../machinery/index.ts';
import { type NetworkPolicy, type NetworkPolicyPort, networkPolicies } from '../generated/index.ts';
import { defineKind } from './define-kind.ts';
import { changeField, changeItems, fillDefaults } from './fill-defaults.ts';
import { validateNetworkPolicy } from './network-policy-validation.ts';
import { ageColumn, nameColumn, textColumn } from './table-columns.ts';

function defaultPorts<T extends { readonly ports?: readonly NetworkPolicyPort[] | undefined }>(rule: T): T {
  return changeField(
    rule,
    'ports',
    ports => changeItems(ports, port => fillDefaults(port, { protocol: 'TCP' })) as NonNullable<T['ports']>,
  );
}

function setDefaults(policy: NetworkPolicy): NetworkPolicy {
  return changeField(policy, 'spec', spec => {
    const hasTypes = (spec.policyTypes ?? []).length > 0;
    const policyTypes = (spec.egress ?? []).length > 0 ? ['Ingress', 'Egress'] : ['Ingress'];
    const typed = hasTypes ? spec : { ...spec, policyTypes };
    const opened = changeField(typed, 'ingress', rules => changeItems(rules, defaultPorts));
    return changeField(opened, 'egress', rules => changeItems(rules, defaultPorts));
  });
}

export const networkPolicy = defineKind(networkPolicies, {
  setDefaults,
  skipsFullValidationOnUpdate: true,
  validateCreate: object => validateNetworkPolicy(object),
  validateUpdate: validateNetworkPolicy,
  columns: [
    nameColumn,
    textColumn<NetworkPolicy>('Pod-Selector', 'Pods that it is for.', object =>
      formatLabelSelector(object.spec?.podSelector ?? {}),
    ),
    ageColumn,
  ],
});

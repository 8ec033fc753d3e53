import type { KindDefinition, KindRules } from '../../api/index.ts';
import { crdRules } from './crd-rules.ts';

/** The CustomResourceDefinitions' own kind gets the server's rules, whatever else it brings; other kinds stay. */
export function withCrdRules(definition: KindDefinition): KindDefinition {
  const { group, resource } = definition.storage;
  if (group !== 'apiextensions.k8s.io' || resource !== 'customresourcedefinitions') return definition;
  return { ...definition, rules: { ...definition.rules, ...(crdRules as unknown as KindRules) } };
}

/** Where a definition's interface stands: `io.k8s.api.apps.v1.Deployment` → module `apps-v1`, name `Deployment`. */
export interface DefinitionPlace {
  readonly module: string;
  readonly name: string;
}

export function placeDefinition(definition: string): DefinitionPlace {
  const parts = definition.split('.');
  const name = parts.at(-1)!;
  const version = parts.at(-2)!;
  const group = parts.at(-3)!;
  if (definition === 'io.k8s.apimachinery.pkg.version.Info') return { module: 'meta-v1', name: 'VersionInfo' };
  if (!/^v\d/.test(version)) return { module: 'meta-v1', name };
  return { module: `${group}-${version}`, name };
}

/** `apps-v1` → `AppsV1`, the prefix of a name that two groups share. */
export function prefixOfModule(module: string): string {
  return module
    .split('-')
    .map(part => part.charAt(0).toUpperCase() + part.slice(1))
    .join('');
}

/**
 * Kubernetes writes YAML that readers of YAML 1.1 understand as it is meant: times, `yes` and `0o7` are quoted. Stored
 * objects share parts; aliases for them would surprise whoever reads the text.
 */
const options = {
  version: '1.1',
  sortMapEntries: true,
  lineWidth: 0,
  indentSeq: false,
  aliasDuplicateObjects: false,
} as const;

export const yamlType = 'application/yaml';

/** Loaded only when somebody asks for YAML. */
export async function formatYaml(value: unknown): Promise<string> {
  const { stringify } = await import('yaml');
  return stringify(value, options);
}

import type { DecodedYaml } from './decode-yaml.ts';

/**
 * Loads the YAML reader when the first YAML body arrives: it costs milliseconds of start-up that most processes never
 * need. Callers keep the function.
 */
export async function loadYamlDecoder(): Promise<(text: string) => DecodedYaml> {
  return (await import('./decode-yaml.ts')).decodeYaml;
}

import type { LogRequest } from '../connections/index.ts';

/** The options of `/containerLogs/…`, named as in the query of `pods/log`. */
export function readLogOptions(query: string, container: string): LogRequest {
  const values = new Map<string, string>();
  for (const pair of query.split('&')) {
    const [name = '', value = ''] = pair.split('=');
    values.set(name, decode(value));
  }
  const isSet = (name: string): boolean => values.has(name) && !['false', '0'].includes(values.get(name)!);
  const numberOf = (name: string): number | undefined => {
    const text = values.get(name);
    return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
  };
  return {
    container,
    follow: isSet('follow'),
    previous: isSet('previous'),
    timestamps: isSet('timestamps'),
    sinceSeconds: numberOf('sinceSeconds'),
    sinceTime: values.get('sinceTime'),
    tailLines: numberOf('tailLines'),
    limitBytes: numberOf('limitBytes'),
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch (error) {
    if (error instanceof URIError) return text;
    throw error;
  }
}

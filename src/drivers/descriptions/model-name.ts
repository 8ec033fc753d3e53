/**
 * What the client package may call a definition, likeliest first: `io.k8s.api.core.v1.Event` is `CoreV1Event` because
 * two groups have an Event, `io.k8s.api.core.v1.Pod` is `V1Pod`.
 */
export function candidateModelNames(definition: string): readonly string[] {
  const [kind = '', version = '', group = ''] = definition.split('.').reverse();
  const prefix = capitalize(version);
  return [`${capitalize(group)}${prefix}${kind}`, `${prefix}${kind}`];
}

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

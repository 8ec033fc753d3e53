/** One entry of an Accept header, or a Content-Type: `application/json;as=Table;v=v1;g=meta.k8s.io`. */
export interface MediaType {
  /** `application/json`, lower case. */
  readonly type: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** Takes one media type apart; parameter names in lower case, values without quotes. `q` is kept as a parameter. */
export function parseMediaType(text: string): MediaType {
  const [type = '', ...rest] = text.split(';');
  const parameters: Record<string, string> = {};
  for (const part of rest) {
    const equals = part.indexOf('=');
    if (equals < 0) continue;
    const value = part.slice(equals + 1).trim();
    parameters[part.slice(0, equals).trim().toLowerCase()] = value.startsWith('"') ? value.slice(1, -1) : value;
  }
  return { type: type.trim().toLowerCase(), parameters };
}

/** The entries of an Accept header, the preferred ones first; of equal weight in their order. */
export function parseAccept(header: string): readonly MediaType[] {
  return header
    .split(',')
    .filter(part => part.trim() !== '')
    .map((part, index) => ({ media: parseMediaType(part), index }))
    .map(entry => ({ ...entry, weight: readWeight(entry.media) }))
    .filter(entry => entry.weight > 0)
    .sort((a, b) => b.weight - a.weight || a.index - b.index)
    .map(entry => entry.media);
}

function readWeight(media: MediaType): number {
  const weight = Number(media.parameters['q'] ?? 1);
  return Number.isFinite(weight) ? weight : 1;
}

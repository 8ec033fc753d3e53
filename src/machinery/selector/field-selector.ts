import type { Parsed } from './parsed.ts';

/** One term of a field selector. */
export interface FieldRequirement {
  readonly field: string;
  readonly operator: '=' | '!=';
  readonly value: string;
}

/** A parsed field selector: all requirements must hold. Kubernetes: `fields.Selector`. */
export class FieldMatcher {
  readonly requirements: readonly FieldRequirement[];

  constructor(requirements: readonly FieldRequirement[]) {
    this.requirements = requirements;
  }

  get isEverything(): boolean {
    return this.requirements.length === 0;
  }

  /** `get` gives a field's value; the empty text for one without a value. */
  matches(get: (field: string) => string): boolean {
    for (const { field, operator, value } of this.requirements) {
      if ((get(field) === value) !== (operator === '=')) return false;
    }
    return true;
  }

  /** The one value that a field must have, if a requirement says so. */
  requiredValue(field: string): string | undefined {
    return this.requirements.find(candidate => candidate.field === field && candidate.operator === '=')?.value;
  }

  toString(): string {
    return this.requirements
      .map(({ field, operator, value }) => `${field}${operator}${escapeFieldValue(value)}`)
      .join(',');
  }
}

/** Selects every object. */
export const everyField: FieldMatcher = new FieldMatcher([]);

/** Parses `metadata.name=x,status.phase!=Running`. Kubernetes: `fields.ParseSelector`. */
export function parseFieldSelector(text: string): Parsed<FieldMatcher> {
  if (text === '') return { value: everyField };
  const requirements: FieldRequirement[] = [];
  for (const term of splitTerms(text).sort()) {
    if (term === '') continue;
    const parts = splitTerm(term);
    if (parts === undefined) return { problem: `invalid selector: '${text}'; can't understand '${term}'` };
    const value = unescapeFieldValue(parts.value);
    if (value.problem !== undefined) return { problem: value.problem };
    // Kubernetes: a term with neither field nor value restricts nothing.
    if (parts.field !== '' || value.value !== '') requirements.push({ ...parts, value: value.value });
  }
  return { value: requirements.length === 0 ? everyField : new FieldMatcher(requirements) };
}

/** Splits at commas that no backslash escapes. */
function splitTerms(text: string): string[] {
  const terms: string[] = [];
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === ',') {
      terms.push(text.slice(start, at));
      start = at + 1;
    }
  }
  return [...terms, text.slice(start)];
}

function splitTerm(term: string): FieldRequirement | undefined {
  const match = /^(.*?)(!=|==|=)(.*)$/s.exec(term);
  if (match === null) return undefined;
  return { field: match[1]!, operator: match[2] === '!=' ? '!=' : '=', value: match[3]! };
}

/** Escapes `\`, `,` and `=`. */
export function escapeFieldValue(value: string): string {
  return value.replace(/[\\,=]/g, '\\$&');
}

function unescapeFieldValue(text: string): Parsed<string> {
  if (!/[\\,=]/.test(text)) return { value: text };
  let value = '';
  for (let at = 0; at < text.length; at++) {
    const char = text[at]!;
    if (char === '\\') {
      const next = text[++at] ?? '';
      if (next === '' || !'\\,='.includes(next)) {
        return { problem: `invalid field selector: invalid escape sequence: \\${next}` };
      }
      value += next;
    } else if (char === ',' || char === '=') {
      return { problem: `invalid field selector: unescaped character in value: ${char.charCodeAt(0)}` };
    } else value += char;
  }
  return { value };
}

import {
  type CreateNodeOptions,
  type DocumentOptions,
  type ParseOptions,
  parseDocument,
  type ScalarTag,
  type SchemaOptions,
  type Tags,
} from 'yaml';
import { type Decoded, locate } from './decoded.ts';
import { isTooDeep } from './nesting.ts';

/** A YAML body; `duplicates` are the warnings for keys that occur twice, as upstream's strict decoder words them. */
export type DecodedYaml = Decoded & { readonly duplicates?: readonly string[] | undefined };

/** YAML 1.2's octal, which Go reads as well. */
const octal: ScalarTag = {
  identify: value => typeof value === 'number',
  default: true,
  tag: 'tag:yaml.org,2002:int',
  format: 'OCT',
  test: /^[-+]?0o[0-7_]+$/,
  resolve: text => {
    const digits = text.replace(/_/g, '');
    const size = Number.parseInt(digits.replace(/^[-+]?0o/, ''), 8);
    return digits.startsWith('-') ? -size : size;
  },
};

/**
 * Kubernetes: manifests are YAML 1.1 as Go's yaml.v2 reads it: `yes` and `on` are booleans, `0644` is octal, `<<`
 * merges; but there are no base-60 numbers, and timestamps stay text.
 */
function chooseTags(tags: Tags): Tags {
  const kept = tags.filter(tag => {
    if (typeof tag === 'string') return tag !== 'timestamp' && tag !== 'intTime' && tag !== 'floatTime';
    return tag.tag !== 'tag:yaml.org,2002:timestamp' && !('format' in tag && tag.format === 'TIME');
  });
  return [octal, ...kept];
}

const options: ParseOptions & DocumentOptions & SchemaOptions & CreateNodeOptions = {
  version: '1.1',
  schema: 'yaml-1.1',
  customTags: chooseTags,
  uniqueKeys: true,
  prettyErrors: false,
  merge: true,
};

/** Reads one YAML document. JSON is YAML, so JSON bodies are read as well. */
export function decodeYaml(text: string): DecodedYaml {
  try {
    return decode(text);
  } catch (error) {
    // The parser recurses; aliases without an anchor, or too many, are found out when values are built.
    if (error instanceof RangeError) return refuse('exceeded max depth');
    if (error instanceof ReferenceError) return refuse(error.message);
    throw error;
  }
}

function decode(text: string): DecodedYaml {
  const document = parseDocument(text, options);
  const error = document.errors.find(candidate => candidate.code !== 'DUPLICATE_KEY');
  if (error !== undefined) {
    const { line, column } = locate(text, error.pos[0]);
    const what = error.code === 'MULTIPLE_DOCS' ? 'only one YAML document is accepted in a request' : error.message;
    return {
      problem: `error converting YAML to JSON: yaml: line ${line}: ${what} (line ${line}, column ${column})`,
      line,
      column,
    };
  }
  const duplicates = document.errors.map(duplicate => describeDuplicate(text, duplicate.pos[0]));
  const value: unknown = document.toJS({ maxAliasCount: 100 });
  if (isTooDeep(value)) return refuse('exceeded max depth');
  return duplicates.length === 0 ? { value } : { value, duplicates };
}

function refuse(why: string): DecodedYaml {
  return { problem: `error converting YAML to JSON: yaml: ${why}`, line: 1, column: 1 };
}

/** The words of Go's strict decoder for a key that its map already has. */
function describeDuplicate(text: string, offset: number): string {
  const key = /^["']?([^:"']*)["']?\s*:/.exec(text.slice(offset))?.[1] ?? '';
  return `line ${locate(text, offset).line}: key ${JSON.stringify(key.trim())} already set in map`;
}

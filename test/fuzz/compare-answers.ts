import { isDeepEqual } from '../../src/machinery/index.ts';
import { type FuzzAnswer, type FuzzRequest, parseAnswer } from './fuzz-request.ts';
import { isMap, type Json, type JsonMap } from './json-value.ts';

/** One way in which our answer is not upstream's. */
export interface Difference {
  /** The same for what probably has the same cause: what differences are counted by. */
  readonly key: string;
  readonly text: string;
}

interface Cause {
  readonly reason?: string;
  readonly message?: string;
  readonly field?: string;
}

/** Upstream is right. */
export function compareAnswers(request: FuzzRequest, ours: FuzzAnswer, theirs: FuzzAnswer): readonly Difference[] {
  if (request.isAside === true) return [];
  if (ours.outcome !== 'whole' || theirs.outcome !== 'whole') return compareOutcomes(ours, theirs);
  const subject = subjectOf(request);
  const [mine, other] = [parseAnswer(ours), parseAnswer(theirs)];
  const isRefused = ours.status >= 400 || theirs.status >= 400;
  if (isRefused && isDecided(mine, other)) return [];
  if (isRefused) return compareRefusals(subject, { ours, theirs, mine, other });
  const found: Difference[] = [];
  if (ours.status !== theirs.status) found.push(tell(subject, `status ${theirs.status} is ${ours.status}`));
  compareWarnings(subject, ours, theirs, found);
  if (isMap(mine) && isMap(other)) compareObjects(subject, mine, other, found);
  return found;
}

/**
 * Differences that are ours on purpose: wrong types are told with all their paths (docs/decisions/wrong-types-are-422.md)
 * where upstream tells of the first in Go's words, in an apply with 500.
 */
function isDecided(mine: unknown, other: unknown): boolean {
  const text = isMap(other) ? String(other['message'] ?? '') : '';
  const isGoText =
    /cannot unmarshal|failed to create typed patch|cannot be handled as a|illegal base64|cannot parse|unrecognized type/.test(
      text,
    );
  const causes = causesOf(mine);
  const areTypes = causes.every(
    cause =>
      cause.reason === 'FieldValueTypeInvalid' ||
      /must be (a|an) |must be between|quantities must match/.test(cause.message ?? ''),
  );
  return isGoText && causes.length > 0 && areTypes;
}

function compareOutcomes(ours: FuzzAnswer, theirs: FuzzAnswer): readonly Difference[] {
  const say = ({ outcome, status, error }: FuzzAnswer): string =>
    outcome === 'lost' ? `lost (${error})` : `${status}`;
  const isSame = ours.outcome === theirs.outcome || say(ours) === say(theirs);
  return isSame ? [] : [tell('outcome', `${say(theirs)} is ${say(ours)}`)];
}

function tell(subject: string, text: string): Difference {
  return { key: `${subject}: ${text}`.slice(0, 240), text };
}

interface Pair {
  readonly ours: FuzzAnswer;
  readonly theirs: FuzzAnswer;
  // biome-ignore lint/suspicious/noExplicitAny: answers have every shape
  readonly mine: any;
  // biome-ignore lint/suspicious/noExplicitAny: answers have every shape
  readonly other: any;
}

function compareRefusals(subject: string, { ours, theirs, mine, other }: Pair): readonly Difference[] {
  const [myCauses, theirCauses] = [causesOf(mine), causesOf(other)];
  const found: Difference[] = [];
  if (myCauses.length > 0 || theirCauses.length > 0) {
    const [myTexts, theirTexts] = [myCauses.map(describe), theirCauses.map(describe)];
    for (const text of theirTexts) {
      if (!myTexts.includes(text))
        found.push({ key: `${subject}: missing ${generalise(text)}`, text: `missing: ${text}` });
    }
    for (const text of myTexts) {
      if (!theirTexts.includes(text))
        found.push({ key: `${subject}: extra ${generalise(text)}`, text: `extra: ${text}` });
    }
  }
  if (found.length > 0) return found;
  const [myText, theirText] = [sayRefusal(ours, mine), sayRefusal(theirs, other)];
  if (myText === theirText) return [];
  return [
    {
      key: `${subject}: ${generalise(theirText)} is ${generalise(myText)}`.slice(0, 400),
      text: `theirs: ${theirText}\n      ours:   ${myText}`,
    },
  ];
}

function causesOf(body: unknown): readonly Cause[] {
  if (!isMap(body) || body['kind'] !== 'Status' || body['reason'] !== 'Invalid') return [];
  const causes = isMap(body['details']) ? body['details']['causes'] : undefined;
  return Array.isArray(causes) ? (causes as Cause[]) : [];
}

function describe({ field = '', message = '', reason = '' }: Cause): string {
  return neutral(`${field}: ${message} (${reason})`);
}

function sayRefusal({ status, body }: FuzzAnswer, parsed: unknown): string {
  if (!isMap(parsed)) return `${status} ${body.toString('utf8').trim().slice(0, 200)}`;
  if (parsed['kind'] !== 'Status') return `${status}`;
  return neutral(`${status} ${parsed['reason'] ?? ''}: ${parsed['message'] ?? ''}`).slice(0, 600);
}

/** Without what no two servers have in common. */
function neutral(text: string): string {
  return text
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'UID')
    .replace(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?( \+0000 UTC|Z)?/g, 'TIME')
    .replace(/127\.0\.0\.1:\d+/g, 'SERVER');
}

/** Without indexes, values and names: what is left tells the rule. */
function generalise(text: string): string {
  return text
    .replace(/\[[^\]]*\]/g, '[]')
    .replace(/"(?:[^"\\]|\\.)*"/g, '"…"')
    .replace(/-?\d+/g, '0')
    .slice(0, 200);
}

function compareWarnings(subject: string, ours: FuzzAnswer, theirs: FuzzAnswer, found: Difference[]): void {
  const list = ({ headers }: FuzzAnswer): readonly string[] => {
    const value: unknown = headers['warning'];
    const texts = Array.isArray(value) ? (value as string[]) : typeof value === 'string' ? [value] : [];
    return texts.flatMap(text => text.split(/, (?=299 )/)).map(text => text.replace(/^299 - /, ''));
  };
  const [mine, other] = [list(ours), list(theirs)];
  for (const text of other)
    if (!mine.includes(text))
      found.push({ key: `${subject}: missing warning ${generalise(text)}`, text: `missing warning ${text}` });
  for (const text of mine)
    if (!other.includes(text))
      found.push({ key: `${subject}: extra warning ${generalise(text)}`, text: `extra warning ${text}` });
}

/** What servers choose by themselves, or what only one of both runs. */
const ownChoice: ReadonlySet<string> = new Set([
  'uid',
  'resourceVersion',
  'creationTimestamp',
  'time',
  'clusterIP',
  'clusterIPs',
  'nodePort',
  'healthCheckNodePort',
  'selfLink',
  'deletionTimestamp',
  'continue',
  'remainingItemCount',
  'token',
  'expirationTimestamp',
  'authentication.kubernetes.io/credential-id',
]);

function compareObjects(subject: string, mine: JsonMap, other: JsonMap, found: Difference[]): void {
  walk(mine, other, '', (path, my, their) => {
    const general = path.replace(/\.\d+(?=\.|$)/g, '[]').replace(/f:[^.]+|k:[^.]+/g, 'f');
    const sort = my === undefined ? 'lacks' : their === undefined ? 'has too' : 'differs in';
    found.push({
      key: `${subject}: object ${sort} ${general}`,
      text: `${path}: theirs ${cut(their)}, ours ${cut(my)}`,
    });
  });
}

function walk(
  mine: Json | undefined,
  other: Json | undefined,
  path: string,
  report: (path: string, mine: Json | undefined, other: Json | undefined) => void,
): void {
  if (isDeepEqual(mine, other)) return;
  const areMaps = isMap(mine) && isMap(other);
  const areLists = Array.isArray(mine) && Array.isArray(other);
  if (!areMaps && !areLists) {
    if (neutral(JSON.stringify(mine) ?? '') !== neutral(JSON.stringify(other) ?? '')) report(path, mine, other);
    return;
  }
  const [left, right] = [mine as JsonMap, other as JsonMap];
  for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
    if (!ownChoice.has(key) && !isKindOfItem(path, key)) walk(left[key], right[key], `${path}.${key}`, report);
  }
}

/** Items of our lists say what they are, as watch events do; upstream leaves it to the list. */
function isKindOfItem(path: string, key: string): boolean {
  return (key === 'apiVersion' || key === 'kind') && /^\.items\.\d+$/.test(path);
}

function cut(value: unknown): string {
  return (JSON.stringify(value) ?? 'absent').slice(0, 300);
}

/** `POST pods`, `PATCH deployments/scale json-patch`: what differences are grouped by. */
function subjectOf({ method, path, headers }: FuzzRequest): string {
  const [bare = ''] = path.split('?');
  const match =
    /^\/(?:api\/v1|apis\/[^/]+\/[^/]+)(?:\/watch)?(?:\/namespaces\/[^/]+(?=\/))?\/([^/]+)(?:\/[^/]+(?:\/(.+))?)?$/.exec(
      bare,
    );
  const resource =
    match === null ? bare.slice(0, 60) : [match[1], match[2]].filter(part => part !== undefined).join('/');
  const type = method === 'PATCH' ? ` ${String(headers['content-type'] ?? '').replace(/^application\//, '')}` : '';
  return `${method} ${resource}${type}`;
}

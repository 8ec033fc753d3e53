import { type FieldError, fieldError } from '../../machinery/index.ts';

/** From the least to the most strict. */
const levels = ['privileged', 'baseline', 'restricted'] as const;

export type PodSecurityLevel = (typeof levels)[number];

/** A level as some minor release of Kubernetes 1 understood it, or as the newest does. */
export interface PodSecurityStandard {
  readonly level: PodSecurityLevel;
  readonly version: number | 'latest';
}

/** What a namespace demands: what pods are refused for, what is noted in the audit log, what clients are warned of. */
export interface PodSecurityPolicy {
  readonly enforce: PodSecurityStandard;
  readonly audit: PodSecurityStandard;
  readonly warn: PodSecurityStandard;
}

export interface ReadPolicy {
  readonly policy: PodSecurityPolicy;
  /** What is wrong with the labels. The policy is complete all the same, as upstream completes it. */
  readonly errors: readonly FieldError[];
}

const prefix = 'pod-security.kubernetes.io/';

const privileged: PodSecurityStandard = { level: 'privileged', version: 'latest' };
const defaultPolicy: PodSecurityPolicy = { enforce: privileged, audit: privileged, warn: privileged };
const unlabelled: ReadPolicy = { policy: defaultPolicy, errors: [] };

/** `restricted:v1.30` or `baseline:latest`, as messages name it. */
export function formatStandard({ level, version }: PodSecurityStandard): string {
  return `${level}:${version === 'latest' ? version : `v1.${version}`}`;
}

export function isSameStandard(left: PodSecurityStandard, right: PodSecurityStandard): boolean {
  return left.level === right.level && left.version === right.version;
}

/** Negative where `left` demands less than `right`. */
export function compareLevels(left: PodSecurityLevel, right: PodSecurityLevel): number {
  return levels.indexOf(left) - levels.indexOf(right);
}

/** Labels are immutable, and asked for with every pod of the namespace. */
const read = new WeakMap<object, ReadPolicy>();

/** What a namespace's labels demand. */
export function readPodSecurityPolicy(labels: Readonly<Record<string, string>> | undefined): ReadPolicy {
  if (labels === undefined) return unlabelled;
  let known = read.get(labels);
  if (known === undefined) {
    known = parsePolicy(labels);
    read.set(labels, known);
  }
  return known;
}

type Labels = Readonly<Record<string, string>>;

/**
 * Kubernetes: what cannot be read is taken as the most strict to enforce, and as nothing to audit and to warn of. Who
 * enforces without saying what to warn of is warned by the enforced level, which is how users of workloads learn of it.
 */
function parsePolicy(labels: Labels): ReadPolicy {
  const errors: FieldError[] = [];
  const enforce = parseStandard(labels, 'enforce', 'restricted', errors);
  const audit = parseStandard(labels, 'audit', 'privileged', errors);
  let warn = parseStandard(labels, 'warn', 'privileged', errors);
  const enforced = labels[`${prefix}enforce`];
  const isEnforced = enforced !== undefined && parseLevel(enforced) !== undefined;
  if (isEnforced && labels[`${prefix}warn`] === undefined && compareLevels(enforce.level, warn.level) > 0) {
    const version = labels[`${prefix}warn-version`] === undefined ? enforce.version : warn.version;
    warn = { level: enforce.level, version };
  }
  return { policy: { enforce, audit, warn }, errors };
}

function parseStandard(
  labels: Labels,
  mode: string,
  otherwise: PodSecurityLevel,
  errors: FieldError[],
): PodSecurityStandard {
  const levelLabel = prefix + mode;
  const versionLabel = `${levelLabel}-version`;
  const levelText = labels[levelLabel];
  const versionText = labels[versionLabel];
  let level: PodSecurityLevel = 'privileged';
  if (levelText !== undefined) {
    const parsed = parseLevel(levelText);
    if (parsed === undefined) errors.push(invalidLabel(levelLabel, levelText, `must be one of ${levels.join(', ')}`));
    level = parsed ?? otherwise;
  }
  let version: PodSecurityStandard['version'] = 'latest';
  if (versionText !== undefined) {
    const parsed = parseVersion(versionText);
    if (parsed === undefined) errors.push(invalidLabel(versionLabel, versionText, 'must be "latest" or "v1.x"'));
    version = parsed ?? 'latest';
  }
  return { level, version };
}

function invalidLabel(label: string, value: string, detail: string): FieldError {
  return fieldError.invalid(`metadata.labels[${label}]`, value, detail);
}

function parseLevel(text: string): PodSecurityLevel | undefined {
  return levels.find(level => level === text);
}

const versionPattern = /^v1\.(0|[1-9][0-9]{0,8})$/;

function parseVersion(text: string): PodSecurityStandard['version'] | undefined {
  if (text === 'latest') return 'latest';
  const minor = versionPattern.exec(text)?.[1];
  return minor === undefined ? undefined : Number(minor);
}

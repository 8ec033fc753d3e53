import type { PolicyRulesWithSubjects } from '../../api/generated/index.ts';
import type { RequestInfo } from '../http/request-info.ts';

/** Whether a request is meant. */
export type RequestRule = (info: RequestInfo) => boolean;

/** A list in which `*`, standing alone, means everything: then undefined. */
type Choice = ReadonlySet<string> | undefined;

/** Kubernetes: `matchesPolicyRule`, without the subjects. Sets are made once, not per request. */
export function compileRules({ resourceRules, nonResourceRules }: PolicyRulesWithSubjects): RequestRule {
  const forResources = (resourceRules ?? []).map(compileResourceRule);
  const forOthers = (nonResourceRules ?? []).map(compileNonResourceRule);
  return info => {
    const rules = info.isResourceRequest ? forResources : forOthers;
    for (let i = 0; i < rules.length; i++) if (rules[i]!(info)) return true;
    return false;
  };
}

function compileResourceRule(rule: NonNullable<PolicyRulesWithSubjects['resourceRules']>[number]): RequestRule {
  const verbs = choiceOf(rule.verbs);
  const groups = choiceOf(rule.apiGroups);
  const resources = choiceOf(rule.resources);
  const namespaces = choiceOf(rule.namespaces ?? []);
  const isClusterScoped = rule.clusterScope === true;
  return info =>
    allows(verbs, info.verb) &&
    allows(groups, info.group) &&
    (resources === undefined || resources.has(resourceOf(info))) &&
    (info.namespace === '' ? isClusterScoped : allows(namespaces, info.namespace));
}

function resourceOf({ resource, subresource }: RequestInfo): string {
  return subresource === '' ? resource : `${resource}/${subresource}`;
}

function compileNonResourceRule(rule: NonNullable<PolicyRulesWithSubjects['nonResourceRules']>[number]): RequestRule {
  const verbs = choiceOf(rule.verbs);
  const paths = rule.nonResourceURLs;
  const isAny = paths.includes('*');
  return info => allows(verbs, info.verb) && (isAny || paths.some(path => leadsTo(path, info.path)));
}

/** Kubernetes: `/healthz` means also what lies below it, with a star or without. */
function leadsTo(path: string, asked: string): boolean {
  if (path === asked) return true;
  const folder = path.endsWith('*') ? path.slice(0, -1) : path;
  return asked.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}

function choiceOf(values: readonly string[]): Choice {
  return values.length === 1 && values[0] === '*' ? undefined : new Set(values);
}

function allows(choice: Choice, value: string): boolean {
  return choice === undefined || choice.has(value);
}

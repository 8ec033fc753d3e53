import type { GroupVersionKind, PublishedResource } from './published-resource.ts';

export function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Kubernetes: `Core`, `Apps`, `RbacAuthorization`, `StableExampleCom`. */
export function titleOfGroup(group: string): string {
  if (group === '') return 'Core';
  return group
    .replace(/\.k8s\.io$/, '')
    .split('.')
    .map(capitalize)
    .join('');
}

/** `a Pod`, `an Event`, `Endpoints`. */
export function withArticle(kind: string): string {
  if (kind.endsWith('s') && !kind.endsWith('ss')) return kind;
  return `${/^[AEIOU]/.test(kind) ? 'an' : 'a'} ${kind}`;
}

/** The names in an operation: its id, tag and kind. */
export class Naming {
  readonly isCustom: boolean;
  readonly canWatch: boolean;
  readonly kind: GroupVersionKind;
  readonly tag: string;
  readonly #title: string;
  readonly #scope: string;

  constructor({ type, verbs, customSchema }: PublishedResource) {
    this.isCustom = customSchema !== undefined;
    this.canWatch = verbs.includes('watch');
    const group = titleOfGroup(type.group);
    this.kind = { group: type.group, version: type.version, kind: type.kind };
    this.tag = `${group.charAt(0).toLowerCase()}${group.slice(1)}_${type.version}`;
    this.#title = `${group}${capitalize(type.version)}`;
    this.#scope = type.namespaced ? 'Namespaced' : '';
  }

  id(verb: string, suffix = '', prefix = ''): string {
    return `${verb}${this.#title}${prefix}${this.#scope}${this.kind.kind}${suffix}`;
  }

  idForAll(verb: string, suffix = ''): string {
    return `${verb}${this.#title}${this.kind.kind}${suffix}ForAllNamespaces`;
  }
}

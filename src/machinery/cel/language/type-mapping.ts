import { type CelType, celTypes, isSameType } from './cel-type.ts';

type Bindings = ReadonlyMap<string, CelType>;

/** What type parameters have turned out to be. Kubernetes: cel-go's `checker/types.go`. */
export class TypeMapping {
  #bindings: Map<string, CelType> = new Map();
  #next = 0;

  newParam(): CelType {
    return { kind: 'param', name: `_var${this.#next++}`, params: [] };
  }

  /** Whether a value of the second type will do where the first is expected; parameters are bound if it will. */
  assign(expected: CelType, given: CelType): boolean {
    return this.#attempt(() => this.#isAssignable(expected, given));
  }

  assignAll(expected: readonly CelType[], given: readonly CelType[]): boolean {
    return this.#attempt(() => this.#areAssignable(expected, given));
  }

  /** The type with parameters replaced by what they are; unknown ones become `dyn` if asked for. */
  substitute(type: CelType, isFinal: boolean): CelType {
    const bound = type.kind === 'param' ? this.#bindings.get(type.name) : undefined;
    if (bound !== undefined) return this.substitute(bound, isFinal);
    if (type.kind === 'param') return isFinal ? celTypes.dyn : type;
    if (type.params.length === 0) return type;
    const params = type.params.map(param => this.substitute(param, isFinal));
    return params.every((param, index) => param === type.params[index]) ? type : { ...type, params };
  }

  #attempt(work: () => boolean): boolean {
    const before: Bindings = new Map(this.#bindings);
    if (work()) return true;
    this.#bindings = new Map(before);
    return false;
  }

  #areAssignable(one: readonly CelType[], other: readonly CelType[]): boolean {
    return one.length === other.length && one.every((type, index) => this.#isAssignable(type, other[index]!));
  }

  #isAssignable(one: CelType, other: CelType): boolean {
    if (other.kind === 'param') {
      const { isValid, isBound } = this.#bind(one, other);
      if (isValid) return true;
      if (isBound) return false;
    }
    if (one.kind === 'param') return this.#bind(other, one).isValid;
    if (isWild(one) || isWild(other)) return true;
    if (one.kind === 'null') return isNullable(other);
    if (other.kind === 'null') return isNullable(one);
    if (one.kind === 'type') return other.kind === 'type';
    if (one.kind === 'opaque' || one.kind === 'list' || one.kind === 'map') {
      return one.kind === other.kind && one.name === other.name && this.#areAssignable(one.params, other.params);
    }
    return one.kind === other.kind && one.name === other.name;
  }

  #bind(type: CelType, param: CelType): { readonly isValid: boolean; readonly isBound: boolean } {
    if (type.kind === 'param' && type.name === param.name) return { isValid: true, isBound: true };
    const bound = this.#bindings.get(param.name);
    if (bound === undefined) {
      if (this.#occursIn(param, type)) return { isValid: false, isBound: false };
      this.#bindings.set(param.name, type);
      return { isValid: true, isBound: false };
    }
    if (isSameType(type, bound)) return { isValid: true, isBound: true };
    if (!this.#isAssignable(type, bound)) return { isValid: false, isBound: true };
    const general = mostGeneral(type, bound);
    if (!this.#occursIn(param, general)) this.#bindings.set(param.name, general);
    return { isValid: true, isBound: true };
  }

  #occursIn(param: CelType, within: CelType): boolean {
    if (within.kind === 'param') {
      if (within.name === param.name) return true;
      const bound = this.#bindings.get(within.name);
      return bound !== undefined && this.#occursIn(param, bound);
    }
    return within.params.some(inner => this.#occursIn(param, inner));
  }
}

export function mostGeneral(one: CelType, other: CelType): CelType {
  return isLessSpecific(one, other) ? one : other;
}

function isLessSpecific(one: CelType, other: CelType): boolean {
  if (one.kind === 'dyn' || one.kind === 'param') return true;
  if (other.kind === 'dyn' || other.kind === 'param' || one.kind !== other.kind) return false;
  if (one.kind === 'type') return true;
  if (one.params.length === 0) return isSameType(one, other);
  if (one.name !== other.name || one.params.length !== other.params.length) return false;
  return one.params.every((param, index) => isLessSpecific(param, other.params[index]!));
}

function isWild({ kind }: CelType): boolean {
  return kind === 'dyn' || kind === 'error';
}

function isNullable({ kind }: CelType): boolean {
  return kind === 'null' || kind === 'opaque' || kind === 'object' || kind === 'duration' || kind === 'timestamp';
}

import {
  type Contribution,
  diffModels,
  emptyChange,
  emptyModel,
  objectKey,
  type RulesetChange,
  type RulesetModel,
  recordElement,
  recordObject,
  type TableObject,
} from './model.ts';

/** Who wants what at one key: the oldest owner's wish counts, the others' wait. */
interface Claim<Value> {
  owner: number;
  value: Value;
  waiting: Map<number, Value> | undefined;
}

/** A key's value before it was first touched since the changes were last taken; undefined: it was not there. */
type Before<Value> = Map<string, Value | undefined>;

/**
 * The table's content as the sum of what Services put into it, kept so that changing one Service costs what that
 * Service is worth, whatever the number of others.
 *
 * Several Services may claim the same key: pods shared by two Services, or two Services with the same external
 * address. The Service seen first wins everywhere, so that a newcomer cannot take traffic over; when it goes, the next
 * one's claim counts.
 */
export class RulesetLedger {
  readonly #owners = new Map<string, { readonly id: number; contribution: Contribution }>();
  readonly #objects = new Map<string, Claim<TableObject>>();
  readonly #elements = new Map<string, Map<string, Claim<string>>>();
  #objectsBefore: Before<TableObject> = new Map();
  #elementsBefore = new Map<string, Before<string>>();
  #ownerCount = 0;
  /** Until the content is taken for the first time all of it is new, and nothing need be remembered. */
  #isFollowed = false;

  /** Replaces what `owner` put in; without a contribution, takes it all out. */
  contribute(owner: string, contribution: Contribution | undefined): void {
    const known = this.#owners.get(owner);
    const id = known?.id ?? this.#ownerCount++;
    const stale = known?.contribution;
    if (contribution === undefined) this.#owners.delete(owner);
    else if (known === undefined) this.#owners.set(owner, { id, contribution });
    else known.contribution = contribution;
    if (stale !== undefined) this.#release(id, stale);
    if (contribution !== undefined) this.#claim(id, contribution);
  }

  owners(): IterableIterator<string> {
    return this.#owners.keys();
  }

  /** What changed since this was last called. */
  takeChanges(): RulesetChange {
    if (!this.#isFollowed) return diffModels(emptyModel, this.takeAll());
    const change = emptyChange();
    for (const [key, before] of this.#objectsBefore) recordObject(change, before, this.#objects.get(key)?.value);
    for (const [container, entries] of this.#elementsBefore) {
      const now = this.#elements.get(container);
      for (const [key, before] of entries) recordElement(change, container, key, before, now?.get(key)?.value);
    }
    this.#objectsBefore = new Map();
    this.#elementsBefore = new Map();
    return change;
  }

  /** Everything, as one model; what changed before counts as taken. */
  takeAll(): RulesetModel {
    this.#isFollowed = true;
    this.#objectsBefore.clear();
    this.#elementsBefore.clear();
    return this.snapshot();
  }

  snapshot(): RulesetModel {
    const objects = new Map<string, TableObject>();
    for (const [key, claim] of this.#objects) objects.set(key, claim.value);
    const elements = new Map<string, Map<string, string>>();
    for (const [container, claims] of this.#elements) {
      const entries = new Map<string, string>();
      for (const [key, claim] of claims) entries.set(key, claim.value);
      elements.set(container, entries);
    }
    return { objects, elements };
  }

  #claim(id: number, contribution: Contribution): void {
    for (const object of contribution.objects) {
      const key = objectKey(object);
      this.#rememberObject(key);
      insertClaim(this.#objects, key, id, object);
    }
    for (const { container, key, value } of contribution.elements) {
      const claims = entryOf(this.#elements, container);
      this.#rememberElement(container, key, claims.get(key)?.value);
      insertClaim(claims, key, id, value);
    }
  }

  #release(id: number, contribution: Contribution): void {
    for (const object of contribution.objects) {
      const key = objectKey(object);
      this.#rememberObject(key);
      removeClaim(this.#objects, key, id);
    }
    for (const { container, key } of contribution.elements) {
      const claims = this.#elements.get(container);
      if (claims === undefined) continue;
      this.#rememberElement(container, key, claims.get(key)?.value);
      removeClaim(claims, key, id);
      if (claims.size === 0) this.#elements.delete(container);
    }
  }

  #rememberObject(key: string): void {
    if (!this.#isFollowed || this.#objectsBefore.has(key)) return;
    this.#objectsBefore.set(key, this.#objects.get(key)?.value);
  }

  #rememberElement(container: string, key: string, value: string | undefined): void {
    if (!this.#isFollowed) return;
    const before = entryOf(this.#elementsBefore, container);
    if (!before.has(key)) before.set(key, value);
  }
}

/** One claim an owner: a contribution that names a key twice counts once, with its first value. */
function insertClaim<Value>(claims: Map<string, Claim<Value>>, key: string, owner: number, value: Value): void {
  const claim = claims.get(key);
  if (claim === undefined) {
    claims.set(key, { owner, value, waiting: undefined });
    return;
  }
  if (claim.owner === owner) return;
  claim.waiting ??= new Map();
  if (owner > claim.owner) {
    if (!claim.waiting.has(owner)) claim.waiting.set(owner, value);
  } else {
    claim.waiting.set(claim.owner, claim.value);
    claim.owner = owner;
    claim.value = value;
  }
}

function removeClaim<Value>(claims: Map<string, Claim<Value>>, key: string, owner: number): void {
  const claim = claims.get(key);
  if (claim === undefined) return;
  if (claim.owner !== owner) {
    claim.waiting?.delete(owner);
  } else if (claim.waiting === undefined || claim.waiting.size === 0) {
    claims.delete(key);
  } else {
    let oldest = Number.POSITIVE_INFINITY;
    for (const waiting of claim.waiting.keys()) if (waiting < oldest) oldest = waiting;
    claim.owner = oldest;
    claim.value = claim.waiting.get(oldest)!;
    claim.waiting.delete(oldest);
  }
}

function entryOf<Key, InnerKey, Value>(maps: Map<Key, Map<InnerKey, Value>>, key: Key): Map<InnerKey, Value> {
  let map = maps.get(key);
  if (map === undefined) {
    map = new Map();
    maps.set(key, map);
  }
  return map;
}

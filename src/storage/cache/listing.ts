import { countPast, type SortedChunks, visitPast } from '../mvcc/index.ts';
import type { ListRequest, ListResult, Selection } from '../object-cache.ts';
import { CompactedError, prefixEnd } from '../store.ts';
import type { StoredObject } from '../stored-object.ts';
import type { CacheHost } from './cache-host.ts';
import type { ChangeLog } from './change-log.ts';
import { encodeContinue } from './continue-token.ts';
import { type ListPlan, planList } from './list-plan.ts';
import { StaleContinueError, tooLargeRevision, tooOldForList } from './revision-errors.ts';
import type { Row } from './row.ts';

/** What a list reads from. */
export interface ListSource {
  readonly prefix: string;
  readonly rows: SortedChunks<Row>;
  readonly log: ChangeLog;
  hasKey(key: string): boolean;
  /** The rows that an exact name or an index leaves, in key order; undefined when neither is asked for. */
  narrow(selection: Selection): readonly Row[] | undefined;
  /** Whether `stored` has the value that `selection.equals` asks for. */
  hasIndexedValue(selection: Selection, stored: StoredObject): boolean;
}

/** One list request on its way: which keys, which state, and the page being filled. */
export class Listing {
  readonly #source: ListSource;
  readonly #host: CacheHost;
  readonly #request: ListRequest;
  readonly #listPrefix: string;
  readonly #plan: ListPlan;

  constructor(source: ListSource, host: CacheHost, request: ListRequest) {
    this.#source = source;
    this.#host = host;
    this.#request = request;
    this.#listPrefix = request.namespace === undefined ? source.prefix : `${source.prefix}${request.namespace}/`;
    this.#plan = planList(request, this.#listPrefix);
  }

  async run(): Promise<ListResult> {
    const { exactRevision, minimumRevision } = this.#plan;
    if (exactRevision !== undefined && exactRevision > this.#host.revision)
      throw tooLargeRevision(exactRevision, this.#host.revision, 0);
    if (minimumRevision > this.#host.revision) await this.#host.reach(minimumRevision);
    if (exactRevision === undefined || exactRevision === this.#host.revision) return this.#listNow();
    if (exactRevision >= this.#source.log.floor) return this.#listPast(exactRevision);
    return this.#listFromStore(exactRevision);
  }

  #listNow(): ListResult {
    const { startKey } = this.#plan;
    const page = new Page(this.#request, this.#source);
    const narrowed = this.#source.narrow(this.#request);
    const end = prefixEnd(this.#listPrefix);
    if (narrowed === undefined) this.#source.rows.visit(startKey, end, row => page.offer(row.stored));
    else {
      for (const row of narrowed) if (row.key >= startKey && row.key < end && !page.offer(row.stored)) break;
    }
    return this.#finish(page, this.#host.revision, () => this.#source.rows.count(startKey, end));
  }

  #listPast(revision: number): ListResult {
    const { startKey } = this.#plan;
    const { rows, log, hasKey } = this.#source;
    const end = prefixEnd(this.#listPrefix);
    const undone = log.undoneSince(revision, startKey, end);
    const page = new Page(this.#request, this.#source);
    visitPast(
      rows,
      row => row.stored,
      undone,
      startKey,
      end,
      stored => page.offer(stored),
    );
    return this.#finish(page, revision, () => countPast(rows, hasKey, undone, startKey, end));
  }

  /** The cache has forgotten that far back; the store may not have. */
  async #listFromStore(revision: number): Promise<ListResult> {
    const { startKey } = this.#plan;
    try {
      const range = await this.#host.range({ start: startKey, end: prefixEnd(this.#listPrefix), revision });
      const page = new Page(this.#request, this.#source);
      for (const { value } of range.entries) if (!page.offer(value)) break;
      return this.#finish(page, revision, () => range.count);
    } catch (error) {
      throw error instanceof CompactedError ? this.#expired() : error;
    }
  }

  #expired(): Error {
    if (!this.#plan.isContinued) return tooOldForList();
    return new StaleContinueError(encodeContinue({ revision: -1, startKey: this.#plan.startKey }, this.#listPrefix));
  }

  #finish(page: Page, revision: number, countAll: () => number): ListResult {
    const { objects } = page;
    const last = objects[objects.length - 1];
    if (!page.hasMore || last === undefined) return { objects, revision };
    const token = encodeContinue({ revision, startKey: `${last.key}\0` }, this.#listPrefix);
    const { name, equals, matches } = this.#request;
    // Kubernetes: with a selector nobody knows how many of the rest match.
    const isSelecting = name !== undefined || equals !== undefined || matches !== undefined;
    if (isSelecting) return { objects, revision, continue: token };
    return { objects, revision, continue: token, remainingItemCount: countAll() - objects.length };
  }
}

/** Takes offered objects that match until the limit is reached. */
class Page {
  readonly objects: StoredObject[] = [];
  hasMore = false;
  readonly #request: ListRequest;
  readonly #source: ListSource;

  constructor(request: ListRequest, source: ListSource) {
    this.#request = request;
    this.#source = source;
  }

  /** False once nothing more is wanted. */
  offer(stored: StoredObject): boolean {
    const { limit = 0, name, equals, matches } = this.#request;
    if (limit > 0 && this.objects.length >= limit) {
      this.hasMore = true;
      return false;
    }
    if (name !== undefined && !stored.key.endsWith(`/${name}`)) return true;
    if (equals !== undefined && !this.#source.hasIndexedValue(this.#request, stored)) return true;
    if (matches === undefined || matches(stored.object)) this.objects.push(stored);
    return true;
  }
}

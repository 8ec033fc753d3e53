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
    return this.#listAt(exactRevision ?? this.#host.revision);
  }

  async #listAt(revision: number): Promise<ListResult> {
    const page = new Page(this.#request, this.#source);
    let key: string | undefined = this.#plan.startKey;
    for (;;) {
      await this.#fill(page, revision, key);
      key = page.takePause();
      if (key === undefined) return this.#finish(page, revision);
      // Whatever happens meanwhile, the rest of the list is read at the same revision.
      await this.#host.pause();
    }
  }

  #fill(page: Page, revision: number, startKey: string): Promise<void> | undefined {
    if (revision === this.#host.revision) this.#fillFromPresent(page, startKey);
    else if (revision >= this.#source.log.floor) this.#fillFromLog(page, revision, startKey);
    else return this.#fillFromStore(page, revision, startKey);
    return undefined;
  }

  #fillFromPresent(page: Page, startKey: string): void {
    const narrowed = this.#source.narrow(this.#request);
    const end = prefixEnd(this.#listPrefix);
    if (narrowed === undefined) {
      this.#source.rows.visit(startKey, end, row => page.offer(row.stored));
      page.countAll = () => this.#source.rows.count(this.#plan.startKey, end);
    } else {
      for (const row of narrowed) if (row.key >= startKey && row.key < end && !page.offer(row.stored)) break;
    }
  }

  #fillFromLog(page: Page, revision: number, startKey: string): void {
    const { rows, log, hasKey } = this.#source;
    const end = prefixEnd(this.#listPrefix);
    const undone = log.undoneSince(revision, this.#plan.startKey, end);
    visitPast(
      rows,
      row => row.stored,
      undone,
      startKey,
      end,
      stored => page.offer(stored),
    );
    page.countAll = () => countPast(rows, hasKey, undone, this.#plan.startKey, end);
  }

  /** The cache has forgotten that far back; the store may not have. */
  async #fillFromStore(page: Page, revision: number, startKey: string): Promise<void> {
    const end = prefixEnd(this.#listPrefix);
    try {
      const range = await this.#host.range({ start: startKey, end, revision });
      for (const { value } of range.entries) if (!page.offer(value)) break;
      page.countAll = () => range.count;
    } catch (error) {
      throw error instanceof CompactedError ? this.#expired() : error;
    }
  }

  #expired(): Error {
    if (!this.#plan.isContinued) return tooOldForList();
    return new StaleContinueError(encodeContinue({ revision: -1, startKey: this.#plan.startKey }, this.#listPrefix));
  }

  #finish(page: Page, revision: number): ListResult {
    const { objects } = page;
    const last = objects[objects.length - 1];
    if (!page.hasMore || last === undefined) return { objects, revision };
    const token = encodeContinue({ revision, startKey: `${last.key}\0` }, this.#listPrefix);
    const { name, equals, matches } = this.#request;
    // Kubernetes: with a selector nobody knows how many of the rest match.
    const isSelecting = name !== undefined || equals !== undefined || matches !== undefined;
    if (isSelecting) return { objects, revision, continue: token };
    return { objects, revision, continue: token, remainingItemCount: page.countAll() - objects.length };
  }
}

/** How many objects one turn may decode to see whether they match: about 10 ms. */
const decodeLimit = 2000;

/** Takes offered objects that match until the limit is reached. */
class Page {
  readonly objects: StoredObject[] = [];
  hasMore = false;
  /** How many objects stand from the page's first key on, whatever the limit. */
  countAll: () => number = () => 0;
  readonly #request: ListRequest;
  readonly #source: ListSource;
  #decodedCount = 0;
  #pausedAt: string | undefined;

  constructor(request: ListRequest, source: ListSource) {
    this.#request = request;
    this.#source = source;
  }

  /** False once nothing more is wanted, or a pause is due. */
  offer(stored: StoredObject): boolean {
    const { limit = 0, name, equals, matches } = this.#request;
    if (limit > 0 && this.objects.length >= limit) {
      this.hasMore = true;
      return false;
    }
    if (name !== undefined && !stored.key.endsWith(`/${name}`)) return true;
    if (equals === undefined && matches === undefined) {
      this.objects.push(stored);
      return true;
    }
    if (!stored.isDecoded && ++this.#decodedCount > decodeLimit) {
      this.#pausedAt = stored.key;
      return false;
    }
    const isSelected = this.#source.hasIndexedValue(this.#request, stored) && (matches?.(stored.peek()) ?? true);
    if (isSelected) this.objects.push(stored);
    return true;
  }

  /** Where to go on after a pause; undefined when the page is done. */
  takePause(): string | undefined {
    const key = this.#pausedAt;
    this.#pausedAt = undefined;
    this.#decodedCount = 0;
    return key;
  }
}

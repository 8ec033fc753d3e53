/** Items in the code-unit order of their keys. Chunks keep an insertion from moving more than a few hundred of them. */
export class SortedChunks<T extends { readonly key: string }> {
  static readonly chunkLimit = 512;
  #chunks: T[][] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** `item`'s key must not be in yet. */
  insert(item: T): void {
    this.#size++;
    if (this.#chunks.length === 0) {
      this.#chunks.push([item]);
      return;
    }
    // A key behind all others needs no search: so comes everything when a sorted range is loaded.
    const lastChunk = this.#chunks.length - 1;
    const isLast = lastOf(this.#chunks[lastChunk]!).key < item.key;
    const at = isLast ? lastChunk : this.#chunkFor(item.key);
    const chunk = this.#chunks[at]!;
    if (isLast || lastOf(chunk).key < item.key) chunk.push(item);
    else chunk.splice(lowerBound(chunk, item.key), 0, item);
    if (chunk.length > SortedChunks.chunkLimit) this.#split(at);
  }

  delete(key: string): void {
    if (this.#chunks.length === 0) return;
    const at = this.#chunkFor(key);
    const chunk = this.#chunks[at]!;
    const index = lowerBound(chunk, key);
    if (chunk[index]?.key !== key) return;
    this.#size--;
    if (chunk.length === 1) this.#chunks.splice(at, 1);
    else chunk.splice(index, 1);
  }

  /** Visits from `start` up to, not including, `end` (absent: to the last) until `visit` answers false. */
  visit(start: string, end: string | undefined, visit: (item: T) => boolean): void {
    if (this.#chunks.length === 0) return;
    let at = this.#chunkFor(start);
    let index = lowerBound(this.#chunks[at]!, start);
    for (; at < this.#chunks.length; at++, index = 0) {
      const chunk = this.#chunks[at]!;
      for (; index < chunk.length; index++) {
        const item = chunk[index]!;
        if ((end !== undefined && item.key >= end) || !visit(item)) return;
      }
    }
  }

  /** How many items stand from `start` up to, not including, `end`. */
  count(start: string, end: string | undefined): number {
    return (end === undefined ? this.#size : this.#rank(end)) - this.#rank(start);
  }

  /** How many items stand before `key`. */
  #rank(key: string): number {
    if (this.#chunks.length === 0) return 0;
    const at = this.#chunkFor(key);
    let rank = lowerBound(this.#chunks[at]!, key);
    for (let i = 0; i < at; i++) rank += this.#chunks[i]!.length;
    return rank;
  }

  /** The last chunk that begins at `key` or before; the first when none does. */
  #chunkFor(key: string): number {
    let low = 0;
    let high = this.#chunks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#chunks[middle]![0]!.key <= key) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #split(at: number): void {
    const chunk = this.#chunks[at]!;
    // Keys mostly arrive in order: leave the first chunk nearly full then, so that memory is not half empty.
    const tail = chunk.splice(at === this.#chunks.length - 1 ? chunk.length - 64 : chunk.length >> 1);
    this.#chunks.splice(at + 1, 0, tail);
  }
}

/**
 * Visits what stood there in the past: the present items, but for each key in `undone` what it held then (undefined:
 * nothing). In order, from `start` up to, not including, `end`, until `visit` answers false.
 */
export function visitPast<S extends { readonly key: string }, T extends { readonly key: string }>(
  present: SortedChunks<S>,
  read: (item: S) => T,
  undone: ReadonlyMap<string, T | undefined>,
  start: string,
  end: string | undefined,
  visit: (item: T) => boolean,
): void {
  const past = listUndone(undone, start, end);
  let next = 0;
  let isDone = false;
  const visitPastBefore = (key: string | undefined): void => {
    while (!isDone && next < past.length && (key === undefined || past[next]!.key < key))
      isDone = !visit(past[next++]!);
  };
  present.visit(start, end, item => {
    visitPastBefore(item.key);
    if (!isDone && !undone.has(item.key)) isDone = !visit(read(item));
    return !isDone;
  });
  visitPastBefore(undefined);
}

/** How many items `visitPast` would visit. */
export function countPast<S extends { readonly key: string }, T extends { readonly key: string }>(
  present: SortedChunks<S>,
  isPresent: (key: string) => boolean,
  undone: ReadonlyMap<string, T | undefined>,
  start: string,
  end: string | undefined,
): number {
  let count = present.count(start, end);
  for (const [key, item] of undone) {
    if (key < start || (end !== undefined && key >= end)) continue;
    count += (item === undefined ? 0 : 1) - (isPresent(key) ? 1 : 0);
  }
  return count;
}

function listUndone<T extends { readonly key: string }>(
  undone: ReadonlyMap<string, T | undefined>,
  start: string,
  end: string | undefined,
): T[] {
  const past: T[] = [];
  for (const item of undone.values()) {
    if (item !== undefined && item.key >= start && (end === undefined || item.key < end)) past.push(item);
  }
  return past.sort((a, b) => (a.key < b.key ? -1 : 1));
}

function lastOf<T>(chunk: readonly T[]): T {
  return chunk[chunk.length - 1]!;
}

function lowerBound<T extends { readonly key: string }>(chunk: readonly T[], key: string): number {
  let low = 0;
  let high = chunk.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (chunk[middle]!.key < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

import type { Comparison, Entry, Operation, StoreEvent, Transaction, ValueCodec } from '../store.ts';

/** What a transaction would do: change `events` and leave `entries`, or fail and show `entries`. */
export interface TransactionPlan<V> {
  readonly succeeded: boolean;
  readonly events: StoreEvent<V>[];
  readonly entries: (Entry<V> | undefined)[];
}

/** Stores name versions by revision and position, so a revision has room for so many. (etcd's default is 128.) */
export const operationLimit = 4096;

/** Decides a transaction against the entries that `lookup` finds, as if written at `revision`. Changes nothing. */
export function planTransaction<V>(
  transaction: Transaction<V>,
  revision: number,
  lookup: { get(key: string): Entry<V> | undefined },
  codec: Pick<ValueCodec<V>, 'atRevision'>,
): TransactionPlan<V> {
  const { compare, operations } = transaction;
  for (let i = 0; i < compare.length; i++) {
    if (!holds(compare[i]!, lookup)) return { succeeded: false, events: [], entries: readAll(compare, lookup) };
  }
  if (operations.length > 1) assertAcceptable(operations);
  const events: StoreEvent<V>[] = [];
  const entries: (Entry<V> | undefined)[] = [];
  for (let i = 0; i < operations.length; i++) {
    const operation = operations[i]!;
    const key = 'put' in operation ? operation.put : operation.delete;
    const previous = lookup.get(key);
    const entry = 'put' in operation ? putEntry(operation, previous, revision, codec) : undefined;
    entries.push(entry);
    if (entry !== undefined || previous !== undefined) events.push({ key, revision, entry, previous });
  }
  return { succeeded: true, events, entries };
}

function holds<V>(comparison: Comparison, lookup: { get(key: string): Entry<V> | undefined }): boolean {
  return (lookup.get(comparison.key)?.modRevision ?? 0) === comparison.modRevision;
}

function readAll<V>(
  compare: readonly Comparison[],
  lookup: { get(key: string): Entry<V> | undefined },
): (Entry<V> | undefined)[] {
  return compare.map(({ key }) => lookup.get(key));
}

function putEntry<V>(
  operation: { readonly put: string; readonly value: V; readonly lease?: number | undefined },
  previous: Entry<V> | undefined,
  revision: number,
  codec: Pick<ValueCodec<V>, 'atRevision'>,
): Entry<V> {
  return {
    key: operation.put,
    value: codec.atRevision(operation.value, revision),
    createRevision: previous === undefined ? revision : previous.createRevision,
    modRevision: revision,
    version: previous === undefined ? 1 : previous.version + 1,
    lease: operation.lease,
  };
}

function assertAcceptable<V>(operations: readonly Operation<V>[]): void {
  if (operations.length > operationLimit) throw new Error('too many operations in txn request');
  // As etcd: one revision changes a key once.
  const keys = new Set<string>();
  for (const operation of operations) keys.add('put' in operation ? operation.put : operation.delete);
  if (keys.size !== operations.length) throw new Error('duplicate key given in txn request');
}

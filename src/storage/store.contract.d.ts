import { VirtualWorld } from '../world/index.ts';
import { type Store, type StoreEvent, type StoreWatchSink, type ValueCodec } from './store.ts';
/** The contract's values: text that remembers at which revision it was written. */
export interface Note {
  readonly text: string;
  readonly revision: number;
}
export declare const noteCodec: ValueCodec<Note>;
export declare function note(text: string): Note;
export interface StoreUnderTest {
  readonly store: Store<Note>;
  readonly world: VirtualWorld;
}
export type MakeStore = (world: VirtualWorld) => Promise<Store<Note>>;
export declare class Recorder implements StoreWatchSink<Note> {
  readonly batches: (readonly StoreEvent<Note>[])[];
  ended: boolean;
  error: Error | undefined;
  events(batch: readonly StoreEvent<Note>[]): void;
  end(error?: Error): void;
  get all(): StoreEvent<Note>[];
}
export declare function describeStore(name: string, make: MakeStore): void;
/** For what a store does on its own and whose end nobody is told: at most a second of real time. */
export declare function waitFor(holds: () => boolean | Promise<boolean>): Promise<void>;

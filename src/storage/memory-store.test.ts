import { MemoryStore } from './memory-store.ts';
import { describeStore, noteCodec } from './store.contract.ts';

describeStore('memory', async world => new MemoryStore({ clock: world.clock, codec: noteCodec }));

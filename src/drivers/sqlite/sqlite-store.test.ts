import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { describeStore, noteCodec } from '../../storage/store.contract.ts';
import { openSqliteStore } from './sqlite-store.ts';

const root = mkdtempSync(join(tmpdir(), 'sampan-sqlite-'));
let count = 0;
after(() => rmSync(root, { recursive: true }));

describeStore('SQLite', async world =>
  openSqliteStore({ directory: join(root, String(count++)), codec: noteCodec, clock: world.clock }),
);

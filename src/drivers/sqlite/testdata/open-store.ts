/** A second process: tries to open the store in the directory it is given, and prints how that went. */
import { createTextCodec } from '../../../storage/index.ts';
import { openSqliteStore } from '../sqlite-store.ts';

const clock = { after: () => ({ cancel: () => undefined }) };
try {
  const store = await openSqliteStore({ directory: process.argv[2]!, codec: createTextCodec(), clock });
  console.log('opened');
  await store.close();
} catch (error) {
  console.log((error as Error).message);
}

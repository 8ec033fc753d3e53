import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { StatusError } from '../../machinery/index.ts';
import type { LogRecord } from '../../world/index.ts';
import { createNodeWorld } from '../node-world.ts';
import { createLogWriter } from './index.ts';

describe('the machine’s clock', () => {
  it('fires timers in their order, not before their time, and not once cancelled', async () => {
    const { clock } = createNodeWorld();
    const fired: string[] = [];
    const start = clock.monotonic();
    const keepAlive = setTimeout(() => {}, 1000);
    clock.after(20, () => fired.push('later'));
    clock.after(5, () => fired.push('sooner'));
    clock.after(5, () => fired.push('cancelled')).cancel();
    await clock.sleep(30);
    clearTimeout(keepAlive);
    assert.deepEqual(fired, ['sooner', 'later']);
    assert.ok(clock.monotonic() - start >= 29);
  });

  it('does not take a delay beyond what Node can count for none', async () => {
    const { clock } = createNodeWorld();
    let hasFired = false;
    const timer = clock.after(2 ** 31 + 10, () => {
      hasFired = true;
    });
    const keepAlive = setTimeout(() => {}, 1000);
    await clock.sleep(20);
    clearTimeout(keepAlive);
    timer.cancel();
    assert.equal(hasFired, false);
  });

  it('wakes a sleeper that is aborted', async () => {
    const { clock } = createNodeWorld();
    const abort = new AbortController();
    const slept = clock.sleep(60_000, abort.signal);
    abort.abort(new Error('enough'));
    await assert.rejects(slept, /enough/);
  });
});

describe('the machine’s chance', () => {
  it('gives what Kubernetes puts behind generateName, and UUIDs of version 4', () => {
    const { random } = createNodeWorld();
    assert.match(random.suffix(5), /^[bcdfghjklmnpqrstvwxz2456789]{5}$/);
    assert.match(random.uuid(), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('repeats itself in no stream', () => {
    const { random } = createNodeWorld();
    const drawn = Array.from({ length: 3000 }, (_, i) => random.stream(`s${i % 3}`).uuid());
    assert.equal(new Set(drawn).size, drawn.length);
  });
});

describe('log output', () => {
  const record: LogRecord = {
    at: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
    level: 'warn',
    component: 'node.images',
    message: 'cannot pull',
    fields: { image: 'a "b"', delayMs: 200, error: new StatusError('NotFound', 'no such image') },
  };

  function print(format: 'text' | 'json', written: LogRecord, level: LogRecord['level'] = 'info'): string {
    let text = '';
    createLogWriter({
      level,
      format,
      write: line => {
        text += line;
      },
    })(written);
    return text;
  }

  it('is a line of text for people', () => {
    const expected =
      '03:04:05.678 warn  node.images: cannot pull image="a \\"b\\"" delayMs=200 error="no such image"\n';
    assert.equal(print('text', record), expected);
  });

  it('is a JSON object a line for programs', () => {
    assert.deepEqual(JSON.parse(print('json', record)), {
      time: '2026-01-02T03:04:05.678Z',
      level: 'warn',
      component: 'node.images',
      message: 'cannot pull',
      image: 'a "b"',
      delayMs: 200,
      error: 'no such image',
    });
  });

  it('shows where an unexpected error came from, and what caused it', () => {
    const error = new Error('outer', { cause: new TypeError('inner') });
    const text = print('text', { ...record, fields: { error } });
    assert.match(text, /Error: outer\\n +at .*caused by TypeError: inner/);
  });

  it('writes what cannot be JSON too', () => {
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    assert.match(print('json', { ...record, fields: { cycle, big: 1n } }), /Circular/);
    assert.match(print('text', { ...record, fields: { cycle, none: undefined, big: 1n } }), /Circular.* big="1n"/);
  });

  it('leaves out what nobody asked for', () => {
    assert.equal(print('text', record, 'error'), '');
  });
});

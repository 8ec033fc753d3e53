import { formatRate, median } from '../support/figures.ts';
import type { MeasuredServer } from '../support/measured-server.ts';
import { type Action, expectStatus, load, perform, type Rate } from './load.ts';
import { configMapsPath, podsPath, podText } from './objects.ts';
import type { Report } from './report.ts';

const rounds = 3;
/** How many objects there are to be changed: enough that no two clients want the same. */
const changedPods = 1000;

interface Subject {
  readonly what: string;
  readonly clients: readonly number[];
  readonly goal?: number;
  /** Bare HTTPS knows GET and POST. */
  readonly hasBare: boolean;
  readonly action: Action;
}

/** Counts up, so that every request names another object or value. */
function counter(): () => number {
  let next = 0;
  return () => next++;
}

function subjects(): readonly Subject[] {
  const created = counter();
  const read = counter();
  const changed = counter();
  const pod = (): string => `${podsPath}/listed-${changed() % changedPods}`;
  return [
    {
      what: 'GET of a pod',
      clients: [1, 10, 100],
      goal: 5,
      hasBare: true,
      action: async client => {
        await expectStatus(client, 200, 'GET', `${podsPath}/listed-${read() % changedPods}`);
      },
    },
    {
      what: 'durable create of a 3 KB pod',
      clients: [1, 10, 100],
      goal: 5,
      hasBare: true,
      action: async client => {
        await expectStatus(client, 201, 'POST', podsPath, podText(`bench-${process.pid}-${created()}`));
      },
    },
    {
      what: 'merge patch of a label',
      clients: [100],
      hasBare: false,
      action: async client => {
        const body = JSON.stringify({ metadata: { labels: { turn: `t${changed()}` } } });
        await expectStatus(client, 200, 'PATCH', pod(), body, 'application/merge-patch+json');
      },
    },
    {
      what: 'strategic merge patch of a condition',
      clients: [100],
      hasBare: false,
      action: async client => {
        const condition = { type: 'Bench', status: 'True', message: `turn ${changed()}` };
        const body = JSON.stringify({ status: { conditions: [condition] } });
        await expectStatus(client, 200, 'PATCH', `${pod()}/status`, body, 'application/strategic-merge-patch+json');
      },
    },
    {
      what: 'server-side apply of a ConfigMap',
      clients: [100],
      hasBare: false,
      action: async client => {
        const turn = changed();
        const name = `applied-${turn % changedPods}`;
        const data = Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`key-${i}`, `value ${turn}`]));
        const body = JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data });
        const path = `${configMapsPath}/${name}?fieldManager=bench`;
        await expectStatus(client, 200, 'PATCH', path, body, 'application/apply-patch+yaml');
      },
    },
  ];
}

/** The objects that `subjects` read and change. */
export async function prepareRequests(server: MeasuredServer): Promise<void> {
  await perform(server, changedPods, async (client, i) => {
    await expectStatus(client, 201, 'POST', podsPath, podText(`listed-${i}`));
    const body = JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `applied-${i}` } });
    const path = `${configMapsPath}/applied-${i}?fieldManager=bench`;
    await expectStatus(client, 201, 'PATCH', path, body, 'application/apply-patch+yaml');
  });
}

/** All servers in turn, several times: the medians are compared. */
export async function measureRequests(
  servers: readonly MeasuredServer[],
  bare: MeasuredServer,
  report: Report,
): Promise<void> {
  for (const { what, clients, goal, hasBare, action } of subjects()) {
    for (const count of clients) {
      const contestants = hasBare ? [...servers, bare] : servers;
      const rates = new Map<string, Rate[]>(contestants.map(({ name }) => [name, []]));
      for (let round = 0; round < rounds; round++) {
        for (const server of contestants) rates.get(server.name)!.push(await load(server, count, action));
      }
      const cost = (name: string): number => median(rates.get(name)!.map(each => each.cpuMicros));
      report.add({
        what: `${what}, ${count} ${count === 1 ? 'client' : 'clients'}: requests in a second of one core`,
        figures: new Map(
          contestants.map(({ name }) => [name, { value: 1e6 / cost(name), text: describe(rates.get(name)!) }]),
        ),
        isMoreBetter: true,
        goal: goal === undefined ? undefined : `≥ ${goal} ×`,
      });
    }
  }
}

function describe(rates: readonly Rate[]): string {
  const of = (read: (rate: Rate) => number): number => median(rates.map(read));
  const cpuMicros = of(each => each.cpuMicros);
  return `${formatRate(1e6 / cpuMicros)} (${cpuMicros.toFixed(0)} µs each; ${formatRate(of(each => each.perSecond))} by the clock, p99 ${of(each => each.p99Ms).toFixed(1)} ms)`;
}

import { formatMicroTime } from '../../world/index.ts';
import type { Query } from '../http/query.ts';
import type { FlowControl, FlowSubject } from './flow-control.ts';
import type { FlowRequest } from './flow-request.ts';
import type { PriorityLevel } from './priority-level.ts';

type Row = readonly string[];

/** How to tell when a time of the monotonic clock was. */
export type ToWallMs = (monotonicMs: number) => number;

/** Kubernetes: the tables of `/debug/api_priority_and_fairness/`; undefined for any other name. */
export function dumpFlows(flow: FlowControl, name: string, query: Query, toWallMs: ToWallMs): string | undefined {
  const levels = [...flow.levels.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  switch (name) {
    case 'dump_priority_levels':
      return formatRows([levelHeaders, ...levels.map(describeLevel)]);
    case 'dump_queues':
      return formatRows([queueHeaders, ...levels.flatMap(describeQueues)]);
    case 'dump_requests': {
      const isDetailed = (query.get('includeRequestDetails') ?? '') !== '';
      const headers = isDetailed ? [...requestHeaders, ...detailHeaders] : requestHeaders;
      const rows = levels.flatMap(level => describeRequests(level, isDetailed, toWallMs));
      return formatRows([headers, ...rows]);
    }
    default:
      return undefined;
  }
}

const levelHeaders: Row = [
  'PriorityLevelName',
  'ActiveQueues',
  'IsIdle',
  'IsQuiescing',
  'WaitingRequests',
  'ExecutingRequests',
  'DispatchedRequests',
  'RejectedRequests',
  'TimedoutRequests',
  'CancelledRequests',
];

function describeLevel({ name, queues, isQuiescing }: PriorityLevel): Row {
  const active = queues.queues.filter(queue => queue.waiting.size > 0).length;
  const { waiting, executing, dispatched, rejected, cancelled } = queues;
  // Kubernetes counts nothing as timed out: who waited too long was cancelled.
  const counts = [waiting, executing, dispatched, rejected, 0, cancelled];
  return [name, String(active), String(queues.isIdle), String(isQuiescing), ...counts.map(String)];
}

const queueHeaders: Row = [
  'PriorityLevelName',
  'Index',
  'PendingRequests',
  'ExecutingRequests',
  'SeatsInUse',
  'NextDispatchR',
  'InitialSeatsSum',
  'MaxSeatsSum',
  'TotalWorkSum',
];

function describeQueues({ name, queues }: PriorityLevel): readonly Row[] {
  return queues.queues.map(queue => {
    let initialSeats = 0;
    for (const request of queue.waiting) initialSeats += request.work.seats;
    return [
      name,
      String(queue.index),
      String(queue.waiting.size),
      String(queue.executing.size),
      String(queue.seatsInUse),
      formatWork(queue.nextDispatch),
      String(initialSeats),
      String(queue.waitingSeats),
      formatWork(queue.waitingWork),
    ];
  });
}

/** In seat-seconds. */
function formatWork(seatMs: number): string {
  return `${(seatMs / 1000).toFixed(8)}ss`;
}

const requestHeaders: Row = [
  'PriorityLevelName',
  'FlowSchemaName',
  'QueueIndex',
  'RequestIndexInQueue',
  // Kubernetes writes it so.
  'FlowDistingsher',
  'ArriveTime',
  'InitialSeats',
  'FinalSeats',
  'AdditionalLatency',
  'StartTime',
];
const detailHeaders: Row = [
  'UserName',
  'Verb',
  'APIPath',
  'Namespace',
  'Name',
  'APIVersion',
  'Resource',
  'SubResource',
];

function describeRequests({ queues }: PriorityLevel, isDetailed: boolean, toWallMs: ToWallMs): readonly Row[] {
  const describe = (request: FlowRequest, queueIndex: number, index: number): Row => [
    ...describeRequest(request, queueIndex, index, toWallMs),
    ...(isDetailed ? describeSubject(request.subject as FlowSubject) : []),
  ];
  return [
    ...queues.queues.flatMap(queue => [
      ...[...queue.waiting].map((request, index) => describe(request, queue.index, index)),
      ...[...queue.executing].map(request => describe(request, queue.index, -1)),
    ]),
    ...[...queues.queueless].map(request => describe(request, -1, -1)),
  ];
}

function describeRequest(request: FlowRequest, queueIndex: number, index: number, toWallMs: ToWallMs): Row {
  const { flowClass, distinguisher, work, state } = request;
  const startedAt = state === 'waiting' ? '0001-01-01T00:00:00Z' : formatMicroTime(toWallMs(request.startMs));
  return [
    flowClass.level.name,
    flowClass.name,
    String(queueIndex),
    String(index),
    distinguisher,
    formatMicroTime(toWallMs(request.arrivalMs)),
    String(work.seats),
    String(work.finalSeats),
    work.lingerMs === 0 ? '0s' : `${work.lingerMs}ms`,
    startedAt,
  ];
}

function describeSubject({ info, user }: FlowSubject): Row {
  const { verb, path, namespace, name, group, version, resource, subresource } = info;
  const apiVersion = group === '' ? version : `${group}/${version}`;
  return [user.username, verb, path, namespace, name, apiVersion, resource, subresource];
}

/** As Go's tabwriter does it: each column but the last as wide as its widest cell, its comma and a space. */
function formatRows(rows: readonly Row[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [i, cell] of row.slice(0, -1).entries()) widths[i] = Math.max(widths[i] ?? 8, cell.length + 2);
  }
  const lines = rows.map(row =>
    row.map((cell, i) => (i === row.length - 1 ? cell : `${cell},`.padEnd(widths[i]!))).join(''),
  );
  return `${lines.join('\n')}\n`;
}

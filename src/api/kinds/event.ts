import {
  checkDns1123Subdomain,
  checkQualifiedName,
  type FieldError,
  fieldError,
  humanizeAge,
  invalidEach,
  type KubeObject,
  nameChecks,
  utf8Length,
} from '../../machinery/index.ts';
import { type Event, type EventsV1Event, events, eventsV1 } from '../generated/index.ts';
import { defineKind } from './define-kind.ts';
import { nameColumn, textColumn, wide } from './table-columns.ts';

/** Events are stored in the core group's shape; `events.k8s.io` shows the same with other field names. */
function fromCore(object: KubeObject): KubeObject {
  const { involvedObject, message, source, firstTimestamp, lastTimestamp, count, reportingComponent, ...rest } =
    object as unknown as Event;
  return {
    ...rest,
    eventTime: rest.eventTime,
    regarding: involvedObject,
    note: message,
    reportingController: reportingComponent,
    deprecatedSource: source,
    deprecatedFirstTimestamp: firstTimestamp,
    deprecatedLastTimestamp: lastTimestamp,
    deprecatedCount: count,
  } as unknown as KubeObject;
}

function toCore(object: KubeObject): KubeObject {
  const {
    regarding,
    note,
    reportingController,
    deprecatedSource,
    deprecatedFirstTimestamp,
    deprecatedLastTimestamp,
    deprecatedCount,
    ...rest
  } = object as unknown as EventsV1Event;
  return {
    ...rest,
    involvedObject: regarding ?? {},
    message: note,
    // In the core group always there, in events.k8s.io only if they are something.
    reportingComponent: reportingController ?? '',
    reportingInstance: rest.reportingInstance ?? '',
    source: deprecatedSource,
    firstTimestamp: deprecatedFirstTimestamp,
    lastTimestamp: deprecatedLastTimestamp,
    count: deprecatedCount,
  } as unknown as KubeObject;
}

/** Kubernetes: `legacyValidateEvent`. Events of the new style have an `eventTime`, and must say who saw what. */
function validateEvent(event: Event): readonly FieldError[] {
  const { involvedObject, metadata } = event;
  const { namespace = '' } = metadata;
  const target = involvedObject?.namespace ?? '';
  const errors: FieldError[] = [];
  const isNewStyle = event.eventTime !== undefined && event.eventTime !== null;
  const isElsewhere = isNewStyle
    ? target === '' && namespace !== 'default' && namespace !== 'kube-system'
    : target === ''
      ? namespace !== '' && namespace !== 'default'
      : namespace !== target;
  if (isElsewhere) {
    errors.push(fieldError.invalid('involvedObject.namespace', target, 'does not match event.namespace'));
  }
  if (isNewStyle) checkNewStyle(errors, event);
  errors.push(...invalidEach('namespace', namespace, checkDns1123Subdomain(namespace)));
  return errors;
}

function checkNewStyle(errors: FieldError[], event: Event): void {
  const { reportingComponent: reporter = '', message = '' } = event;
  if (reporter === '') errors.push(fieldError.required('reportingComponent'));
  errors.push(...invalidEach('reportingComponent', reporter, checkQualifiedName(reporter)));
  for (const name of ['reportingInstance', 'action', 'reason'] as const) {
    const text = event[name] ?? '';
    if (text === '') errors.push(fieldError.required(name));
    if (utf8Length(text) > 128) errors.push(fieldError.invalid(name, '', 'can have at most 128 characters'));
  }
  if (utf8Length(message) > 1024) {
    errors.push(fieldError.invalid('message', '', 'can have at most 1024 characters'));
  }
}

function firstSeen(event: Event, nowMs: number): string {
  return humanizeAge(event.firstTimestamp ?? event.eventTime, nowMs);
}

function lastSeen(event: Event, nowMs: number): string {
  if (event.series !== undefined) return humanizeAge(event.series.lastObservedTime, nowMs);
  return event.lastTimestamp === undefined ? firstSeen(event, nowMs) : humanizeAge(event.lastTimestamp, nowMs);
}

function formatTarget({ involvedObject }: Event): string {
  const kind = (involvedObject?.kind ?? '').toLowerCase();
  return (involvedObject?.name ?? '') === '' ? kind : `${kind}/${involvedObject.name}`;
}

function formatSource({ source, reportingComponent, reportingInstance }: Event): string {
  const component = source?.component || reportingComponent || '';
  const instance = source?.host || reportingInstance || '';
  return instance === '' ? component : `${component}, ${instance}`;
}

const involved = (field: keyof Event['involvedObject']) => (event: Event) => event.involvedObject?.[field] ?? '';

const involvedFields = ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'] as const;

/** What `events.k8s.io` calls them. */
const fieldLabels = {
  ...Object.fromEntries(involvedFields.map(field => [`regarding.${field}`, `involvedObject.${field}`])),
  reason: 'reason',
  reportingController: 'reportingComponent',
  type: 'type',
};

export const event = defineKind(
  events,
  {
    hasGeneration: false,
    canCreateOnUpdate: true,
    validateName: nameChecks.pathSegment,
    validateCreate: validateEvent,
    selectableFields: {
      ...Object.fromEntries(involvedFields.map(field => [`involvedObject.${field}`, involved(field)])),
      reason: object => object.reason ?? '',
      reportingComponent: object => object.reportingComponent ?? '',
      source: object => object.source?.component || object.reportingComponent || '',
      type: object => object.type ?? '',
    },
    columns: [
      textColumn<Event>('Last Seen', 'How long ago it last happened.', lastSeen),
      textColumn<Event>('Type', 'Normal or Warning.', object => object.type ?? ''),
      textColumn<Event>('Reason', 'Why, in one word.', object => object.reason ?? ''),
      textColumn<Event>('Object', 'What it is about.', formatTarget),
      textColumn<Event>('Subobject', 'Which part of it.', object => object.involvedObject?.fieldPath ?? '', wide),
      textColumn<Event>('Source', 'Who reported it.', formatSource, wide),
      textColumn<Event>('Message', 'What happened.', object => (object.message ?? '').trim()),
      textColumn<Event>('First Seen', 'How long ago it first happened.', firstSeen, wide),
      {
        ...textColumn<Event>('Count', 'How often it happened.', () => '', wide),
        value: object => object.series?.count ?? (object.count || 1),
      },
      { ...nameColumn, priority: wide },
    ],
  },
  [{ type: eventsV1, convert: { toStorage: toCore, fromStorage: fromCore }, fieldLabels }],
);

import {
  bool,
  bytes,
  field,
  integer,
  type Message,
  message,
  repeated,
  string,
  textMap,
  unaryMethod,
  unsigned,
} from '../grpc/index.ts';

/** containerd's own API (1.6 and 2.x alike), as far as a node needs it. Field numbers are the contract. */

/** CRI's containers and images live in this namespace of containerd's. */
export const criNamespace = { 'containerd-namespace': 'k8s.io' };

const service = (name: string) => {
  return <In, Out>(method: string, request: Message<In, unknown>, response: Message<unknown, Out>) =>
    unaryMethod(
      `/containerd.services.${name}.v1.${name[0]!.toUpperCase()}${name.slice(1)}/${method}`,
      request,
      response,
    );
};
const empty = message({});
const timestamp = message({ seconds: field(1, integer), nanos: field(2, integer) });

const content = service('content');
const contentInfo = message({ digest: field(1, string), size: field(2, integer), labels: textMap(5) });
export const updateContent = content(
  'Update',
  message({ info: field(1, contentInfo), updateMask: field(2, message({ paths: repeated(1, string) })) }),
  empty,
);
/** What `action` of a write means. */
export const writeAction = { stat: 0, write: 1, commit: 2 } as const;
export const writeContent = content(
  'Write',
  message({
    action: field(1, integer),
    ref: field(2, string),
    total: field(3, integer),
    expected: field(4, string),
    offset: field(5, integer),
    data: field(6, bytes),
    labels: textMap(7),
  }),
  message({ action: field(1, integer), offset: field(4, integer), total: field(5, integer), digest: field(6, string) }),
);
export const listContentStatuses = content(
  'ListStatuses',
  message({ filters: repeated(1, string) }),
  message({
    statuses: repeated(1, message({ ref: field(3, string), offset: field(4, integer), total: field(5, integer) })),
  }),
);

const images = service('images');
const descriptor = message({
  mediaType: field(1, string),
  digest: field(2, string),
  size: field(3, integer),
  annotations: textMap(5),
});
const image = message({ name: field(1, string), labels: textMap(2), target: field(3, descriptor) });
export const getImage = images('Get', message({ name: field(1, string) }), message({ image: field(1, image) }));
export const createImage = images('Create', message({ image: field(1, image) }), empty);
export const updateImage = images('Update', message({ image: field(1, image) }), empty);

const leases = service('leases');
export const createLease = leases(
  'Create',
  message({ id: field(1, string), labels: textMap(3) }),
  message({ lease: field(1, message({ id: field(1, string) })) }),
);
export const deleteLease = leases('Delete', message({ id: field(1, string), sync: field(2, bool) }), empty);

const anyEvent = message({ typeUrl: field(1, string), value: field(2, bytes) });
const events = service('events');
export const publish = events('Publish', message({ topic: field(1, string), event: field(2, anyEvent) }), empty);
export const subscribe = events(
  'Subscribe',
  message({ filters: repeated(1, string) }),
  message({
    timestamp: field(1, timestamp),
    namespace: field(2, string),
    topic: field(3, string),
    event: field(4, anyEvent),
  }),
);
/** The payloads of /tasks/start, /tasks/oom and /tasks/delete begin alike. */
export const taskEvent = message({ containerId: field(1, string) });
/** The payload of /tasks/exit. `id` is the container's, or that of a command executed in it. */
export const taskExitEvent = message({
  containerId: field(1, string),
  id: field(2, string),
  exitStatus: field(4, unsigned),
});

const tasks = service('tasks');
const taskOf = message({ containerId: field(1, string) });
export const killTask = tasks(
  'Kill',
  message({ containerId: field(1, string), signal: field(3, unsigned), all: field(4, bool) }),
  empty,
);
export const waitForTask = tasks('Wait', taskOf, empty);
export const deleteTask = tasks('Delete', taskOf, empty);

export const readContent = content(
  'Read',
  message({ digest: field(1, string) }),
  message({ offset: field(1, integer), data: field(2, bytes) }),
);

const mount = message({ type: field(1, string), source: field(2, string), options: repeated(4, string) });
const mounts = message({ mounts: repeated(1, mount) });
const newSnapshot = message({
  snapshotter: field(1, string),
  key: field(2, string),
  parent: field(3, string),
  labels: textMap(4),
});
const snapshotKey = message({ snapshotter: field(1, string), key: field(2, string) });
const snapshots = service('snapshots');
export const prepareSnapshot = snapshots('Prepare', newSnapshot, mounts);
export const viewSnapshot = snapshots('View', newSnapshot, mounts);
export const mountsOfSnapshot = snapshots('Mounts', snapshotKey, mounts);
export const removeSnapshot = snapshots('Remove', snapshotKey, empty);
export const statSnapshot = snapshots(
  'Stat',
  snapshotKey,
  message({ info: field(1, message({ name: field(1, string) })) }),
);
export const commitSnapshot = snapshots(
  'Commit',
  message({ snapshotter: field(1, string), name: field(2, string), key: field(3, string), labels: textMap(4) }),
  empty,
);

/** Unpacks a layer into a snapshot that has been prepared. */
export const applyDiff = service('diff')(
  'Apply',
  message({ diff: field(1, descriptor), mounts: repeated(2, mount) }),
  message({ applied: field(1, descriptor) }),
);

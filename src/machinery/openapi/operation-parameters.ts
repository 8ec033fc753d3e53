/** A parameter in an operation's address. */
export interface QueryParameter {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'boolean';
  /** What it does, for who reads the document. */
  readonly text: string;
}

const string = (name: string, text: string): QueryParameter => ({ name, type: 'string', text });
const integer = (name: string, text: string): QueryParameter => ({ name, type: 'integer', text });
const boolean = (name: string, text: string): QueryParameter => ({ name, type: 'boolean', text });

/** What stands in paths. */
export const pathTexts: Readonly<Record<string, string>> = {
  namespace: 'The namespace that the object is in.',
  path: 'What to ask of the one behind the proxy.',
};

export const pretty: readonly QueryParameter[] = [
  string('pretty', "'true' indents the answer; so does a user agent that people use by hand (curl, wget, a browser)."),
];

const dryRun = string('dryRun', "'All' performs every step of the request but the last: nothing is stored.");
const fieldManager = string(
  'fieldManager',
  'Who makes the change, for managedFields: at most 128 printable characters. Required by apply patches.',
);
const fieldValidation = string(
  'fieldValidation',
  "What unknown and duplicate fields lead to: 'Ignore' drops them, 'Warn' (the default) answers with warnings, 'Strict' refuses.",
);

export const writing: readonly QueryParameter[] = [dryRun, fieldManager, fieldValidation];
export const patching: readonly QueryParameter[] = [
  ...writing,
  boolean('force', 'Takes over fields that others manage. For apply patches only.'),
];
export const listing: readonly QueryParameter[] = [
  boolean('allowWatchBookmarks', 'Lets a watch send BOOKMARK events, now and then, with how far it has got.'),
  string('continue', 'The token that came with the previous part of a list that is read in parts.'),
  string('fieldSelector', 'Restricts the answer to objects whose fields match.'),
  string('labelSelector', 'Restricts the answer to objects whose labels match.'),
  integer('limit', 'The most objects that one answer holds; metadata.continue fetches the next ones.'),
  string('resourceVersion', 'How new what is read has to be, and where a watch begins.'),
  string('resourceVersionMatch', "How 'resourceVersion' applies to a list: 'Exact' or 'NotOlderThan'."),
  boolean(
    'sendInitialEvents',
    "Begins a watch with what is there; a bookmark annotated 'k8s.io/initial-events-end' ends it.",
  ),
  string('shardSelector', 'Restricts a list to a part of the objects. Alpha in Kubernetes, and refused.'),
  integer('timeoutSeconds', 'How long a list or watch may last.'),
  boolean('watch', 'Answers with a stream of changes from resourceVersion on, instead of a list.'),
];
export const deleting: readonly QueryParameter[] = [
  dryRun,
  integer('gracePeriodSeconds', 'How long the object may take to end; 0 ends it at once. Default: as its kind says.'),
  boolean(
    'ignoreStoreReadErrorWithClusterBreakingPotential',
    'Deletes an object that the server cannot read, without any of what precedes a deletion.',
  ),
  boolean('orphanDependents', "Deprecated: 'propagationPolicy' says the same."),
  string('propagationPolicy', "What becomes of dependents: 'Orphan', 'Background' or 'Foreground'."),
];
const streams: readonly QueryParameter[] = [
  string('container', 'The container; needed where the pod has several.'),
  boolean('stderr', 'Sends the standard error.'),
  boolean('stdin', 'Takes a standard input.'),
  boolean('stdout', 'Sends the standard output.'),
  boolean('tty', 'Gives the process a terminal.'),
];
const path = [string('path', 'What to ask of the one behind the proxy.')];

/** Kubernetes: query parameters that stand for the fields of the kinds which connecting subresources take. */
export const optionParameters: Readonly<Record<string, readonly QueryParameter[]>> = {
  PodExecOptions: [
    string('command', 'The command and its arguments, one each time; no shell is involved.'),
    ...streams,
  ],
  PodAttachOptions: streams,
  PodPortForwardOptions: [integer('ports', 'The ports to forward; needed over WebSocket.')],
  PodProxyOptions: path,
  NodeProxyOptions: path,
  ServiceProxyOptions: path,
};

export const logParameters: readonly QueryParameter[] = [
  string('container', 'The container; needed where the pod has several.'),
  boolean('follow', 'Goes on with what is logged from now on.'),
  boolean('insecureSkipTLSVerifyBackend', "Does not verify the node's certificate."),
  integer('limitBytes', 'How much to send at most.'),
  boolean('previous', 'The log of the container that ran before this one.'),
  integer('sinceSeconds', 'Begins so long ago.'),
  string('stream', "'All' (the default), 'Stdout' or 'Stderr'."),
  integer('tailLines', 'Begins so many lines before the end.'),
  boolean('timestamps', 'Puts before each line when it was logged.'),
];

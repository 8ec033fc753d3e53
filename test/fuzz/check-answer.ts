import { parse } from 'yaml';
import { schemaOfKind } from '../../src/api/generated/index.ts';
import { decodeMessage, openEnvelope } from '../../src/machinery/protobuf/index.ts';
import { type FuzzAnswer, type FuzzRequest, parseAnswer } from './fuzz-request.ts';

interface Status {
  readonly kind?: unknown;
  readonly status?: unknown;
  readonly reason?: unknown;
  readonly message?: unknown;
  readonly code?: unknown;
}

/** What no answer may be, whatever was asked: undefined for one that is fine. */
export function findProblem(request: FuzzRequest, answer: FuzzAnswer): string | undefined {
  const { status, outcome } = answer;
  if (outcome === 'lost') return findLoss(request, answer);
  if (status === 0) return undefined;
  if (status >= 500) return findFault(request, answer);
  if (status >= 400) return findRefusal(request, answer);
  return undefined;
}

/** Node, as Go, hangs up on what is no HTTP at all. */
function findLoss(request: FuzzRequest, answer: FuzzAnswer): string | undefined {
  if (request.isRaw === true && !answer.error?.startsWith('no answer')) return undefined;
  return `no answer: ${answer.error}`;
}

/**
 * Failures that Kubernetes documents, each as narrow as it can be told. Everything else from 500 on is a bug.
 */
const documentedFaults: readonly {
  readonly why: string;
  readonly path: RegExp;
  readonly code: number;
  readonly message: RegExp;
}[] = [
  {
    why: 'a webhook that cannot be reached refuses with failurePolicy Fail',
    path: /./,
    code: 500,
    message: /^Internal error occurred: failed calling webhook "[^"]*fuzz[^"]*"/,
  },
  {
    why: 'a revision that the server does not know yet',
    path: /[?&]resourceVersion=/,
    code: 504,
    message: /^Timeout: Too large resource version: /,
  },
  {
    why: 'an aggregated API whose server is not there',
    path: /^\/apis\/nowhere\.fuzz\.example/,
    code: 503,
    message: /./,
  },
  {
    why: 'what is applied has fields or keys that its kind has not; upstream gives no reason for it either',
    path: /[?&]fieldManager=/,
    code: 500,
    message: /^failed to create typed patch object \(/,
  },
  {
    why: 'a stored object is created anew; upstream has no reason for it either',
    path: /./,
    code: 500,
    message: /^resourceVersion should not be set on objects to be created$/,
  },
  { why: 'a proxied node, pod or service that is not there', path: /\/proxy(\/|\?|$)/, code: 503, message: /./ },
  {
    why: 'a pod whose node cannot be reached',
    path: /\/pods\/[^/]+\/(log|exec|attach|portforward)(\?|$)/,
    code: 503,
    message: /./,
  },
];

function findFault(request: FuzzRequest, answer: FuzzAnswer): string | undefined {
  const { status } = answer;
  const body = readStatus(answer);
  const message = String(body?.message ?? answer.body.toString('utf8').slice(0, 300));
  // To HEAD nobody says why.
  const isHead = request.method === 'HEAD';
  const isDocumented = documentedFaults.some(
    fault => fault.code === status && fault.path.test(request.path) && (isHead || fault.message.test(message)),
  );
  // Checks of health say so by their status.
  if (isDocumented || /^\/(livez|readyz|healthz)/.test(request.path)) return undefined;
  return `${status}: ${message}`;
}

function findRefusal(request: FuzzRequest, answer: FuzzAnswer): string | undefined {
  const { status } = answer;
  if (request.method === 'HEAD' || isBeforeTheServer(request, answer)) return undefined;
  const body = readStatus(answer);
  // What stands behind a proxy answers as it likes.
  if (body?.kind !== 'Status' && /\/proxy(\/|\?|$)/.test(request.path)) return undefined;
  // Kubernetes: what is no path of a resource is not found in the words of Go's multiplexer.
  const isResourcePath = /^\/(api|apis\/[^/?]+)\/[^/?]+\/[^/?]/.test(request.path);
  const isOutside = !isResourcePath && answer.body.toString('utf8') === '404 page not found\n';
  if (status === 404 && isOutside) return undefined;
  if (body?.kind !== 'Status') return `${status} without a Status: ${answer.body.toString('utf8').slice(0, 200)}`;
  if (body.code !== status) return `${status} with a Status of code ${JSON.stringify(body.code)}: ${body.message}`;
  if (body.status !== 'Failure') return `${status} with a Status of status ${JSON.stringify(body.status)}`;
  if (typeof body.reason !== 'string' || body.reason === '')
    return `${status} with a Status without a reason: ${body.message}`;
  if (typeof body.message !== 'string' || body.message === '') return `${status} ${body.reason} without a message`;
  return undefined;
}

/** What the HTTP library refuses before anybody has seen a request: headers that are too large, lines that are none. */
function isBeforeTheServer(request: FuzzRequest, { status, headers }: FuzzAnswer): boolean {
  if (status === 431) return true;
  return request.isRaw === true && status === 400 && headers['content-type'] !== 'application/json';
}

/** The Status of an answer in whatever format the request has asked for. */
function readStatus(answer: FuzzAnswer): Status | undefined {
  const type = String(answer.headers['content-type'] ?? '');
  try {
    if (type.startsWith('application/vnd.kubernetes.protobuf')) {
      const { kind, message } = openEnvelope(answer.body);
      return { kind, ...decodeMessage(message, schemaOfKind('', 'v1', kind)) };
    }
    return type.includes('yaml') ? (parse(answer.body.toString('utf8')) as Status) : (parseAnswer(answer) as Status);
  } catch {
    return undefined;
  }
}

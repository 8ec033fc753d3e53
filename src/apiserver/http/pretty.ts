import type { HttpRequest, HttpResponse } from './http-message.ts';
import { readHeader } from './http-message.ts';
import type { Query } from './query.ts';
import { isTruthy } from './request-info.ts';

/**
 * Indents an answer in JSON for whoever wants to read it. Kubernetes: curl, Wget and browsers get it so unless the query
 * says otherwise. Long lists, which come in pieces, stay as they are.
 */
export function prettify(response: HttpResponse, request: HttpRequest, query: Query): HttpResponse {
  const { body, headers } = response;
  if (typeof body !== 'string' || body === '' || !wantsPretty(request, query)) return response;
  const isJson = headers['content-type']?.includes('json') === true;
  return isJson ? { ...response, body: `${JSON.stringify(JSON.parse(body), null, 2)}\n` } : response;
}

function wantsPretty(request: HttpRequest, query: Query): boolean {
  const asked = query.get('pretty');
  if (asked !== undefined) return isTruthy(asked);
  const agent = readHeader(request.headers, 'user-agent');
  return (
    agent !== undefined && (agent.startsWith('curl') || agent.startsWith('Wget') || agent.startsWith('Mozilla/5.0'))
  );
}

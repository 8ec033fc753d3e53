import { request as startRequest } from 'node:https';

export interface UrlAnswer {
  /** 0 where nobody answered. */
  readonly status: number;
  readonly text: string;
}

/** Asks a program of this machine, whatever its certificate; never rejects. */
export function requestUrl(url: string, timeoutMs = 5000): Promise<UrlAnswer> {
  return new Promise(resolve => {
    const fail = (error: Error): void => resolve({ status: 0, text: error.message });
    const outgoing = startRequest(url, { agent: false, rejectUnauthorized: false, timeout: timeoutMs });
    outgoing.on('timeout', () => outgoing.destroy(new Error('timeout')));
    outgoing.on('error', fail);
    outgoing.on('response', response => {
      let text = '';
      response.setEncoding('utf8').on('data', chunk => {
        text += chunk;
      });
      response.on('error', fail);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    outgoing.end();
  });
}

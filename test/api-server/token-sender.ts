import { request } from 'node:https';

export interface Identity {
  readonly username: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** Who a server takes the sender of a token for: what `kubectl auth whoami` asks. */
export function whoHas(
  server: { readonly port: number; readonly authority: string },
  token: string | undefined,
): Promise<{ readonly code: number; readonly user: Identity | undefined }> {
  return new Promise((resolve, reject) => {
    const sent = request({
      host: '127.0.0.1',
      port: server.port,
      method: 'POST',
      path: '/apis/authentication.k8s.io/v1/selfsubjectreviews',
      ca: server.authority,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        'content-type': 'application/json',
      },
    });
    sent.on('error', reject);
    sent.on('response', async response => {
      let text = '';
      for await (const chunk of response) text += chunk;
      resolve({ code: response.statusCode ?? 0, user: JSON.parse(text).status?.userInfo });
    });
    sent.end(JSON.stringify({ kind: 'SelfSubjectReview', apiVersion: 'authentication.k8s.io/v1' }));
  });
}

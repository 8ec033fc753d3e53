import { createHmac } from 'node:crypto';

/** A JSON Web Signature (HS256) without its content: `HEADER..SIGNATURE`, RFC 7515, appendix F. */
export function signDetached(content: string, keyId: string, key: string): string {
  const header = encode(JSON.stringify({ alg: 'HS256', kid: keyId }));
  const signature = createHmac('sha256', key)
    .update(`${header}.${encode(content)}`)
    .digest('base64url');
  return `${header}..${signature}`;
}

function encode(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64url');
}

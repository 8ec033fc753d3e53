import { DerError, DerReader, derTags, readTime } from './der-reader.ts';
import { parsePem } from './pem.ts';

export type ParsedChain =
  | { readonly expiries: readonly number[]; readonly problem?: undefined }
  | { readonly problem: string; readonly expiries?: undefined };

/**
 * Until when each certificate of a PEM text is valid, in milliseconds since the epoch; or why the text holds none or
 * something else besides, in upstream's words.
 */
export function parseCertificateChain(pem: string): ParsedChain {
  const expiries: number[] = [];
  for (const { label, hasHeaders, bytes } of parsePem(pem)) {
    if (label !== 'CERTIFICATE') {
      return { problem: `only CERTIFICATE PEM blocks are allowed, found ${JSON.stringify(label)}` };
    }
    if (hasHeaders) return { problem: 'no PEM block headers are permitted' };
    try {
      expiries.push(readExpiry(bytes));
    } catch (error) {
      if (error instanceof DerError) return { problem: 'x509: malformed certificate' };
      throw error;
    }
  }
  return expiries.length === 0 ? { problem: 'must contain at least one CERTIFICATE PEM block' } : { expiries };
}

function readExpiry(bytes: Uint8Array): number {
  const outer = new DerReader(bytes);
  const whole = new DerReader(outer.expect(derTags.sequence).content);
  outer.expectEnd();
  const body = new DerReader(whole.expect(derTags.sequence).content);
  body.take(0xa0);
  body.expect(derTags.integer);
  body.expect(derTags.sequence);
  body.expect(derTags.sequence);
  const validity = new DerReader(body.expect(derTags.sequence).content);
  validity.read();
  return readTime(validity.read());
}

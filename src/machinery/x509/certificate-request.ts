import { DerError, DerReader, decodeBytes, derTags, readBitString, readObjectIdentifier } from './der-reader.ts';
import { type DistinguishedName, readDistinguishedName } from './distinguished-name.ts';
import { parsePem } from './pem.ts';

/** What a PKCS #10 request (RFC 2986) asks for. */
export interface CertificateRequest {
  readonly subject: DistinguishedName;
  readonly dnsNames: readonly string[];
  readonly emailAddresses: readonly string[];
  readonly uris: readonly string[];
  /** 4 or 16 bytes each. */
  readonly ipAddresses: readonly Uint8Array[];
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  /** What the signature covers. */
  readonly signed: Uint8Array;
  /** The object identifier of its algorithm, with the algorithm's parameters (DER) where it has any. */
  readonly signatureAlgorithm: string;
  readonly signature: Uint8Array;
}

export type ParsedRequest =
  | { readonly request: CertificateRequest; readonly problem?: undefined }
  | { readonly problem: string; readonly request?: undefined };

/** Kubernetes: `ParseCSR`: the first block of a PEM text. Whether the signature is right is not looked at. */
export function parseCertificateRequest(pem: string): ParsedRequest {
  const [block] = parsePem(pem);
  if (block?.label !== 'CERTIFICATE REQUEST') return { problem: 'PEM block type must be CERTIFICATE REQUEST' };
  try {
    return { request: readRequest(block.bytes) };
  } catch (error) {
    if (error instanceof DerError) return { problem: error.message };
    throw error;
  }
}

const extensionRequest = '1.2.840.113549.1.9.14';
const subjectAlternativeName = '2.5.29.17';

function readRequest(bytes: Uint8Array): CertificateRequest {
  const outer = new DerReader(bytes);
  const whole = new DerReader(outer.expect(derTags.sequence).content);
  outer.expectEnd();
  const info = whole.expect(derTags.sequence);
  const algorithm = new DerReader(whole.expect(derTags.sequence).content);
  const signatureAlgorithm = readObjectIdentifier(algorithm.expect(derTags.objectIdentifier));
  const signature = readBitString(whole.expect(derTags.bitString));
  whole.expectEnd();
  const part = new DerReader(info.content);
  part.expect(derTags.integer);
  const subject = readDistinguishedName(part.expect(derTags.sequence).content);
  const publicKey = part.expect(derTags.sequence).raw;
  const attributes = part.take(0xa0);
  return {
    subject,
    ...readAlternativeNames(attributes?.content ?? new Uint8Array()),
    publicKey,
    signed: info.raw,
    signatureAlgorithm,
    signature,
  };
}

type AlternativeNames = Pick<CertificateRequest, 'dnsNames' | 'emailAddresses' | 'ipAddresses' | 'uris'>;

function readAlternativeNames(attributes: Uint8Array): AlternativeNames {
  const names = {
    dnsNames: [] as string[],
    emailAddresses: [] as string[],
    uris: [] as string[],
    ipAddresses: [] as Uint8Array[],
  };
  for (const value of readExtensions(attributes)) {
    const list = new DerReader(value);
    const entries = new DerReader(list.expect(derTags.sequence).content);
    list.expectEnd();
    while (!entries.isAtEnd) {
      const { tag, content } = entries.read();
      if (tag === 0x81) names.emailAddresses.push(decodeBytes(content));
      else if (tag === 0x82) names.dnsNames.push(decodeBytes(content));
      else if (tag === 0x86) names.uris.push(decodeBytes(content));
      else if (tag === 0x87) names.ipAddresses.push(checkAddress(content));
    }
  }
  return names;
}

function checkAddress(bytes: Uint8Array): Uint8Array {
  if (bytes.length === 4 || bytes.length === 16) return bytes;
  throw new DerError(`x509: cannot parse IP address of length ${bytes.length}`);
}

/** The values of the extensions about alternative names that are asked for. */
function* readExtensions(attributes: Uint8Array): Generator<Uint8Array> {
  const list = new DerReader(attributes);
  while (!list.isAtEnd) {
    const attribute = new DerReader(list.expect(derTags.sequence).content);
    const oid = readObjectIdentifier(attribute.expect(derTags.objectIdentifier));
    const values = new DerReader(attribute.expect(derTags.set).content);
    if (oid !== extensionRequest || values.isAtEnd) continue;
    const extensions = new DerReader(values.expect(derTags.sequence).content);
    while (!extensions.isAtEnd) {
      const extension = new DerReader(extensions.expect(derTags.sequence).content);
      const id = readObjectIdentifier(extension.expect(derTags.objectIdentifier));
      extension.take(derTags.boolean);
      const { content } = extension.expect(derTags.octetString);
      if (id === subjectAlternativeName) yield content;
    }
  }
}

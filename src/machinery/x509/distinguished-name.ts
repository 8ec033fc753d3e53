import { DerReader, derTags, readObjectIdentifier, readText } from './der-reader.ts';

/** What a name says, as far as Go's `pkix.Name` knows it. Kubernetes: the common name is a user, organizations groups. */
export interface DistinguishedName {
  /** The last one, where there are several. */
  readonly commonName: string;
  readonly organizations: readonly string[];
  readonly countries: readonly string[];
  readonly organizationalUnits: readonly string[];
  readonly localities: readonly string[];
  readonly provinces: readonly string[];
  readonly streetAddresses: readonly string[];
  readonly postalCodes: readonly string[];
  readonly serialNumber: string;
}

type ListField = Exclude<keyof DistinguishedName, 'commonName' | 'serialNumber'>;

const lists: Readonly<Record<string, ListField>> = {
  '2.5.4.6': 'countries',
  '2.5.4.7': 'localities',
  '2.5.4.8': 'provinces',
  '2.5.4.9': 'streetAddresses',
  '2.5.4.10': 'organizations',
  '2.5.4.11': 'organizationalUnits',
  '2.5.4.17': 'postalCodes',
};

/** Reads the content of a Name. */
export function readDistinguishedName(content: Uint8Array): DistinguishedName {
  const found: Record<ListField, string[]> = {
    organizations: [],
    countries: [],
    organizationalUnits: [],
    localities: [],
    provinces: [],
    streetAddresses: [],
    postalCodes: [],
  };
  let commonName = '';
  let serialNumber = '';
  for (const [oid, text] of readAttributes(content)) {
    const list = lists[oid];
    if (list !== undefined) found[list].push(text);
    else if (oid === '2.5.4.3') commonName = text;
    else if (oid === '2.5.4.5') serialNumber = text;
  }
  return { commonName, serialNumber, ...found };
}

function* readAttributes(content: Uint8Array): Generator<readonly [oid: string, text: string]> {
  const name = new DerReader(content);
  while (!name.isAtEnd) {
    const relative = new DerReader(name.expect(derTags.set).content);
    while (!relative.isAtEnd) {
      const attribute = new DerReader(relative.expect(derTags.sequence).content);
      const oid = readObjectIdentifier(attribute.expect(derTags.objectIdentifier));
      yield [oid, readText(attribute.read())];
      attribute.expectEnd();
    }
  }
}

import { schemaOf } from '../../api/generated/index.ts';
import { formatGroupVersion, type ObjectSchema } from '../../machinery/index.ts';
import type { ServedResource } from '../core-contract.ts';

/** What an envelope says of the object in it. */
export interface Identity {
  readonly apiVersion: string;
  readonly kind: string;
}

export function identityOf({ version: { type } }: ServedResource): Identity {
  return { apiVersion: formatGroupVersion(type), kind: type.kind };
}

export function partialIdentity(version: 'v1' | 'v1beta1'): Identity {
  return { apiVersion: `meta.k8s.io/${version}`, kind: 'PartialObjectMetadata' };
}

export function listIdentity({ apiVersion, kind }: Identity): Identity {
  return { apiVersion, kind: `${kind}List` };
}

/** Not in OpenAPI: ObjectMeta as field 1 of a message that has nothing else. */
export const partialSchema: ObjectSchema = {
  type: 'object',
  fields: new Map([
    [
      'metadata',
      {
        name: 'metadata',
        get schema(): ObjectSchema {
          return schemaOf('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta');
        },
        isRequired: false,
        protobufNumber: 1,
        presence: 'always',
      },
    ],
  ]),
};

export function listMetaSchema(): ObjectSchema {
  return schemaOf('io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta');
}

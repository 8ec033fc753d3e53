import type { Descriptions } from '../../machinery/index.ts';
import { PackageDescriptions } from './package-descriptions.ts';
import { PackedDescriptions } from './packed-descriptions.ts';

export const packedName = 'descriptions.json.gz';

/** The packed texts where this runs from a build, the package's where it runs from sources. */
export function openDescriptions(here = import.meta.url): Descriptions {
  if (here.endsWith('.ts')) return new PackageDescriptions();
  return new PackedDescriptions(new URL(here.includes('/chunks/') ? `../${packedName}` : packedName, here));
}

import type { InterfaceStats } from '../runtime/index.ts';

/** Reads `/proc/net/dev`; the default interface first, loopback left out. */
export function readInterfaces(text: string, defaultInterface: string | undefined): readonly InterfaceStats[] {
  const found: InterfaceStats[] = [];
  for (const line of text.split('\n')) {
    const colon = line.indexOf(':');
    if (colon < 0) continue;
    const name = line.slice(0, colon).trim();
    const figures = line
      .slice(colon + 1)
      .trim()
      .split(/\s+/)
      .map(Number);
    if (name === 'lo' || figures.length < 11) continue;
    found.push({
      name,
      receivedBytes: figures[0]!,
      receiveErrors: figures[2]!,
      sentBytes: figures[8]!,
      sendErrors: figures[10]!,
    });
  }
  const isOther = ({ name }: InterfaceStats): number => (name === defaultInterface ? 0 : 1);
  return found.sort((a, b) => isOther(a) - isOther(b));
}

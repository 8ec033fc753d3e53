import type { Container } from '../../api/generated/index.ts';

/** A port by number, or by its name in the container. Throws with upstream's text. */
export function resolvePort(port: number | string, container: Container): number {
  if (typeof port === 'number') return checkRange(port);
  const named = container.ports?.find(candidate => candidate.name === port);
  if (named !== undefined) return checkRange(named.containerPort);
  if (/^\d+$/.test(port)) return checkRange(Number(port));
  throw new Error(`strconv.Atoi: parsing "${port}": invalid syntax`);
}

function checkRange(port: number): number {
  if (port > 0 && port < 65_536) return port;
  throw new Error(`invalid port number: ${port}`);
}

import { quantityToMilli } from '../../machinery/index.ts';

export type Amounts = Readonly<Record<string, string | number>>;

const nothing: Amounts = {};

/** What is asked for: requests and limits of a container, a pod or a claim. */
export interface Asked {
  readonly requests?: Amounts | undefined;
  readonly limits?: Amounts | undefined;
}

/** Bounds on what may be asked for, of one kind of thing. */
export interface Bounds {
  readonly type: string;
  readonly min?: Amounts | undefined;
  readonly max?: Amounts | undefined;
  readonly maxLimitRequestRatio?: Amounts | undefined;
}

/** What breaks the bounds, in upstream's words. Claims have requests only. */
export function findBreaches(bounds: Bounds, asked: Asked, hasLimits: boolean): readonly string[] {
  const breaches: (string | undefined)[] = [];
  for (const name of namesOf(bounds.min)) breaches.push(checkMin(bounds, name, asked));
  for (const name of namesOf(bounds.max)) {
    breaches.push(hasLimits ? checkMax(bounds, name, asked) : checkMaxRequest(bounds, name, asked));
  }
  if (hasLimits) {
    for (const name of namesOf(bounds.maxLimitRequestRatio)) breaches.push(checkRatio(bounds, name, asked));
  }
  return breaches.filter(breach => breach !== undefined);
}

function namesOf(amounts: Amounts | undefined): readonly string[] {
  return Object.keys(amounts ?? nothing).sort();
}

function checkMin({ type, min }: Bounds, name: string, { requests, limits }: Asked): string | undefined {
  const bound = min![name]!;
  const head = `minimum ${name} usage per ${type} is ${bound}`;
  const request = requests?.[name];
  const limit = limits?.[name];
  if (request === undefined) return `${head}.  No request is specified`;
  if (isLess(request, bound)) return `${head}, but request is ${request}`;
  return limit !== undefined && isLess(limit, bound) ? `${head}, but limit is ${limit}` : undefined;
}

function checkMax({ type, max }: Bounds, name: string, { requests, limits }: Asked): string | undefined {
  const bound = max![name]!;
  const head = `maximum ${name} usage per ${type} is ${bound}`;
  const request = requests?.[name];
  const limit = limits?.[name];
  if (limit === undefined) return `${head}.  No limit is specified`;
  if (isLess(bound, limit)) return `${head}, but limit is ${limit}`;
  return request !== undefined && isLess(bound, request) ? `${head}, but request is ${request}` : undefined;
}

function checkMaxRequest({ type, max }: Bounds, name: string, { requests }: Asked): string | undefined {
  const bound = max![name]!;
  const head = `maximum ${name} usage per ${type} is ${bound}`;
  const request = requests?.[name];
  if (request === undefined) return `${head}.  No request is specified`;
  return isLess(bound, request) ? `${head}, but request is ${request}` : undefined;
}

function checkRatio(bounds: Bounds, name: string, { requests, limits }: Asked): string | undefined {
  const bound = bounds.maxLimitRequestRatio![name]!;
  const head = `${name} max limit to request ratio per ${bounds.type} is ${bound}`;
  const request = quantityToMilli(requests?.[name] ?? 0);
  const limit = quantityToMilli(limits?.[name] ?? 0);
  if (request === 0) return `${head}, but no request is specified or request is 0`;
  if (limit === 0) return `${head}, but no limit is specified or limit is 0`;
  const ratio = limit / request;
  return ratio * 1000 > quantityToMilli(bound) ? `${head}, but provided ratio is ${ratio.toFixed(6)}` : undefined;
}

function isLess(left: string | number, right: string | number): boolean {
  return quantityToMilli(left) < quantityToMilli(right);
}

import { type Parsed, quoteGo } from '../../machinery/index.ts';

/** How many indexes a text such as `1,3-5,7` names. Kubernetes: `validateIndexesFormat`. */
export function countIndexes(text: string, completions: number): Parsed<number> {
  if (text === '') return { value: 0 };
  let last = -1;
  let count = 0;
  for (const interval of text.split(',')) {
    const parsed = parseInterval(interval, completions);
    if (parsed.value === undefined) return parsed;
    const [first, end] = parsed.value;
    if (last >= first) return { problem: `non-increasing order, previous: ${last}, current: ${first}` };
    count += end - first + 1;
    last = end;
  }
  return { value: count };
}

function parseInterval(text: string, completions: number): Parsed<readonly [number, number]> {
  const limits = text.split('-');
  if (limits.length > 2) {
    const problem = `the fragment ${quoteGo(text)} violates the requirement that an index interval can have at most two parts separated by '-'`;
    return { problem };
  }
  const numbers: number[] = [];
  for (const limit of limits) {
    if (!/^[+]?[0-9]+$/.test(limit))
      return { problem: `cannot convert string to integer for index: ${quoteGo(limit)}` };
    if (Number(limit) >= completions) return { problem: `too large index: ${quoteGo(limit)}` };
    numbers.push(Number(limit));
  }
  const [first, end = first] = numbers as [number, number?];
  if (limits.length > 1 && first >= end) {
    return { problem: `non-increasing order, previous: ${first}, current: ${end}` };
  }
  return { value: [first, end] };
}

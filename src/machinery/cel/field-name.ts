const reserved: ReadonlySet<string> = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);

const escapes: Readonly<Record<string, string>> = {
  __: '__underscores__',
  '.': '__dot__',
  '-': '__dash__',
  '/': '__slash__',
};

/** Whether a name is a word of the language. */
export function isReserved(name: string): boolean {
  return reserved.has(name);
}

/**
 * How a rule writes a field's name; undefined for names that rules cannot reach.
 * Kubernetes: `apiserver/pkg/cel/escaping.go`.
 */
export function escapeFieldName(name: string): string | undefined {
  if (reserved.has(name)) return `__${name}__`;
  if (!/^[A-Za-z_./-][\w./-]*$/.test(name)) return undefined;
  return name.replace(/__|[./-]/g, match => escapes[match]!);
}

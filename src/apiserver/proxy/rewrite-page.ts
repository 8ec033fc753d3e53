import { type ProxiedPage, rewriteLink } from './rewrite-link.ts';

/** Kubernetes: which attributes of which elements hold links. */
const linkAttributes: Readonly<Record<string, readonly string[]>> = {
  a: ['href'],
  applet: ['codebase'],
  area: ['href'],
  audio: ['src'],
  base: ['href'],
  blockquote: ['cite'],
  body: ['background'],
  button: ['formaction'],
  command: ['icon'],
  del: ['cite'],
  embed: ['src'],
  form: ['action'],
  frame: ['longdesc', 'src'],
  head: ['profile'],
  html: ['manifest'],
  iframe: ['longdesc', 'src'],
  img: ['longdesc', 'src', 'usemap'],
  input: ['src', 'usemap', 'formaction'],
  ins: ['cite'],
  link: ['href'],
  object: ['classid', 'codebase', 'data', 'usemap'],
  q: ['cite'],
  script: ['src'],
  source: ['src'],
  video: ['poster', 'src'],
};

/** Elements whose content is text, whatever it looks like. */
const rawElements: ReadonlySet<string> = new Set([
  'iframe',
  'noembed',
  'noframes',
  'noscript',
  'script',
  'style',
  'textarea',
  'title',
  'xmp',
]);

/**
 * Rewrites the links of an HTML page. Reads each character a bounded number of times, because pages are other people's.
 *
 * Differs from Kubernetes: what is no link stays as it was written, where upstream writes every tag anew.
 */
export function rewritePage(html: string, page: ProxiedPage): string {
  const parts: string[] = [];
  let copied = 0;
  let at = html.indexOf('<');
  while (at >= 0) {
    const name = readTagName(html, at + 1);
    if (name === '') {
      at = html.indexOf('<', skipMarkup(html, at));
      continue;
    }
    const end = findTagEnd(html, at + 1 + name.length);
    if (end < 0) break;
    const element = name.toLowerCase();
    const attributes = linkAttributes[element];
    if (attributes !== undefined) {
      parts.push(html.slice(copied, at), rewriteTag(html.slice(at, end), 1 + name.length, attributes, page));
      copied = end;
    }
    at = html.indexOf('<', rawElements.has(element) ? findRawEnd(html, end, element) : end);
  }
  parts.push(html.slice(copied));
  return parts.join('');
}

/** Letters right behind the `<` of a start tag; empty for anything else. */
function readTagName(html: string, from: number): string {
  let at = from;
  while (at < html.length && isNamePart(html.charCodeAt(at), at === from)) at++;
  return html.slice(from, at);
}

function isNamePart(code: number, isFirst: boolean): boolean {
  const isLetter = (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
  if (isFirst) return isLetter;
  // Neither white space nor `/` nor `>`.
  return code > 32 && code !== 47 && code !== 62;
}

/** Behind a comment, a declaration or an end tag; right behind the `<` where it is none of them. */
function skipMarkup(html: string, at: number): number {
  const next = html[at + 1];
  if (next !== '!' && next !== '?' && next !== '/') return at + 1;
  const closing = html.startsWith('<!--', at) ? '-->' : '>';
  const end = html.indexOf(closing, at + 2);
  return end < 0 ? html.length : end + closing.length;
}

/** Behind the `>` of a tag, which quotes may hide; negative where the page ends before. */
function findTagEnd(html: string, from: number): number {
  let quote = '';
  for (let at = from; at < html.length; at++) {
    const character = html[at]!;
    if (quote !== '') {
      if (character === quote) quote = '';
    } else if (character === '>') return at + 1;
    else if (character === '"' || character === "'") quote = character;
  }
  return -1;
}

/** Where the end tag of an element with raw text begins. */
function findRawEnd(html: string, from: number, element: string): number {
  for (let at = html.indexOf('</', from); at >= 0; at = html.indexOf('</', at + 2)) {
    if (html.slice(at + 2, at + 2 + element.length).toLowerCase() === element) return at;
  }
  return html.length;
}

/** One start tag, `<` and `>` included; `from` is where its attributes begin. */
function rewriteTag(tag: string, from: number, names: readonly string[], page: ProxiedPage): string {
  let out = tag.slice(0, from);
  let at = from;
  while (at < tag.length) {
    const name = readUntil(tag, at, ' \t\r\n\f=/>');
    if (name === '') {
      out += tag[at++]!;
      continue;
    }
    out += name;
    at += name.length;
    const equals = readWhile(tag, at, ' \t\r\n\f=');
    out += equals;
    at += equals.length;
    if (!equals.includes('=')) continue;
    const value = readValue(tag, at);
    at += value.length;
    out += names.includes(name.toLowerCase()) ? rewriteValue(value, page) : value;
  }
  return out;
}

/** An attribute's value as it is written, quotes and all. */
function readValue(tag: string, from: number): string {
  const quote = tag[from];
  if (quote !== '"' && quote !== "'") return readUntil(tag, from, ' \t\r\n\f>');
  const end = tag.indexOf(quote, from + 1);
  return end < 0 ? tag.slice(from) : tag.slice(from, end + 1);
}

function rewriteValue(written: string, page: ProxiedPage): string {
  const isQuoted = written[0] === '"' || written[0] === "'";
  const link = unescapeText(isQuoted ? written.slice(1, -1) : written);
  const rewritten = rewriteLink(link, page);
  return rewritten === link ? written : `"${escapeText(rewritten)}"`;
}

function readUntil(text: string, from: number, stops: string): string {
  let at = from;
  while (at < text.length && !stops.includes(text[at]!)) at++;
  return text.slice(from, at);
}

function readWhile(text: string, from: number, wanted: string): string {
  let at = from;
  while (at < text.length && wanted.includes(text[at]!)) at++;
  return text.slice(from, at);
}

function unescapeText(text: string): string {
  if (!text.includes('&')) return text;
  return text
    .replaceAll('&quot;', '"')
    .replaceAll('&#34;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&#34;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

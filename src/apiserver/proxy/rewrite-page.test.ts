import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { rewriteLink } from './rewrite-link.ts';
import { rewritePage } from './rewrite-page.ts';

const page = { prefix: '/api/v1/pods/web/proxy', backendHost: '10.0.0.1:80', requestHost: 'api.test:6443' };
const link = (text: string) => rewriteLink(text, page);

describe('a link of a proxied page', () => {
  test('leads back through the proxy when it is absolute on the same host', () => {
    assert.equal(link('/a/b?c=/d#e'), '/api/v1/pods/web/proxy/a/b?c=/d#e');
    assert.equal(link('/a/../b//c/'), '/api/v1/pods/web/proxy/b/c/');
    assert.equal(link('/'), '/api/v1/pods/web/proxy/');
    assert.equal(link('http://10.0.0.1:80/a'), '/api/v1/pods/web/proxy/a');
    assert.equal(link('//10.0.0.1:80/a'), '/api/v1/pods/web/proxy/a');
    assert.equal(link('https://api.test:6443/a'), 'https://api.test:6443/api/v1/pods/web/proxy/a');
  });

  test('stays as it is when it leads elsewhere, is relative, or leads through the proxy already', () => {
    for (const text of [
      'a/b',
      '?a=b',
      '#c',
      'http://other.test/a',
      'mailto:a@b.test',
      'javascript:alert(1)',
      '',
      '/api/v1/pods/web/proxy/a',
      'https://api.test:6443/api/v1/pods/web/proxy/a',
    ]) {
      assert.equal(link(text), text);
    }
  });
});

describe('a proxied page', () => {
  const rewrite = (html: string) => rewritePage(html, page);

  test('has its links rewritten, however they are written', () => {
    assert.equal(
      rewrite(
        `<A HREF='/a'>x</A><img alt="1 > 0" src=/b><form\n action = "/c?d=1&amp;e=2"></form><br/><video poster="/v"/>`,
      ),
      `<A HREF="/api/v1/pods/web/proxy/a">x</A><img alt="1 > 0" src="/api/v1/pods/web/proxy/b">` +
        `<form\n action = "/api/v1/pods/web/proxy/c?d=1&amp;e=2"></form><br/><video poster="/api/v1/pods/web/proxy/v"/>`,
    );
  });

  test('keeps what only looks like a link', () => {
    for (const html of [
      '<!-- <a href="/a"> -->',
      '<script>document.write("<a href=\'/a\'>")</script>',
      '<textarea><a href="/a"></textarea>',
      '<p title="/a">1 < 2</p>',
      '<a href="/a',
      '</a href="/a">',
      '<a data-href="/a">',
    ]) {
      assert.equal(rewrite(html), html);
    }
    assert.equal(
      rewrite('<script src="/s.js"></SCRIPT><a href="/a">'),
      '<script src="/api/v1/pods/web/proxy/s.js"></SCRIPT><a href="/api/v1/pods/web/proxy/a">',
    );
  });

  test('is not changed a second time', () => {
    const piece = fc.constantFrom(
      '<a href="/x">',
      '<',
      '>',
      '"',
      "'",
      '<!--',
      '-->',
      '<script>',
      '</script>',
      ' ',
      'a=',
      '/',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), pieces => {
        const once = rewrite(pieces.join(''));
        assert.equal(rewrite(once), once);
      }),
    );
  });

  test('is read in time that grows with its length only', () => {
    for (const piece of ['<a', '<a ', '<a href=', '<script>', '<!--', '"', '</', '<a b="']) {
      const html = piece.repeat(200_000);
      rewrite(html);
    }
  });
});

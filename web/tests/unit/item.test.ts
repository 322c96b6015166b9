// What a token says is shown, and never more than that.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { DEFAULT_GATEWAY, describe, pictureOf, sourceOf } from '../../src/lots/item.ts';

const NOTHING = { name: null, description: null, picture: null };
const json = (value: unknown) => JSON.stringify(value);

test('metadata within the URI are read in every usual form', () => {
  const text = json({ name: 'Noun 1', image: 'data:image/svg+xml;base64,AA==' });
  const uris = [`data:application/json;base64,${btoa(text)}`, `data:application/json,${encodeURIComponent(text)}`, `data:application/json;utf8,${text}`, `data:application/json,${text.replace('Noun', '100% Noun')}`];
  for (const uri of uris) {
    const source = sourceOf(uri, DEFAULT_GATEWAY);
    assert.ok(source.kind === 'inline');
    assert.match(describe(source.text, DEFAULT_GATEWAY).name ?? '', /Noun 1$/);
  }
});

test('IPFS is asked through the gateway, the web by https alone', () => {
  const at = (uri: string) => {
    const source = sourceOf(uri, 'https://gateway.example/ipfs/');
    return source.kind === 'remote' ? source.url.href : source.kind;
  };
  assert.equal(at('ipfs://bafy/1'), 'https://gateway.example/ipfs/bafy/1');
  assert.equal(at('ipfs://ipfs/bafy/1'), 'https://gateway.example/ipfs/bafy/1');
  assert.equal(at('https://a.example/1'), 'https://a.example/1');
  for (const uri of ['http://a.example/1', 'javascript:alert(1)', 'file:///etc/passwd', 'data:text/html,x', 'blob:x', '//a.example', 'x', '']) assert.equal(at(uri), 'none', uri);
  assert.deepEqual(sourceOf(null, DEFAULT_GATEWAY), { kind: 'none' });
  assert.deepEqual(sourceOf(`https://${'a'.repeat(3_000_000)}`, DEFAULT_GATEWAY), { kind: 'none' });
});

test('a picture is an image or an address of one', () => {
  for (const image of ['data:image/png;base64,AA', 'data:image/svg+xml;utf8,<svg/>', 'https://a.example/1.png']) assert.equal(pictureOf(image, DEFAULT_GATEWAY), image);
  for (const image of ['data:text/html,x', 'data:image/svg+xmlx,x', 'javascript:1', 'http://a.example/1.png', 7, null, undefined, {}, `data:image/png,${'a'.repeat(3_000_000)}`]) {
    assert.equal(pictureOf(image, DEFAULT_GATEWAY), null);
  }
});

test('whatever the metadata are, what is shown is short text', () => {
  for (const text of ['', 'null', '[]', '7', '"x"', '{', '{"name":{"a":1}}']) assert.deepEqual(describe(text, DEFAULT_GATEWAY), NOTHING);
  const { name, description } = describe(json({ name: `a\u202egnp.exe${'x'.repeat(200)}`, description: '\u0000'.repeat(9) }), DEFAULT_GATEWAY);
  assert.equal(name?.length, 81);
  assert.doesNotMatch(name ?? '', /[\u0000-\u001f\u202e]/);
  assert.equal(description, null);
});

// Receives webhooks of remit: checks who has sent them, keeps them, and answers.
//
//     REMIT_WEBHOOK_SECRETS=whsec_… node receive_webhooks.mjs webhooks.jsonl 8080
//
// Needs Node.js 18 or newer, and no package.
import { createHmac, createPublicKey, timingSafeEqual, verify } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs';
import { createServer } from 'node:http';

const tolerance = 300; // seconds: one who has caught a delivery cannot repeat it later than that
const longestBody = 1_048_576;

// A key says whether a signature of its kind fits: whsec_… of v1, whpk_… of v1a.
function readKey(text) {
  const bytes = Buffer.from(text.replace(/^wh(sec|pk)_/, ''), 'base64');
  if (text.startsWith('whpk_')) {
    const jwk = { kty: 'OKP', crv: 'Ed25519', x: bytes.toString('base64url') };
    const key = createPublicKey({ key: jwk, format: 'jwk' });
    return { kind: 'v1a', fits: (content, signature) => verify(null, content, key, signature) };
  }
  if (!text.startsWith('whsec_')) throw new Error('a key begins with whsec_ or whpk_');
  const fits = (content, signature) => {
    const expected = createHmac('sha256', bytes).update(content).digest();
    // In constant time: how long it takes says nothing about how much was right.
    return signature.length === expected.length && timingSafeEqual(signature, expected);
  };
  return { kind: 'v1', fits };
}

// Whether one of our keys has signed this very body, and not long ago.
function isGenuine(headers, body, keys, now = Date.now() / 1000) {
  const id = headers['webhook-id'];
  const timestamp = headers['webhook-timestamp'] ?? '';
  if (!id || !/^\d{1,12}$/.test(timestamp)) return false;
  if (Math.abs(now - Number(timestamp)) > tolerance) return false;
  // The bytes as they came, not JSON again.
  const content = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), body]);
  // While a secret is changed there are two signatures, parted by a blank: one has to fit.
  return (headers['webhook-signature'] ?? '').split(' ').some((one) => {
    const [kind, value = ''] = one.split(',');
    const signature = Buffer.from(value, 'base64');
    return keys.some((key) => key.kind === kind && key.fits(content, signature));
  });
}

async function readBody(request) {
  const parts = [];
  let length = 0;
  for await (const part of request) {
    length += part.length;
    if (length > longestBody) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts);
}

const [path, port] = process.argv.slice(2);
// While you change from one secret to the next, both of them, with a blank in between.
const keys = process.env.REMIT_WEBHOOK_SECRETS.trim().split(/\s+/).map(readKey);

// One line for each that was kept; what a kill has left behind the last one is cut off. A real
// receiver has a table for it, whose key is the id.
const inbox = openSync(path, 'a');
const bytes = readFileSync(path);
const lines = bytes.subarray(0, bytes.lastIndexOf('\n') + 1).toString().split('\n').slice(0, -1);
const known = new Set(lines.map((line) => JSON.parse(line).id));
truncateSync(path, bytes.lastIndexOf('\n') + 1);

// Returns when it is on the disk. A delivery may come twice; the second is not kept.
function keep(id, body) {
  if (known.has(id)) return false;
  writeSync(inbox, `${JSON.stringify({ id, body: body.toString() })}\n`);
  fsyncSync(inbox);
  known.add(id);
  return true;
}

const server = createServer(async (request, response) => {
  try {
    const body = await readBody(request);
    if (!body) return response.writeHead(413, { Connection: 'close' }).end();
    if (!isGenuine(request.headers, body, keys)) return response.writeHead(401).end();
    // Kept first, then answered, and worked upon later by what reads the inbox: a receiver that
    // works before it answers is too slow one day, and gets it twice.
    const isNew = keep(request.headers['webhook-id'], body);
    console.log(isNew ? 'new' : 'again', request.headers['webhook-id']);
    return response.writeHead(204).end();
  } catch (error) {
    console.error(error);
    return response.writeHead(500).end();
  }
});
server.listen(Number(port), '127.0.0.1', () => {
  console.log('listening on port', server.address().port);
});
process.on('exit', () => closeSync(inbox));

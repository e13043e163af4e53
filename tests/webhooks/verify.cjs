// node verify.cjs FOLDER CASES: checks each case of the file CASES with the libraries under FOLDER/node_modules.
// A case has `name`, `accepted`, `headers` and `body`, and `secret` (whsec_…, checked by the reference library of
// Standard Webhooks) or `public_key` (whpk_…, checked by Node.js, since that library has no Ed25519). Prints what is
// not as the case says; then the exit status is 1.
'use strict';

const { createPublicKey, verify } = require('node:crypto');
const { readFileSync } = require('node:fs');
const { createRequire } = require('node:module');

const [folder, file] = process.argv.slice(2);
const { Webhook } = createRequire(`${folder}/`)('standardwebhooks');

function acceptsShared({ secret, headers, body }) {
  try {
    new Webhook(secret).verify(body, headers);
    return true;
  } catch (error) {
    if (error.constructor.name !== 'WebhookVerificationError') throw error;
    return false;
  }
}

function acceptsPair({ public_key: text, headers, body }) {
  const x = Buffer.from(text.replace(/^whpk_/, ''), 'base64').toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  const content = Buffer.from(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`);
  return headers['webhook-signature']
    .split(' ')
    .filter((signature) => signature.startsWith('v1a,'))
    .some((signature) => verify(null, content, key, Buffer.from(signature.slice(4), 'base64')));
}

const cases = JSON.parse(readFileSync(file, 'utf8'));
const wrong = cases.filter((one) => (one.secret ? acceptsShared : acceptsPair)(one) !== one.accepted);
for (const { name, accepted } of wrong) {
  console.log(`${name}: ${accepted ? 'refused' : 'accepted'}`);
}
console.log(`${cases.length} cases`);
process.exitCode = wrong.length > 0 ? 1 : 0;

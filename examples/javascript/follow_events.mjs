// Follows the events of remit over its WebSocket: handles each of them, and none twice.
//
//     npm ci
//     REMIT_URL=http://127.0.0.1:9999 REMIT_KEY=remit_… node follow_events.mjs events.jsonl
//
// Each event becomes one line of a file, and the last whole line says where to go on. So the
// program may be killed at any moment. Needs Node.js 18 or newer.
import { closeSync, fsyncSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import WebSocket from 'ws';

const url = process.env.REMIT_URL ?? 'http://127.0.0.1:9999';
const key = process.env.REMIT_KEY;
const headers = key ? { Authorization: `Bearer ${key}` } : {};
const path = process.argv[2];
const firstPause = 500;
const longestPause = 30_000; // milliseconds
const longestSilence = 45_000; // remit pings every 20 seconds

let pause = firstPause;

// The sequence of the last whole line; what a kill has left behind it is cut off. A program that
// keeps a database would store events and their sequence in one transaction of it.
function lastSequence() {
  closeSync(openSync(path, 'a'));
  const bytes = readFileSync(path);
  const end = bytes.lastIndexOf('\n') + 1;
  truncateSync(path, end);
  if (end === 0) return undefined;
  return JSON.parse(bytes.subarray(bytes.lastIndexOf('\n', end - 2) + 1, end)).sequence;
}

function handle(file, text) {
  writeSync(file, `${text}\n`);
  fsyncSync(file); // now it survives a loss of power
  const { sequence, type, resource } = JSON.parse(text);
  console.log(sequence, type, resource);
}

// At the first start, and when the next events have been removed: go on from the oldest. What was
// missed cannot be told any more, so here your program reads the payments again.
async function startOver() {
  const answer = await fetch(`${url}/events?limit=1`, { headers, signal: AbortSignal.timeout(10_000) });
  if (!answer.ok) throw Object.assign(new Error(answer.statusText), { code: answer.status });
  const page = await answer.json();
  return page.data.length > 0 ? page.data[0].sequence - 1 : page.last_sequence;
}

// Until the socket ends: the code of its close, or the status that refused the handshake.
function follow(after, file) {
  return new Promise((resolve) => {
    const target = `${url.replace(/^http/, 'ws')}/ws?after=${after}`;
    const socket = new WebSocket(target, { headers, handshakeTimeout: 10_000 });
    let timer;
    const isAlive = () => {
      clearTimeout(timer);
      timer = setTimeout(() => socket.terminate(), longestSilence);
    };
    socket.on('open', isAlive);
    socket.on('ping', isAlive); // the library answers it
    socket.on('message', (text) => {
      isAlive();
      handle(file, text.toString());
      pause = firstPause;
    });
    socket.on('unexpected-response', (request, answer) => {
      resolve(answer.statusCode);
      request.destroy();
    });
    socket.on('error', (error) => console.error(error.message)); // "close" comes after it
    socket.on('close', (code) => {
      clearTimeout(timer);
      resolve(code);
    });
  });
}

let hasExpired = false;
for (;;) {
  let code;
  try {
    const after = (hasExpired ? undefined : lastSequence()) ?? (await startOver());
    const file = openSync(path, 'a');
    code = await follow(after, file);
    closeSync(file);
  } catch (error) {
    code = error.code ?? error.message;
  }
  if ([401, 403, 1008].includes(code)) {
    console.error(`remit lets this key in no longer: ${code}`);
    process.exit(1); // it is wrong, lacks a scope, or has ended
  }
  hasExpired = code === 410 || code === 4410;
  // 1001: the instance stops. 1013: we were too slow, or its database is. Anything else is a fault
  // on the way. All of them pass; with thousands of clients, not all come at once.
  console.error(`connecting again after: ${code}`);
  await sleep(pause * (0.5 + Math.random() / 2));
  pause = Math.min(pause * 2, longestPause);
}

#!/usr/bin/env python3
"""Receives webhooks of remit: checks who has sent them, keeps them, and answers.

    REMIT_WEBHOOK_SECRETS=whsec_… python3 receive_webhooks.py webhooks.db 8080

Of the standard library alone. It checks signatures of the kind v1; for v1a see the example in
JavaScript, or use python3-cryptography.
"""
import base64
import hashlib
import hmac
import os
import sqlite3
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TOLERANCE = 300  # seconds: one who has caught a delivery cannot repeat it later than that
LONGEST_BODY = 1_048_576


def read_secret(text):
    return base64.b64decode(text.removeprefix("whsec_"), validate=True)


def is_genuine(headers, body, secrets, now=None):
    """Whether one of our secrets has signed this very body, and not long ago."""
    sent_id = headers.get("webhook-id", "")
    timestamp = headers.get("webhook-timestamp", "")
    if not sent_id or not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 13):
        return False
    if abs((time.time() if now is None else now) - int(timestamp)) > TOLERANCE:
        return False
    content = f"{sent_id}.{timestamp}.".encode() + body  # the bytes as they came, not JSON again
    # While a secret is changed there are two signatures, parted by a blank: one has to fit.
    for signature in headers.get("webhook-signature", "").split(" "):
        kind, _, value = signature.partition(",")
        for secret in secrets if kind == "v1" else ():
            expected = base64.b64encode(hmac.digest(secret, content, hashlib.sha256))
            # In constant time: how long it takes says nothing about how much was right.
            if hmac.compare_digest(expected, value.encode()):
                return True
    return False


def open_inbox(path):
    store = sqlite3.connect(path, timeout=10)
    store.execute("PRAGMA synchronous = FULL")  # what is committed survives a loss of power
    store.execute("CREATE TABLE IF NOT EXISTS inbox (id TEXT PRIMARY KEY, body TEXT)")
    return store


def keep(path, webhook_id, body):
    """Returns when it is on the disk. A delivery may come twice; the second is not kept."""
    store = open_inbox(path)  # each connection has a thread of its own
    with store:
        row = (webhook_id, body.decode())
        is_new = store.execute("INSERT OR IGNORE INTO inbox VALUES (?, ?)", row).rowcount == 1
    store.close()
    return is_new


class Receiver(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # connections stay open
    timeout = 30

    def do_POST(self):
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > LONGEST_BODY:
            self.close_connection = True
            return self.answer(413)
        body = self.rfile.read(int(length))
        if not is_genuine(self.headers, body, self.server.secrets):
            return self.answer(401)
        # Kept first, then answered, and worked upon later by another thread or program that reads
        # the inbox: a receiver that works before it answers is too slow one day, and gets it twice.
        is_new = keep(self.server.path, self.headers["webhook-id"], body)
        print("new" if is_new else "again", self.headers["webhook-id"], flush=True)
        return self.answer(204)

    def answer(self, status):
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Length", "0")
        self.end_headers()


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2])), Receiver)
    server.path = sys.argv[1]
    open_inbox(server.path).close()
    # While you change from one secret to the next, both of them, with a blank in between.
    server.secrets = [read_secret(one) for one in os.environ["REMIT_WEBHOOK_SECRETS"].split()]
    print("listening on port", server.server_port, flush=True)
    server.serve_forever()

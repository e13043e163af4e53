#!/usr/bin/env python3
"""Follows the events of remit over its WebSocket: handles each of them, and none twice.

    REMIT_URL=http://127.0.0.1:9999 REMIT_KEY=remit_… python3 follow_events.py events.db

An event is stored in the same transaction as what is done about it, and its sequence says where to
go on. So the program may be killed at any moment. Needs python3-websockets (Debian, Ubuntu).
"""
import asyncio
import json
import os
import random
import sqlite3
import sys
import urllib.error
import urllib.request

import websockets

URL = os.environ.get("REMIT_URL", "http://127.0.0.1:9999")
KEY = os.environ.get("REMIT_KEY")
HEADERS = {"Authorization": f"Bearer {KEY}"} if KEY else {}
# The library gave its parameter another name in version 14.
IS_NEW = int(websockets.__version__.split(".")[0]) >= 14
HANDSHAKE = {"additional_headers" if IS_NEW else "extra_headers": HEADERS}
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30  # seconds


def open_store(path):
    store = sqlite3.connect(path)
    store.execute("PRAGMA synchronous = FULL")  # what is committed survives a loss of power
    store.execute("CREATE TABLE IF NOT EXISTS event (sequence INTEGER PRIMARY KEY, body TEXT)")
    return store


def last_sequence(store):
    return store.execute("SELECT max(sequence) FROM event").fetchone()[0]


def handle(store, event):
    with store:  # one transaction: what your program does about the event belongs here, too
        store.execute("INSERT INTO event VALUES (?, ?)", (event["sequence"], json.dumps(event)))
    print(event["sequence"], event["type"], event["resource"], flush=True)


def start_over():
    """At the first start, and when the next events have been removed: go on from the oldest."""
    # What was missed cannot be told any more. Here your program reads the payments again.
    request = urllib.request.Request(f"{URL}/events?limit=1", headers=HEADERS)
    with urllib.request.urlopen(request, timeout=10) as answer:
        page = json.load(answer)
    return page["data"][0]["sequence"] - 1 if page["data"] else page["last_sequence"]


def reason(error):
    """A status of HTTP, a code of a WebSocket's close, or None when there was neither."""
    if isinstance(error, urllib.error.HTTPError):
        return error.code
    if isinstance(error, websockets.ConnectionClosed):
        return error.rcvd.code if error.rcvd else None
    if hasattr(error, "response"):  # the handshake was refused
        return error.response.status_code
    return getattr(error, "status_code", None)


async def main(path):
    store = open_store(path)
    has_expired = False
    pause = FIRST_PAUSE
    while True:
        try:
            after = None if has_expired else last_sequence(store)
            if after is None:
                after = await asyncio.to_thread(start_over)
            has_expired = False
            target = f"{URL.replace('http', 'ws', 1)}/ws?after={after}"
            async with websockets.connect(target, **HANDSHAKE) as socket:
                while True:  # the library answers pings, and sends its own
                    handle(store, json.loads(await socket.recv()))
                    pause = FIRST_PAUSE
        except (OSError, asyncio.TimeoutError, websockets.WebSocketException) as error:
            code, what = reason(error), error
        if code in (401, 403, 1008):  # the key is wrong, lacks a scope, or has ended
            sys.exit(f"remit lets this key in no longer: {what}")
        has_expired = code in (410, 4410)
        # 1001: the instance stops. 1013: we were too slow, or its database is. Anything else is a
        # fault on the way. All of them pass; with thousands of clients, not all come at once.
        print(f"connecting again after: {what}", file=sys.stderr)
        await asyncio.sleep(pause * random.uniform(0.5, 1))
        pause = min(pause * 2, LONGEST_PAUSE)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))

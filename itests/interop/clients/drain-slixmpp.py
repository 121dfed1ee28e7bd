#!/usr/bin/env python3
"""Logs in with slixmpp, drains as many messages as asked for with stream management, leaves in order: see ../README.md."""
import asyncio
import ssl
import sys

import slixmpp

host, port, jid, password, expected = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4], int(sys.argv[5])


class Reader(slixmpp.ClientXMPP):
    def __init__(self):
        super().__init__(jid, password)
        self.register_plugin("xep_0198")
        self.register_plugin("xep_0199")
        self.ssl_context.check_hostname = False
        self.ssl_context.verify_mode = ssl.CERT_NONE
        self.bodies = []
        self.complete = self.loop.create_future()
        self.add_event_handler("session_start", self.begin)
        self.add_event_handler("message", self.take)

    async def begin(self, _):
        await self.get_roster()
        self.send_presence()

    def take(self, message):
        self.bodies.append(message["body"])
        if len(self.bodies) == expected and not self.complete.done():
            self.complete.set_result(None)


async def main():
    reader = Reader()
    reader.connect((host, port))
    await asyncio.wait_for(reader.complete, 120)
    await reader["xep_0199"].ping()
    managed = reader["xep_0198"].enabled_in if hasattr(reader["xep_0198"], "enabled_in") else "?"
    await reader.disconnect()
    bodies = reader.bodies
    print(f"slixmpp {slixmpp.__version__}: {len(bodies)} came, {len(set(bodies))} different, "
          f"in order: {bodies == sorted(bodies, key=int)}, stream management: {managed}")
    return 0 if bodies == [str(n) for n in range(expected)] else 1


sys.exit(asyncio.get_event_loop().run_until_complete(main()))

#!/usr/bin/env python3
"""Deals with waiting messages by hand, with slixmpp's plugin for XEP-0013, and leaves one of them: see ../README.md."""
import asyncio
import ssl
import sys

import slixmpp
from slixmpp.exceptions import IqError

host, port, jid, password, expected = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4], int(sys.argv[5])
OFFLINE = "http://jabber.org/protocol/offline"


class Reader(slixmpp.ClientXMPP):
    def __init__(self):
        super().__init__(jid, password)
        self.register_plugin("xep_0004")
        self.register_plugin("xep_0013")
        self.register_plugin("xep_0199")
        self.ssl_context.check_hostname = False
        self.ssl_context.verify_mode = ssl.CERT_NONE
        self.flood = []
        self.ready = self.loop.create_future()
        self.add_event_handler("session_start", lambda _: self.ready.set_result(None))
        self.add_event_handler("message", self.take)

    def take(self, message):
        if message.xml.find(f"{{{OFFLINE}}}offline") is None:
            self.flood.append(message["body"])

    async def ask(self, what, *nodes):
        answer = self.loop.create_future()
        what(*nodes, callback=answer.set_result)
        iq = await asyncio.wait_for(answer, 60)
        if iq["type"] != "result":
            raise IqError(iq)
        return [message["body"] for message in iq["offline"]["results"]]

    async def nodes(self):
        headers = await self["xep_0013"].get_headers()
        return [node for _, node, _ in headers["disco_items"]["items"]]


async def main():
    reader = Reader()
    reader.connect((host, port))
    await asyncio.wait_for(reader.ready, 60)
    by_hand = reader["xep_0013"]
    said = await reader["xep_0030"].get_info(jid=slixmpp.JID(jid).domain)
    assert OFFLINE in said["disco_info"]["features"]
    count = await by_hand.get_count()
    form = count.xml.find(".//{jabber:x:data}field[@var='number_of_messages']/{jabber:x:data}value")
    assert form.text == str(expected), form.text
    nodes = sorted(await reader.nodes())
    assert len(nodes) == expected
    assert await reader.ask(by_hand.view, [nodes[0], nodes[2]]) == ["0", "2"]
    assert await reader.ask(by_hand.fetch) == [str(n) for n in range(expected)]
    await reader.ask(by_hand.remove, nodes[1:])
    reader.send_presence()
    await reader["xep_0199"].ping()
    assert await reader.nodes() == nodes[:1]
    try:
        await reader.ask(by_hand.view, [nodes[1]])
        raise AssertionError("a message that is gone was viewed")
    except IqError as e:
        assert e.condition == "item-not-found", e.condition
    assert reader.flood == [], reader.flood
    await reader.ask(by_hand.purge)
    assert await reader.nodes() == []
    await reader.disconnect()
    print(f"slixmpp {slixmpp.__version__}: counted, listed, viewed, fetched, removed and purged {expected} by hand")
    return 0


sys.exit(asyncio.get_event_loop().run_until_complete(main()))

#!/usr/bin/env python3
"""Sends one message, or reads those that wait, with slixmpp over STARTTLS: see ../README.md.

talk-slixmpp.py CERTIFICATE JID PASSWORD send TO TEXT
talk-slixmpp.py CERTIFICATE JID PASSWORD read COUNT

The password "-" is read from standard input. Whatever CERTIFICATE (PEM) does not vouch for is not spoken to.
"""
import asyncio
import sys

import slixmpp

PATIENCE = 60  # seconds


class Client(slixmpp.ClientXMPP):
    def __init__(self, jid, password, certificate):
        super().__init__(jid, password)
        for plugin in ("xep_0198", "xep_0199", "xep_0203"):
            self.register_plugin(plugin)
        self.ca_certs = certificate
        self.ssl_context.check_hostname = True
        self.messages = []
        self.came = asyncio.Event()
        self.begun = self.loop.create_future()
        self.add_event_handler("session_start", lambda _: self.begun.set_result(None))
        self.add_event_handler("message", self.take)
        for refusal in ("failed_all_auth", "ssl_invalid_chain"):
            self.add_event_handler(refusal, lambda what, name=refusal: self.refuse(f"{name}: {what}"))

    def refuse(self, why):
        if not self.begun.done():
            self.begun.set_exception(ConnectionError(why))

    def take(self, message):
        self.messages.append(message)
        self.came.set()


async def main(certificate, jid, password, task, *operands):
    client = Client(jid, sys.stdin.readline().rstrip("\n") if password == "-" else password, certificate)
    client.connect(("127.0.0.1", 5222))
    await asyncio.wait_for(client.begun, PATIENCE)
    cipher = client.transport.get_extra_info("cipher")
    if not cipher:
        raise ConnectionError("the connection is not encrypted")
    print(f"encrypted: {cipher[1]} {cipher[0]}")
    if task == "send":
        client.send_message(mto=operands[0], mbody=operands[1], mtype="chat")
    else:
        await client.get_roster()
        client.send_presence()
        while len(client.messages) < int(operands[0]):
            client.came.clear()
            await asyncio.wait_for(client.came.wait(), PATIENCE)
    await client["xep_0199"].ping(client.boundjid.domain)  # what was sent before is safe when it is answered
    for message in client.messages:
        print(f"{message['delay']['stamp']} {message['from'].bare}: {message['body']}")
    await client.disconnect()


asyncio.get_event_loop().run_until_complete(main(*sys.argv[1:]))

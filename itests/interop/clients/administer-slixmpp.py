#!/usr/bin/env python3
"""Administers a server with slixmpp's plugin for XEP-0050, and is refused by another account: see ../README.md."""
import asyncio
import ssl
import sys

import slixmpp
from slixmpp.exceptions import IqError

host, port, admin, password, other, other_password = sys.argv[1], int(sys.argv[2]), *sys.argv[3:7]
COMMANDS = "http://jabber.org/protocol/commands"
ADMIN = "http://jabber.org/protocol/admin#"
DOMAIN = slixmpp.JID(admin).domain


class Client(slixmpp.ClientXMPP):
    def __init__(self, jid, secret):
        super().__init__(jid, secret)
        for plugin in ("xep_0004", "xep_0030", "xep_0050"):
            self.register_plugin(plugin)
        self.ssl_context.check_hostname = False
        self.ssl_context.verify_mode = ssl.CERT_NONE
        self.ready = self.loop.create_future()
        self.add_event_handler("session_start", lambda _: self.decided(True))
        self.add_event_handler("failed_all_auth", lambda _: self.decided(False))

    def decided(self, is_in):
        if not self.ready.done():
            self.ready.set_result(is_in)

    async def online(self):
        self.connect((host, port))
        return await asyncio.wait_for(self.ready, 60)

    async def nodes(self):
        said = await self["xep_0050"].get_commands(DOMAIN)
        return {node for _, node, _ in said["disco_items"]["items"]}

    async def step(self, name, action="execute", session=None, **values):
        """One step of a command; gives what the server answered."""
        form = None
        if values:
            form = self["xep_0004"].make_form(ftype="submit")
            for field, value in values.items():
                form.add_field(var=field.replace("_", "-"), value=value)
        iq = self["xep_0050"].send_command(
            DOMAIN, ADMIN + name, action=action, payload=form, sessionid=session, flow=False)
        return (await asyncio.wait_for(iq, 60))["command"]

    async def run(self, name, **values):
        asked = await self.step(name)
        assert asked["status"] == "executing", asked
        assert asked["form"]["fields"], "it asks by a form"
        done = await self.step(name, session=asked["sessionid"], **values)
        assert done["status"] == "completed", done
        return done


async def refused(step):
    try:
        await step
    except IqError as e:
        conditions = [child.tag.split("}")[1] for child in e.iq["error"].xml]
        return [name for name in conditions if name != "text"]
    raise AssertionError("not refused")


async def main():
    client, outsider = Client(admin, password), Client(other, other_password)
    assert await client.online() and await outsider.online()
    info = await client["xep_0030"].get_info(jid=DOMAIN)
    assert COMMANDS in info["disco_info"]["features"]
    nodes = await client.nodes()
    assert {ADMIN + name for name in ("add-user", "delete-user", "announce")} <= nodes, nodes
    assert not any(node.startswith(ADMIN) for node in await outsider.nodes())
    assert await refused(outsider.step("add-user")) == ["forbidden"]
    assert await refused(client.step("add-user", session="nothing")) == ["bad-request", "bad-sessionid"]

    paris = f"paris@{DOMAIN}"
    await client.run("add-user", accountjid=paris, password="first", password_verify="first")
    newcomer = Client(paris, "first")
    assert await newcomer.online(), "the new account logs in"
    await newcomer.disconnect()
    assert await refused(client.run("add-user", accountjid=paris, password="x", password_verify="x")) == ["conflict"]
    await client.run("change-user-password", accountjid=paris, password="second")
    assert not await Client(paris, "first").online(), "the old password is wrong"
    number = await client.step("get-registered-users-num")
    assert number["form"].get_values()["registeredusersnum"] == "3", number
    gone = outsider.loop.create_future()
    outsider.add_event_handler("disconnected", lambda _: gone.done() or gone.set_result(None))
    await client.run("end-user-session", accountjids=[other])
    await asyncio.wait_for(gone, 60)
    await client.run("delete-user", accountjids=[paris])
    assert not await Client(paris, "second").online(), "the account is gone"
    asked = await client.step("delete-user")
    canceled = await client.step("delete-user", action="cancel", session=asked["sessionid"])
    assert canceled["status"] == "canceled", canceled
    await client.disconnect()
    print(f"slixmpp {slixmpp.__version__}: administered by commands, and was refused without the right")
    return 0


sys.exit(asyncio.get_event_loop().run_until_complete(main()))

// Logs in with @xmpp/client, drains as many messages as asked for with stream management, leaves in order: see ../README.md.
import { client, xml } from "@xmpp/client";

const [host, port, user, password, expected] = process.argv.slice(2);
const xmpp = client({ service: `xmpp://${host}:${port}`, domain: "localhost", username: user, password });
const bodies = [];
let done;
const complete = new Promise((resolve) => (done = resolve));
xmpp.on("error", (fault) => {
  console.error(fault);
  process.exit(1);
});
xmpp.on("stanza", (stanza) => {
  if (stanza.is("message")) {
    bodies.push(stanza.getChildText("body"));
    if (bodies.length === Number(expected)) done();
  }
});
xmpp.on("online", () => xmpp.send(xml("presence")));
setTimeout(() => {
  console.error(`${bodies.length} of ${expected} came within two minutes`);
  process.exit(1);
}, 120_000).unref();
await xmpp.start();
await complete;
await xmpp.iqCaller.get(xml("ping", "urn:xmpp:ping"), "localhost");
const managed = xmpp.streamManagement?.enabled;
await xmpp.stop();
const right = bodies.every((body, n) => body === String(n));
console.log(`@xmpp/client: ${bodies.length} came, ${new Set(bodies).size} different, in order: ${right}, stream management: ${managed}`);
process.exit(right && bodies.length === Number(expected) ? 0 : 1);

package org.example.restante;

import im.restante.jid.Jid;
import im.restante.server.SessionListener;
import im.restante.server.StanzaSender;
import im.restante.stanza.Message;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the user a message from the server whenever she logs in. There while {@code etc/org.example.restante.notice.cfg} has a
 * {@code text}. It is a message like any other: it waits until she has a client that takes messages, and survives until then.
 */
@Component(configurationPid = "org.example.restante.notice", configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class NoticeOnLogin implements SessionListener {
    private static final Logger LOG = LoggerFactory.getLogger(NoticeOnLogin.class);

    private final StanzaSender sender;
    private final String text;

    @interface Config {
        String text();
    }

    @Activate
    public NoticeOnLogin(Config config, @Reference StanzaSender sender) {
        this.sender = sender;
        this.text = config.text();
    }

    @Override
    public void opened(Jid session) {
        Element notice = Element.builder(Namespaces.CLIENT, "message")
                .attribute("to", session.bare().toString())
                .attribute("type", "chat")
                .child(Element.of(Namespaces.CLIENT, "body", text))
                .build();
        sender.send(Message.of(notice)).thenAccept(verdict -> LOG.info("notice to {}: {}", session, verdict));
    }
}

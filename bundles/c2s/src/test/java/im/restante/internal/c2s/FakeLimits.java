package im.restante.internal.c2s;

import im.restante.jid.Jid;
import im.restante.limit.Limits;
import im.restante.limit.Permission;
import im.restante.limit.Rates;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Limits that a test sets; grants everything at first. */
final class FakeLimits implements Limits {
    volatile Permission connect = Permission.GRANTED;
    volatile Permission login = Permission.GRANTED;
    volatile Permission register = Permission.GRANTED;
    volatile Rates rates = Rates.NONE;
    volatile int accounts = 1;
    volatile InetAddress proxy;
    volatile long memoryBudget = -1;

    /** Counted at the moment, by address. */
    final ConcurrentHashMap<String, AtomicInteger> open = new ConcurrentHashMap<>();

    /** Whose login ended how, from where. */
    final List<String> ended = new CopyOnWriteArrayList<>();

    /** Rates of some addresses. */
    final ConcurrentHashMap<String, Rates> ratesOf = new ConcurrentHashMap<>();

    int open(String address) {
        AtomicInteger count = open.get(address);
        return count == null ? 0 : count.get();
    }

    private AtomicInteger count(InetAddress client) {
        return open.computeIfAbsent(client.getHostAddress(), first -> new AtomicInteger());
    }

    @Override
    public Permission connect(InetAddress client) {
        Permission answer = connect;
        if (!(answer instanceof Permission.Refused)) {
            count(client).incrementAndGet();
        }
        return answer;
    }

    @Override
    public void present(InetAddress client) {
        count(client).incrementAndGet();
    }

    @Override
    public void disconnected(InetAddress client) {
        count(client).decrementAndGet();
    }

    @Override
    public Permission login(InetAddress client, Jid account) {
        return login;
    }

    @Override
    public void loginEnded(InetAddress client, Jid account, boolean right) {
        ended.add(client.getHostAddress() + ' ' + account + ' ' + right);
    }

    @Override
    public Permission register(InetAddress client) {
        return register;
    }

    @Override
    public int accountsPerConnection() {
        return accounts;
    }

    @Override
    public Rates rates(InetAddress client) {
        return ratesOf.getOrDefault(client.getHostAddress(), rates);
    }

    @Override
    public int maxResources(Jid account) {
        return -1;
    }

    @Override
    public long memoryBudgetBytes() {
        return memoryBudget;
    }

    @Override
    public boolean isProxy(InetAddress peer) {
        return peer.equals(proxy);
    }
}

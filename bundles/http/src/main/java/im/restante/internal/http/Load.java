package im.restante.internal.http;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The requests that one resource is at work on: so many at a time, and none for long when it is gone. Safe for concurrent use. */
final class Load {
    /** Whether the resource can be asked. */
    enum Begin {
        BEGUN,
        /** It has too much to do. */
        FULL,
        /** It has gone since it was found; another may be there. */
        GONE
    }

    private final int most;
    private final Set<Answering> running = new HashSet<>(); // guarded by this
    private boolean gone;

    Load(int most) {
        this.most = most;
    }

    synchronized Begin begin(Answering one) {
        if (gone) {
            return Begin.GONE;
        }
        if (running.size() >= most) {
            return Begin.FULL;
        }
        running.add(one);
        return Begin.BEGUN;
    }

    synchronized void end(Answering one) {
        running.remove(one);
    }

    /** The resource is gone: nothing begins from now on. */
    synchronized void gone() {
        gone = true;
    }

    /** What has not ended by now does not go on. */
    void cut() {
        List<Answering> left;
        synchronized (this) {
            left = new ArrayList<>(running);
        }
        left.forEach(Answering::cut);
    }
}

package im.restante.internal.delivery;

import im.restante.delivery.Judgement;

/** The judgement while the filter is being replaced: it would be kept, subject to being judged before it is stored. */
final class Unjudged {
    static final Judgement.Keep KEEP = new Judgement.Keep("not judged yet");

    private Unjudged() {}

    static boolean is(Judgement.Keep keep) {
        return keep.rule().equals(KEEP.rule());
    }
}

package im.restante.migration;

import java.util.List;
import java.util.concurrent.CompletionStage;

/** Something an operator started that takes its time, and goes on whether anybody looks or not. Safe for concurrent use. */
public interface Job {
    /** What it is, in a few words: {@code "messages from sqlite to mariadb"}. */
    String title();

    /** How far it is, in one line. */
    String progress();

    /** What came of it, a sentence a line, to be read when it has {@link #end() ended}, however it ended. */
    List<String> report();

    /** Completes when it has done all it could; exceptionally, with a sentence for the operator, when it broke off. */
    CompletionStage<Void> end();

    /** Makes it break off soon, at a point from which it can be begun again. */
    void stop();
}

package im.restante.internal.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OperandsTest {
    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = ';', textBlock = """
            '';                                                    '';                    ''
            JID;                                                   '';                    JID
            JID;                                                   a@b;                   ''
            JID [N|false|default];                                 a@b;                   N false default
            [--from SENDER] [--older-than-days N] JID;             '';                    JID --from --older-than-days
            [--from SENDER] [--older-than-days N] JID;             --from;                SENDER
            [--from SENDER] [--older-than-days N] JID;             --from a@b;            JID --older-than-days
            [--from SENDER] [--older-than-days N] JID;             --from a@b c@d;        --older-than-days
            [--users] [FROM TO | --stop];                          '';                    FROM --users --stop
            [--users] [FROM TO | --stop];                          --users;               FROM --stop
            [--users] [FROM TO | --stop];                          --users sqlite;        TO --stop
            [URL USER [--password-file FILE] | --stop];            url user;              --password-file --stop
            [URL USER [--password-file FILE] | --stop];            url user --password-file; FILE
            FILE|- [PATHS];                                        '';                    FILE -
            FILE|- [PATHS];                                        -;                     PATHS
            """)
    void saysWhatMayStandBehindTheWords(String usage, String words, String next) {
        assertEquals(list(next), new Operands(usage).next(list(words)));
    }

    private static List<String> list(String words) {
        return words.isEmpty() ? List.of() : List.of(words.split(" "));
    }
}

package im.restante.internal.tigase;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.internal.tigase.Finding.Kind;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class InitPropertiesTest {
    private static final String QUOTA = "im.restante.quota";
    private static final String FILTER = "im.restante.filter";
    private static final String OFFLINE = "im.restante.offline";
    private static final String AMP = "im.restante.amp";
    private static final String FIRST = "sess-man/plugins-conf/amp/";

    /** Every line that the guide shows, as it shows it. */
    static Stream<Arguments> theGuide() {
        String paths = "msg-store-offline-paths";
        return Stream.of(
                Arguments.of("--sm-plugins=+amp", AMP, "enabled", "true"),
                Arguments.of("sess-man/plugins-conf/amp/store-limit[L]=200", QUOTA, "store-limit", "200"),
                Arguments.of("amp/store-limit[L]=200", QUOTA, "store-limit", "200"),
                Arguments.of(
                        "sess-man/plugins-conf/amp/user-store-limit-enable[B]=true",
                        QUOTA,
                        "user-store-limit-enable",
                        "true"),
                Arguments.of("amp/user-store-limit-enable[B]=true", QUOTA, "user-store-limit-enable", "true"),
                Arguments.of("sess-man/plugins-conf/amp/quota-exceeded=drop", QUOTA, "quota-exceeded", "drop"),
                Arguments.of(
                        "sess-man/plugins-conf/amp/msg-store-offline-paths[s]="
                                + "/message/received[urn:xmpp:receipts],/message/store-offline",
                        FILTER,
                        paths,
                        "/message/received[urn:xmpp:receipts],/message/store-offline"),
                Arguments.of(
                        "sess-man/plugins-conf/amp/msg-store-offline-paths[s]="
                                + "/message/store-offline,-/message/do-not-store",
                        FILTER,
                        paths,
                        "/message/store-offline,-/message/do-not-store"),
                Arguments.of(
                        "sess-man/plugins-conf/amp/msg-store-offline-paths[s]=/message/received,-/message/plain",
                        FILTER,
                        paths,
                        "/message/received,-/message/plain"),
                Arguments.of(
                        "sess-man/plugins-conf/amp/msg-store-offline-paths[s]=-/message/plain,/message/received",
                        FILTER,
                        paths,
                        "-/message/plain,/message/received"),
                Arguments.of("sess-man/plugins-conf/amp/msg-offline=false", OFFLINE, "msg-offline", "false"));
    }

    @ParameterizedTest
    @MethodSource("theGuide")
    void understandsWhatTheGuideShows(String line, String pid, String key, String value) {
        InitProperties read = read(line);

        assertEquals(Map.of(pid, Map.of(key, value)), read.overlay());
        assertEquals(List.of(new Finding(1, Kind.SETS, read.findings().get(0).text())), read.findings());
    }

    @Test
    void whatIsToldOfALineIsOnePrintableLineWhateverItsValueHolds() {
        String value = "/message/a\u0000b\u0085c\u202ed\nline 2: e";
        InitProperties read = read(FIRST + "msg-store-offline-paths=/message/a\\u0000b\\u0085c\\u202ed\\nline 2: e");

        assertEquals(
                List.of("line 1: " + FIRST + "msg-store-offline-paths: im.restante.filter msg-store-offline-paths="
                        + "/message/a\\u0000b\\u0085c\\u202Ed\\u000Aline 2: e"),
                read.findings().stream().map(Finding::sentence).toList());
        assertEquals(value, read.overlay().get(FILTER).get("msg-store-offline-paths"));
    }

    /** {@link java.util.Properties} takes it for the beginning of a key; so it is no comment, and no empty line. */
    @ParameterizedTest
    @ValueSource(strings = {"\u2028", "\u2028#", "\u000b!", "\u001c"})
    void whatIsNoBlankThereIsNoneHere(String line) {
        assertEquals(
                List.of(Kind.REFUSES),
                read(line).findings().stream().map(Finding::kind).toList());
        assertEquals(List.of(), read(" \t\f\n \f# x").findings());
    }

    @Test
    void readsAllOfTheGuideInOneFile() {
        InitProperties read = read(String.join(
                "\n",
                "--sm-plugins=+amp",
                FIRST + "store-limit[L]=200",
                "amp/store-limit[L]=200",
                FIRST + "user-store-limit-enable[B]=true",
                "amp/user-store-limit-enable[B]=true",
                FIRST + "quota-exceeded=drop",
                FIRST + "msg-store-offline-paths[s]=-/message/plain,/message/received",
                FIRST + "msg-offline=false"));

        assertEquals(
                Map.of(
                        AMP, Map.of("enabled", "true"),
                        QUOTA,
                                Map.of(
                                        "store-limit",
                                        "200",
                                        "user-store-limit-enable",
                                        "true",
                                        "quota-exceeded",
                                        "drop"),
                        FILTER, Map.of("msg-store-offline-paths", "-/message/plain,/message/received"),
                        OFFLINE, Map.of("msg-offline", "false")),
                read.overlay());
        assertTrue(read.findings().stream().allMatch(f -> f.kind() == Kind.SETS), read.findings()::toString);
        assertEquals(8, read.findings().size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[L]", "[l]", "[I]", "[i]", "[S]", "[s]", "[F]", "[f]"})
    void readsANumberOfAnyTypeThatHoldsOne(String type) {
        assertEquals(
                Map.of(QUOTA, Map.of("store-limit", "7")),
                read("amp/store-limit" + type + "=7").overlay());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[B]", "[b]", "[S]", "[s]"})
    void readsAFlagOfAnyTypeThatHoldsOne(String type) {
        assertEquals(
                Map.of(OFFLINE, Map.of("msg-offline", "false")),
                read("amp/msg-offline" + type + "=FALSE").overlay());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    amp/store-limit[L]=1e3           | a whole number
                    amp/store-limit=1e3              | a whole number from -2147483648 to 2147483647
                    amp/store-limit=99999999999999999999 | a whole number from
                    amp/store-limit[L]=2147483648    | a whole number from
                    amp/store-limit=                 | a whole number from
                    amp/store-limit[B]=true          | a whole number from
                    amp/store-limit[B]=7             | true or false
                    amp/store-limit[l]=7,8           | a whole number from
                    amp/store-limit[F]=x             | a number
                    amp/msg-offline=maybe            | true or false
                    amp/msg-offline[B]=no            | true or false
                    amp/user-store-limit-enable=1    | true or false
                    amp/quota-exceeded=              | the name of a strategy
                    amp/store-limit[X]=7             | the type must be one of
                    amp/store-limit[L=7              | the type must be one of
                    amp/store-limit[L]x=7            | the type must be one of
                    amp/store-limit[]=7              | the type must be one of
                    --sm-plugins=+                   | +NAME or -NAME
                    amp/store-limit                  | must be KEY=VALUE
                    =7                               | must be KEY=VALUE
                    --user-db-uri=C:\\users          | hexadecimal
                    """)
    void refusesTheWholeFileForALine(String line, String wanted) {
        InitProperties read = read("# one\namp/msg-offline=true\n" + line);

        assertEquals(Map.of(), read.overlay());
        assertEquals(1, read.problems().size());
        assertTrue(read.problems().get(0).startsWith("line 3: "), read.problems()::toString);
        assertTrue(read.problems().get(0).contains(wanted), read.problems()::toString);
    }

    @Test
    void namesEveryMistake() {
        assertEquals(
                2,
                read("amp/store-limit=x\namp/quota-exceeded=drop\nhm")
                        .problems()
                        .size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-0", "00"})
    void takesZeroForNoLimitAsTheOldServerDid(String zero) {
        InitProperties read = read("amp/store-limit[L]=" + zero);

        assertEquals(Map.of(QUOTA, Map.of("store-limit", "-1")), read.overlay());
        assertTrue(kinds(read).contains(Kind.NOTICE));
    }

    @Test
    void leavesANegativeLimitAsItIs() {
        assertEquals(
                Map.of(QUOTA, Map.of("store-limit", "-5")),
                read("amp/store-limit=-5").overlay());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void letsTheFirstPlaceWinAndWarns(boolean firstComesFirst) {
        String one = FIRST + "store-limit[L]=200";
        String other = "amp/store-limit[L]=100";

        InitProperties read = read(firstComesFirst ? one + "\n" + other : other + "\n" + one);

        assertEquals(Map.of(QUOTA, Map.of("store-limit", "200")), read.overlay());
        Finding warning = only(read, Kind.WARNING);
        assertEquals(firstComesFirst ? 2 : 1, warning.line());
        assertTrue(warning.text().contains("differs from line " + (firstComesFirst ? 1 : 2)), warning::text);
    }

    @Test
    void doesNotWarnOfTwoPlacesThatMeanTheSame() {
        InitProperties read = read(FIRST + "store-limit[L]=0\namp/store-limit=-1");

        assertEquals(Map.of(QUOTA, Map.of("store-limit", "-1")), read.overlay());
        assertFalse(kinds(read).contains(Kind.WARNING));
    }

    @Test
    void letsTheLaterOfTwoLinesWinAndWarns() {
        InitProperties read = read("amp/store-limit=1\namp/store-limit[L]=2");

        assertEquals(Map.of(QUOTA, Map.of("store-limit", "2")), read.overlay());
        assertEquals(1, only(read, Kind.WARNING).line());
    }

    @ParameterizedTest
    @CsvSource({"-amp,false", "'+x,-amp,+y',false", "amp,true", "' +x , +amp=16 ',true", "'-amp,+amp',true"})
    void findsAmpAmongThePlugins(String plugins, String enabled) {
        assertEquals(
                Map.of(AMP, Map.of("enabled", enabled)),
                read("--sm-plugins=" + plugins).overlay());
    }

    @Test
    void listsWhatItDoesNotKnowWithoutItsValue() {
        InitProperties read = read(String.join(
                "\n",
                "--virt-hosts = example.org",
                "--user-db-uri=jdbc:mysql://localhost/db?user=u&password=s3cret",
                "sess-man/plugins-conf/amp/store-limits[L]=7",
                "sess-man/plugins-conf/pubsub/store-limit[L]=7",
                "amp/enabled=false",
                "--sm-plugins=+message-archive,-x"));

        assertEquals(Map.of(), read.overlay());
        assertEquals(List.of(), read.problems());
        assertEquals(
                List.of(1, 2, 3, 4, 5, 6, 6),
                read.findings().stream().map(Finding::line).toList());
        assertTrue(read.findings().stream().allMatch(f -> f.kind() == Kind.IGNORES), read.findings()::toString);
        assertFalse(read.findings().toString().contains("s3cret"));
    }

    @Test
    void doesNotQuoteALineItCannotRead() {
        assertFalse(read("s3cret").findings().toString().contains("s3cret"));
    }

    @Test
    void tellsTheLineThatIsNotUtf8() {
        InitProperties read = InitProperties.of("amp/msg-offline=true\r\n# Gr\u00fc\u00dfe\r\n".getBytes(ISO_8859_1));

        assertEquals(List.of("line 2: not UTF-8: save the file in that encoding"), read.problems());
        assertEquals(Map.of(), read.overlay());
    }

    @Test
    void refusesACharacterCutInTwo() {
        byte[] whole = "amp/quota-exceeded=\u00e9".getBytes(UTF_8);

        assertEquals(
                1,
                InitProperties.of(java.util.Arrays.copyOf(whole, whole.length - 1))
                        .problems()
                        .size());
    }

    @Test
    void skipsBlanksCommentsAndAByteOrderMark() {
        InitProperties read = read("\uFEFF# amp/store-limit=1 \\\n\n  \t\n  ! no\n  amp/store-limit[L] = 9  \n");

        assertEquals(Map.of(QUOTA, Map.of("store-limit", "9")), read.overlay());
        assertEquals(5, only(read, Kind.SETS).line());
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", "\r"})
    void continuesALineAsPropertiesDo(String end) {
        InitProperties read = read("# paths" + end + "amp/msg-store-offline-paths[s]=/message/a,\\" + end
                + "   -/message/b" + end + "amp/msg-offline=false");

        assertEquals(
                Map.of(
                        FILTER, Map.of("msg-store-offline-paths", "/message/a,-/message/b"),
                        OFFLINE, Map.of("msg-offline", "false")),
                read.overlay());
        assertEquals(List.of(2, 4), read.findings().stream().map(Finding::line).toList());
    }

    @Test
    void readsSeparatorsAndEscapesAsPropertiesDo() {
        assertEquals(
                Map.of(
                        QUOTA, Map.of("store-limit", "3", "quota-exceeded", "a\u00e9=b"),
                        OFFLINE, Map.of("msg-offline", "true")),
                read("amp/store-limit:3\namp/msg-offline true\namp/quota-exceeded=a\\u00e9\\=b")
                        .overlay());
    }

    @Test
    void hasNothingToSayOfAnEmptyFile() {
        assertEquals(List.of(), read("").findings());
        assertEquals(Map.of(), read("").overlay());
    }

    private static InitProperties read(String text) {
        return InitProperties.of(text.getBytes(UTF_8));
    }

    private static List<Kind> kinds(InitProperties read) {
        return read.findings().stream().map(Finding::kind).toList();
    }

    private static Finding only(InitProperties read, Kind kind) {
        List<Finding> found =
                read.findings().stream().filter(f -> f.kind() == kind).toList();
        assertEquals(1, found.size(), read.findings()::toString);
        return found.get(0);
    }
}

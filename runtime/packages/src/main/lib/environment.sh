# Read by the scripts restante and restantectl, which have set `name` to their own name and `root` to the folder of the
# package. Sets `java` to the command of a Java runtime of version 17 or later, and JAVA_OPTS and RESTANTE_HOME, which
# may be empty: from the environment, else from the file `defaults` of the package.

given_java_home=${JAVA_HOME-}
given_java_opts=${JAVA_OPTS-}
given_restante_home=${RESTANTE_HOME-}
if [ -r "$root/defaults" ]; then
    . "$root/defaults"
fi
JAVA_HOME=${given_java_home:-${JAVA_HOME-}}
JAVA_OPTS=${given_java_opts:-${JAVA_OPTS-}}
RESTANTE_HOME=${given_restante_home:-${RESTANTE_HOME-}}

# Prints the version of a java command: 17 for 17.0.15, 1 for 1.8.0, 0 if it does not tell. Most installations have a
# file that says it; to ask the command itself takes longer.
version() {
    folder=$(readlink -f -- "$1") || folder=
    folder=${folder%/bin/java}
    if [ -r "$folder/release" ]; then
        found=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$folder/release")
    else
        found=$("$1" -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p' | head -n 1)
    fi
    echo "${found:-0}"
}

java=

# Takes this java command, if none has been taken before and it will do.
consider() {
    if [ -z "$java" ] && [ -x "$1" ] && [ "$(version "$1")" -ge 17 ]; then
        java=$1
    fi
}

if [ -n "$JAVA_HOME" ]; then
    consider "$JAVA_HOME/bin/java"
else
    consider "$(command -v java || :)"
    for command in /usr/lib/jvm/*/bin/java; do
        consider "$command"
    done
fi
if [ -z "$java" ]; then
    if [ -n "$JAVA_HOME" ]; then
        echo "$name: there is no Java runtime of version 17 or later in JAVA_HOME=$JAVA_HOME" >&2
    else
        echo "$name: no Java runtime of version 17 or later is found; install one, or name its folder in JAVA_HOME" >&2
    fi
    exit 2
fi

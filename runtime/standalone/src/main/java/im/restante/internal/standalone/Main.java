package im.restante.internal.standalone;

import java.net.URL;
import java.net.URLClassLoader;
import java.util.Locale;

/** Starts {@link Program}; what needs the framework, in a class loader that hides {@code sun.misc.Unsafe}. */
public final class Main {
    private Main() {}

    public static void main(String[] args) throws ReflectiveOperationException {
        // Numbers and letters of the system's language are for people: Felix for one writes versions with its digits.
        Locale.setDefault(Locale.ROOT);
        // Else the JVM makes a class for each method that the bundles call by reflection, nearly all of them once.
        System.setProperty("jdk.reflect.useNativeAccessorOnly", "true");
        if (Program.isSmall(args)) { // by the JVM's own loader, which is quicker
            System.exit(Program.run(args));
        }
        URL jar = Main.class.getProtectionDomain().getCodeSource().getLocation();
        // Never closed: the program ends with it.
        @SuppressWarnings("resource")
        ClassLoader loader = new WithoutUnsafe(jar);
        Class<?> program = loader.loadClass(Main.class.getPackageName() + ".Program");
        System.exit((Integer) program.getMethod("run", String[].class).invoke(null, (Object) args));
    }

    /**
     * Felix looks for {@code sun.misc.Unsafe} to get around the module system, for URL handlers we do not use, and goes on
     * without it if there is none. Since JDK 24 the use of it prints four lines of warning, and no manifest header stops that.
     */
    private static final class WithoutUnsafe extends URLClassLoader {
        WithoutUnsafe(URL jar) {
            super(new URL[] {jar}, ClassLoader.getPlatformClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.equals("sun.misc.Unsafe")) {
                throw new ClassNotFoundException(name);
            }
            return super.loadClass(name, resolve);
        }
    }
}

-- a string longer than any array the JVM allows
SELECT length(repeat(string(id), 2147483647)) FROM range(2);

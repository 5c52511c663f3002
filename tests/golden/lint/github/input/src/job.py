print("java.lang.OutOfMemoryError: Java heap space")
